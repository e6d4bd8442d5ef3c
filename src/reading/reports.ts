/**
 * Reports: totals of control accounts at a point of both axes, and the statements made of them. They come from the period cube;
 * at an older revision what was posted since is taken off, or the nearest checkpoint is gone out from, whichever is less.
 *
 * @module
 */

import type { AccountClass, AccountKind } from '../kernel/contract/account.ts';
import { Cube } from '../kernel/state/journal/cube.ts';
import { listControls } from '../kernel/state/journal/listing.ts';
import type { State } from '../kernel/state/state.ts';
import { type Day, dayMax, dayMin, formatDay, type Period, periodsBetween } from '../kernel/values/dates.ts';
import type { Money } from '../kernel/values/money.ts';
import { codes, Refusal } from '../kernel/values/refusals.ts';
import { addPostings, checkpoint, nearest } from './checkpoints.ts';

/** Most periods that a report is cut into: ten years of days. */
export const periodsMax = 3_660;

/** A point on both axes: what was recorded up to a revision, of it what counts up to a day. */
export interface Point {
  /** The last revision that counts; -1 before all. */
  readonly revision: number;
  /** Number of the journal's postings at that revision. */
  readonly postings: number;
  /** The last day that counts; undefined for all days. */
  readonly asOf: Day | undefined;
}

/** A control account (a kind in a currency) and its figure, positive on the kind's normal side. */
export interface ControlBalance extends Money {
  readonly kind: AccountKind;
}

/** An amount over a period, both days included. */
export interface PeriodAmount extends Money {
  /** `2016-03`, `2016-Q1`, `2016-03-01`, `2016`. */
  readonly period: string;
  readonly from: Day;
  readonly to: Day;
}

/** A line of a trial balance: a control account's balance, in one of the two columns. Neither is negative. */
export interface TrialLine {
  readonly kind: AccountKind;
  readonly currency: string;
  readonly debit: bigint;
  readonly credit: bigint;
}

/** All control accounts with a balance; by entity and currency the columns agree. */
export interface TrialBalance {
  readonly entity: string | undefined;
  readonly lines: readonly TrialLine[];
  readonly totals: readonly {
    readonly entity: string;
    readonly currency: string;
    readonly debit: bigint;
    readonly credit: bigint;
  }[];
}

/** What was earned and spent over a period. */
export interface IncomePeriod {
  readonly period: string;
  readonly from: Day;
  readonly to: Day;
  readonly income: readonly ControlBalance[];
  readonly expenses: readonly ControlBalance[];
  /** Income less expenses, by currency. */
  readonly result: readonly Money[];
}

export interface IncomeStatement {
  readonly entity: string | undefined;
  readonly from: Day;
  readonly to: Day;
  readonly periods: readonly IncomePeriod[];
}

/** The two sides of an entity's balance sheet in one currency; `assets` is `liabilities`, `equity` and `result` together. */
export interface BalanceSheetTotals {
  readonly entity: string;
  readonly currency: string;
  readonly assets: bigint;
  readonly liabilities: bigint;
  readonly equity: bigint;
  /** Income less expenses since the book began: nothing is ever carried to equity. */
  readonly result: bigint;
}

/** What an entity has and owes. An asset below zero is owed: it stands under liabilities, as an overdraft. */
export interface BalanceSheet {
  readonly entity: string | undefined;
  readonly assets: readonly ControlBalance[];
  readonly liabilities: readonly (ControlBalance & { readonly overdraft: boolean })[];
  readonly equity: readonly ControlBalance[];
  readonly totals: readonly BalanceSheetTotals[];
}

/** Totals of control accounts at a point. What it says never changes, however far its state moves on. */
export class Totals {
  readonly #state: State;
  readonly #postings: number;
  /** The last day that counts. */
  readonly to: Day;
  /** A cube of a number of postings near the point's, and what lies between them, where that is less than what came since. */
  #fixed: { readonly near: Cube; readonly between: Cube; readonly sign: 1n | -1n } | undefined;
  /** What was posted after the point, up to {@link #through}. */
  #since: Cube | undefined;
  #through: number;

  constructor(state: State, { postings, asOf }: Point) {
    this.#state = state;
    this.#postings = postings;
    this.to = asOf ?? dayMax;
    this.#through = postings;
  }

  /** The balance of a control account, debit positive. */
  total(control: number): bigint {
    return this.totalOn(control, this.to);
  }

  /** The balance of a control account at the end of a day up to the point's, debit positive. */
  totalOn(control: number, day: Day): bigint {
    const end = Math.min(day, this.to);
    return this.#over((cube) => cube.totalOn(control, end));
  }

  /** The net change of a control account over days up to the point's, both ends included, debit positive. */
  sum(control: number, from: Day, to: Day): bigint {
    const end = Math.min(to, this.to);
    return from > end ? 0n : this.#over((cube) => cube.sum(control, from, end));
  }

  /** The number of postings that {@link total} has to pass over before it answers. */
  get distance(): number {
    if (this.#fixed !== undefined) return 0;
    const { journal } = this.#state;
    const near = Math.abs(nearest(journal, this.#postings) - this.#postings);
    return Math.min(journal.length - this.#through, near);
  }

  /** First and last day up to the point's on which any of some control accounts changed; undefined when none did. */
  days(controls: readonly number[]): { readonly from: Day; readonly to: Day } | undefined {
    const { cube } = this.#state;
    let from = dayMax;
    let to = dayMin;
    for (const control of controls) {
      from = Math.min(from, cube.firstDay(control));
      to = Math.max(to, cube.lastDay(control));
    }
    to = Math.min(to, this.to);
    const still = (day: Day): boolean => controls.every((control) => this.sum(control, day, day) === 0n);
    while (from <= to && still(from)) from++;
    while (from <= to && still(to)) to--;
    return from > to ? undefined : { from, to };
  }

  /** A figure at the point: that of the cube as it stands, less that of what came after; or from a checkpoint, if that is nearer. */
  #over(figure: (cube: Cube) => bigint): bigint {
    const { chart, journal, cube } = this.#state;
    const { controlOf } = chart;
    const more = journal.length - this.#through;
    if (this.#fixed === undefined && more > 0) {
      const at = nearest(journal, this.#postings);
      if (Math.abs(at - this.#postings) < more) {
        const range = { from: Math.min(at, this.#postings), to: Math.max(at, this.#postings) };
        this.#fixed = {
          near: checkpoint(journal, controlOf, at),
          between: addPostings(journal, controlOf, range, Cube.empty()),
          sign: at < this.#postings ? 1n : -1n,
        };
        this.#since = undefined;
      } else {
        const range = { from: this.#through, to: journal.length };
        this.#since = addPostings(journal, controlOf, range, this.#since ?? Cube.empty());
        this.#through = journal.length;
      }
    }
    if (this.#fixed !== undefined) {
      const { near, between, sign } = this.#fixed;
      return figure(near) + sign * figure(between);
    }
    return this.#since === undefined ? figure(cube) : figure(cube) - figure(this.#since);
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The trial balance of an entity, or of all: by entity and currency, debits equal credits. */
export function trialBalance(state: State, totals: Totals, entity?: string): TrialBalance {
  const lines: TrialLine[] = [];
  const sums = new Map<string, { entity: string; currency: string; debit: bigint; credit: bigint }>();
  for (const { control, kind, currency } of listControls(state.chart, entity)) {
    const minor = totals.total(control);
    if (minor === 0n) continue;
    const line = { kind, currency, debit: minor > 0n ? minor : 0n, credit: minor < 0n ? -minor : 0n };
    lines.push(line);
    const sum = entry(sums, kind.entity, currency, () => ({
      entity: kind.entity,
      currency,
      debit: 0n,
      credit: 0n,
    }));
    sum.debit += line.debit;
    sum.credit += line.credit;
  }
  return { entity, lines, totals: [...sums.values()] };
}

/** What an entity (or all) earned and spent, period by period; accounts that did not change in a period are left out of it. */
export function incomeStatement(
  state: State,
  totals: Totals,
  span: { readonly from: Day; readonly to: Day; readonly by: Period },
  entity?: string,
): IncomeStatement | Refusal {
  const cut = cutUp(span.from, span.to, span.by, totals.to);
  if (cut instanceof Refusal) return cut;
  const controls = listControls(state.chart, entity);
  const periods = cut.map((bounds) => {
    const changes = controls.map(({ control, kind, currency }) => ({
      kind,
      currency,
      minor: isResult(kind.class) ? kind.side * totals.sum(control, bounds.from, bounds.to) : 0n,
    }));
    const income = changes.filter(({ kind, minor }) => kind.class === 'income' && minor !== 0n);
    const expenses = changes.filter(({ kind, minor }) => kind.class === 'expense' && minor !== 0n);
    const result = new Map<string, bigint>();
    for (const { kind, currency, minor } of [...income, ...expenses]) {
      result.set(currency, (result.get(currency) ?? 0n) - kind.side * minor);
    }
    return { ...bounds, income, expenses, result: byCurrency(result) };
  });
  return { entity, from: span.from, to: span.to, periods };
}

/** What an entity (or all) has and owes. */
export function balanceSheet(state: State, totals: Totals, entity?: string): BalanceSheet {
  const assets: ControlBalance[] = [];
  const liabilities: (ControlBalance & { overdraft: boolean })[] = [];
  const equity: ControlBalance[] = [];
  const sums = new Map<string, { -readonly [K in keyof BalanceSheetTotals]: BalanceSheetTotals[K] }>();
  for (const { control, kind, currency } of listControls(state.chart, entity)) {
    const minor = kind.side * totals.total(control);
    if (minor === 0n) continue;
    const sum = entry(sums, kind.entity, currency, () => ({
      entity: kind.entity,
      currency,
      assets: 0n,
      liabilities: 0n,
      equity: 0n,
      result: 0n,
    }));
    switch (kind.class) {
      case 'asset':
        if (minor < 0n) {
          liabilities.push({ kind, currency, minor: -minor, overdraft: true });
          sum.liabilities -= minor;
        } else {
          assets.push({ kind, currency, minor });
          sum.assets += minor;
        }
        break;
      case 'liability':
        liabilities.push({ kind, currency, minor, overdraft: false });
        sum.liabilities += minor;
        break;
      case 'equity':
        equity.push({ kind, currency, minor });
        sum.equity += minor;
        break;
      case 'income':
      case 'expense':
        sum.result -= kind.side * minor;
        break;
      default:
        kind.class satisfies never;
    }
  }
  return { entity, assets, liabilities, equity, totals: [...sums.values()] };
}

/**
 * The change of accounts over periods, positive on their normal side; one run of periods a currency. Without a day the span begins
 * or ends where the books of some entities do.
 */
export function changes(
  state: State,
  totals: Totals,
  of: { readonly kinds: readonly AccountKind[]; readonly entities: ReadonlySet<string> },
  span: { readonly from?: Day | undefined; readonly to?: Day | undefined; readonly by: Period },
): PeriodAmount[] | Refusal {
  const wanted = new Set(of.kinds.map(({ path }) => path));
  const listed = listControls(state.chart);
  const controls = listed.filter(({ kind }) => wanted.has(kind.path));
  const bounds = totals.days(
    listed.filter(({ kind }) => of.entities.has(kind.entity)).map(({ control }) => control),
  );
  const from = span.from ?? bounds?.from;
  const to = span.to ?? bounds?.to;
  if (from === undefined || to === undefined) return [];
  const cut = cutUp(from, to, span.by, totals.to);
  if (cut instanceof Refusal) return cut;
  const currencies = new Set(controls.map(({ currency }) => currency));
  const runs = [...currencies].sort().map((currency) =>
    cut.map((period) => {
      let minor = 0n;
      for (const { control, kind, currency: own } of controls) {
        if (own === currency) minor += kind.side * totals.sum(control, period.from, period.to);
      }
      return { ...period, minor, currency };
    }),
  );
  const shown = runs.filter((run) => run.some(({ minor }) => minor !== 0n));
  return shown.length > 0 ? shown.flat() : cut.map((period) => ({ ...period, minor: 0n, currency: 'CNY' }));
}

/**
 * The periods of a span, each cut to it and to the last day that counts.
 *
 * @returns a refusal when they are too many, or end before they begin
 */
export function cutUp(
  from: Day,
  to: Day,
  by: Period,
  last: Day,
): { readonly period: string; readonly from: Day; readonly to: Day }[] | Refusal {
  const span = `${formatDay(from)} to ${formatDay(to)}`;
  if (to < from) return new Refusal(codes.invalidInput, span, 'it ends before it begins');
  // The shortest that a period of the kind can be, so that nothing is made before it is known to be few.
  const daysMin = { DAY: 1, MONTH: 28, QUARTER: 90, YEAR: 365 }[by];
  const count = Math.floor((Math.min(to, last) - from) / daysMin) + 1;
  if (count > periodsMax) {
    return new Refusal(codes.tooMany, `${span} by ${by}`, `a report has at most ${periodsMax} periods`);
  }
  return periodsBetween(from, Math.min(to, last), by);
}

const isResult = (found: AccountClass): boolean => found === 'income' || found === 'expense';

/** Amounts by currency, in alphabetical order. */
export const byCurrency = (sums: ReadonlyMap<string, bigint>): Money[] =>
  [...sums].sort(([a], [b]) => order(a, b)).map(([currency, minor]) => ({ minor, currency }));

function entry<T>(sums: Map<string, T>, entity: string, currency: string, make: () => T): T {
  const key = `${entity}:${currency}`;
  const known = sums.get(key);
  if (known !== undefined) return known;
  const made = make();
  sums.set(key, made);
  return made;
}
