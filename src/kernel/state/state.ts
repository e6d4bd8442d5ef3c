/**
 * State: what a fold of a log yields — tables, journal, period cube and policy — as rules look at it. It forks in constant
 * time; a fork is published into its base or dropped.
 *
 * @module
 */
import type { AccountKind } from '../contract/account.ts';
import type { Parameter } from '../contract/parameter.ts';
import type { Entry, Holding, Writing } from '../contract/reading.ts';
import { row } from '../contract/row.ts';
import { type Table, table } from '../contract/table.ts';
import { type Day, dayMax, dayMin } from '../values/dates.ts';
import { formatMoney } from '../values/money.ts';
import { Refusal } from '../values/refusals.ts';
import { watched } from './conduct.ts';
import type { Chart } from './journal/chart.ts';
import { Cube } from './journal/cube.ts';
import { Journal } from './journal/journal.ts';
import { Rows } from './rows.ts';
import {
  defaultTimeline,
  type Override,
  override,
  type Stretch,
  stretchOn,
  type Timeline,
} from './timeline.ts';

/** A recorded stretch of a parameter's timeline: the value as it is written. */
export interface StretchRow {
  readonly from: Day;
  readonly value: unknown;
  readonly source: string;
}

/** The recorded timelines, by parameter name and `name[key]`. Keys start with nothing, and then the plain name holds. */
export const policyTable: Table<readonly StretchRow[]> = table('kernel.policy', {
  doc: 'values of parameters over time',
  holds: row.json('stretches: from, value, source'),
});

/** Says in the timeline of a key that the plain name's value holds. */
export const unset: unique symbol = Symbol('unset');

interface Resolved {
  readonly stretches: readonly Stretch[];
  from: Day;
  to: Day;
  value: unknown;
  by: number;
}

/** The entry of one event, by numbers of accounts. */
export class NumberedEntry implements Entry {
  readonly chart: Chart;
  readonly accounts: readonly number[];
  readonly minors: readonly bigint[];

  constructor(chart: Chart, accounts: readonly number[], minors: readonly bigint[]) {
    this.chart = chart;
    this.accounts = accounts;
    this.minors = minors;
  }

  get length(): number {
    return this.accounts.length;
  }

  sum(kind: AccountKind, holder?: string): bigint {
    let sum = 0n;
    for (let at = 0; at < this.accounts.length; at++) {
      const account = this.accounts[at] ?? -1;
      if (this.chart.kindOf[account]?.ordinal !== kind.ordinal) continue;
      if (holder === undefined || this.chart.holderOf[account] === holder) sum += this.minors[at] ?? 0n;
    }
    return sum;
  }

  holderOf(kind: AccountKind): string | undefined {
    const found = this.accounts.find((account) => this.chart.kindOf[account]?.ordinal === kind.ordinal);
    return found === undefined ? undefined : this.chart.holderOf[found];
  }

  /** The mirror entry: every side turned. */
  mirrored(): NumberedEntry {
    return new NumberedEntry(
      this.chart,
      this.accounts,
      this.minors.map((minor) => -minor),
    );
  }
}

/** Days that are closed, and the dates of facts until one is; also the number of events folded. */
interface Marks {
  closedThrough: Day | undefined;
  /** The earliest and the latest date of a fact that stands: reversed ones don't, and a reversal is none by itself. */
  earliest: Day | undefined;
  latest: Day | undefined;
  /** The earliest date of any fact, reversed or not: what the digests of books opened without bounds go by. */
  earliestEver: Day | undefined;
  /** How many facts of a date stand, until the first close. Shared between forks, and copied before it is written. */
  standing: ReadonlyMap<Day, number>;
  /** The day whose close is being folded: between its beginning and its end. */
  settling: Day | undefined;
  events: number;
}

/** What a house declares, by ordinals: rows of other tables are not written, values of other parameters not read. */
export interface Declared {
  readonly tables: readonly (true | undefined)[];
  readonly parameters: readonly (true | undefined)[];
}

/** Which overrides a run goes by, and which of them a rule has read. */
export interface Overlay {
  readonly overrides: readonly Override[];
  readonly used: boolean[];
}

const noMarks: Marks = {
  closedThrough: undefined,
  earliest: undefined,
  latest: undefined,
  earliestEver: undefined,
  standing: new Map(),
  settling: undefined,
  events: 0,
};

export class State implements Writing {
  readonly chart: Chart;
  readonly overlay: Overlay | undefined;
  /** What may be written and read; undefined: anything. */
  readonly #declared: Declared | undefined;
  rows: Rows;
  journal: Journal;
  cube: Cube;
  readonly marks: Marks;
  day: Day = dayMin;
  /** Sum of the sizes of all amounts posted: a bound below which no figure can leave 64 bits. */
  gross = 0;
  #base: State | undefined;
  #resolved = new Map<string, Resolved>();
  /** Whether any timeline of a key of the parameter exists, by ordinal. */
  #hasKeys: (boolean | undefined)[] = [];
  #plain: (Resolved | undefined)[] = [];
  /** The standing dates, where this state has a copy of its own to write. */
  #standing: Map<Day, number> | undefined;

  private constructor(
    chart: Chart,
    base: State | undefined,
    overlay: Overlay | undefined,
    parts: { rows: Rows; journal: Journal; cube: Cube; marks: Marks },
    declared: Declared | undefined = base === undefined ? undefined : base.#declared,
  ) {
    this.chart = chart;
    this.#declared = declared;
    this.#base = base;
    this.overlay = overlay;
    this.rows = parts.rows;
    this.journal = parts.journal;
    this.cube = parts.cube;
    this.marks = parts.marks;
    this.gross = base?.gross ?? 0;
  }

  /** The state before any event. */
  static empty(chart: Chart, overlay?: Overlay, declared?: Declared): State {
    const parts = {
      rows: new Rows(),
      journal: Journal.empty(),
      cube: Cube.empty(),
      marks: { ...noMarks },
    };
    return new State(chart, undefined, overlay, parts, declared);
  }

  /** A state of restored parts. */
  static of(
    chart: Chart,
    parts: { rows: Rows; journal: Journal; cube: Cube; marks: Marks },
    declared?: Declared,
  ): State {
    return new State(chart, undefined, undefined, parts, declared);
  }

  /** A state on top of this one, which must not change while the fork is read. Overrides replace those of the base. */
  fork(overlay: Overlay | undefined = this.overlay): State {
    this.#standing = undefined;
    return new State(this.chart, this, overlay, {
      rows: this.rows.fork(),
      journal: this.journal.fork(),
      cube: this.cube.fork(),
      marks: { ...this.marks },
    });
  }

  /** The state that this one is a fork of. */
  get base(): State | undefined {
    return this.#base;
  }

  /** Reads past a base that holds nothing of its own (one that was published). */
  skipBase(): void {
    this.rows.skipBase();
    this.journal.skipBase();
    this.cube.skipBase();
    this.#base = this.#base?.base;
  }

  /** Moves what this fork holds into its base; it reads through from then on. */
  publish(): void {
    const base = this.#base;
    if (base === undefined) throw new Error('state: a root has nothing to publish into');
    this.rows.publish();
    this.journal.publish();
    this.cube.publish();
    Object.assign(base.marks, this.marks);
    this.#standing = undefined;
    base.#standing = undefined;
    base.gross = this.gross;
    base.forgetPolicy();
  }

  // — Reading —

  row<R>(of: Table<R>, key: string): R | undefined {
    const held = this.rows.get(of, key);
    return watched.by === undefined || held === undefined ? held : watched.by.row(this, of, key, held);
  }

  bucket<R>(of: Table<R>, bucket: number): readonly string[] {
    const keys = this.rows.bucket(of, bucket);
    return watched.by === undefined ? keys : watched.by.bucket(this, of, keys);
  }

  buckets<R>(of: Table<R>): readonly number[] {
    return this.rows.buckets(of);
  }

  balanceOn(kind: AccountKind, day: Day, holder = '', currency = 'CNY'): bigint {
    const account = this.chart.find(kind, holder, currency);
    return account === undefined ? 0n : kind.side * this.journal.balanceAt(account, day);
  }

  available(kind: AccountKind, holder = '', currency = 'CNY'): bigint {
    const account = this.chart.find(kind, holder, currency);
    return account === undefined ? 0n : this.journal.available(account, this.day, kind.side);
  }

  totalOn(kind: AccountKind, day: Day, currency = 'CNY'): bigint {
    return kind.side * this.cube.totalOn(this.chart.control(kind, currency), day);
  }

  shortage(kind: AccountKind, minor: bigint, holder = '', currency = 'CNY'): Refusal | undefined {
    const available = this.available(kind, holder, currency);
    if (available >= minor) return undefined;
    const floor = this.chart.kindAt(kind.path)?.floor;
    if (floor === undefined) throw new RangeError(`${kind.path} has no floor`);
    return new Refusal(
      floor,
      formatMoney(minor, currency),
      `${holder} has ${formatMoney(available, currency)}`,
    );
  }

  highest(kind: AccountKind, holder = '', currency = 'CNY'): bigint {
    const account = this.chart.find(kind, holder, currency);
    return account === undefined
      ? 0n
      : -this.journal.available(account, this.day, kind.side === 1n ? -1n : 1n);
  }

  lowestNet(plus: readonly AccountKind[], minus: readonly AccountKind[], currency = 'CNY'): bigint {
    const terms = [
      ...plus.map((kind) => ({ kind, sign: 1n })),
      ...minus.map((kind) => ({ kind, sign: -1n })),
    ];
    const controls = terms.map(({ kind, sign }) => ({
      control: this.chart.control(kind, currency),
      sign: sign * kind.side,
    }));
    const day = this.day;
    let last = day;
    let net = 0n;
    for (const { control, sign } of controls) {
      net += sign * this.cube.totalOn(control, day);
      last = Math.max(last, this.cube.lastDay(control));
    }
    let lowest = net;
    for (let later = day + 1; later <= last; later++) {
      for (const { control, sign } of controls) net += sign * this.cube.at(control, later);
      if (net < lowest) lowest = net;
    }
    return lowest;
  }

  balancesOn(kind: AccountKind, day: Day): readonly Holding[] {
    const found: Holding[] = [];
    for (const account of this.chart.ofKind(kind)) {
      if (this.journal.head(account) < 0) continue;
      found.push({
        holder: this.chart.holderOf[account] ?? '',
        minor: kind.side * this.journal.balanceAt(account, day),
      });
    }
    return found;
  }

  policy<T>(of: Parameter<T>, key?: string): T {
    if (key !== undefined && this.#keyed(of)) {
      const value = this.#at(this.#resolveKey(of, key));
      if (value !== unset) return value as T;
    }
    let plain = this.#plain[of.ordinal];
    if (plain === undefined) {
      if (this.#declared !== undefined && this.#declared.parameters[of.ordinal] === undefined)
        throw new Error(`${of.name} is no parameter of this house`);
      plain = resolved(this.#applied(of, undefined, this.recorded(of) ?? defaultTimeline(of)));
      this.#plain[of.ordinal] = plain;
    }
    return this.#at(plain) as T;
  }

  /** The stretch that holds for a parameter (or a key of it) on a day: value, source, and whether an override gave it. */
  stretch(
    of: Parameter<unknown>,
    key: string | undefined,
    day: Day,
  ): Stretch & { readonly override: Override | undefined } {
    if (key !== undefined && this.#keyed(of)) {
      const found = stretchOn(this.#resolveKey(of, key).stretches, day);
      if (found !== undefined && found.value !== unset)
        return { ...found, override: this.#overrideOf(found) };
    }
    const found = stretchOn(this.timeline(of), day);
    if (found === undefined) throw new RangeError(`${of.name} has no value on day ${day}`);
    return { ...found, override: this.#overrideOf(found) };
  }

  /** A parameter's values over all time, overrides applied. */
  timeline(of: Parameter<unknown>, key?: string): Timeline {
    if (key !== undefined) return this.#resolveKey(of, key).stretches.filter(({ value }) => value !== unset);
    return this.#applied(of, undefined, this.recorded(of) ?? defaultTimeline(of));
  }

  #overrideOf(stretch: Stretch): Override | undefined {
    return stretch.by === undefined ? undefined : this.overlay?.overrides[stretch.by];
  }

  /** The recorded timeline of a parameter or of a key of it, before overrides. */
  recorded(of: Parameter<unknown>, key?: string): Timeline | undefined {
    const row = this.rows.get(policyTable, key === undefined ? of.name : `${of.name}[${key}]`);
    return row?.map(({ from, value, source }) => {
      if (value === null) return { from, value: unset, source };
      const parsed = of.type.parse(value);
      return { from, value: parsed, source };
    });
  }

  #keyed(of: Parameter<unknown>): boolean {
    if (!of.keyed) return false;
    let has = this.#hasKeys[of.ordinal];
    if (has === undefined) {
      const overridden = this.overlay?.overrides.some(
        ({ parameter, key }) => parameter === of && key !== undefined,
      );
      has = overridden === true || this.rows.get(policyTable, `${of.name}[*]`) !== undefined;
      this.#hasKeys[of.ordinal] = has;
    }
    return has;
  }

  #resolveKey(of: Parameter<unknown>, key: string): Resolved {
    const name = `${of.name}[${key}]`;
    let found = this.#resolved.get(name);
    if (found === undefined) {
      const none: Timeline = [{ from: dayMin, value: unset, source: '' }];
      found = resolved(this.#applied(of, key, this.recorded(of, key) ?? this.recorded(of, '*') ?? none));
      this.#resolved.set(name, found);
    }
    return found;
  }

  #applied(of: Parameter<unknown>, key: string | undefined, timeline: Timeline): Timeline {
    const overlay = this.overlay;
    if (overlay === undefined) return timeline;
    let made = timeline;
    overlay.overrides.forEach(({ parameter, key: given, from, to, value, source }, by) => {
      const meant = given === key || (given === '*' && key !== undefined);
      if (parameter === of && meant) made = override(made, { from, value, source, by }, to);
    });
    return made;
  }

  #at(found: Resolved): unknown {
    const day = this.day;
    if (day < found.from || day > found.to) {
      const { stretches } = found;
      let at = stretches.length - 1;
      while (at > 0 && (stretches[at]?.from ?? dayMax) > day) at--;
      const stretch = stretches[at];
      found.from = at === 0 ? dayMin : (stretch?.from ?? dayMin);
      found.to = (stretches[at + 1]?.from ?? dayMax + 1) - 1;
      found.value = stretch?.value;
      found.by = stretch?.by ?? -1;
    }
    if (found.by >= 0 && this.overlay !== undefined) this.overlay.used[found.by] = true;
    return found.value;
  }

  /** Drops what was worked out of the policy: after a change of it. */
  forgetPolicy(): void {
    this.#resolved = new Map();
    this.#hasKeys = [];
    this.#plain = [];
  }

  // — Writing —

  set<R>(of: Table<R>, key: string, row: R): void {
    if (this.#declared !== undefined && this.#declared.tables[of.ordinal] === undefined)
      throw new Error(`${of.name} is no table of this house: its rows would be lost at a snapshot`);
    this.rows.set(of, key, watched.by === undefined ? row : watched.by.set(this, of, key, row));
  }

  delete<R>(of: Table<R>, key: string): void {
    watched.by?.delete(this, of, key);
    this.rows.delete(of, key);
  }

  /** Posts an entry of the next event. */
  post(entry: NumberedEntry, day: Day, event: number): void {
    const { accounts, minors } = entry;
    for (let at = 0; at < accounts.length; at++) {
      const account = accounts[at] ?? 0;
      const minor = minors[at] ?? 0n;
      this.journal.append(account, minor, day, event);
      this.cube.add(this.chart.controlOf[account] ?? 0, day, minor);
      this.gross += Math.abs(Number(minor));
    }
  }

  /** Notes the date of a fact, until the first close. A reversal's own date counts for nothing. */
  noteDate(on: Day, stands: boolean): void {
    const { marks } = this;
    if (marks.closedThrough !== undefined) return;
    if (marks.earliestEver === undefined || on < marks.earliestEver) marks.earliestEver = on;
    if (!stands) return;
    const standing = this.#ownStanding();
    standing.set(on, (standing.get(on) ?? 0) + 1);
    if (marks.earliest === undefined || on < marks.earliest) marks.earliest = on;
    if (marks.latest === undefined || on > marks.latest) marks.latest = on;
  }

  /** A fact of a date stands no more: it was reversed. */
  dropDate(on: Day): void {
    const { marks } = this;
    if (marks.closedThrough !== undefined) return;
    const standing = this.#ownStanding();
    const left = (standing.get(on) ?? 0) - 1;
    if (left > 0) {
      standing.set(on, left);
      return;
    }
    standing.delete(on);
    if (on !== marks.earliest && on !== marks.latest) return;
    marks.earliest = undefined;
    marks.latest = undefined;
    for (const day of standing.keys()) {
      if (marks.earliest === undefined || day < marks.earliest) marks.earliest = day;
      if (marks.latest === undefined || day > marks.latest) marks.latest = day;
    }
  }

  /** A day is closed: from the first one on, the dates of facts bind nothing. */
  closeThrough(day: Day): void {
    this.marks.settling = undefined;
    this.marks.closedThrough = day;
    this.marks.standing = noMarks.standing;
    this.#standing = undefined;
  }

  #ownStanding(): Map<Day, number> {
    if (this.#standing === undefined) {
      this.#standing = new Map(this.marks.standing);
      this.marks.standing = this.#standing;
    }
    return this.#standing;
  }

  /** The first day that is not closed, once one is. */
  get openFrom(): Day | undefined {
    return this.marks.closedThrough === undefined ? undefined : this.marks.closedThrough + 1;
  }
}

const resolved = (stretches: Timeline): Resolved => ({
  stretches,
  from: dayMax,
  to: dayMin,
  value: undefined,
  by: -1,
});
