/** A line under declaration, and the house that lines are put together to: what is forgotten or misplaced is refused, by name. */
import { describe, expect, it } from 'vitest';
import { row } from '../../src/kernel/contract/row.ts';
import { draft, type Phase } from '../../src/kernel/contract/rule.ts';
import { segment } from '../../src/kernel/contract/segment.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { id } from '../../src/kernel/values/fields.ts';
import { book } from '../support/book.ts';
import { closeDay, command } from '../support/commands.ts';

const day = '2016-03-01';

/** A line with a fact that writes no row, and another that is no part of any house. */
function kiosk() {
  const line = segment('kiosk', { title: 'Kiosk', doc: 'Sells things.' });
  const stray = segment('stray', { title: 'Stray', doc: 'In no house.' });
  const visits = stray.table('visits', { doc: 'how often somebody came', holds: row.count('times') });
  const lost = stray.derivedEvent('Lost', { doc: 'lost', fields: {}, subject: () => 'lost' });
  const limit = stray.parameter('limit', {
    doc: 'a limit',
    type: { unit: 'days', bounds: '', parse: Number, format: (value) => value },
    defaults: [{ value: 1, source: 'a test' }],
  });
  const comes = (name: string, evolve: Parameters<typeof line.fact>[1]['evolve']) =>
    line.fact(name, {
      command: name,
      doc: 'Somebody comes.',
      fields: { guest: id('who') },
      subject: ({ guest }) => `guest/${String(guest)}`,
      react: () => [],
      ...(evolve === undefined ? {} : { evolve }),
    });
  return { line, visits, lost, limit, comes };
}

describe('a line', () => {
  it('registers what is declared on it, under its own name', () => {
    const { line, comes } = kiosk();
    comes('came', undefined);
    line.account('kiosk:asset:kiosk:till', { doc: 'money' });
    line.table('guests', { doc: 'who came', holds: row.date('when') });
    line.uses('platform:asset:treasury:own-cash');
    line.rule('nightly', { doc: 'nothing', phase: 'sweeps', items: () => [], derive: () => undefined });
    line.metric('guests', { doc: 'how many', unit: 'guests', of: () => undefined });
    expect({
      facts: line.facts.map(({ name }) => name),
      accounts: line.accounts.map(({ path }) => path),
      tables: line.tables.map(({ name }) => name),
      borrows: line.borrows,
      rules: line.close.map(({ name }) => name),
      metrics: line.metrics.map((each) => each.id),
    }).toEqual({
      facts: ['came'],
      accounts: ['kiosk:asset:kiosk:till'],
      tables: ['kiosk.guests'],
      borrows: ['platform:asset:treasury:own-cash'],
      rules: ['kiosk.nightly'],
      metrics: ['guests'],
    });
  });

  it('declares no account of another', () => {
    const { line } = kiosk();
    expect(() => line.account('platform:asset:payments:reserve', { doc: 'money' })).toThrow(
      'kiosk: platform:asset:payments:reserve is an account of payments: say line.uses',
    );
  });
});

describe('a house', () => {
  it('refuses an account that nobody declares', () => {
    const { line } = kiosk();
    line.uses('platform:asset:nobody:cash');
    expect(() => new House([line])).toThrow('kiosk: nobody declares platform:asset:nobody:cash');
  });

  it('refuses rules after one of another phase, and in a circle', () => {
    const rule = (...after: readonly [name: string, phase: Phase][]) => ({
      doc: '',
      phase: 'sweeps' as const,
      after: after.map(([name, phase]) => ({ name, phase })),
      items: () => [],
      derive: () => undefined,
    });
    const { line } = kiosk();
    line.rule('a', rule(['kiosk.b', 'accruals']));
    expect(() => new House([line])).toThrow(
      'kiosk: kiosk.a comes after kiosk.b, which is no rule of its line and phase',
    );
    const { line: round } = kiosk();
    round.rule('a', rule(['kiosk.b', 'sweeps']));
    round.rule('b', rule(['kiosk.a', 'sweeps']));
    expect(() => new House([round])).toThrow('kiosk: rules come after each other in a circle');
  });

  it('writes no row of a table that is not its own: a snapshot would lose it', () => {
    const { line, visits, comes } = kiosk();
    comes('came', ({ data }, s) => s.set(visits, String(data.guest), 1));
    const house = new House([line]);
    expect(() => book(house).take(command(day, 'came', { guest: 'ann' }))).toThrow(
      'stray.visits is no table of this house',
    );
  });

  it('reads no parameter that is not its own: a book would not have recorded it', () => {
    const { line, limit, comes } = kiosk();
    comes('came', (_, s) => void s.policy(limit));
    const house = new House([line]);
    expect(() => book(house).take(command(day, 'came', { guest: 'ann' }))).toThrow(
      'stray.limit is no parameter of this house',
    );
    expect(() => emptyState(house).policy(limit)).toThrow('stray.limit');
  });

  it('books no event that is not its own: nobody could read the log', () => {
    const { line, lost, comes } = kiosk();
    comes('came', undefined);
    line.rule('nightly', {
      doc: 'loses something',
      phase: 'sweeps',
      items: () => ['one'],
      derive: () => draft(lost, {}),
    });
    const made = book(new House([line])).take(command(day, 'came', { guest: 'ann' }));
    expect(() => made.take(closeDay(day))).toThrow('Lost is no event of this house');
  });
});

describe('customers’ money', () => {
  const entry = {
    command: 'take',
    doc: 'Money comes.',
    fields: {},
    subject: () => 'k',
  };

  it('is backed in every entity that holds some: a rule that breaks it breaks the command', () => {
    const { line } = kiosk();
    const safe = line.account('kiosk:asset:kiosk:safe', { doc: 'customers’ money', backing: 'reserve' });
    const owed = line.account('kiosk:liability:kiosk:owed', { doc: 'owed to them', backing: 'claim' });
    const gain = line.account('kiosk:income:kiosk:gain', { doc: 'ours' });
    line.fact('Took', {
      ...entry,
      react: (_event, _s, to) => {
        to.debit(safe, 100n);
        to.credit(owed, 90n);
        to.credit(gain, 10n);
      },
    });
    expect(() => book(new House([line])).take(command(day, 'take', {}))).toThrow(
      'customers’ money is backed: kiosk: reserves 1.00 CNY, claims and what else lies there 0.90 CNY',
    );
    line.lies('kiosk', 'our gain', (s) => s.totalOn(gain, s.day));
    expect(() => book(new House([line])).take(command(day, 'take', {}))).not.toThrow();
  });
});
