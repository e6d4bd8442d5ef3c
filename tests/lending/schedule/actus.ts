/**
 * The ACTUS reference cases: read from `tests/data/actus`, and their terms made ours.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Decimal } from 'decimal.js';
import { z } from 'zod';
import { type Day, dayOf, formatDay } from '../../../src/kernel/dates.ts';
import {
  type BusinessDays,
  type Cycle,
  endOf,
  type Moment,
  parseCycle,
  startOf,
} from '../../../src/lending/schedule/calendar.ts';
import { type DayCount, dayCounts } from '../../../src/lending/schedule/day-count.ts';
import type { ContractEvent } from '../../../src/lending/schedule/event.ts';
import { Exact } from '../../../src/lending/schedule/exact.ts';
import type { Observed } from '../../../src/lending/schedule/rate-reset.ts';
import type { ContractTerms, RateReset, Recurrence } from '../../../src/lending/schedule/terms.ts';

/** Figures stand as numbers, or as text with blanks around them. */
const figure = z.union([z.string(), z.number()]).transform((given): Decimal => new Exact(`${given}`.trim()));

const terms = z.record(z.string(), z.union([z.string(), z.number()]));

const result = z.object({
  eventDate: z.string(),
  eventType: z.string(),
  payoff: figure,
  notionalPrincipal: figure,
  nominalInterestRate: figure,
  accruedInterest: figure,
});

const observations = z.record(
  z.string(),
  z.object({ data: z.array(z.object({ timestamp: z.string(), value: figure })) }),
);

const referenceCase = z.object({
  identifier: z.string(),
  terms,
  to: z.string(),
  dataObserved: observations,
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

/** The market rates of a case: the latest known on a day. */
export function observedOf({ dataObserved }: ReferenceCase): Observed {
  return (market, on) =>
    dataObserved[market]?.data.findLast(({ timestamp }) => momentOf(timestamp).day <= on)?.value;
}

/** Terms that tell nothing of cash flows, or are read elsewhere. */
const told = new Set(['contractID', 'contractDealDate', 'currency']);

/** What is read of a case's terms; what isn't is left over. */
class Reader {
  readonly #given: Map<string, string>;

  constructor(given: ReferenceCase['terms']) {
    this.#given = new Map(Object.entries(given).map(([name, value]) => [name, `${value}`.trim()]));
    for (const name of told) this.#given.delete(name);
  }

  text(name: string): string | undefined {
    const found = this.#given.get(name);
    this.#given.delete(name);
    return found;
  }

  /** A term as what a function makes of its text. */
  as<T, N extends string>(name: string, key: N, make: (text: string) => T): { readonly [K in N]?: T } {
    const text = this.text(name);
    return text === undefined ? {} : ({ [key]: make(text) } as { readonly [K in N]?: T });
  }

  need(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw new RangeError(`no ${name}`);
    return text;
  }

  /** Names of the terms nobody read. */
  rest(): readonly string[] {
    return [...this.#given.keys()];
  }
}

const decimal = (text: string): Decimal => new Exact(text);
const day = (text: string): Day => momentOf(text).day;

function cycle(text: string): Cycle {
  const parsed = parseCycle(text);
  if (typeof parsed === 'string') throw new RangeError(parsed);
  return parsed;
}

function recurrence(read: Reader, of: string): Recurrence | undefined {
  const anchor = read.text(`cycleAnchorDateOf${of}`);
  const every = read.text(`cycleOf${of}`);
  return anchor !== undefined && every !== undefined
    ? { anchor: day(anchor), cycle: cycle(every) }
    : undefined;
}

const conventions: Readonly<Record<string, BusinessDays>> = {
  SCF: { roll: 'following', interestTo: 'moved-date' },
  SCMF: { roll: 'modified-following', interestTo: 'moved-date' },
  CSF: { roll: 'following', interestTo: 'contract-date' },
  CSMF: { roll: 'modified-following', interestTo: 'contract-date' },
  SCP: { roll: 'preceding', interestTo: 'moved-date' },
  SCMP: { roll: 'modified-preceding', interestTo: 'moved-date' },
  CSP: { roll: 'preceding', interestTo: 'contract-date' },
  CSMP: { roll: 'modified-preceding', interestTo: 'contract-date' },
};

function businessDays(read: Reader): { readonly businessDays?: BusinessDays } {
  const calendar = read.text('calendar');
  const convention = read.text('businessDayConvention');
  if (convention === undefined) return {};
  const rule = conventions[convention];
  if (!rule || calendar !== 'MF') throw new RangeError(`business days ${convention} of ${calendar}`);
  return { businessDays: rule };
}

function dayCount(text: string): DayCount {
  const found = dayCounts.find((each) => each === text);
  if (!found) throw new RangeError(`day count ${text}`);
  return found;
}

function role(text: string): 'RPA' | 'RPL' {
  if (text === 'RPA' || text === 'RPL') return text;
  throw new RangeError(`role ${text}`);
}

/** Multiplier and spread stand in cases without a reset too. */
function reset(read: Reader): { readonly reset?: RateReset } {
  const when = recurrence(read, 'RateReset');
  const multiplier = decimal(read.text('rateMultiplier') ?? '1');
  const spread = decimal(read.text('rateSpread') ?? '0');
  // The published figures take the market rate of the day of the reset even where fixing days are two before (ann16).
  read.text('fixingDays');
  if (!when) return {};
  const market = read.need('marketObjectCodeOfRateReset');
  return {
    reset: { ...when, market, multiplier, spread, ...read.as('nextResetRate', 'nextRate', decimal) },
  };
}

/**
 * The terms of a case.
 *
 * @throws RangeError when a term is out of scope
 */
export function termsOf({ terms: given }: ReferenceCase): ContractTerms {
  const read = new Reader(given);
  const interest = recurrence(read, 'InterestPayment');
  const purchaseDay = read.text('purchaseDate');
  const terminatedAt = read.text('terminationDate');
  const common = {
    role: role(read.need('contractRole')),
    statusDay: day(read.need('statusDate')),
    initialExchange: day(read.need('initialExchangeDate')),
    principal: decimal(read.need('notionalPrincipal')),
    rate: decimal(read.need('nominalInterestRate')),
    dayCount: dayCount(read.need('dayCountConvention')),
    endOfMonth: read.text('endOfMonthConvention') === 'EOM' ? ('month-end' as const) : ('same-day' as const),
    ...businessDays(read),
    ...(interest ? { interest } : {}),
    ...read.as('premiumDiscountAtIED', 'premiumDiscount', decimal),
    ...read.as('capitalizationEndDate', 'capitalisedUntil', day),
    ...read.as('accruedInterest', 'accrued', decimal),
    ...reset(read),
    ...(purchaseDay !== undefined
      ? { purchase: { on: day(purchaseDay), price: decimal(read.need('priceAtPurchaseDate')) } }
      : {}),
    ...(terminatedAt !== undefined
      ? { termination: { at: momentOf(terminatedAt), price: decimal(read.need('priceAtTerminationDate')) } }
      : {}),
  };
  const made = withKind(read, common);
  if (read.rest().length > 0) throw new RangeError(`terms out of scope: ${read.rest().join(', ')}`);
  return made;
}

type Common = Omit<Extract<ContractTerms, { kind: 'PAM' }>, 'kind' | 'maturity'>;

function withKind(read: Reader, common: Common): ContractTerms {
  const kind = read.need('contractType');
  const redemption = recurrence(read, 'PrincipalRedemption');
  if (kind === 'PAM') return { kind, ...common, maturity: momentOf(read.need('maturityDate')) };
  if (kind !== 'ANN' || !redemption) throw new RangeError(`kind ${kind}`);
  return {
    kind,
    ...common,
    redemption: { ...redemption, ...read.as('nextPrincipalRedemptionPayment', 'payment', decimal) },
    ...read.as('maturityDate', 'maturity', momentOf),
    ...read.as('amortizationDate', 'amortisation', momentOf),
  };
}
