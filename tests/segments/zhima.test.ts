/** zhima, point by point as its page settles them (docs/segments/zhima.md). Toy lenders stand in for the lines that lend. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { derived, fact } from '../../src/kernel/contract/fact.ts';
import { closeRule, draft } from '../../src/kernel/contract/rule.ts';
import type { Segment } from '../../src/kernel/contract/segment.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { TrackedReading } from '../../src/kernel/state/tracking.ts';
import { dayMin, dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { choice, flag, id, isRecord } from '../../src/kernel/values/fields.ts';
import { metrics } from '../../src/reading/metrics.ts';
import { LedgerView } from '../../src/reading/view.ts';
import { HistoryBook } from '../../src/scenario/running/base.ts';
import { Evaluation } from '../../src/scenario/running/evaluate.ts';
import { planOf } from '../../src/scenario/running/plan.ts';
import { payments } from '../../src/segments/payments/index.ts';
import { treasury } from '../../src/segments/treasury/index.ts';
import { yuebao } from '../../src/segments/yuebao/index.ts';
import { zhima } from '../../src/segments/zhima/index.ts';
import { scoring } from '../../src/segments/zhima/scoring.ts';
import {
  type CountedRow,
  counted,
  queries,
  relations,
  scores,
  waivers,
} from '../../src/segments/zhima/state.ts';
import { anyTable } from '../support/any-table.ts';
import { book, type TestBook } from '../support/book.ts';
import { inStages } from '../support/codes.ts';
import {
  changePolicy,
  closeDay,
  command,
  pay,
  redeem,
  refund,
  reverse,
  subscribe,
  topUp,
  transfer,
} from '../support/commands.ts';
import { expectBalances, type Outcome, Scene } from '../support/scene.ts';
import { bare } from '../support/toy-house.ts';
import { type Assumptions, overridesOf } from '../support/what-if.ts';

// — Lenders that only say what zhima listens to —

const lines = ['Huabei', 'Jiebei', 'Mybank'] as const;
const loanOf = { Huabei: '', Jiebei: 'Loan', Mybank: 'Loan' } as const;

const common = {
  subject: ({ holder }: { readonly holder: string }) => `debt/${holder}`,
  react: () => [],
} as const;

/** Moves of arrears that the next close tells, by line. */
const moving = anyTable<{ readonly line: string; readonly missed: boolean }>('toys.moving', '', () => 0);

const repayments = lines.map((line) =>
  fact(`${line}${loanOf[line]}Repaid`, {
    ...common,
    command: `repay${line}`,
    doc: '',
    fields: { holder: id('who'), kept: flag('in time') },
    insteadOfUndo: 'no',
  }),
);

const fallsDue = fact('FallsDue', {
  ...common,
  command: 'fallDue',
  doc: '',
  fields: { line: choice('which', lines), holder: id('who'), missed: flag('from current') },
  evolve: ({ data }, s) => s.set(moving, data.holder, { line: data.line, missed: data.missed }),
});

const moves = lines.map((line) =>
  derived(`${line}ArrearsMoved`, {
    doc: '',
    fields: { holder: id('who'), missed: flag('from current') },
    subject: common.subject,
    evolve: ({ data }, s) => s.delete(moving, data.holder),
  }),
);

const toys: Segment = bare('toys', {
  tables: [moving],
  facts: [...repayments, fallsDue],
  derived: moves,
  close: [
    closeRule<string>({
      name: 'toys.moves',
      doc: '',
      phase: 'timeouts',
      items: (s) => s.bucket(moving, 0),
      derive: (holder, s) => {
        const row = s.row(moving, holder);
        const type = moves.find(({ name }) => name === `${row?.line}ArrearsMoved`);
        return row && type && draft(type, { holder, missed: row.missed });
      },
    }),
  ],
});

const house = new House([payments, treasury, yuebao, zhima, toys]);

// — Vocabulary —

/** Scores are computed on the first of the month, so that a book has some from its first close on. */
const scoresOnTheFirst = changePolicy('2016-03-01', 'zhima.scoreDay', 1);

const given = (...commands: readonly Command[]): Scene =>
  new Scene(book(house).take(scoresOnTheFirst, ...commands));

const query = (on: string, name: string, partner: string, holder: string): Command =>
  command(on, 'queryScore', { query: name, partner, holder });
const waive = (on: string, waiver: string, holder: string, partner: string, amount: string): Command =>
  command(on, 'waiveDeposit', { waiver, holder, partner, amount: `${amount} CNY` });
const giveBack = (on: string, waiver: string): Command => command(on, 'returnWaived', { waiver });
const claim = (on: string, waiver: string, amount: string): Command =>
  command(on, 'claimWaived', { waiver, amount: `${amount} CNY` });
const repay = (on: string, line: (typeof lines)[number], holder: string, kept: boolean): Command =>
  command(on, `repay${line}`, { holder, kept });
const fall = (on: string, line: (typeof lines)[number], holder: string, missed: boolean): Command =>
  command(on, 'fallDue', { line, holder, missed });

const noFloat = (on: string): Command => changePolicy(on, 'payments.floatRate', '0%');

/** All of the points for one component. */
const only = (on: string, component: string): Command => {
  const names = ['payments', 'repayment', 'tenure', 'assets', 'relations'];
  return changePolicy(
    on,
    'zhima.weights',
    Object.fromEntries(names.map((name) => [name, name === component ? '100%' : '0%'])),
  );
};

/** Everybody who is known scores 950. */
const easy = (on: string): Command[] => [
  only(on, 'tenure'),
  changePolicy(on, 'zhima.fullTenureDays', 0),
  noFloat(on),
];

/** What each ScoresComputed of a close says. */
const told = ({ events }: Outcome): readonly unknown[] =>
  events
    .filter(({ type }) => type === 'ScoresComputed')
    .map(({ data }: StoredEvent) => (isRecord(data) ? data.scores : undefined));

/** A score row without its day: score, then points in the order of the page. */
const scoreOf = (of: Scene | TestBook, holder: string): readonly number[] | undefined => {
  const row = (of instanceof Scene ? of.book : of).state.row(scores, holder);
  return row && [row.score, row.payments, row.repayment, row.tenure, row.assets, row.relations];
};

const countedOf = (of: Scene, holder: string): CountedRow | undefined => of.book.state.row(counted, holder);

const closeThrough = (of: Scene, day: string): Scene => {
  of.book.closeThrough(dayOf(day));
  return of;
};

const on = '2016-03-01';
const card = { method: 'card' } as const;
const instant = { method: 'card', escrow: false } as const;

describe('who is known', () => {
  it('is everyone who topped up, paid, or gave a transfer; `since` is the earliest date of these', () => {
    const scene = given(
      topUp('2016-03-05', 'a', '100.00'),
      transfer('2016-03-05', 'a', 'b', '10.00'),
      pay('2016-03-06', 'P-1', 'c', 'd', '10.00', instant),
      topUp('2016-03-03', 'a', '1.00'),
      topUp('2016-03-09', 'a', '1.00'),
      transfer('2016-03-07', 'd', 'a', '1.00'),
      pay('2016-03-02', 'P-2', 'c', 'a', '1.00', card),
    );
    expect(countedOf(scene, 'a')?.since).toBe(dayOf('2016-03-03'));
    expect(countedOf(scene, 'b')).toBeUndefined();
    expect(countedOf(scene, 'c')?.since).toBe(dayOf('2016-03-02'));
    expect(countedOf(scene, 'd')?.since).toBe(dayOf('2016-03-07'));
  });

  it('who is only paid, or only borrows, has no score; what was counted of him waits', () => {
    const scene = given(
      noFloat(on),
      topUp(on, 'a', '100.00'),
      transfer(on, 'a', 'b', '10.00'),
      repay(on, 'Huabei', 'b', true),
      repay(on, 'Huabei', 'c', true),
    );
    expect(told(scene.when(closeDay(on)))).toEqual([[['a', 458, [0, 105, 0, 0, 3]]]]);
    expect([scoreOf(scene, 'b'), scoreOf(scene, 'c')]).toEqual([undefined, undefined]);
    closeThrough(scene.and(topUp('2016-03-31', 'c', '1.00')), '2016-04-01');
    expect(scoreOf(scene, 'b')).toBeUndefined();
    expect(scoreOf(scene, 'c')).toEqual([560, 0, 210, 0, 0, 0]);
  });
});

describe('what is counted', () => {
  it('payments made as payer, whatever pays them and whatever becomes of them', () => {
    const scene = given(
      topUp(on, 'a', '100.00'),
      subscribe(on, 'a', '50.00'),
      pay(on, 'P-1', 'a', 'm', '1.00'),
      pay(on, 'P-2', 'a', 'm', '1.00', instant),
      pay(on, 'P-3', 'a', 'm', '1.00', { method: 'yuebao' }),
      refund(on, 'P-1'),
    );
    expect(countedOf(scene, 'a')).toEqual({
      since: dayOf(on),
      payments: 3,
      relations: 1,
      kept: 0,
      missed: 0,
    });
  });

  it('distinct holders whom one paid or gave a transfer to; who gets is not counted', () => {
    const scene = given(
      topUp(on, 'a', '100.00'),
      transfer(on, 'a', 'b', '1.00'),
      transfer(on, 'a', 'b', '1.00'),
      pay(on, 'P-1', 'a', 'b', '1.00'),
      pay(on, 'P-2', 'a', 'c', '1.00'),
      transfer(on, 'b', 'a', '1.00'),
    );
    expect(countedOf(scene, 'a')).toMatchObject({ payments: 2, relations: 2 });
    expect(countedOf(scene, 'b')).toMatchObject({ payments: 0, relations: 1 });
    expect(scene.book.state.rows.entries(relations)).toEqual([
      ['a/b', dayOf(on)],
      ['a/c', dayOf(on)],
      ['b/a', dayOf(on)],
    ]);
  });

  it('in the log’s order, whatever the dates: what is dated ahead counts at once', () => {
    const scene = given(topUp(on, 'a', '100.00'), transfer('2016-03-20', 'a', 'b', '1.00'));
    scene.and(closeDay(on));
    expect(scoreOf(scene, 'a')).toEqual([458, 0, 105, 0, 0, 3]);
  });

  it('a reversed payment, top-up or transfer stays counted', () => {
    const scene = given(topUp(on, 'a', '100.00'))
      .and(pay(on, 'P-1', 'a', 'b', '1.00'))
      .andOf('PaymentInitiated', (revision) => reverse(on, revision))
      .and(transfer(on, 'a', 'c', '1.00'))
      .andOf('Transferred', (revision) => reverse(on, revision))
      .and(topUp('2016-02-27', 'a', '1.00'))
      .andOf('ToppedUp', (revision) => reverse(on, revision));
    expect(countedOf(scene, 'a')).toEqual({
      since: dayOf('2016-02-27'),
      payments: 1,
      relations: 2,
      kept: 0,
      missed: 0,
    });
  });

  it.each(lines)('%s: payments kept; debts that go from current to another bucket', (line) => {
    const scene = given(
      topUp(on, 'a', '1.00'),
      repay(on, line, 'a', true),
      repay(on, line, 'a', true),
      repay(on, line, 'a', false),
      fall(on, line, 'a', true),
      fall(on, line, 'b', false),
      closeDay(on),
    );
    expect(countedOf(scene, 'a')).toMatchObject({ kept: 2, missed: 1 });
    expect(countedOf(scene, 'b')).toBeUndefined();
  });

  it('listening posts nothing', () => {
    given(topUp(on, 'a', '5.00'))
      .when(transfer(on, 'a', 'b', '1.00'))
      .gives('Transferred: wallet:a +1.00 · wallet:b -1.00');
  });
});

describe('components', () => {
  /** Points on the score day after commands, all of the weight on one component: floor(600 × it). */
  const pointsFor = (component: string, day: string, ...commands: readonly Command[]): number | undefined => {
    const scene = closeThrough(
      given(noFloat(on), only(on, component), topUp(on, 'a', '100.00')),
      '2016-03-01',
    );
    scene.and(...commands);
    const [score = 0, ...points] = scoreOf(closeThrough(scene, day), 'a') ?? [];
    const sum = points.reduce((total, each) => total + each, 0);
    expect(score).toBe(350 + sum);
    return sum;
  };
  const next = '2016-04-01';
  const day = '2016-03-02';

  it('payments / zhima.fullPayments, at most 1', () => {
    const paying = (count: number) =>
      Array.from({ length: count }, (_, at) => pay(day, `P-${at}`, 'a', 'm', '0.10'));
    expect(pointsFor('payments', next)).toBe(0);
    expect(pointsFor('payments', next, ...paying(1))).toBe(10);
    expect(pointsFor('payments', next, changePolicy(day, 'zhima.fullPayments', 7), ...paying(3))).toBe(257);
    expect(pointsFor('payments', next, ...paying(60))).toBe(600);
    expect(pointsFor('payments', next, ...paying(61))).toBe(600);
    expect(pointsFor('payments', next, changePolicy(day, 'zhima.fullPayments', 0))).toBe(600);
  });

  it('repayment: (kept + 1) / (kept + 1 + zhima.missedWeight × missed), a half when both are zero', () => {
    const kept = (count: number) => Array.from({ length: count }, () => repay(day, 'Jiebei', 'a', true));
    const missed = fall(day, 'Mybank', 'a', true);
    expect(pointsFor('repayment', next)).toBe(300);
    expect(pointsFor('repayment', next, ...kept(1))).toBe(600);
    expect(pointsFor('repayment', next, missed)).toBe(120);
    // 4 / (4 + 4 × 1), 3 / (3 + 4).
    expect(pointsFor('repayment', next, ...kept(3), missed)).toBe(300);
    expect(pointsFor('repayment', next, ...kept(2), missed)).toBe(257);
    expect(pointsFor('repayment', next, changePolicy(day, 'zhima.missedWeight', 0), missed)).toBe(600);
  });

  it('tenure: days from `since` to the day / zhima.fullTenureDays, at least 0', () => {
    // 31 of 1 095 days.
    expect(pointsFor('tenure', next)).toBe(16);
    expect(pointsFor('tenure', next, changePolicy(day, 'zhima.fullTenureDays', '31 days'))).toBe(600);
    expect(pointsFor('tenure', next, changePolicy(day, 'zhima.fullTenureDays', 30))).toBe(600);
    expect(pointsFor('tenure', next, topUp(day, 'a', '1.00'))).toBe(16);
    expect(pointsFor('tenure', next, changePolicy(day, 'zhima.fullTenureDays', 0))).toBe(600);
  });

  it('tenure of who is seen later than the score day is none', () => {
    const scene = given(
      noFloat(on),
      only(on, 'tenure'),
      topUp('2016-03-20', 'a', '1.00'),
      topUp(on, 'b', '1.00'),
    );
    scene.and(closeDay(on));
    expect(scoreOf(scene, 'a')).toEqual([350, 0, 0, 0, 0, 0]);
    closeThrough(
      scene.and(topUp('2016-04-20', 'c', '1.00'), changePolicy('2016-04-01', 'zhima.fullTenureDays', 0)),
      '2016-04-01',
    );
    expect(scoreOf(scene, 'c')).toEqual([950, 0, 0, 600, 0, 0]);
  });

  it('assets: wallet and units of yuebao, at the end of the day so far / zhima.fullAssets', () => {
    // 100.00, 12 500.00, 60 000.00 of 50 000.00.
    expect(pointsFor('assets', next)).toBe(1);
    const more = topUp(next, 'a', '12400.00');
    expect(pointsFor('assets', next, more)).toBe(150);
    expect(pointsFor('assets', next, more, subscribe(next, 'a', '12000.00'))).toBe(150);
    expect(pointsFor('assets', next, topUp('2016-04-02', 'a', '12400.00'))).toBe(1);
    expect(pointsFor('assets', next, topUp(day, 'a', '59900.00'))).toBe(600);
    expect(pointsFor('assets', next, changePolicy(day, 'zhima.fullAssets', '0.00 CNY'))).toBe(600);
  });

  it('assets are those after all that the day’s close paid', () => {
    const all = topUp(next, 'a', '12400.00');
    const redeemed = redeem('2016-03-31', 'a', 'all', 'ordinary');
    expect(pointsFor('assets', '2016-04-01', subscribe('2016-03-31', 'a', '100.00'), redeemed, all)).toBe(
      150,
    );
  });

  it('relations / zhima.fullRelations', () => {
    const giving = (count: number) =>
      Array.from({ length: count }, (_, at) => transfer(day, 'a', `b-${at}`, '0.10'));
    expect(pointsFor('relations', next, ...giving(1))).toBe(30);
    expect(pointsFor('relations', next, ...giving(21))).toBe(600);
    expect(pointsFor('relations', next, changePolicy(day, 'zhima.fullRelations', 0))).toBe(600);
  });

  it('points are floored one by one, so that they explain the score', () => {
    const scene = given(
      noFloat(on),
      changePolicy(on, 'zhima.weights', {
        payments: '33.3%',
        repayment: '33.3%',
        tenure: '33.2%',
        assets: '0.1%',
        relations: '0.1%',
      }),
      topUp(on, 'a', '49999.00'),
      pay(on, 'P-1', 'a', 'm', '1.00'),
      closeDay(on),
    );
    // 3.33, 99.9, 0, 0.59994, 0.03: together 103.86.
    expect(scoreOf(scene, 'a')).toEqual([452, 3, 99, 0, 0, 0]);
  });
});

describe('the score day', () => {
  it('names holders whose score is new or has other points, in the order of ids, each by its subject', () => {
    const scene = given(
      noFloat(on),
      topUp(on, 'b', '5000.00'),
      topUp(on, 'a', '1.00'),
      topUp(on, 'C', '1.00'),
      transfer(on, 'a', 'b', '1.00'),
    );
    const outcome = scene.when(closeDay(on));
    expect(told(outcome)).toEqual([
      [
        ['C', 455, [0, 105, 0, 0, 0]],
        ['a', 458, [0, 105, 0, 0, 3]],
        ['b', 461, [0, 105, 0, 6, 0]],
      ],
    ]);
    outcome.givesOf(['ScoresComputed'], 'ScoresComputed');
    const event = outcome.events.find(({ type }) => type === 'ScoresComputed');
    expect(event).toMatchObject({ subject: 'score', refs: ['score/C', 'score/a', 'score/b'] });
    expect(scene.book.state.row(scores, 'b')).toEqual({
      score: 461,
      payments: 0,
      repayment: 105,
      tenure: 0,
      assets: 6,
      relations: 0,
      on: dayOf(on),
    });
  });

  it('who keeps his points is not named again, and keeps the day of his score', () => {
    const scene = given(
      noFloat(on),
      changePolicy(on, 'zhima.fullTenureDays', 36_500),
      topUp(on, 'a', '1.00'),
      topUp(on, 'b', '1.00'),
      closeDay(on),
      transfer('2016-03-02', 'b', 'a', '1.00'),
    );
    closeThrough(scene, '2016-03-31');
    expect(told(scene.when(closeDay('2016-04-01')))).toEqual([[['b', 458, [0, 105, 0, 0, 3]]]]);
    expect(scene.book.state.row(scores, 'a')?.on).toBe(dayOf(on));
    expect(scene.book.state.row(scores, 'b')?.on).toBe(dayOf('2016-04-01'));
  });

  it('other points of the same sum are other points', () => {
    const scene = given(
      noFloat(on),
      changePolicy(on, 'zhima.fullTenureDays', 36_500),
      topUp(on, 'a', '2500.00'),
      closeDay(on),
    );
    expect(scoreOf(scene, 'a')).toEqual([458, 0, 105, 0, 3, 0]);
    closeThrough(scene.and(transfer('2016-03-02', 'a', 'b', '2500.00')), '2016-03-31');
    expect(told(scene.when(closeDay('2016-04-01')))).toEqual([[['a', 458, [0, 105, 0, 0, 3]]]]);
  });

  it('with nobody new and nothing changed derives no event', () => {
    const scene = given(noFloat(on), topUp('2016-02-29', 'a', '1.00'), closeDay('2016-02-29'));
    scene.when(closeDay(on)).givesOf(['ScoresComputed'], 'ScoresComputed');
    for (const later of ['2016-03-02', '2016-03-03'])
      scene.when(closeDay(later)).gives('DayClosing', 'DayClosed');
  });

  it('is the day of the month zhima.scoreDay as of that day', () => {
    const scene = given(
      noFloat(on),
      topUp(on, 'a', '1.00'),
      changePolicy(on, 'zhima.scoreDay', 28, { from: '2016-03-01' }),
    );
    scene.when(closeDay(on)).gives('DayClosing', 'DayClosed');
    closeThrough(scene, '2016-03-27');
    scene.when(closeDay('2016-03-28')).givesOf(['ScoresComputed'], 'ScoresComputed');
    expect(scoreOf(scene, 'a')).toEqual([457, 0, 105, 2, 0, 0]);
  });

  it('is the sixth, where nobody says otherwise', () => {
    const made = book(house).take(noFloat(on), topUp(on, 'a', '1.00'));
    made.closeThrough(dayOf('2016-03-05'));
    expect(scoreOf(made, 'a')).toBeUndefined();
    made.closeThrough(dayOf('2016-03-06'));
    expect(made.state.row(scores, 'a')?.on).toBe(dayOf('2016-03-06'));
  });

  it('names at most 100 holders in an event', () => {
    const holders = Array.from({ length: 201 }, (_, at) => `h-${String(at).padStart(3, '0')}`);
    const scene = given(noFloat(on), ...holders.map((holder) => topUp(on, holder, '1.00')));
    const outcome = scene.when(closeDay(on));
    const parts = told(outcome).map((part) => (Array.isArray(part) ? part : []));
    expect(parts.map(({ length }) => length)).toEqual([100, 100, 1]);
    expect(parts.flat().map(([holder]) => holder)).toEqual(holders);
  });

  it.each([
    ['zhima.scoreDay', 0],
    ['zhima.scoreDay', 29],
    ['zhima.fullPayments', -1],
    ['zhima.missedWeight', 1.5],
    ['zhima.waiverScore', 349],
    ['zhima.waiverScore', 951],
    ['zhima.fullAssets', '-1.00 CNY'],
    ['zhima.weights', { payments: '100%' }],
  ])('%s may not be %j: INVALID_INPUT', (parameter, value) => {
    given()
      .when(changePolicy(on, parameter, value))
      .refused('INVALID_INPUT');
  });
});

/** `a` has 950 from the close of the day on, and `p`, a partner, is not known; neither is `m`. */
const easyScene = (amount = '100.00'): Scene =>
  given(...easy(on), topUp(on, 'a', amount), pay(on, 'P-1', 'a', 'p', '10.00', instant), closeDay(on));
const day = '2016-03-02';

describe('a query', () => {
  it('costs the partner zhima.queryFee: wallet and reserve, own cash and income', () => {
    const scene = easyScene();
    scene
      .when(query(day, 'Q-1', 'p', 'a'))
      .recorded({ query: 'Q-1', partner: 'p', holder: 'a' })
      .gives('ScoreQueried: wallet:p +0.50 · reserve -0.50 · own-cash +0.50 · query-fee -0.50');
    expect(scene.book.state.row(queries, 'Q-1')).toEqual({
      partner: 'p',
      holder: 'a',
      on: dayOf(day),
      score: 950,
      fee: 50n,
    });
    expect(scene.book.events.at(-1)).toMatchObject({ subject: 'query/Q-1', refs: ['score/a', 'wallet/p'] });
  });

  it('a fee of zero posts nothing', () => {
    easyScene()
      .and(changePolicy(day, 'zhima.queryFee', '0.00 CNY'))
      .when(query(day, 'Q-1', 'm', 'a'))
      .gives('ScoreQueried');
  });

  it('of who has no score: SCORE_UNKNOWN', () => {
    const scene = given(noFloat(on), topUp(on, 'a', '1.00'), topUp(on, 'p', '1.00'));
    scene.when(query(on, 'Q-1', 'p', 'a')).refused('SCORE_UNKNOWN', { value: 'a', hint: /scoreDay/ });
    scene
      .and(closeDay(on))
      .when(query(day, 'Q-1', 'p', 'a'))
      .accepted();
    scene.when(query(day, 'Q-2', 'p', 'nobody')).refused('SCORE_UNKNOWN', { value: 'nobody' });
  });

  it('an id can be used once: QUERY_EXISTS', () => {
    easyScene()
      .and(query('2016-03-05', 'Q-1', 'p', 'a'))
      .when(query(day, 'Q-1', 'm', 'nobody'))
      .refused('QUERY_EXISTS', { value: 'Q-1' });
  });

  it('partner and holder differ: SAME_PARTY, before all that is asked of either', () => {
    easyScene()
      .and(query(day, 'Q-1', 'p', 'a'))
      .when(query(day, 'Q-1', 'x', 'x'))
      .refused('SAME_PARTY', { value: 'x' });
  });

  it('more than the partner’s wallet holds: INSUFFICIENT_FUNDS', () => {
    easyScene()
      .when(query(day, 'Q-1', 'm', 'a'))
      .refused('INSUFFICIENT_FUNDS', { value: '0.50 CNY' })
      .and(topUp(day, 'm', '0.49'))
      .when(query(day, 'Q-1', 'm', 'a'))
      .refused('INSUFFICIENT_FUNDS', { detail: /m has 0\.49 CNY/ });
  });
});

describe('a waiver', () => {
  it('moves no money; its end by a return, too', () => {
    const scene = easyScene();
    scene
      .when(waive(day, 'W-1', 'a', 'p', '50.00'))
      .recorded({ waiver: 'W-1', holder: 'a', partner: 'p', amount: '50.00 CNY' })
      .gives('DepositWaived');
    expect(scene.book.events.at(-1)).toMatchObject({
      subject: 'waiver/W-1',
      refs: ['score/a', 'wallet/a', 'wallet/p'],
    });
    expect(scene.book.state.row(waivers, 'W-1')).toEqual({
      holder: 'a',
      partner: 'p',
      minor: 5_000n,
      on: dayOf(day),
      latest: dayOf(day),
      stage: 'open',
      claimed: 0n,
    });
    scene.when(giveBack('2016-03-04', 'W-1')).recorded({ waiver: 'W-1' }).gives('WaiverReturned');
    expect(scene.book.state.row(waivers, 'W-1')).toMatchObject({
      latest: dayOf('2016-03-04'),
      stage: 'returned',
      claimed: 0n,
    });
    expect(countedOf(scene, 'a')).toMatchObject({ missed: 0 });
  });

  it('a claim pays the partner out of the holder’s wallet, and counts as missed', () => {
    const scene = easyScene().and(waive(day, 'W-1', 'a', 'p', '50.00'));
    scene
      .when(claim('2016-03-04', 'W-1', '20.00'))
      .recorded({ waiver: 'W-1', amount: '20.00 CNY' })
      .gives('WaiverClaimed: wallet:a +20.00 · wallet:p -20.00');
    expect(scene.book.state.row(waivers, 'W-1')).toMatchObject({
      latest: dayOf('2016-03-04'),
      stage: 'claimed',
      claimed: 2_000n,
    });
    expect(countedOf(scene, 'a')).toMatchObject({ missed: 1 });
    closeThrough(scene.and(only(day, 'repayment')), '2016-04-01');
    // 1 / (1 + 4).
    expect(scoreOf(scene, 'a')).toEqual([470, 0, 120, 0, 0, 0]);
  });

  it('needs a score of at least zhima.waiverScore: SCORE_UNKNOWN, SCORE_TOO_LOW', () => {
    const scene = given(
      noFloat(on),
      topUp(on, 'a', '100.00'),
      topUp('2016-03-03', 'b', '1.00'),
      closeDay(on),
    );
    scene.when(waive(day, 'W-1', 'p', 'q', '5.00')).refused('SCORE_UNKNOWN', { value: 'p' });
    scene
      .when(waive(day, 'W-1', 'a', 'p', '5.00'))
      .refused('SCORE_TOO_LOW', { value: '455', detail: /a needs 650/, hint: /waiverScore/ });
    scene
      .and(changePolicy(day, 'zhima.waiverScore', 456))
      .when(waive(day, 'W-1', 'a', 'p', '5.00'))
      .refused('SCORE_TOO_LOW');
    scene
      .and(changePolicy(day, 'zhima.waiverScore', 455))
      .when(waive(day, 'W-1', 'a', 'p', '5.00'))
      .accepted();
  });

  it('to oneself: SAME_PARTY', () => {
    easyScene()
      .when(waive(day, 'W-1', 'a', 'a', '5.00'))
      .refused('SAME_PARTY', { value: 'a' });
  });

  it('an id can be used once: WAIVER_EXISTS; one that nobody knows: WAIVER_UNKNOWN', () => {
    const scene = easyScene().and(waive(day, 'W-1', 'a', 'p', '50.00'));
    scene.when(waive(day, 'W-1', 'nobody', 'm', '1.00')).refused('WAIVER_EXISTS', { value: 'W-1' });
    scene.when(giveBack(day, 'W-2')).refused('WAIVER_UNKNOWN', { value: 'W-2' });
    scene.when(claim(day, 'W-2', '1.00')).refused('WAIVER_UNKNOWN', { value: 'W-2' });
  });

  it('ends once: WAIVER_FINISHED', () => {
    for (const end of [giveBack(day, 'W-1'), claim(day, 'W-1', '1.00')]) {
      const scene = easyScene().and(waive(day, 'W-1', 'a', 'p', '50.00'), end);
      scene.when(giveBack(day, 'W-1')).refused('WAIVER_FINISHED', { value: 'W-1' });
      scene.when(claim(day, 'W-1', '99.00')).refused('WAIVER_FINISHED');
    }
  });

  it('a claim is of at most the deposit: EXCEEDS_DEPOSIT; and of what the wallet holds: INSUFFICIENT_FUNDS', () => {
    const scene = easyScene().and(waive(day, 'W-1', 'a', 'p', '105.00'));
    scene
      .when(claim(day, 'W-1', '105.01'))
      .refused('EXCEEDS_DEPOSIT', { value: '105.01 CNY', detail: /the deposit is 105\.00 CNY/ });
    scene.when(claim(day, 'W-1', '100.01')).refused('INSUFFICIENT_FUNDS', { detail: /a has 100\.00 CNY/ });
    scene
      .and(waive(day, 'W-2', 'a', 'p', '60.00'))
      .when(claim(day, 'W-2', '60.00'))
      .accepted();
    scene.when(claim(day, 'W-1', '40.00')).accepted();
    expectBalances(scene, { 'wallet:a': '0.00', 'wallet:p': '109.94' });
  });

  it('takes no fact dated before its latest: BEFORE_LATEST', () => {
    const scene = easyScene().and(waive('2016-03-05', 'W-1', 'a', 'p', '50.00'));
    const early = { value: 'W-1', detail: /2016-03-05/ };
    scene.when(waive('2016-03-04', 'W-1', 'a', 'a', '50.00')).refused('BEFORE_LATEST', early);
    scene.when(giveBack('2016-03-04', 'W-1')).refused('BEFORE_LATEST', early);
    scene.when(claim('2016-03-04', 'W-1', '99.00')).refused('BEFORE_LATEST', early);
    scene.and(giveBack('2016-03-05', 'W-1'));
    scene.when(claim('2016-03-04', 'W-1', '99.00')).refused('BEFORE_LATEST', early);
  });
});

it('codes are asked in the order of the page', () => {
  const page = readFileSync(new URL('../../docs/segments/zhima.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split('\n## Codes');
  const named = [...(section.split('\n## ')[0] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
  expect(named).toHaveLength(10);
  expect(inStages(named)).toBe(true);
});

describe('reversal', () => {
  it.each([
    ['ScoreQueried', [query(day, 'Q-1', 'p', 'a')], /transfer the fee/],
    ['DepositWaived', [], /Return the waiver/],
    ['WaiverReturned', [giveBack(day, 'W-1')], /another id/],
    ['WaiverClaimed', [claim(day, 'W-1', '1.00')], /Transfer what was claimed/],
  ] as const)('of %s: NOT_REVERSIBLE, and what to do instead', (type, commands, hint) => {
    easyScene()
      .and(waive(day, 'W-1', 'a', 'p', '50.00'), ...commands)
      .whenOf(type, (revision) => reverse(day, revision))
      .refused('NOT_REVERSIBLE', { value: type, hint });
  });
});

// — A month in which all of it happens —

const month: readonly Command[] = [
  scoresOnTheFirst,
  noFloat(on),
  changePolicy(on, 'zhima.waiverScore', 455),
  topUp(on, 'a', '10000.00'),
  topUp(on, 'b', '20.00'),
  pay(on, 'P-0', 'x', 'b', '40.00', instant),
  topUp(on, 'p', '100.00'),
  pay(on, 'P-1', 'a', 'p', '10.00', instant),
  repay(on, 'Huabei', 'a', true),
  query(day, 'Q-1', 'p', 'a'),
  query(day, 'Q-2', 'p', 'b'),
  waive(day, 'W-1', 'b', 'p', '50.00'),
  waive(day, 'W-2', 'a', 'p', '50.00'),
  claim('2016-03-03', 'W-1', '30.00'),
  giveBack('2016-03-03', 'W-2'),
  fall('2016-03-04', 'Jiebei', 'a', true),
  pay('2016-03-20', 'P-2', 'b', 'a', '20.00'),
  query('2016-04-02', 'Q-3', 'p', 'b'),
];

function base(to: string) {
  const history = new HistoryBook({
    house,
    engine: 'test',
    title: 'a test',
    refused: 'fail',
    close: 'daily',
    to: dayOf(to),
  });
  month.forEach((line, at) => {
    history.take({ line: at + 1, command: line }, dayOf(line.on));
  });
  return history.finish();
}

describe('the whole month', () => {
  const to = '2016-04-02';
  const record = base(to);

  it('a rebuild from the log equals the live state', () => {
    const state = emptyState(house);
    for (const event of record.events) fold(house, state, event);
    expect(digest(house, state)).toBe(digest(house, record.state));
    expect(state.rows.entries(scores)).toHaveLength(4);
  });

  /** What a what-if comes to, evaluated whole and from the first fact that it can reach. */
  function whatIf(assumptions: Assumptions) {
    const overrides = overridesOf(assumptions, house);
    const horizon = { from: dayMin, to: dayOf(to), close: 'recorded' } as const;
    const plan = planOf(record, horizon, [], overrides);
    const overlay = { overrides, used: overrides.map(() => false) };
    const whole = new Evaluation(house, emptyState(house, overlay), plan);
    whole.finish();
    const shared = new Evaluation(house, emptyState(house), planOf(record, horizon, [], []));
    shared.advance(plan.first);
    const partial = shared.branch(shared.state.fork(overlay), plan);
    partial.finish();
    expect(digest(house, partial.state)).toBe(digest(house, whole.state));
    return {
      digest: digest(house, whole.state),
      listed: whole.divergences.map(({ line, kind, code }) => [line, kind, code]),
      score: (holder: string) => whole.state.row(scores, holder)?.score,
      counted: (holder: string) => whole.state.row(counted, holder),
    };
  }

  it('a what-if without overrides equals the record', () => {
    const same = whatIf({});
    expect(same.digest).toBe(digest(house, record.state));
    expect(same.listed).toEqual([]);
    // a: 1/60, (1 + 1) / (1 + 1 + 4), 31/1095, 10 019.88/50 000.00, 1/20.
    expect(same.score('a')).toBe(350 + 3 + 70 + 2 + 12 + 3);
    // b: 1/60, 1/5, 31/1095, 9.76/50 000.00, 1/20.
    expect(same.score('b')).toBe(350 + 3 + 42 + 2 + 0 + 3);
  });

  it('other weights give other scores', () => {
    const weights = { payments: '0%', repayment: '100%', tenure: '0%', assets: '0%', relations: '0%' };
    const other = whatIf({ 'zhima.weights': weights });
    expect(other.listed).toEqual([]);
    expect([other.score('a'), other.score('b')]).toEqual([550, 470]);
  });

  it('a waiver that no longer fits is skipped, and what follows on it with it; nothing is missed then', () => {
    const strict = whatIf({ 'zhima.waiverScore': 500 });
    expect(strict.listed).toEqual([
      [12, 'skip', 'SCORE_TOO_LOW'],
      [14, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
    expect(strict.counted('b')).toMatchObject({ missed: 0 });
    const stricter = whatIf({ 'zhima.waiverScore': 600 });
    expect(stricter.listed).toEqual([
      [12, 'skip', 'SCORE_TOO_LOW'],
      [13, 'skip', 'SCORE_TOO_LOW'],
      [14, 'skip', 'DEPENDS_ON_SKIPPED'],
      [15, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
  });

  it('a query is skipped without a score, or without the money', () => {
    expect(whatIf({ 'zhima.scoreDay': 28 }).listed).toEqual([
      [10, 'skip', 'SCORE_UNKNOWN'],
      [11, 'skip', 'SCORE_UNKNOWN'],
      [12, 'skip', 'SCORE_UNKNOWN'],
      [13, 'skip', 'SCORE_UNKNOWN'],
      [14, 'skip', 'DEPENDS_ON_SKIPPED'],
      [15, 'skip', 'DEPENDS_ON_SKIPPED'],
    ]);
    expect(whatIf({ 'zhima.queryFee': '60.00 CNY' }).listed).toEqual([[11, 'skip', 'INSUFFICIENT_FUNDS']]);
  });

  it('a claim that the wallet can’t pay is skipped, never clamped', () => {
    // Of the 40.00 that b is paid he gets 2.00, not 39.76.
    const poorer = whatIf({ 'payments.merchantFeeRate': '95%' });
    expect(poorer.listed).toEqual([[14, 'skip', 'INSUFFICIENT_FUNDS']]);
    expect(poorer.counted('b')).toMatchObject({ missed: 0 });
  });

  it('what partners paid for scores is the segment’s figure', () => {
    const view = new LedgerView(house, record.state, {
      revision: record.revision,
      postings: record.events.reduce((sum, { accounts }) => sum + accounts.length, 0),
      asOf: undefined,
    });
    expect(metrics(house, view, 'zhima', dayOf(on), dayOf('2016-03-31'), undefined)).toMatchObject([
      { id: 'queryFees', unit: 'CNY', value: '1.00' },
    ]);
  });
});

describe('reads', () => {
  it('on other days than the score day the rule asks for nothing but which day that is', () => {
    const { state } = easyScene().book;
    state.day = dayOf(day);
    const s = new TrackedReading(state);
    expect([...scoring.items(s)]).toEqual([]);
    expect([s.looked.rows, s.looked.buckets, s.looked.balances]).toEqual([[], [], []]);
    expect(s.looked.parameters.map(({ parameter }) => parameter.name)).toEqual(['zhima.scoreDay']);
    expect(formatDay(state.day)).toBe(day);
  });
});
