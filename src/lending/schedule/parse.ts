/**
 * Contract terms and observed rates as the files of the ACTUS reference cases write them, made ours.
 *
 * Figures stand as numbers or as text; `2013-12-31T23:59:59` is the end of a day, `2013-12-31` and `2013-12-31T00:00:00` its
 * start. Names and values are those of the ACTUS data dictionary.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import { type Day, dayMax, formatDay, parseDay } from '../../kernel/dates.ts';
import { isRecord, show } from '../../kernel/fields.ts';
import { codes, Refusal, RefusedError } from '../../kernel/refusals.ts';
import {
  accrualDayOf,
  type BusinessDays,
  compareMoments,
  dayAfter,
  type EndOfMonth,
  endOf,
  type Moment,
  parseCycle,
  startOf,
} from './calendar.ts';
import { dayCounts } from './day-count.ts';
import { Exact, one, zero } from './exact.ts';
import type { Observed } from './rate-reset.ts';
import type { CommonTerms, ContractTerms, InterestBase, RateReset, Recurrence, Scaling } from './terms.ts';
import { dateOf } from './timetable.ts';

/** The kinds of contracts that the engine knows. */
const kinds = ['PAM', 'ANN', 'LAM', 'NAM', 'CLM'] as const;
type Kind = (typeof kinds)[number];

/** Terms of every kind. */
const commonNames = [
  'contractType',
  'contractRole',
  'statusDate',
  'initialExchangeDate',
  'maturityDate',
  'notionalPrincipal',
  'premiumDiscountAtIED',
  'nominalInterestRate',
  'dayCountConvention',
  'endOfMonthConvention',
  'calendar',
  'businessDayConvention',
  'cycleAnchorDateOfInterestPayment',
  'cycleOfInterestPayment',
  'capitalizationEndDate',
  'accruedInterest',
  'cycleAnchorDateOfRateReset',
  'cycleOfRateReset',
  'marketObjectCodeOfRateReset',
  'rateMultiplier',
  'rateSpread',
  'nextResetRate',
  'lifeFloor',
  'lifeCap',
  'periodFloor',
  'periodCap',
  'purchaseDate',
  'priceAtPurchaseDate',
  'terminationDate',
  'priceAtTerminationDate',
] as const;
/** Terms of the kinds that are redeemed over time. */
const redemptionNames = [
  'cycleAnchorDateOfPrincipalRedemption',
  'cycleOfPrincipalRedemption',
  'nextPrincipalRedemptionPayment',
] as const;
/**
 * Terms that change no figure, and are passed over. Of a reset the published figures take the market rate of its own day even
 * where fixing days are two before (reference case ann16).
 */
const passedOver: readonly string[] = [
  'contractID',
  'contractDealDate',
  'counterpartyID',
  'creatorID',
  'currency',
  'fixingDays',
];
/** Terms of the kinds that are not called. */
const scalingNames = [
  'scalingEffect',
  'marketObjectCodeOfScalingIndex',
  'scalingIndexAtContractDealDate',
  'notionalScalingMultiplier',
  'interestScalingMultiplier',
  'cycleAnchorDateOfScalingIndex',
  'cycleOfScalingIndex',
] as const;
/** Terms of the kinds whose interest may be counted on another amount than the principal. */
const baseNames = [
  'interestCalculationBase',
  'interestCalculationBaseAmount',
  'cycleAnchorDateOfInterestCalculationBase',
  'cycleOfInterestCalculationBase',
] as const;
type Name =
  | (typeof commonNames)[number]
  | (typeof redemptionNames)[number]
  | (typeof scalingNames)[number]
  | (typeof baseNames)[number]
  | 'amortizationDate'
  | 'xDayNotice';

const namesOf: Readonly<Record<Kind, readonly Name[]>> = {
  PAM: [...commonNames, ...scalingNames],
  ANN: [...commonNames, ...redemptionNames, ...scalingNames, 'amortizationDate', 'interestCalculationBase'],
  LAM: [...commonNames, ...redemptionNames, ...scalingNames, ...baseNames],
  NAM: [...commonNames, ...redemptionNames, ...scalingNames, ...baseNames],
  CLM: [...commonNames, 'xDayNotice'],
};

/** A term that says nothing without another. */
const without: Readonly<Partial<Record<Name, Name>>> = {
  cycleAnchorDateOfPrincipalRedemption: 'cycleOfPrincipalRedemption',
  cycleAnchorDateOfRateReset: 'marketObjectCodeOfRateReset',
  cycleOfRateReset: 'marketObjectCodeOfRateReset',
  nextResetRate: 'marketObjectCodeOfRateReset',
  lifeFloor: 'marketObjectCodeOfRateReset',
  lifeCap: 'marketObjectCodeOfRateReset',
  periodFloor: 'marketObjectCodeOfRateReset',
  periodCap: 'marketObjectCodeOfRateReset',
  interestCalculationBaseAmount: 'interestCalculationBase',
  cycleAnchorDateOfInterestCalculationBase: 'interestCalculationBase',
  cycleOfInterestCalculationBase: 'interestCalculationBase',
  scalingEffect: 'marketObjectCodeOfScalingIndex',
  marketObjectCodeOfScalingIndex: 'scalingIndexAtContractDealDate',
  scalingIndexAtContractDealDate: 'scalingEffect',
  cycleAnchorDateOfScalingIndex: 'scalingEffect',
  cycleOfScalingIndex: 'scalingEffect',
  purchaseDate: 'priceAtPurchaseDate',
  terminationDate: 'priceAtTerminationDate',
};

const hint = 'Names and values are those of the ACTUS data dictionary; see Query.contractSchedule.';

/** A term that is not as it must be: its name and value, and what is possible. */
export const mistakenTerm = (name: string, value: unknown, possible: string): Refusal =>
  new Refusal(codes.invalidInput, `${name}: ${show(value)}`, possible, hint);

/** Leaves the parser; caught where it was entered. */
function refuse(name: string, value: unknown, possible: string): never {
  throw new RefusedError(mistakenTerm(name, value, possible));
}

function parsed<T>(parse: () => T): T | Refusal {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
}

const momentPattern = /^(\d{4}-\d{2}-\d{2})(?:T00:00(?::00)?|(T23:59(?::59)?))?$/;

/** A moment of a text; undefined if it is none. */
function parseMoment(text: string): Moment | undefined {
  const [, date = '', atEnd] = momentPattern.exec(text) ?? [];
  const day = parseDay(date);
  if (day === undefined) return undefined;
  return atEnd === undefined ? startOf(day) : endOf(day);
}

const figurePattern = /^[+-]?\d{1,30}(\.\d{1,30})?$/;
/** Significant digits that every JSON number keeps: of more one can't say whether they are what was written. */
const numberDigitsMax = 15;

/** The figure of a number or a text. */
function figureOf(name: string, value: string | number): Decimal {
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
class Reader {
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

const conventions = {
  SCF: { roll: 'following', interestTo: 'moved-date' },
  SCMF: { roll: 'modified-following', interestTo: 'moved-date' },
  CSF: { roll: 'following', interestTo: 'contract-date' },
  CSMF: { roll: 'modified-following', interestTo: 'contract-date' },
  SCP: { roll: 'preceding', interestTo: 'moved-date' },
  SCMP: { roll: 'modified-preceding', interestTo: 'moved-date' },
  CSP: { roll: 'preceding', interestTo: 'contract-date' },
  CSMP: { roll: 'modified-preceding', interestTo: 'contract-date' },
} as const satisfies Readonly<Record<string, BusinessDays>>;
const conventionNames = Object.keys(conventions) as (keyof typeof conventions)[];

/** Without a calendar, or without a shift, every day is a business day. */
function businessDays(read: Reader): { readonly businessDays?: BusinessDays } {
  const calendar = read.has('calendar') ? read.choice('calendar', ['NC', 'MF']) : 'NC';
  if (!read.has('businessDayConvention')) return {};
  const convention = read.choice('businessDayConvention', ['NOS', ...conventionNames]);
  return convention === 'NOS' || calendar === 'NC' ? {} : { businessDays: conventions[convention] };
}

/** Multiplier and spread stand in reference cases without a reset too. */
function reset(read: Reader, when: Recurrence | undefined): { readonly reset?: RateReset } {
  const multiplier = read.has('rateMultiplier') ? read.figure('rateMultiplier') : one;
  const spread = read.has('rateSpread') ? read.figure('rateSpread') : zero;
  if (!when && read.has('marketObjectCodeOfRateReset'))
    refuse(
      'marketObjectCodeOfRateReset',
      read.need('marketObjectCodeOfRateReset'),
      'it needs cycleOfRateReset, or cycleAnchorDateOfRateReset, beside it',
    );
  if (!when) return {};
  const made: RateReset = {
    ...when,
    market: `${read.need('marketObjectCodeOfRateReset')}`,
    multiplier,
    spread,
    ...read.as('nextResetRate', 'nextRate', read.figure),
    ...read.as('lifeFloor', 'lifeFloor', read.figure),
    ...read.as('lifeCap', 'lifeCap', read.figure),
    ...read.as('periodFloor', 'periodFloor', read.figure),
    ...read.as('periodCap', 'periodCap', read.figure),
  };
  for (const [floor, cap] of [
    ['lifeFloor', 'lifeCap'],
    ['periodFloor', 'periodCap'],
  ] as const)
    if (made[floor]?.gt(made[cap] ?? made[floor])) refuse(floor, read.need(floor), `at most ${cap}`);
  return { reset: made };
}

/** The amount that interest is counted on, where that isn't the principal outstanding. */
function interestBase(read: Reader, when: Recurrence | undefined): { readonly interestBase?: InterestBase } {
  if (!read.has('interestCalculationBase')) return {};
  const base = read.choice('interestCalculationBase', read.kind === 'ANN' ? ['NT'] : ['NT', 'NTIED', 'NTL']);
  if (base === 'NT') return {};
  const amount = above(
    read,
    read.has('interestCalculationBaseAmount') ? 'interestCalculationBaseAmount' : 'notionalPrincipal',
  );
  if (base === 'NTIED') return { interestBase: { amount } };
  if (!when) return refuse('cycleOfInterestCalculationBase', 'none', 'a base of NTL needs it');
  return { interestBase: { amount, fixed: when } };
}

const scalingEffects = ['OOO', 'IOO', 'ONO', 'INO'] as const;

/** The index that payments follow. */
function scaling(read: Reader, when: Recurrence | undefined): { readonly scaling?: Scaling } {
  if (!read.has('scalingEffect')) return {};
  const effect = read.choice('scalingEffect', scalingEffects);
  if (effect === 'OOO') return {};
  if (!when) return refuse('cycleOfScalingIndex', 'none', `a scaling effect of ${effect} needs it`);
  const factor = (name: Name): Decimal => (read.has(name) ? read.figure(name) : one);
  return {
    scaling: {
      ...when,
      market: `${read.need('marketObjectCodeOfScalingIndex')}`,
      dealt: above(read, 'scalingIndexAtContractDealDate'),
      ...(effect.startsWith('I') ? { interest: factor('interestScalingMultiplier') } : {}),
      ...(effect.includes('N') ? { principal: factor('notionalScalingMultiplier') } : {}),
    },
  };
}

function commonTerms(read: Reader): CommonTerms {
  const initialExchange = read.day('initialExchangeDate');
  const endOfMonth =
    read.has('endOfMonthConvention') && read.choice('endOfMonthConvention', ['SD', 'EOM']) === 'EOM'
      ? 'month-end'
      : 'same-day';
  const interest = read.recurrence('InterestPayment', initialExchange, endOfMonth);
  return {
    role: read.choice('contractRole', ['RPA', 'RPL']),
    statusDay: read.day('statusDate'),
    initialExchange,
    principal: above(read, 'notionalPrincipal'),
    rate: read.figure('nominalInterestRate'),
    dayCount: read.choice('dayCountConvention', dayCounts),
    endOfMonth,
    ...businessDays(read),
    ...(interest ? { interest } : {}),
    ...read.as('premiumDiscountAtIED', 'premiumDiscount', read.figure),
    ...read.as('capitalizationEndDate', 'capitalisedUntil', read.day),
    ...read.as('accruedInterest', 'accrued', read.figure),
    ...reset(read, read.recurrence('RateReset', initialExchange, endOfMonth)),
    ...interestBase(read, read.recurrence('InterestCalculationBase', initialExchange, endOfMonth)),
    ...scaling(read, read.recurrence('ScalingIndex', initialExchange, endOfMonth)),
    ...(read.has('purchaseDate')
      ? { purchase: { on: read.day('purchaseDate'), price: read.figure('priceAtPurchaseDate') } }
      : {}),
    ...(read.has('terminationDate')
      ? { termination: { at: read.moment('terminationDate'), price: read.figure('priceAtTerminationDate') } }
      : {}),
  };
}

/** A figure above zero. */
function above(read: Reader, name: Name): Decimal {
  const figure = read.figure(name);
  return figure.gt(0) ? figure : refuse(name, read.need(name), 'it is above zero');
}

/** A moment after the exchange. */
const afterExchange =
  (read: Reader, { initialExchange }: CommonTerms) =>
  (name: Name): Moment => {
    const at = read.moment(name);
    if (accrualDayOf(at) > initialExchange) return at;
    return refuse(name, read.need(name), `after initialExchangeDate, which is ${formatDay(initialExchange)}`);
  };

function contractTerms(read: Reader): ContractTerms {
  const { kind } = read;
  const common = commonTerms(read);
  const end = afterExchange(read, common);
  const maturity = read.as('maturityDate', 'maturity', end);
  if (kind === 'PAM') return { kind, ...common, maturity: end('maturityDate') };
  if (kind === 'CLM') {
    notice(read, common.statusDay);
    return { kind, ...common, ...maturity };
  }
  const when = read.recurrence('PrincipalRedemption', common.initialExchange, common.endOfMonth);
  const cycle = when?.cycle;
  if (!cycle) return refuse('cycleOfPrincipalRedemption', 'none', `${kind} needs it`);
  const payment = (name: Name): Decimal => above(read, name);
  const redemption = { ...when, cycle, ...read.as('nextPrincipalRedemptionPayment', 'payment', payment) };
  if (kind === 'NAM') {
    const needed = payment('nextPrincipalRedemptionPayment');
    return { kind, ...common, ...maturity, redemption: { ...redemption, payment: needed } };
  }
  const amortisation = kind === 'ANN' ? read.as('amortizationDate', 'amortisation', end) : {};
  if (!maturity.maturity && !amortisation.amortisation && !redemption.payment)
    refuse('maturityDate', 'none', `${kind} needs it, or nextPrincipalRedemptionPayment`);
  if (kind === 'LAM') return { kind, ...common, ...maturity, redemption };
  if (
    maturity.maturity &&
    amortisation.amortisation &&
    compareMoments(amortisation.amortisation, maturity.maturity) < 0
  )
    refuse('amortizationDate', read.need('amortizationDate'), 'at maturityDate or after it');
  return { kind, ...common, ...maturity, ...amortisation, redemption };
}

/** The day that call money is paid back on when it is called on another: at once where no notice is agreed. */
function notice(read: Reader, on: Day): Day {
  if (!read.has('xDayNotice')) return on;
  const value = read.need('xDayNotice');
  return dayAfter(on, `${value}`) ?? refuse('xDayNotice', value, 'like P31D: a number of D, W, M, Q, H or Y');
}

/** The most events of one contract that were observed. */
const callsMax = 1;

/** The day on which call money was called; undefined where it wasn't. */
function calledOn(raw: unknown, terms: ContractTerms): Day | undefined {
  if (raw === null || raw === undefined) return undefined;
  if (!Array.isArray(raw))
    return refuse('events', raw, 'a list like [{ "time": "2015-09-20", "type": "XD" }]');
  if (raw.length > callsMax)
    refuse('events', `${raw.length} events`, 'at most one: call money is called once');
  const [first]: readonly unknown[] = raw;
  if (first === undefined) return undefined;
  const { time, type } = isRecord(first) ? first : {};
  if (type !== 'XD') refuse('events[0].type', type, 'XD: call money is called');
  if (terms.kind !== 'CLM') refuse('events', 'XD', `only call money (CLM) is called, not ${terms.kind}`);
  else if (terms.maturity) refuse('events', 'XD', 'a contract with maturityDate ends by itself');
  const at = typeof time === 'string' ? parseMoment(time.trim()) : undefined;
  if (!at) return refuse('events[0].time', time, 'a date like 2015-09-20');
  if (at.day <= terms.initialExchange)
    refuse('events[0].time', time, `after initialExchangeDate, which is ${formatDay(terms.initialExchange)}`);
  return at.day;
}

/**
 * The terms of a contract, or a refusal that names the first term that is not as it must be.
 *
 * @param events what was observed of it: the call of call money, `[{ "time": "2015-09-20", "type": "XD" }]`
 */
export const parseTerms = (raw: unknown, events?: unknown): ContractTerms | Refusal =>
  parsed(() => {
    const read = new Reader(raw);
    const terms = contractTerms(read);
    const on = calledOn(events, terms);
    return on === undefined || terms.kind !== 'CLM'
      ? terms
      : { ...terms, call: { on, settled: notice(read, on) } };
  });

/** The most observed rates of one question, all markets together: more than a hundred years of months. */
export const observationsMax = 2_000;

interface Observation {
  readonly day: Day;
  readonly value: Decimal;
}

/**
 * Market rates by name, each like `{ "data": [{ "timestamp": "2013-02-01", "value": "0.0098" }] }`; none if nothing is given.
 * A rate counts until the next.
 */
export const parseObserved = (raw: unknown): Observed | Refusal =>
  parsed<Observed>(() => {
    if (raw === null || raw === undefined) return () => undefined;
    if (!isRecord(raw)) return refuse('observed', raw, 'an object of rates by market object');
    let count = 0;
    const markets = new Map<string, readonly Observation[]>();
    for (const [market, given] of Object.entries(raw)) {
      const data = isRecord(given) ? given.data : undefined;
      if (!Array.isArray(data))
        return refuse(`observed.${market}`, given, 'like { "data": [{ "timestamp": …, "value": … }] }');
      count += data.length;
      if (count > observationsMax)
        return refuse('observed', `${count} rates`, `at most ${observationsMax}, all markets together`);
      const rates = data.map((each: unknown, at) => observation(`observed.${market}.data[${at}]`, each));
      markets.set(
        market,
        rates.toSorted((a, b) => a.day - b.day),
      );
    }
    return (market, on) => markets.get(market)?.findLast(({ day }) => day <= on)?.value;
  });

function observation(name: string, raw: unknown): Observation {
  const { timestamp, value } = isRecord(raw) ? raw : {};
  const at = typeof timestamp === 'string' ? parseMoment(timestamp.trim()) : undefined;
  if (!at) return refuse(`${name}.timestamp`, timestamp, 'a date like 2013-02-01');
  if (typeof value !== 'string' && typeof value !== 'number')
    return refuse(`${name}.value`, value, 'a share a year, like 0.0098');
  return { day: at.day, value: figureOf(`${name}.value`, value) };
}
