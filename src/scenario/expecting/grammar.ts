/**
 * The little grammar of report lines and expectations: a cursor over a text, and the names that both have in common.
 *
 * @module
 */

import type { House } from '../../kernel/engine/house.ts';
import { type Day, dayOf, type Period, parseDay, periodBounds } from '../../kernel/values/dates.ts';
import { isId } from '../../kernel/values/fields.ts';
import { currencies } from '../../kernel/values/money.ts';
import { cut, unknownName, type Wrong } from '../text/mistakes.ts';
import type { Accounts, Span } from './expectation.ts';

/** Something wrong with a text, and how many characters come before it. */
export interface Flaw extends Wrong {
  readonly offset: number;
}

/** What names are looked up in. */
export interface Names {
  readonly house: House;
  /** Spans and days must have a day in it. */
  readonly horizon?: { readonly from: Day; readonly to: Day } | undefined;
}

/** Thrown where a text can't be read on. */
class Unreadable extends Error {
  readonly flaw: Flaw;
  constructor(flaw: Flaw) {
    super(flaw.expected);
    this.flaw = flaw;
  }
}

/** Reads a text, and gives what was read or all that is wrong. */
export function flawed<T>(
  text: string,
  names: Names | undefined,
  reader: (cursor: Cursor) => T,
): T | readonly Flaw[] {
  const cursor = new Cursor(text, names);
  try {
    const found = reader(cursor);
    return cursor.flaws.length === 0 ? found : cursor.flaws;
  } catch (thrown) {
    if (thrown instanceof Unreadable) return [...cursor.flaws, thrown.flaw];
    throw thrown;
  }
}

/** A place in a text that moves on as the text is read; spaces are passed over. */
export class Cursor {
  readonly text: string;
  readonly names: Names | undefined;
  readonly flaws: Flaw[] = [];
  #at = 0;

  constructor(text: string, names: Names | undefined) {
    this.text = text;
    this.names = names;
    this.#skip();
  }

  /** How many characters come before the next that isn't a space. */
  get at(): number {
    return this.#at;
  }

  #skip(): void {
    while (/\s/.test(this.text.charAt(this.#at))) this.#at++;
  }

  /** What a pattern finds right here, passed over, and the spaces after it unless told otherwise. */
  take(pattern: RegExp, spaces = true): string | undefined {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    if (spaces) this.#skip();
    return found;
  }

  /** A word that must stand here. */
  word(word: string): void {
    const at = this.#at;
    if (this.take(/[A-Za-z]+/) !== word) this.fail(at, word);
  }

  /** A sign that must stand here. */
  sign(sign: string, spaces = true): void {
    const at = this.#at;
    if (this.take(/[^\sA-Za-z0-9]/, spaces) !== sign) this.fail(at, sign);
  }

  /** Nothing may come any more. */
  end(): void {
    if (this.#at < this.text.length) this.fail(this.#at, 'the end of the line');
  }

  /** Notes something wrong that doesn't keep the rest from being read. */
  note(offset: number, wrong: Wrong): void {
    this.flaws.push({ offset, ...wrong });
  }

  /** Gives up. */
  fail(offset: number, expected: string, message?: string): never {
    const spaces = /^\s*/.exec(this.text.slice(offset))?.[0].length ?? 0;
    const rest = this.text.slice(offset + spaces);
    const found =
      rest === '' ? 'the end of the line' : cut((/^(?:[\w.-]+|\S)/.exec(rest)?.[0] ?? rest).slice(0, 40));
    const wrong: Wrong = { found, expected };
    throw new Unreadable({
      offset: offset + spaces,
      ...wrong,
      ...(message === undefined ? {} : { message }),
    });
  }
}

const namePattern = /[A-Za-z][A-Za-z0-9_-]*/;

/** `SEGMENT`; the kernel is none. */
export function readSegment(cursor: Cursor, extra: readonly string[], what: string): string {
  const at = cursor.at;
  const segment = cursor.take(namePattern, false) ?? cursor.fail(at, what);
  const { names } = cursor;
  if (names !== undefined) {
    const known = [...names.house.segments.map(({ id }) => id).filter((id) => id !== 'kernel'), ...extra];
    if (!known.includes(segment)) cursor.note(at, unknownName('segment', segment, known));
  }
  return segment;
}

/** `SEGMENT.NAME` of a metric. */
export function readMetricName(cursor: Cursor): { readonly segment: string; readonly metric: string } {
  const at = cursor.at;
  const segment = cursor.take(namePattern, false) ?? cursor.fail(at, 'SEGMENT.NAME of a metric');
  cursor.sign('.', false);
  const nameAt = cursor.at;
  const metric = cursor.take(namePattern, false) ?? cursor.fail(nameAt, 'the name of a metric');
  // What follows is a span, or after spaces a period.
  cursor.take(/\s*/);
  if (cursor.names !== undefined) {
    const known = cursor.names.house.segments.flatMap(({ id, metrics }) =>
      metrics.map((one) => `${id}.${one.id}`),
    );
    const full = `${segment}.${metric}`;
    if (!known.includes(full)) cursor.note(at, unknownName('metric', full, known));
  }
  return { segment, metric };
}

/** A span after a point, if there is a point. */
export function readSpan(cursor: Cursor): Span | undefined {
  const dot = cursor.take(/\./, false);
  if (dot === undefined) {
    cursor.take(/\s*/);
    return undefined;
  }
  const at = cursor.at;
  const expected = 'a year, quarter, month or day, as in 2016, 2016-Q1, 2016-03 or 2016-03-01';
  const span = spanOf(cursor.take(/[\w-]+/) ?? '') ?? cursor.fail(at, expected);
  const horizon = cursor.names?.horizon;
  if (horizon !== undefined && (span.to < horizon.from || span.from > horizon.to)) {
    cursor.note(at, {
      found: span.text,
      expected: 'a day of the horizon',
      message: `${span.text} has no day in the horizon`,
    });
  }
  return span;
}

const spanPattern = /^(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?$/;

/** The days of `2016`, `2016-Q1`, `2016-03`, `2016-03-01`; undefined where there are none. */
export function spanOf(text: string): Span | undefined {
  const found = spanPattern.exec(text);
  if (!found) return undefined;
  const [, year = '', quarter, month, date] = found;
  const first = quarter === undefined ? (month ?? '01') : String(Number(quarter) * 3 - 2).padStart(2, '0');
  const start = `${year}-${first}-${date ?? '01'}`;
  if (parseDay(start) === undefined) return undefined;
  const by: Period =
    date !== undefined ? 'DAY' : month !== undefined ? 'MONTH' : quarter !== undefined ? 'QUARTER' : 'YEAR';
  return { text, ...periodBounds(dayOf(start), by) };
}

const accountsForms = 'the id of an account, the path of a kind, or the beginning of ids with * after it';

/** An account, a kind, or a prefix with a star. */
export function readAccounts(cursor: Cursor): Accounts {
  const at = cursor.at;
  const text = cursor.take(/[A-Za-z0-9._:-]+\*?|\*/) ?? cursor.fail(at, accountsForms);
  const parts = text.split(':');
  const accounts: Accounts = text.endsWith('*')
    ? { match: 'prefix', prefix: text.slice(0, -1) }
    : parts.length === 4
      ? { match: 'kind', path: text }
      : { match: 'account', id: text };
  if (cursor.names !== undefined) {
    const wrong = accountsWrong(accounts, cursor.names.house);
    if (wrong !== undefined) cursor.note(at, wrong);
  }
  return accounts;
}

/** Why accounts can't be those of a house, if so. */
function accountsWrong(accounts: Accounts, house: House): Wrong | undefined {
  const paths = house.kinds.map(({ path }) => path);
  if (accounts.match === 'prefix') {
    const { prefix } = accounts;
    const known = paths.some((path) => path.startsWith(prefix) || prefix.startsWith(`${path}:`));
    return known
      ? undefined
      : { ...unknownName('account that begins with', prefix, paths), expected: accountsForms };
  }
  if (accounts.match === 'kind') {
    return paths.includes(accounts.path) ? undefined : unknownName('account kind', accounts.path, paths);
  }
  const parts = accounts.id.split(':');
  const path = parts.slice(0, 4).join(':');
  const kind = house.kinds.find((other) => other.path === path);
  if (kind === undefined) return unknownName('account kind', path, paths);
  const holder = parts.length === 6 ? (parts[4] ?? '') : '';
  const shape = kind.perHolder ? parts.length === 6 && isId(holder) : parts.length === 5;
  if (shape && currencies.includes(parts.at(-1) ?? '')) return undefined;
  return { found: accounts.id, expected: kind.perHolder ? `${path}:HOLDER:CNY, or ${path}` : `${path}:CNY` };
}
