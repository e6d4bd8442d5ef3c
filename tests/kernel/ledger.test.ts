/** The Ledger: from command to events, over a house of two toy lines of business. */

import { describe, expect, it } from 'vitest';
import { fact } from '../../src/kernel/contract/fact.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { headBeforeAll, Ledger } from '../../src/kernel/deciding/ledger.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { genesisHash, hashHolds, hashInput } from '../../src/kernel/state/events.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { balancesOf, book, circumstances, noMemory, rowsOf, TestBook } from '../support/book.ts';
import { command } from '../support/commands.ts';
import { Scene } from '../support/scene.ts';
import {
  arcade,
  bare,
  box,
  guest,
  paidIn,
  till,
  toyHouse,
  unknownBox,
  visits,
} from '../support/toy-house.ts';

const on = '2016-03-01';
const payIn = (who: string, amount: string, day = on): Command =>
  command(day, 'payIn', { box: 'till', guest: who, amount: `${amount} CNY` });
const payOut = (who: string, amount: string, by = 'cash'): Command =>
  command(on, 'payOut', { guest: who, amount: `${amount} CNY`, by });
const scene = (house = toyHouse()) => new Scene(book(house));

describe('a command that is accepted', () => {
  it('becomes a fact with its entry: what its owner posts and what others answer, in one', () => {
    scene()
      .when(payIn('a', '1.00'))
      .recorded({ amount: '1.00 CNY', box: 'till', guest: 'a' })
      .gives(
        'PaidIn: house/box +1.00 · house/guest:a -0.90 · house/tips -0.10 · house/tokens-given +0.01 · house/tokens -0.01',
      );
    scene()
      .when(payIn('a', '0.90'))
      .gives('PaidIn: house/box +0.90 · house/guest:a -0.81 · house/tips -0.09');
  });

  it('is recorded with date, subject, actor, correlation, key and the hash of its input', () => {
    const made = book(toyHouse(), { now: 1_000, actor: 'somebody', correlation: 'c-1' });
    made.take({ ...payIn('a', '1.00'), key: 'k' });
    const [opened, event] = made.events;
    expect(opened).toMatchObject({
      revision: 0,
      type: 'BookOpened',
      subject: 'book',
      key: null,
      inputHash: null,
    });
    expect(event).toMatchObject({
      revision: 1,
      type: 'PaidIn',
      schemaVersion: 1,
      kind: 'fact',
      segment: 'till',
      subject: 'guest/a',
      refs: [],
      effectiveOn: dayOf(on),
      recordedAt: 1_000,
      actor: 'somebody',
      cause: null,
      correlation: 'c-1',
      key: 'k',
      inputHash: `2:${hashInput(on, 'payIn', payIn('a', '1.00').with)}`,
      header: null,
    });
  });

  it('is chained to the event before it', () => {
    const made = book(toyHouse()).take(payIn('a', '1.00'), payIn('b', '1.00'));
    let before = genesisHash;
    for (const event of made.events) {
      expect(hashHolds(event, before)).toBe(true);
      before = event.hash;
    }
  });

  it('recorded time never runs backwards: the later of the clock and the last event’s', () => {
    const house = toyHouse();
    const state = emptyState(house);
    const ledger = new Ledger(house, state, { ...headBeforeAll, recordedAt: 500 }, noMemory);
    ledger.decide(payIn('a', '1.00'), { ...circumstances, now: 400 });
    ledger.decide(payIn('a', '1.00'), { ...circumstances, now: 600 });
    ledger.decide(payIn('a', '1.00'), { ...circumstances, now: 550 });
    expect(ledger.events.map(({ recordedAt }) => recordedAt)).toEqual([500, 500, 600, 600]);
  });

  it('changes rows and balances', () => {
    const made = book(toyHouse()).take(payIn('a', '1.00'), payIn('a', '1.00'));
    expect(made.state.row(visits, 'a')).toBe(2);
    expect(made.balance('house/guest:a')).toBe('1.80');
  });
});

describe('the first event of a book', () => {
  it('records time zone and every parameter with its values, and has no effect on dates', () => {
    const made = book(toyHouse()).take(payIn('a', '1.00', '2016-03-05'));
    expect(made.events[0]?.data).toEqual({
      timeZone: 'Asia/Shanghai',
      parameters: {
        'kernel.amountMax': [[null, '10000000000000000.00 CNY', expect.any(String)]],
        'kernel.daysAheadMax': [[null, 366, expect.any(String)]],
        'till.tipRate': [[null, '10%', 'a test']],
      },
    });
    expect(made.state.marks.earliest).toBe(dayOf('2016-03-05'));
    made.take(command('2016-03-01', 'closeDay', {}));
  });

  it('a newer engine appends the parameters that an old book does not know, and changes none that it does', () => {
    const old = new House([bare('till', { ...till(), parameters: [] }), arcade()]);
    const house = toyHouse();
    const state = emptyState(house);
    const before = book(old);
    before.take(
      command(on, 'changePolicy', {
        parameter: 'kernel.daysAheadMax',
        value: 30,
        from: on,
        reason: 'a test',
      }),
    );
    for (const event of before.events) fold(house, state, event);
    const last = before.events.at(-1);
    if (last === undefined) throw new Error('nothing recorded');
    const ledger = new Ledger(
      house,
      state,
      { revision: last.revision, hash: last.hash, recordedAt: 0 },
      noMemory,
    );
    ledger.decide(payIn('a', '1.00'), circumstances);
    ledger.decide(payIn('a', '1.00'), circumstances);
    expect(ledger.events.map(({ type }) => type)).toEqual(['PolicyExtended', 'PaidIn', 'PaidIn']);
    expect(ledger.events[0]?.data).toEqual({ parameters: { 'till.tipRate': [[null, '10%', 'a test']] } });
  });
});

describe('a command that is refused', () => {
  it('leaves the state as it was', () => {
    const made = book(toyHouse()).take(payIn('a', '1.00'));
    const before = [balancesOf(made.state), rowsOf(made.house, made.state)];
    expect(made.decide(payOut('a', '5.00')).kind).toBe('refused');
    expect([balancesOf(made.state), rowsOf(made.house, made.state)]).toEqual(before);
  });

  it('by its owner or by one who answers it: the code of the earlier stage first, whoever says it', () => {
    const full = new House([till(), arcade(0)]);
    scene(full).when(payIn('a', '1.00')).refused('TOY_TOO_MANY', { value: 'a' });
    scene(full).when(payIn('nobody', '1.00')).refused('TOY_SHORT');
    scene(full).when(payIn('a', '0.50')).accepted();
  });

  it('where nobody answers for the role that it asks for', () => {
    const made = scene().and(payIn('a', '1.00'));
    made.when(payOut('a', '0.10', 'cheque')).refused('TOY_UNANSWERED', { value: 'by:cheque' });
    made
      .when(payOut('a', '0.10', 'tokens'))
      .gives(
        'PaidOut: house/guest:a +0.10 · house/tips -0.10 · house/tokens-given +0.02 · house/tokens -0.02',
      );
    // Nobody to answer comes before not enough.
    made.when(payOut('a', '9.00', 'cheque')).refused('TOY_UNANSWERED');
    made.when(payOut('a', '9.00', 'tokens')).refused('TOY_SHORT');
  });

  it('by the value of the input that tells commands apart', () => {
    scene()
      .when(command(on, 'payIn', { box: 'moon', guest: 'a', amount: '1.00 CNY' }))
      .refused('TOY_UNKNOWN_BOX', { value: 'box: moon', detail: /one of till/ });
    scene()
      .when(command(on, 'payIn', { guest: 'a', amount: '1.00 CNY' }))
      .refused('INVALID_INPUT');
  });

  it('where its rule gives an entry that does not balance: UNBALANCED', () => {
    scene()
      .when(command(on, 'break', { how: 'unbalanced' }))
      .refused('UNBALANCED', { value: 'house 0.05 CNY' });
  });

  it('where its entry would take an account below its floor, whatever `fits` said', () => {
    scene()
      .when(command(on, 'break', { how: 'overdrawn' }))
      .refused('TOY_SHORT', { value: 'house:asset:till:box:CNY' });
  });

  it('with a broken invariant it is no refusal, but an error: the state must be dropped', () => {
    const made = book(toyHouse());
    expect(() => made.decide(command(on, 'break', { how: 'invariant' }))).toThrow(
      /till: nothing is broken: it is/,
    );
  });
});

describe('a book that records attempts', () => {
  const recording = () => new TestBook(toyHouse(), { ...circumstances, recordAttempts: true });

  it('keeps a refusal as a fact without an entry', () => {
    const made = recording();
    made.decide({ ...payOut('a', '1.00'), key: 'k' });
    const event = made.events.at(-1);
    expect(event).toMatchObject({
      type: 'Attempted',
      kind: 'fact',
      key: null,
      accounts: [],
      effectiveOn: dayOf(on),
    });
    expect(event?.data).toEqual({
      command: 'payOut',
      inputs: payOut('a', '1.00').with,
      key: 'k',
      code: 'TOY_SHORT',
    });
    // The key stays free.
    made.take(payIn('a', '5.00'), { ...payOut('a', '1.00'), key: 'k' });
  });

  it('of what might have been: not of unknown names, inputs that are none, or days that are closed', () => {
    const made = recording();
    made.take(payIn('a', '1.00'), command(on, 'closeDay', {}));
    const count = made.events.length;
    made.decide(command(on, 'nonsense', {}));
    made.decide(command('2016-03-02', 'payIn', { box: 'till', guest: 'a b', amount: '1.00 CNY' }));
    made.decide(payIn('a', '1.00'));
    made.decide(payIn('a', '1.00', '2018-01-01'));
    expect(made.events.length).toBe(count);
  });

  it('an attempt says nothing about days', () => {
    const made = recording();
    made.decide(command('2016-01-01', 'payOut', { guest: 'a', amount: '1.00 CNY', by: 'cash' }));
    expect(made.events.map(({ type }) => type)).toEqual(['BookOpened', 'Attempted']);
    expect(made.state.marks.earliest).toBeUndefined();
  });
});

describe('keys', () => {
  const first = { ...payIn('a', '1.00'), key: 'k' };

  it('a repeat is answered with the revision of its fact', () => {
    const made = book(toyHouse()).take(payIn('b', '1.00'), first);
    expect(made.decide(first)).toEqual({ kind: 'repeated', revision: 2 });
  });

  it('a repeat is known however it is spelt', () => {
    const spelt = { ...first, with: { ...first.with, amount: '1 CNY' } };
    const made = book(toyHouse()).take(first);
    expect(made.decide(spelt)).toEqual({ kind: 'repeated', revision: 1 });
    const other = { ...first, with: { ...first.with, amount: '1.01 CNY' } };
    expect(made.decide(other)).toMatchObject({ kind: 'refused', refusal: { code: 'KEY_REUSED' } });
    // What can't be understood is no repeat of what was.
    const wrong = { ...first, with: { ...first.with, amount: '1.001 CNY' } };
    expect(made.decide(wrong)).toMatchObject({ kind: 'refused', refusal: { code: 'KEY_REUSED' } });
  });

  it('a change of policy is known however its value is spelt', () => {
    const change = (value: string) => ({
      on,
      command: 'changePolicy',
      with: { parameter: 'payments.merchantFeeRate', value, from: on, reason: 'r' },
      key: 'p',
    });
    const made = book().take(change('1%'));
    expect(made.decide(change('1.0%'))).toMatchObject({ kind: 'repeated' });
    expect(made.decide(change('1.1%'))).toMatchObject({ kind: 'refused', refusal: { code: 'KEY_REUSED' } });
  });

  it('the log below is asked for keys that the ledger has not decided itself', () => {
    const house = toyHouse();
    const state = emptyState(house);
    const inputHash = hashInput(first.on, first.command, first.with);
    const ledger = new Ledger(house, state, headBeforeAll, {
      ...noMemory,
      withKey: (key) => (key === 'k' ? 17 : undefined),
      sameInput: (revision, hash) => revision === 17 && hash === inputHash,
    });
    expect(ledger.decide(first, circumstances)).toEqual({ kind: 'repeated', revision: 17 });
    expect(ledger.decide({ ...payIn('a', '2.00'), key: 'k' }, circumstances)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'KEY_REUSED' },
    });
  });
});

describe('a house', () => {
  const twice = /declared twice|two segments declare|two facts answer/;

  it.each([
    ['two segments of one name', () => [till(), till()]],
    ['one account twice', () => [till(), bare('other', { accounts: [box] })]],
    ['one table twice', () => [till(), bare('other', { tables: [visits] })]],
    ['one fact twice', () => [till(), bare('other', { facts: [paidIn] })]],
    ['one command twice', () => [till(), bare('other', { facts: [{ ...paidIn, name: 'Other' }] })]],
  ] as const)('does not stand with %s', (_, make) => {
    expect(() => new House(make())).toThrow(twice);
  });

  it('nor with a borrowed account or an answered fact that nobody declares, nor with one that tells less than is needed', () => {
    expect(() => new House([arcade()])).toThrow(/arcade: nobody declares/);
    expect(() => new House([bare('other', { borrows: [guest.path] })])).toThrow(
      /nobody declares house:liability:till:guest/,
    );
    const [listener] = arcade().listeners;
    if (listener === undefined) throw new Error('no listener');
    expect(
      () =>
        new House([
          till(),
          bare('other', { listeners: [{ ...listener, needs: { colour: paidIn.fields.guest } }] }),
        ]),
    ).toThrow(/PaidIn tells no colour/);
  });

  it('one command may become several facts, told apart by an input', () => {
    const told = { field: 'box', value: 'attic', unknown: unknownBox } as const;
    const other = fact('PaidInElsewhere', { ...paidIn, told });
    const house = new House([till(), bare('other', { facts: [other] })]);
    expect(house.command('payIn')?.map(({ name }) => name)).toEqual(['PaidInElsewhere', 'PaidIn']);
  });

  it('segments stand in the order of their ids, whatever the order in which they are listed', () => {
    const ids = (segments: readonly ReturnType<typeof till>[]) =>
      new House(segments).segments.map(({ id }) => id);
    expect(ids([till(), arcade()])).toEqual(['arcade', 'kernel', 'till']);
    expect(ids([arcade(), till()])).toEqual(['arcade', 'kernel', 'till']);
  });
});
