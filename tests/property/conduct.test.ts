/**
 * The code of conduct: what is lent to a rule is not kept, and rows are what their tables say; over random histories of all lines,
 * reversals among them. An engine that changes rows in place can stand under any line that keeps to it.
 */
import { describe, expect, it } from 'vitest';
import { row } from '../../src/kernel/contract/row.ts';
import { draft } from '../../src/kernel/contract/rule.ts';
import { type Line, segment } from '../../src/kernel/contract/segment.ts';
import type { RowIn } from '../../src/kernel/contract/table.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { id } from '../../src/kernel/values/fields.ts';
import { house } from '../../src/segments/index.ts';
import { randomCases, randomHistory, recordLines } from '../audit/recorded.ts';
import { creditHistory } from '../oracle/credit-histories.ts';
import { interbookHistory } from '../oracle/interbook-histories.ts';
import { book } from '../support/book.ts';
import { closeDay, command } from '../support/commands.ts';
import { strictly } from '../support/conduct.ts';
import { historiesOf } from '../support/histories.ts';

it('is kept by every line', () => {
  const written = strictly(() => {
    for (const [seed, close, backdated] of randomCases(6))
      recordLines(randomHistory(seed, close, backdated, 250), { close, reverseEvery: 6 });
    for (const [seed, close, backdated] of randomCases(3)) {
      const size = { days: 40, lines: 250, users: 8, merchants: 3 };
      recordLines(interbookHistory(seed, { ...size, close, backdated }), { close, reverseEvery: 6 });
    }
    // Long enough for debts to be written off by age, and for pools to end.
    const months = { days: 180, lines: 700, users: 6, merchants: 3 };
    for (const { lines, close } of historiesOf(creditHistory, 3, months))
      recordLines(lines, { close, reverseEvery: 6 });
  });
  // The kernel's keepers write theirs after a close; credit lines have their limit on the row itself.
  const others = new Set(['kernel.breaches', 'huabei.exposures']);
  const never = house.tables
    .map(({ name }) => name)
    .filter((name) => !written.has(name) && !others.has(name));
  expect(never).toEqual([]);
});

describe('is broken by a rule that', () => {
  const day = '2016-03-01';
  const visits = {
    doc: 'visits by guest',
    holds: row.record({ times: row.count('how often') }),
    bucket: () => 0,
  };

  /** A line of guests who come; what else it does is up to the case. */
  function kiosk(more: (line: Line, guests: ReturnType<typeof table>) => void) {
    const line = segment('kiosk', { title: 'Kiosk', doc: 'Guests come.' });
    const guests = table(line);
    more(line, guests);
    return book(new House([line]));
  }
  const table = (line: Line) => line.table('guests', visits);
  type Guests = ReturnType<typeof table>;

  const coming = (
    line: Line,
    guests: Guests,
    evolve: NonNullable<Parameters<typeof line.fact>[1]['evolve']>,
  ) =>
    line.fact('Came', {
      command: 'come',
      doc: 'A guest comes.',
      fields: { guest: id('who') },
      subject: ({ guest }) => `guest/${guest}`,
      evolve: (event, s) => {
        s.set(guests, String(event.data.guest), { times: 1 });
        evolve(event, s);
      },
    });
  const come = command(day, 'come', { guest: 'ann' });

  it.each<readonly [string, RegExp, (line: Line, guests: Guests) => void]>([
    [
      'keeps a row past its next write',
      /the row ann of kiosk.guests was kept past the next write/,
      (line, guests) =>
        coming(line, guests, (_, s) => {
          const kept = s.row(guests, 'ann');
          s.set(guests, 'ann', { times: 2 });
          if (kept?.times === 1) s.delete(guests, 'ann');
        }),
    ],
    [
      'changes a row in place',
      /the row ann of kiosk.guests: times was changed outside of a write/,
      (line, guests) =>
        coming(line, guests, (_, s) => Object.assign(s.row(guests, 'ann') ?? {}, { times: 3 })),
    ],
    [
      'writes a bucket while it walks it',
      /a bucket of kiosk.guests was kept past the next write/,
      (line, guests) =>
        coming(line, guests, (_, s) => {
          s.set(guests, 'bob', { times: 1 });
          for (const guest of s.bucket(guests, 0)) s.delete(guests, guest);
        }),
    ],
    [
      'writes a row that is not as declared',
      /kiosk.guests\/ann: surname is not as declared/,
      (line, guests) =>
        coming(line, guests, (_, s) => {
          const row: RowIn<Guests> & { readonly surname: string } = { times: 1, surname: 'x' };
          s.set(guests, 'ann', row);
        }),
    ],
    [
      'keeps an entry past its step',
      /an entry is written within its step: nobody keeps it/,
      (line, guests) => {
        const till = line.account('kiosk:asset:kiosk:till', { doc: 'money' });
        coming(line, guests, () => undefined);
        const kept: (() => void)[] = [];
        const noted = line.derivedEvent('Noted', { doc: 'noted', fields: {}, subject: () => 'kiosk' });
        line.rule('noting', {
          doc: 'notes',
          phase: 'sweeps',
          items: () => [1, 2],
          derive: (item, _, entry) => {
            if (item === 2) for (const late of kept) late();
            kept.push(() => entry.debit(till, 1n));
            return draft(noted, {});
          },
        });
      },
    ],
  ])('%s', (_what, said, more) => {
    expect(() => strictly(() => void kiosk(more).take(come, closeDay(day)))).toThrow(said);
  });
});
