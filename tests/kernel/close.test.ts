/** A day's close: phases, order, what each rule sees, and what a close may not do. */

import { describe, expect, it } from 'vitest';
import { phases } from '../../src/kernel/contract/rule.ts';
import { headBeforeAll, Ledger } from '../../src/kernel/deciding/ledger.ts';
import { postingsMax } from '../../src/kernel/engine/booking.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import { breachTable } from '../../src/kernel/engine/own-facts.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { book, circumstances, noMemory } from '../support/book.ts';
import { closeDay, command } from '../support/commands.ts';
import { Scene } from '../support/scene.ts';
import { giving, noting, toyHouse, wanting } from '../support/toy-house.ts';

const on = '2016-03-01';
const payIn = (who: string, amount: string, day = on) =>
  command(day, 'payIn', { box: 'till', guest: who, amount: `${amount} CNY` });

describe('the order of rules', () => {
  it('is by phase, then by segment id, then as they say or by name, then item by item', () => {
    const house = toyHouse({
      till: [
        noting('till.d', 'sweeps'),
        noting('till.b', 'accruals', 2),
        { ...noting('till.a', 'accruals'), after: [{ name: 'till.b', phase: 'accruals' }] },
        noting('till.c', 'timeouts'),
      ],
      arcade: [
        noting('arcade.b', 'accruals'),
        noting('arcade.c', 'settlements'),
        noting('arcade.a', 'timeouts'),
      ],
    });
    const outcome = new Scene(book(house)).when(closeDay(on));
    const ran = outcome.events.flatMap(({ data, type }) =>
      type === 'RuleRan' && isRecord(data) ? [[data.rule, data.item]] : [],
    );
    expect(ran).toEqual([
      ['arcade.a', 0],
      ['till.c', 0],
      ['arcade.b', 0],
      ['till.b', 0],
      ['till.b', 1],
      ['till.a', 0],
      ['arcade.c', 0],
      ['till.d', 0],
    ]);
    expect(phases).toEqual(['timeouts', 'accruals', 'settlements', 'sweeps']);
  });

  it('each derived event sees the state that the one before left', () => {
    const house = toyHouse({ till: [noting('till.a', 'accruals', 3), noting('till.b', 'sweeps')] });
    const outcome = new Scene(book(house)).when(closeDay(on));
    const seen = outcome.events.flatMap(({ data, type }) =>
      type === 'RuleRan' && isRecord(data) ? [data.seen] : [],
    );
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});

describe('the run of a close', () => {
  it('goes from DayClosing, which says how many events come, to DayClosed; all answer the first', () => {
    const house = toyHouse({ till: [noting('till.a', 'accruals', 2)] });
    const outcome = new Scene(book(house).take(payIn('a', '1.00'))).when({ ...closeDay(on), key: 'k' });
    const [beginning, ...rest] = outcome.events;
    expect(outcome.events.map(({ type }) => type)).toEqual(['DayClosing', 'RuleRan', 'RuleRan', 'DayClosed']);
    expect(beginning).toMatchObject({
      kind: 'fact',
      cause: null,
      key: 'k',
      header: { engine: 'test', events: 3 },
      data: {},
    });
    for (const event of rest) {
      expect(event).toMatchObject({
        kind: 'derived',
        cause: beginning?.revision,
        key: null,
        header: null,
        effectiveOn: dayOf(on),
      });
    }
    expect(outcome.events.at(-1)?.data).toEqual({ events: 2, breaches: [] });
  });

  it('derived again from its beginning it is the same to the byte', () => {
    const house = toyHouse({ till: [noting('till.a', 'accruals', 2), giving(3)] });
    const before = [payIn('a', '1.00'), payIn('b', '1.00')];
    const whole = book(house).take(...before, closeDay(on));
    const begun = whole.events.find(({ type }) => type === 'DayClosing');
    if (begun === undefined) throw new Error('no close');
    const state = emptyState(house);
    const first = new Ledger(house, state, headBeforeAll, noMemory);
    for (const each of before) first.decide(each, circumstances);
    const again = new Ledger(house, state, first.head, noMemory).repeatClose(begun);
    expect(again.map(({ hash }) => hash)).toEqual(whole.events.slice(begun.revision).map(({ hash }) => hash));
  });

  it('between its beginning and its end the book is settling', () => {
    const made = book(toyHouse()).take(closeDay(on));
    expect(made.state.marks).toMatchObject({ settling: undefined, closedThrough: dayOf(on) });
    expect(made.state.openFrom).toBe(dayOf(on) + 1);
  });
});

describe('what can’t be paid or held', () => {
  it('is listed on DayClosed and by day, and the close goes on', () => {
    const house = toyHouse({ till: [wanting(500n), noting('till.z', 'sweeps')] });
    const made = book(house).take(payIn('a', '1.00'), closeDay(on));
    const breaches = [{ rule: 'till.wanting', detail: 'the box lacks money', amount: '4.00 CNY' }];
    expect(made.events.at(-1)?.data).toEqual({ events: 1, breaches });
    expect(made.state.row(breachTable, on)).toEqual(breaches);
    made.take(payIn('a', '4.00', '2016-03-02'), closeDay('2016-03-02'));
    expect(made.events.at(-1)?.data).toEqual({ events: 1, breaches: [] });
    expect(made.state.row(breachTable, '2016-03-02')).toBeUndefined();
  });
});

describe('faults of rules', () => {
  it('an entry that would take an account below its floor is an error that names the day and the event', () => {
    const made = book(toyHouse({ till: [giving(1, -1n)] }));
    expect(() => made.decide(closeDay(on))).toThrow(/the close of 2016-03-01: RuleRan: TOY_SHORT/);
  });

  it(`an event has at most ${postingsMax} postings`, () => {
    const most = book(toyHouse({ till: [giving(postingsMax - 1)] })).take(closeDay(on));
    expect(most.events.find(({ type }) => type === 'RuleRan')?.accounts).toHaveLength(postingsMax);
    const made = book(toyHouse({ till: [giving(postingsMax)] }));
    expect(() => made.decide(closeDay(on))).toThrow(/RuleRan has 501 postings/);
  });
});
