/**
 * Terms of a contract as they are written, read one by one: figures, dates, words, dates that recur.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import { type Day, dayMax, formatDay, parseDay } from '../../../kernel/values/dates.ts';
import { isRecord, show } from '../../../kernel/values/fields.ts';
import { codes, Refusal, RefusedError } from '../../../kernel/values/refusals.ts';
import { type EndOfMonth, endOf, type Moment, parseCycle, startOf } from '../calendar.ts';
import { Exact } from '../exact.ts';
import { type Kind, kinds, type Name, namesOf, passedOver, without } from './term-names.ts';
import type { Recurrence } from './terms.ts';
import { dateOf } from './timetable.ts';

const hint = 'Names and values are those of the ACTUS data dictionary; see Query.contractSchedule.';

/** A term that is not as it must be: its name and value, and what is possible. */
export const mistakenTerm = (name: string, value: unknown, possible: string): Refusal =>
  new Refusal(codes.invalidInput, `${name}: ${show(value)}`, possible, hint);

/** Leaves the parser; caught where it was entered. */
export function refuse(name: string, value: unknown, possible: string): never {
  throw new RefusedError(mistakenTerm(name, value, possible));
}

export function parsed<T>(parse: () => T): T | Refusal {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
}

const momentPattern = /^(\d{4}-\d{2}-\d{2})(?:T00:00(?::00)?|(T23:59(?::59)?))?$/;

/** A moment of a text; undefined if it is none. */
export function parseMoment(text: string): Moment | undefined {
  const [, date = '', atEnd] = momentPattern.exec(text) ?? [];
  const day = parseDay(date);
  if (day === undefined) return undefined;
  return atEnd === undefined ? startOf(day) : endOf(day);
}

const figurePattern = /^[+-]?\d{1,30}(\.\d{1,30})?$/;
/** Significant digits that every JSON number keeps: of more one can't say whether they are what was written. */
const numberDigitsMax = 15;

/** The figure of a number or a text. */
export function figureOf(name: string, value: string | number): Decimal {
  const text = typeof value === 'number' && Number.isFinite(value) ? new Exact(value).toFixed() : `${value}`;
  if (!figurePattern.test(text.trim()))
    refuse(name, value, 'a decimal like 0.05, of at most 30 digits before and after the point');
  const figure = new Exact(text.trim());
  return typeof value === 'number' && figure.precision() > numberDigitsMax
    ? refuse(
        name,
        value,
        `a figure of more than ${numberDigitsMax} digits stands as text, lest it be rounded`,
      )
    : figure;
}

/** The terms of a contract of some kind, by name. Names that the kind hasn't are refused when it is made. */
export class Reader {
  readonly kind: Kind;
  readonly #given: ReadonlyMap<string, string | number>;

  constructor(raw: unknown) {
    if (!isRecord(raw)) throw new RefusedError(mistakenTerm('terms', raw, 'an object of terms by name'));
    const given = new Map<string, string | number>();
    for (const [name, value] of Object.entries(raw)) {
      if (passedOver.includes(name)) continue;
      if (typeof value !== 'string' && typeof value !== 'number') refuse(name, value, 'a text or a number');
      else given.set(name, typeof value === 'string' ? value.trim() : value);
    }
    this.#given = given;
    this.kind = this.choice('contractType', kinds);
    const names = namesOf[this.kind];
    for (const [name, value] of given) {
      if (!names.some((known) => known === name))
        refuse(name, value, `no term of ${this.kind} here: there are ${names.join(', ')}`);
    }
    for (const name of names) {
      const other = without[name];
      if (this.has(name) && other !== undefined && !this.has(other))
        refuse(name, given.get(name), `it needs ${other} beside it`);
    }
  }

  has(name: Name): boolean {
    return this.#given.has(name);
  }

  /** A term that must be there. */
  need(name: Name): string | number {
    return this.#given.get(name) ?? refuse(name, 'none', `${this.#given.get('contractType')} needs it`);
  }

  /** A term as what is made of it, under another name; nothing where it isn't there. */
  as<T, N extends string>(name: Name, key: N, make: (name: Name) => T): { readonly [K in N]?: T } {
    return this.has(name) ? ({ [key]: make(name) } as { readonly [K in N]?: T }) : {};
  }

  readonly figure = (name: Name): Decimal => figureOf(name, this.need(name));

  readonly moment = (name: Name): Moment => {
    const value = this.need(name);
    return (
      parseMoment(`${value}`) ??
      refuse(name, value, 'a date like 2013-12-31, or its end: 2013-12-31T23:59:59')
    );
  };

  readonly day = (name: Name): Day => {
    const { day, atEnd } = this.moment(name);
    return atEnd ? refuse(name, this.need(name), 'the start of a day: 2013-12-31') : day;
  };

  choice<const W extends string>(name: Name, words: readonly W[]): W {
    const value = this.need(name);
    return words.find((word) => word === value) ?? refuse(name, value, `one of ${words.join(', ')}`);
  }

  /** Dates that recur; without an anchor from a cycle after the exchange on (ACTUS technical specification, "schedules"). */
  recurrence(
    of: 'InterestPayment' | 'PrincipalRedemption' | 'RateReset' | 'ScalingIndex' | 'InterestCalculationBase',
    exchange: Day,
    endOfMonth: EndOfMonth,
  ): Recurrence | undefined {
    const every = `cycleOf${of}` as const;
    const from = `cycleAnchorDateOf${of}` as const;
    if (!this.has(every)) return this.has(from) ? { anchor: this.day(from) } : undefined;
    const value = this.need(every);
    const cycle = parseCycle(`${value}`);
    if (typeof cycle === 'string')
      return refuse(
        every,
        value,
        'like P1ML0: a number of D, W, M, Q, H or Y, and a long (0) or short (1) stub',
      );
    // Of call money interest is added from the exchange itself on.
    const begins = this.kind === 'CLM' && of === 'InterestPayment';
    const when: Recurrence = this.has(from)
      ? { anchor: this.day(from), cycle }
      : { anchor: exchange, ...(begins ? {} : { afterAnchor: true }), cycle };
    return dateOf(when, endOfMonth, 0) <= dayMax
      ? when
      : refuse(every, value, `it begins after ${formatDay(dayMax)}`);
  }
}
