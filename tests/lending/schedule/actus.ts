/**
 * The ACTUS reference cases, read from `tests/data/actus`.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Decimal } from 'decimal.js';
import { z } from 'zod';
import { dayOf, formatDay } from '../../../src/kernel/values/dates.ts';
import { Refusal } from '../../../src/kernel/values/refusals.ts';
import { endOf, type Moment, startOf } from '../../../src/lending/schedule/calendar.ts';
import type { ContractEvent } from '../../../src/lending/schedule/contract/event.ts';
import { parseObserved } from '../../../src/lending/schedule/contract/observed.ts';
import { parseTerms } from '../../../src/lending/schedule/contract/parse.ts';
import type { Observed } from '../../../src/lending/schedule/contract/rate-reset.ts';
import type { ContractTerms } from '../../../src/lending/schedule/contract/terms.ts';
import { Exact, zero } from '../../../src/lending/schedule/exact.ts';

const contract = z.object({
  terms: z.record(z.string(), z.unknown()),
  /** Market rates by name: a date and a value a line. */
  observed: z.record(z.string(), z.array(z.string())).default({}),
  /** When call money was called. */
  called: z.string().optional(),
  until: z.string().optional(),
  /** `2013-02-01 IP 33.97 4500 0.08 0`: date, type, payoff, principal, rate, accrued interest; `/end` for the end of a day. */
  events: z.array(z.string()),
});

/** A reference case: a contract and its published events. */
export interface ReferenceCase extends z.infer<typeof contract> {
  readonly identifier: string;
}

export const kinds = ['pam', 'ann', 'lam', 'nam', 'clm'] as const;

/** All cases of a kind of contract. */
export function referenceCases(kind: (typeof kinds)[number]): readonly ReferenceCase[] {
  const text = readFileSync(new URL(`../../data/actus/${kind}.json`, import.meta.url), 'utf8');
  const found = z.record(z.string(), contract).parse(JSON.parse(text));
  return Object.entries(found).map(([identifier, each]) => ({ identifier, ...each }));
}

/** `2013-12-31`, or the end of it: `2013-12-31/end`, `2013-12-31 end`. */
function momentOf(text: string): Moment {
  const day = dayOf(text.slice(0, 10));
  return text.slice(10) === '' ? startOf(day) : endOf(day);
}

/** One event as text and figures, to compare. */
export interface Line {
  readonly event: string;
  readonly figures: readonly [payoff: Decimal, principal: Decimal, rate: Decimal, accrued: Decimal];
}

const lineOf = (at: Moment, type: string, figures: Line['figures']): Line => ({
  event: `${formatDay(at.day)}${at.atEnd ? ' end' : ''} ${type}`,
  figures,
});

/** The events that a case expects. */
export const expectedOf = ({ events }: ReferenceCase): readonly Line[] =>
  events.map((text) => {
    const [date = '', type = '', ...figures] = text.split(' ');
    const [payoff = zero, principal = zero, rate = zero, accrued = zero] = figures.map(
      (each) => new Exact(each),
    );
    return lineOf(momentOf(date), type, [payoff, principal, rate, accrued]);
  });

/** The events that the engine made. */
export const linesOf = (events: readonly ContractEvent[]): readonly Line[] =>
  events.map(({ date, type, payoff, principal, rate, accrued }) =>
    lineOf(date, type, [payoff, principal, rate, accrued]),
  );

/** The moment a case is told until, if it says one. */
export const untilOf = ({ until }: ReferenceCase): Moment | undefined =>
  until === undefined ? undefined : momentOf(until);

/** The market rates of a case, as they are asked for. */
export const observedIn = ({ observed }: ReferenceCase): object =>
  Object.fromEntries(
    Object.entries(observed).map(([market, rates]) => [
      market,
      { data: rates.map((rate) => ({ timestamp: rate.split(' ')[0], value: rate.split(' ')[1] })) },
    ]),
  );

export const observedOf = (given: ReferenceCase): Observed => accepted(parseObserved(observedIn(given)));

/** What was observed of the contract itself, as it is asked for. */
export const eventsIn = ({ called }: ReferenceCase): readonly object[] =>
  called === undefined ? [] : [{ time: called, type: 'XD' }];

/** The terms of a case. */
export const termsOf = (given: ReferenceCase): ContractTerms =>
  accepted(parseTerms(given.terms, eventsIn(given)));

function accepted<T>(found: T | Refusal): T {
  if (found instanceof Refusal) throw new RangeError(found.message);
  return found;
}
