/**
 * The period cube: net amounts by control account (a kind in a currency) and day, kept with every posting. From it come
 * revenue and cost by segment and period, and the totals of control accounts, without a look at single postings.
 *
 * @module
 */
import { type Day, dayMax, dayMin } from '../../values/dates.ts';

/** Days of one control account at the root, as a dense run of cells. */
interface Row {
  from: Day;
  /** No cell before this day has been written. */
  first: Day;
  /** No cell after this day has been written. */
  last: Day;
  cells: BigInt64Array;
}

const daySpan = 2 ** 23;
const dayShift = 2 ** 22;
const rowDaysMin = 64;

const cellKey = (control: number, day: Day): number => control * daySpan + day + dayShift;

/** Sums by control account and day; a fork holds what was added since, and reads through. */
export class Cube {
  #base: Cube | undefined;
  readonly #rows: (Row | undefined)[] = [];
  #totals: BigInt64Array;
  readonly #cells: Map<number, bigint> | undefined;
  readonly #ownTotals: Map<number, bigint> | undefined;
  /** In a fork: the first and the last day written of each control account. */
  readonly #firsts: Map<number, Day> | undefined;
  readonly #lasts: Map<number, Day> | undefined;

  private constructor(base: Cube | undefined) {
    this.#base = base;
    this.#totals = new BigInt64Array(base ? 0 : 64);
    this.#cells = base ? new Map() : undefined;
    this.#ownTotals = base ? new Map() : undefined;
    this.#firsts = base ? new Map() : undefined;
    this.#lasts = base ? new Map() : undefined;
  }

  static empty(): Cube {
    return new Cube(undefined);
  }

  /** A cube on top of this one; this one must not change while the fork is read. */
  fork(): Cube {
    return new Cube(this);
  }

  /** Adds a debit-positive amount to a cell. */
  add(control: number, day: Day, minor: bigint): void {
    if (this.#cells !== undefined && this.#ownTotals !== undefined) {
      const key = cellKey(control, day);
      this.#cells.set(key, (this.#cells.get(key) ?? 0n) + minor);
      this.#ownTotals.set(control, (this.#ownTotals.get(control) ?? 0n) + minor);
      this.#firsts?.set(control, Math.min(day, this.#firsts.get(control) ?? dayMax));
      this.#lasts?.set(control, Math.max(day, this.#lasts.get(control) ?? dayMin));
      return;
    }
    if (control >= this.#totals.length) {
      const wider = new BigInt64Array(Math.max(control + 1, this.#totals.length * 2));
      wider.set(this.#totals);
      this.#totals = wider;
    }
    this.#totals[control] = (this.#totals[control] ?? 0n) + minor;
    const row = this.#rowFor(control, day);
    const at = day - row.from;
    row.cells[at] = (row.cells[at] ?? 0n) + minor;
    if (day < row.first) row.first = day;
    if (day > row.last) row.last = day;
  }

  /** The sum of a control account over all days. */
  total(control: number): bigint {
    if (this.#ownTotals === undefined || this.#base === undefined) return this.#totals[control] ?? 0n;
    return this.#base.total(control) + (this.#ownTotals.get(control) ?? 0n);
  }

  /** The sum of a control account over all days up to one. */
  totalOn(control: number, day: Day): bigint {
    const last = this.lastDay(control);
    return day >= last ? this.total(control) : this.total(control) - this.sum(control, day + 1, last);
  }

  /** The highest, or the lowest, that a control account stands at on any day from one on. */
  furthest(control: number, from: Day, high: boolean): bigint {
    let running = this.totalOn(control, from);
    let furthest = running;
    const last = this.lastDay(control);
    for (let day = from + 1; day <= last; day++) {
      running += this.at(control, day);
      if (high ? running > furthest : running < furthest) furthest = running;
    }
    return furthest;
  }

  /** The last day on which anything was added to a control account. */
  lastDay(control: number): Day {
    let last = this.#rows[control]?.last ?? this.#lasts?.get(control) ?? dayMin;
    if (this.#base !== undefined) last = Math.max(last, this.#base.lastDay(control));
    return last;
  }

  /** The first day on which anything was added to a control account. */
  firstDay(control: number): Day {
    const own = this.#rows[control]?.first ?? this.#firsts?.get(control) ?? dayMax;
    return this.#base === undefined ? own : Math.min(own, this.#base.firstDay(control));
  }

  /** One cell. */
  at(control: number, day: Day): bigint {
    if (this.#cells === undefined || this.#base === undefined) {
      const row = this.#rows[control];
      return row === undefined ? 0n : (row.cells[day - row.from] ?? 0n);
    }
    return this.#base.at(control, day) + (this.#cells.get(cellKey(control, day)) ?? 0n);
  }

  /** The sum of a control account over a range of days, both ends included. */
  sum(control: number, from: Day, to: Day): bigint {
    let sum = this.#base === undefined ? 0n : this.#base.sum(control, from, to);
    const row = this.#rows[control];
    if (row !== undefined) {
      const end = Math.min(to, row.last) - row.from;
      for (let at = Math.max(from, row.first) - row.from; at <= end; at++) sum += row.cells[at] ?? 0n;
    }
    if (this.#cells !== undefined) sum += this.#ownSum(this.#cells, control, from, to);
    return sum;
  }

  /** What a fork itself holds of a range: cell by cell, or by a look at each cell that it has, whichever are fewer. */
  #ownSum(cells: ReadonlyMap<number, bigint>, control: number, from: Day, to: Day): bigint {
    let sum = 0n;
    const first = Math.max(from, this.#firsts?.get(control) ?? dayMax);
    const last = Math.min(to, this.#lasts?.get(control) ?? dayMin);
    if (last - first < cells.size) {
      for (let day = first; day <= last; day++) sum += cells.get(cellKey(control, day)) ?? 0n;
      return sum;
    }
    const start = cellKey(control, first);
    const end = cellKey(control, last);
    for (const [key, minor] of cells) if (key >= start && key <= end) sum += minor;
    return sum;
  }

  /** The days of a control account whose cell is not zero, in order. */
  days(control: number): [Day, bigint][] {
    const found = new Map<Day, bigint>();
    this.#collect(control, found);
    return [...found].filter(([, minor]) => minor !== 0n).sort(([a], [b]) => a - b);
  }

  #collect(control: number, into: Map<Day, bigint>): void {
    if (this.#base) this.#base.#collect(control, into);
    const row = this.#rows[control];
    if (row) {
      for (let at = 0; at < row.cells.length; at++) {
        const minor = row.cells[at] ?? 0n;
        if (minor !== 0n) into.set(row.from + at, (into.get(row.from + at) ?? 0n) + minor);
      }
    }
    if (this.#cells) {
      const first = control * daySpan;
      for (const [key, minor] of this.#cells) {
        if (key < first || key >= first + daySpan) continue;
        const day = key - first - dayShift;
        into.set(day, (into.get(day) ?? 0n) + minor);
      }
    }
  }

  /** Reads past a base that holds nothing. */
  skipBase(): void {
    this.#base = this.#base === undefined ? undefined : this.#base.#base;
  }

  /** Adds this fork's cells to its base. */
  publish(): void {
    const base = this.#base;
    if (base === undefined) throw new Error('cube: a root has nothing to publish into');
    for (const [key, minor] of this.#cells ?? []) {
      const control = Math.floor(key / daySpan);
      base.add(control, key - control * daySpan - dayShift, minor);
    }
    this.#cells?.clear();
    this.#ownTotals?.clear();
    this.#firsts?.clear();
    this.#lasts?.clear();
  }

  /** The cells of a root cube, for a snapshot; {@link restore} takes them back. */
  columns(): CubeColumns {
    if (this.#base) throw new Error('cube: only a root has columns');
    const rows = Array.from(this.#rows, (row) =>
      row === undefined
        ? null
        : { from: row.first, cells: row.cells.slice(row.first - row.from, row.last - row.from + 1) },
    );
    return { totals: this.#totals.slice(), rows };
  }

  /** A root cube of what {@link columns} gave. */
  static restore({ totals, rows }: CubeColumns): Cube {
    const cube = new Cube(undefined);
    cube.#totals = totals.slice();
    for (const row of rows) {
      if (row === null) cube.#rows.push(undefined);
      else {
        const { from } = row;
        const cells = new BigInt64Array(Math.max(row.cells.length, rowDaysMin));
        cells.set(row.cells);
        cube.#rows.push({ from, first: from, last: from + row.cells.length - 1, cells });
      }
    }
    return cube;
  }

  #rowFor(control: number, day: Day): Row {
    const row = this.#rows[control];
    if (row === undefined) {
      const made: Row = { from: day, first: day, last: day, cells: new BigInt64Array(rowDaysMin) };
      this.#rows[control] = made;
      return made;
    }
    if (day < row.from) {
      const from = day - rowDaysMin;
      const wider = new BigInt64Array(row.cells.length + row.from - from);
      wider.set(row.cells, row.from - from);
      row.from = from;
      row.cells = wider;
    } else if (day - row.from >= row.cells.length) {
      const wider = new BigInt64Array(Math.max(day - row.from + 1, row.cells.length * 2));
      wider.set(row.cells);
      row.cells = wider;
    }
    return row;
  }
}

/** A root cube, as a snapshot keeps it, by number of control account: totals, and cells from a day on. */
export interface CubeColumns {
  readonly totals: BigInt64Array;
  readonly rows: readonly ({ readonly from: Day; readonly cells: BigInt64Array } | null)[];
}
