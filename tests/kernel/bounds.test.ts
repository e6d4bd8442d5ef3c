/** Bounds of commands: how early one may be dated, how much one may bring in, and that nothing recorded is held to them. */

import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/audit/conformance.ts';
import { firstDayOpen } from '../../src/kernel/deciding/bounds.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { Ledger } from '../../src/kernel/deciding/ledger.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { breachTable } from '../../src/kernel/engine/own-facts.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { genesisHash, type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { isRecord, type Json } from '../../src/kernel/values/fields.ts';
import type { Edit } from '../../src/scenario/file/file.ts';
import { Evaluation } from '../../src/scenario/running/evaluate.ts';
import { planOf } from '../../src/scenario/running/plan.ts';
import { house } from '../../src/segments/index.ts';
import { units } from '../../src/segments/yuebao/accounts.ts';
import { logOf, rechained } from '../audit/recorded.ts';
import { balancesOf, book, circumstances, noMemory, type TestBook } from '../support/book.ts';
import {
  changePolicy,
  closeDay,
  contributeCapital,
  publishRate,
  reverse,
  subscribe,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import { given } from '../support/scene.ts';
import { baseOf, variantOf } from '../support/what-if.ts';

const on = '2016-03-01';
const shown = (day: number | undefined): string | undefined => (day === undefined ? day : formatDay(day));
const marksOf = ({ state: { marks } }: TestBook) => [shown(marks.earliest), shown(marks.latest)];

describe('the first date', () => {
  it('is 1990-01-01: DATE_TOO_EARLY before it, in a fresh book, too', () => {
    const early = { value: '1989-12-31', detail: /1990-01-01/, hint: 'Date it later.' };
    given()
      .when(topUp('1989-12-31', 'user-1', '1.00'))
      .refused('DATE_TOO_EARLY', early);
    given()
      .when(topUp('0001-01-01', 'user-1', '1.00'))
      .refused('DATE_TOO_EARLY');
    given().when(closeDay('1989-12-31')).refused('DATE_TOO_EARLY', early);
    given()
      .when(changePolicy(on, 'payments.floatRate', '1%', { from: '1989-12-31' }))
      .refused('DATE_TOO_EARLY', early);
    given()
      .when(topUp('1990-01-01', 'user-1', '1.00'))
      .accepted();
    given().when(closeDay('1990-01-01')).accepted();
  });

  it('a refused one changes nothing: what comes later is not too far', () => {
    const scene = given();
    scene.when(topUp('0001-01-01', 'user-1', '1.00')).refused('DATE_TOO_EARLY');
    scene.when(topUp(on, 'user-1', '1.00')).accepted();
  });

  it('a closed day is DAY_CLOSED before it is anything else', () => {
    given(topUp(on, 'user-1', '1.00'), closeDay(on))
      .when(topUp('0001-01-01', 'user-1', '1.00'))
      .refused('DAY_CLOSED');
  });
});

describe('until a day is closed', () => {
  it('no command is dated more than kernel.daysAheadMax before the latest fact', () => {
    // 366 days before 2016-03-01 is 2015-03-01: 2016 has a 29 February.
    const scene = given(topUp(on, 'user-1', '1.00'));
    scene.when(topUp('2015-02-28', 'user-1', '1.00')).refused('DATE_TOO_EARLY', {
      value: '2015-02-28',
      detail: /at most 366 days before the latest fact, of 2016-03-01/,
      hint: /reverse it first/,
    });
    scene.when(closeDay('2015-02-28')).refused('DATE_TOO_EARLY');
    expect(firstDayOpen(scene.book.state)).toBe(dayOf('2015-03-01'));
    scene.when(topUp('2015-03-01', 'user-1', '1.00')).accepted();
    scene.when(topUp('2016-03-02', 'user-1', '1.00')).refused('DATE_TOO_FAR');
  });

  it('what is not before the earliest fact is never too early, so that the first close can always be', () => {
    const apart = [topUp(on, 'user-1', '1.00'), topUp('2016-03-20', 'user-1', '1.00')];
    const scene = given(...apart, changePolicy(on, 'kernel.daysAheadMax', 5, { from: '2016-01-01' }));
    scene.when(topUp('2016-02-29', 'user-1', '1.00')).refused('DATE_TOO_EARLY');
    scene.when(topUp(on, 'user-1', '1.00')).accepted();
    expect(firstDayOpen(scene.book.state)).toBe(dayOf(on));
    scene.when(closeDay(on)).accepted();
  });

  it('where a book closes days, they alone bound it', () => {
    const scene = given(
      topUp('2016-03-20', 'user-1', '1.00'),
      changePolicy(on, 'kernel.daysAheadMax', 5),
      closeDay(on),
    );
    scene.when(topUp('2016-03-02', 'user-1', '1.00')).accepted();
  });
});

describe('a reversal gives days back', () => {
  it('the earliest, on whatever day it is dated itself', () => {
    const made = book().take(topUp('2016-03-10', 'user-1', '2.00'), topUp('2015-06-01', 'user-1', '1.00'));
    expect(marksOf(made)).toEqual(['2015-06-01', '2016-03-10']);
    expect(made.decide(topUp('2016-12-01', 'user-1', '1.00'))).toMatchObject({ kind: 'refused' });
    made.take(reverse('2015-06-01', 2));
    expect(marksOf(made)).toEqual(['2016-03-10', '2016-03-10']);
    made.take(topUp('2016-12-01', 'user-1', '1.00'), closeDay('2016-03-10'));
  });

  it('the latest, too: what was dated far ahead by mistake', () => {
    const made = book().take(topUp('2116-03-10', 'user-1', '1.00'));
    expect(made.decide(topUp(on, 'user-1', '1.00'))).toMatchObject({ kind: 'refused' });
    made.take(reverse('2116-03-10', 1), topUp(on, 'user-1', '1.00'));
    expect(marksOf(made)).toEqual([on, on]);
  });

  it('one of several facts of a day gives nothing back; all of them do, and of none nothing is left', () => {
    const made = book().take(
      topUp(on, 'user-1', '1.00'),
      topUp(on, 'user-2', '1.00'),
      topUp('2016-03-05', 'user-1', '1.00'),
    );
    made.take(reverse('2016-03-07', 1));
    expect(marksOf(made)).toEqual([on, '2016-03-05']);
    made.take(reverse('2016-03-08', 2));
    expect(marksOf(made)).toEqual(['2016-03-05', '2016-03-05']);
    made.take(reverse('2016-03-08', 3));
    expect(marksOf(made)).toEqual([undefined, undefined]);
    made.take(closeDay('2020-01-01'));
  });

  it('a fork that reverses leaves what it was made from as it was', () => {
    const made = book().take(topUp(on, 'user-1', '1.00'), topUp('2016-03-05', 'user-1', '1.00'));
    const fork = made.state.fork();
    fork.dropDate(dayOf(on));
    expect(shown(fork.marks.earliest)).toBe('2016-03-05');
    made.take(topUp('2016-03-03', 'user-1', '1.00'));
    expect(marksOf(made)).toEqual([on, '2016-03-05']);
    expect([...made.state.marks.standing.values()]).toEqual([1, 1, 1]);
    expect([...fork.marks.standing.values()]).toEqual([1]);
  });

  it('the digest knows: with and without the reversed fact the days that are open are the same', () => {
    const plain = book().take(topUp(on, 'user-1', '1.00'));
    const back = book().take(
      topUp(on, 'user-1', '1.00'),
      contributeCapital('2015-06-01', '1.00'),
      reverse('2015-06-01', 2),
    );
    expect(digest(house, back.state)).toBe(digest(house, plain.state));
    const early = book().take(topUp(on, 'user-1', '1.00'), contributeCapital('2015-06-01', '1.00'));
    expect(digest(house, early.state)).not.toBe(digest(house, plain.state));
  });
});

/** An event of a book that was opened before there were bounds. */
const oldEvent = (type: string, on: string, data: Json, minor = 0n): StoredEvent => {
  const accounts =
    minor === 0n
      ? []
      : ['platform:asset:payments:reserve:CNY', 'platform:liability:payments:wallet:user-1:CNY'];
  const fields = {
    schemaVersion: 1,
    kind: 'fact',
    refs: [],
    recordedAt: 0,
    actor: 'test',
    cause: null,
  } as const;
  const rest = { correlation: null, key: null, inputHash: null, header: null } as const;
  const segment = type === 'ToppedUp' ? 'payments' : 'kernel';
  const subject = type === 'ToppedUp' ? 'wallet/user-1' : type === 'Reversed' ? 'event/2' : 'book';
  return sealed(
    {
      ...fields,
      ...rest,
      revision: 0,
      type,
      segment,
      subject,
      effectiveOn: dayOf(on),
      data,
      accounts,
      minors: minor === 0n ? [] : [minor, -minor],
    },
    genesisHash,
  );
};

const most = 2n ** 63n - 1n;
const early = { holder: 'user-1', amount: '1.00 CNY' };

/** Beyond every bound: all that 64 bits hold, and a day of the year 1, reversed on itself. */
const oldEvents = rechained([
  oldEvent('BookOpened', '0001-01-01', {
    timeZone: 'Asia/Shanghai',
    parameters: { 'kernel.daysAheadMax': [[null, 366, 'a test']] },
  }),
  oldEvent('ToppedUp', on, { holder: 'user-1', amount: '92233720368547757.07 CNY' }, most - 100n),
  oldEvent('ToppedUp', '0001-01-01', early, 100n),
  oldEvent(
    'Reversed',
    '0001-01-01',
    { event: 2, reason: 'a mistake', of: { data: early, on: '0001-01-01', type: 'ToppedUp' } },
    -100n,
  ),
]);

const stateOf = (events: readonly StoredEvent[]): State => {
  const state = emptyState(house);
  for (const event of events) fold(house, state, event);
  return state;
};

describe('a book that was opened before there were bounds', () => {
  it('folds to the digests that it had, a reversal of its earliest fact among them', () => {
    // What the program said before there were bounds.
    expect(digest(house, stateOf(oldEvents.slice(0, 3)))).toBe(
      '63b1a5109311bc66668b2b78f4e22a5a458143d785679e6600a74c7a3e9b6386',
    );
    expect(digest(house, stateOf(oldEvents))).toBe(
      'fef63fabac30747b43b79dbafd2f32b5f952a3b898594f406b8cc59e3d9be0e7',
    );
  });

  it('is as it should be: nothing of it was held to them', async () => {
    expect((await conformance(house, await logOf(oldEvents))).findings).toEqual([]);
  });

  it('takes commands again, and closes, as the newer engine extends its policy; from then on it is bounded', async () => {
    const state = stateOf(oldEvents);
    const last = oldEvents.at(-1);
    if (last === undefined) throw new Error('nothing recorded');
    const ledger = new Ledger(
      house,
      state,
      { revision: last.revision, hash: last.hash, recordedAt: 0 },
      noMemory,
    );
    const decide = (command: Command): string => {
      const decision = ledger.decide(command, circumstances);
      return decision.kind === 'refused' ? decision.refusal.code : decision.kind;
    };
    expect(decide(topUp('0001-01-01', 'user-2', '1.00'))).toBe('DATE_TOO_EARLY');
    expect(decide(topUp(on, 'user-2', '1.00'))).toBe('AMOUNT_TOO_LARGE');
    expect(decide(withdraw(on, 'user-1', '10.00'))).toBe('accepted');
    expect(decide(transfer(on, 'user-1', 'user-2', '5.00'))).toBe('accepted');
    expect(decide(closeDay(on))).toBe('accepted');
    expect(ledger.events[0]?.type).toBe('PolicyExtended');
    const all = [...oldEvents, ...ledger.events];
    expect((await conformance(house, await logOf(all))).findings).toEqual([]);
    expect(digest(house, stateOf(all))).toBe(digest(house, state));
  });
});

describe('the most that a command brings in', () => {
  const cap = '10000000000000000.00';

  it('is kernel.amountMax, for an account and for all of its kind: AMOUNT_TOO_LARGE', () => {
    const scene = given(topUp(on, 'user-1', cap));
    const detail = /beyond 10000000000000000\.00 CNY/;
    scene.when(topUp(on, 'user-1', '0.01')).refused('AMOUNT_TOO_LARGE', { value: /reserve|wallet/, detail });
    scene.when(topUp(on, 'user-2', '0.01')).refused('AMOUNT_TOO_LARGE', { detail });
    given()
      .when(topUp(on, 'user-1', '10000000000000000.01'))
      .refused('AMOUNT_TOO_LARGE');
    scene.when(transfer(on, 'user-1', 'user-2', '1.00')).accepted();
    scene.when(withdraw(on, 'user-1', '1.00')).accepted();
    scene.when(topUp(on, 'user-3', '1.00')).accepted();
  });

  it('on any date from its own on: what a later day takes off again is there before', () => {
    given(topUp(on, 'user-1', cap), withdraw('2016-03-05', 'user-1', 'all'))
      .when(topUp('2016-03-02', 'user-1', '0.01'))
      .refused('AMOUNT_TOO_LARGE');
    given(topUp(on, 'user-1', cap), withdraw('2016-03-05', 'user-1', 'all'))
      .when(topUp('2016-03-05', 'user-1', '0.01'))
      .accepted();
  });

  it('a policy may make it smaller or larger; what is beyond it may come back', () => {
    const scene = given(topUp(on, 'user-1', '100.00'), changePolicy(on, 'kernel.amountMax', '50.00 CNY'));
    scene.when(topUp(on, 'user-1', '1.00')).refused('AMOUNT_TOO_LARGE');
    scene.when(withdraw(on, 'user-1', '20.00')).accepted();
    scene.when(topUp(on, 'user-1', '1.00')).refused('AMOUNT_TOO_LARGE');
  });

  it('leaves closes the room to grow: ten times as much', () => {
    expect(10n ** 18n * 9n < most).toBe(true);
  });

  it('a what-if keeps what was recorded beyond it', () => {
    const commands = [topUp(on, 'user-1', '100.00')];
    const base = baseOf(commands, { close: 'daily', to: on });
    const override = { parameter: house.parameter('kernel.amountMax'), value: 5000n };
    if (override.parameter === undefined) throw new Error('no such parameter');
    const { parameter, value } = override;
    const given = {
      parameter,
      value,
      key: undefined,
      from: dayOf('1990-01-01'),
      to: undefined,
      source: 'a test',
    };
    const { divergences, state } = variantOf(base, [given]);
    expect(divergences).toEqual([]);
    expect(balancesOf(state)['platform:liability:payments:wallet:user-1:CNY']).toBe('100.00');
  });
});

describe('a close never refuses', () => {
  const most = '92233720368547758.07';

  /** What closes could not pay or hold, of one rule, by day. */
  const left = ({ events }: TestBook, rule: string): readonly (readonly [string, unknown])[] =>
    events.flatMap(({ type, data, effectiveOn }) => {
      if (type !== 'DayClosed' || !isRecord(data) || !Array.isArray(data.breaches)) return [];
      return data.breaches
        .filter((breach: unknown) => isRecord(breach) && breach.rule === rule)
        .map((breach: unknown) => [formatDay(effectiveOn), breach] as const);
    });

  it('what would take a figure out of 64 bits is left out, and listed', async () => {
    // Interest of 50 % a year on 92233720368547758.07 CNY is 126347562148695.55 a day; own cash has room for 100.00.
    const made = book().take(
      changePolicy(on, 'kernel.amountMax', `${most} CNY`),
      changePolicy(on, 'payments.floatRate', '50%'),
      contributeCapital(on, '92233720368547658.07'),
      topUp(on, 'user-1', most),
      closeDay(on),
      closeDay('2016-03-02'),
    );
    const breach = {
      rule: 'payments.interestOnFloat',
      detail: 'a figure would leave 64 bits: 1 left out, the largest amount is given',
      amount: '126347562148695.55 CNY',
    };
    expect(left(made, 'payments.interestOnFloat')).toEqual([
      [on, breach],
      ['2016-03-02', breach],
    ]);
    expect(made.balance('own-cash')).toBe('92233720368547658.07');
    expect((await conformance(house, await logOf(made.events))).findings).toEqual([]);
    // Once there is room, interest is booked again.
    made.take(withdraw('2016-03-03', 'user-1', '92233720368547658.07'), closeDay('2016-03-03'));
    expect(made.balance('own-cash')).toBe('92233720368547658.20');
    expect(left(made, 'payments.interestOnFloat')).toHaveLength(2);
  });

  it('a what-if with a far horizon ends, whatever has grown by then', () => {
    const cap = '10000000000000000.00';
    const assets = ['deposit-1m', 'deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'];
    const base = baseOf(
      [
        changePolicy(on, 'yuebao.holdingCap', `${cap} CNY`),
        changePolicy(on, 'payments.floatRate', '100%'),
        ...assets.map((asset) => publishRate(on, asset, '100%')),
        topUp(on, 'user-1', cap),
        subscribe(on, 'user-1', '5000000000000000.00'),
      ],
      { close: 'recorded', to: on },
    );
    const horizon = { from: dayOf(on), to: dayOf('2026-03-01'), close: 'daily' } as const;
    const plan = planOf(base.record, horizon, [], []);
    const evaluation = new Evaluation(house, emptyState(house), plan);
    evaluation.finish();
    const { state } = evaluation;
    expect(shown(state.marks.closedThrough)).toBe('2026-03-01');
    // At 100 % a year, 5 becomes more than 10, 20, 40 and 80 with the years; 64 bits hold 92.
    const held = state.balanceOn(units, horizon.to, 'user-1');
    expect(held > 2n ** 62n && held < 2n ** 63n).toBe(true);
    const listed = JSON.stringify(state.rows.entries(breachTable).at(-1));
    expect(listed).toContain('a figure would leave 64 bits');
  });

  it('a shift in a what-if moves no fact before all dates', () => {
    const base = baseOf([topUp(on, 'user-1', '1.00')], { close: 'recorded', to: on });
    const [fact] = base.record.facts.filter(({ type }) => type.name === 'ToppedUp');
    if (fact === undefined) throw new Error('nothing recorded');
    const horizon = { from: dayOf('1990-01-01'), to: dayOf(on), close: 'recorded' } as const;
    const where = { type: fact.type, from: undefined, to: undefined, fields: [] };
    const place = { path: 'facts[0]', line: 1, column: 1 };
    const shift: Edit = { place, kind: 'shift', where, days: -36_500 };
    const evaluation = new Evaluation(house, emptyState(house), planOf(base.record, horizon, [shift], []));
    evaluation.finish();
    expect(evaluation.divergences).toMatchObject([
      { kind: 'skip', code: 'DATE_TOO_EARLY', on: fact.on - 36_500 },
    ]);
  });
});
