/**
 * The ACTUS reference cases, read from `tests/data/actus`.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Decimal } from 'decimal.js';
import { z } from 'zod';
import { dayOf, formatDay } from '../../../src/kernel/dates.ts';
import { Refusal } from '../../../src/kernel/refusals.ts';
import { endOf, type Moment, startOf } from '../../../src/lending/schedule/calendar.ts';
import type { ContractEvent } from '../../../src/lending/schedule/event.ts';
import { Exact } from '../../../src/lending/schedule/exact.ts';
import { parseObserved, parseTerms } from '../../../src/lending/schedule/parse.ts';
import type { Observed } from '../../../src/lending/schedule/rate-reset.ts';
import type { ContractTerms } from '../../../src/lending/schedule/terms.ts';

/** Figures stand as numbers, or as text with blanks around them. */
const figure = z.union([z.string(), z.number()]).transform((given): Decimal => new Exact(`${given}`.trim()));

const result = z.object({
  eventDate: z.string(),
  eventType: z.string(),
  payoff: figure,
  notionalPrincipal: figure,
  nominalInterestRate: figure,
  accruedInterest: figure,
});

const referenceCase = z.object({
  identifier: z.string(),
  terms: z.record(z.string(), z.unknown()),
  to: z.string(),
  dataObserved: z.record(z.string(), z.unknown()),
  results: z.array(result),
});

/** A reference case as published. */
export type ReferenceCase = z.infer<typeof referenceCase>;

/** All cases of a kind of contract. */
export function referenceCases(kind: 'pam' | 'ann'): readonly ReferenceCase[] {
  const text = readFileSync(new URL(`../../data/actus/actus-tests-${kind}.json`, import.meta.url), 'utf8');
  return Object.values(z.record(z.string(), referenceCase).parse(JSON.parse(text)));
}

/** `2013-12-31T23:59:59` is the end of the day, `T00:00` and `T00:00:00` its start. */
export function momentOf(text: string): Moment {
  const day = dayOf(text.slice(0, 10));
  const time = text.slice(10);
  if (/^(T00:00(:00)?)?$/.test(time)) return startOf(day);
  if (/^T23:59(:59)?$/.test(time)) return endOf(day);
  throw new RangeError(`neither start nor end of a day: ${text}`);
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
export const expectedOf = ({ results }: ReferenceCase): readonly Line[] =>
  results.map((each) =>
    lineOf(momentOf(each.eventDate), each.eventType, [
      each.payoff,
      each.notionalPrincipal,
      each.nominalInterestRate,
      each.accruedInterest,
    ]),
  );

/** The events that the engine made. */
export const linesOf = (events: readonly ContractEvent[]): readonly Line[] =>
  events.map(({ date, type, payoff, principal, rate, accrued }) =>
    lineOf(date, type, [payoff, principal, rate, accrued]),
  );

/** The moment a case is told until, if it says one. */
export const untilOf = ({ to }: ReferenceCase): Moment | undefined => (to === '' ? undefined : momentOf(to));

/** The market rates of a case. */
export const observedOf = ({ dataObserved }: ReferenceCase): Observed =>
  accepted(parseObserved(dataObserved));

/** The terms of a case. */
export const termsOf = ({ terms }: ReferenceCase): ContractTerms => accepted(parseTerms(terms));

function accepted<T>(found: T | Refusal): T {
  if (found instanceof Refusal) throw new RangeError(found.message);
  return found;
}
