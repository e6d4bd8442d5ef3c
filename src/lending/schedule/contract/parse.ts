/**
 * Contract terms as the files of the ACTUS reference cases write them, made ours.
 *
 * Figures stand as numbers or as text; `2013-12-31T23:59:59` is the end of a day, `2013-12-31` and `2013-12-31T00:00:00` its
 * start. Names and values are those of the ACTUS data dictionary.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import { type Day, dayMax, formatDay } from '../../../kernel/values/dates.ts';
import { isRecord } from '../../../kernel/values/fields.ts';
import type { Refusal } from '../../../kernel/values/refusals.ts';
import { accrualDayOf, type BusinessDays, compareMoments, dayAfter, type Moment } from '../calendar.ts';
import { dayCounts } from '../day-count.ts';
import { one, zero } from '../exact.ts';
import { parsed, parseMoment, Reader, refuse } from './reader.ts';
import type { Name } from './term-names.ts';
import type { CommonTerms, ContractTerms, InterestBase, RateReset, Recurrence, Scaling } from './terms.ts';

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
function interestBase(
  read: Reader,
  when: Recurrence | undefined,
  isUnderWay: boolean,
): { readonly interestBase?: InterestBase } {
  if (!read.has('interestCalculationBase')) return {};
  const base = read.choice('interestCalculationBase', read.kind === 'ANN' ? ['NT'] : ['NT', 'NTIED', 'NTL']);
  if (base === 'NT') return {};
  // What is outstanding by then is less than what interest is counted on.
  if (isUnderWay && !read.has('interestCalculationBaseAmount'))
    refuse('interestCalculationBaseAmount', 'none', `a base of ${base} under way needs it`);
  const amount = above(
    read,
    read.has('interestCalculationBaseAmount') ? 'interestCalculationBaseAmount' : 'notionalPrincipal',
  );
  if (base === 'NTIED') return { interestBase: { amount } };
  if (!when) return refuse('cycleOfInterestCalculationBase', 'none', 'a base of NTL needs it');
  return { interestBase: { amount, fixed: when } };
}

/** With zeros, as the dictionary writes them, or with the letter O, as the reference cases do. */
const scalingEffects = ['000', 'I00', '0N0', 'IN0', 'OOO', 'IOO', 'ONO', 'INO'] as const;

/** The index that payments follow. */
function scaling(read: Reader, when: Recurrence | undefined): { readonly scaling?: Scaling } {
  if (!read.has('scalingEffect')) return {};
  const effect = read.choice('scalingEffect', scalingEffects);
  if (effect === '000' || effect === 'OOO') return {};
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
  const statusDay = read.day('statusDate');
  const endOfMonth =
    read.has('endOfMonthConvention') && read.choice('endOfMonthConvention', ['SD', 'EOM']) === 'EOM'
      ? 'month-end'
      : 'same-day';
  const interest = read.recurrence('InterestPayment', initialExchange, endOfMonth);
  return {
    role: read.choice('contractRole', ['RPA', 'RPL']),
    statusDay,
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
    ...interestBase(
      read,
      read.recurrence('InterestCalculationBase', initialExchange, endOfMonth),
      initialExchange <= statusDay,
    ),
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
  const settled = dayAfter(on, `${value}`);
  if (settled === undefined) return refuse('xDayNotice', value, 'like P31D: a number of D, W, M, Q, H or Y');
  return settled <= dayMax ? settled : refuse('xDayNotice', value, `it ends by ${formatDay(dayMax)}`);
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
