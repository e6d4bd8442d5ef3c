/**
 * The walk through a contract's timetable: the state of the contract carried from event to event (the state transition and
 * payoff functions of the ACTUS technical specification).
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Day } from '../../../kernel/values/dates.ts';
import { accrualDayOf, type Moment } from '../calendar.ts';
import { yearFraction } from '../day-count.ts';
import { Exact, one, zero } from '../exact.ts';
import { levelPayment } from '../level-payment.ts';
import type { ContractEvent } from './event.ts';
import { type Observed, resetRate } from './rate-reset.ts';
import type { AnnuityTerms, ContractTerms } from './terms.ts';
import { type Appointment, callOf, firstFixing, isAhead, redemptions } from './timetable.ts';

/** A contract between two events. Amounts are below zero if the holder owes them. */
interface Standing {
  readonly principal: Decimal;
  /** What interest is counted on. */
  readonly base: Decimal;
  readonly rate: Decimal;
  readonly accrued: Decimal;
  /** What a unit of interest, and of principal, pays by the index. */
  readonly interestFactor: Decimal;
  readonly principalFactor: Decimal;
  /** The day that interest has accrued to. */
  readonly accruedTo: Day;
  /** What the next redemption pays. */
  readonly payment: Decimal;
}

/** An event beside the appointment it keeps. */
export interface Kept {
  readonly at: Appointment;
  readonly event: ContractEvent;
}

/** What a walk needs to know all along. */
interface Walk {
  readonly terms: ContractTerms;
  readonly observed: Observed;
  /** The end of the contract, or of what is looked at. */
  readonly end: Moment;
  /** 1 for who lends, −1 for who borrows. */
  readonly sign: Decimal;
  readonly years: (from: Day, to: Day) => Decimal;
}

/**
 * Keeps the appointments of a contract one by one, from its status day, or its purchase if that is later.
 *
 * @param end the maturity, or as far as the timetable goes
 * @throws RangeError when a reset needs a market rate that isn't known
 */
export function* walk(
  terms: ContractTerms,
  appointments: readonly Appointment[],
  observed: Observed,
  end: Moment,
): Generator<Kept> {
  const matures = accrualDayOf(end);
  const given: Walk = {
    terms,
    observed,
    end,
    sign: new Exact(terms.role === 'RPA' ? 1 : -1),
    years: (from, to) => yearFraction(terms.dayCount, from, to, matures),
  };
  const ahead = appointments.filter(({ date }) => isAhead(terms, date));
  const bought = ahead.findIndex(({ type }) => type === 'PRD');
  let standing = onStatusDay(given);
  for (const [index, at] of ahead.entries()) {
    const before = accrue(given, standing, at.accrualDay);
    const { payoff, after } = keep(given, before, at);
    standing = after;
    if (index >= bought) yield { at, event: eventOf(at, payoff, standing) };
    if (at.type === 'MD' || at.type === 'STD' || at.type === 'TD') return;
  }
}

/** Zeros have no sign in an event. */
function eventOf(at: Appointment, payoff: Decimal, { principal, rate, accrued }: Standing): ContractEvent {
  const plain = (value: Decimal): Decimal => (value.isZero() ? zero : value);
  return {
    date: at.date,
    type: at.type,
    payoff: plain(payoff),
    principal: plain(principal),
    rate: plain(rate),
    accrued: plain(accrued),
  };
}

/** Interest goes on to a day; never back, where a date counts to one after the next. */
function accrue({ terms, years }: Walk, standing: Standing, day: Day): Standing {
  const to = Math.min(day, callOf(terms)?.on ?? day);
  if (to <= standing.accruedTo) return standing;
  const { base, rate, accrued, accruedTo } = standing;
  return {
    ...standing,
    accrued: accrued.plus(years(accruedTo, to).times(rate).times(base)),
    accruedTo: to,
  };
}

/** The contract on its status day: not yet exchanged, or as the terms say. */
function onStatusDay(given: Walk): Standing {
  const { terms } = given;
  if (terms.initialExchange > terms.statusDay)
    return {
      principal: zero,
      base: zero,
      rate: zero,
      accrued: zero,
      interestFactor: one,
      principalFactor: one,
      accruedTo: terms.statusDay,
      payment: zero,
    };
  // Without a word on accrued interest there is none: it accrues from here on.
  return agreedStanding(given, terms.statusDay, terms.statusDay);
}

/** The contract as its terms say, on a day; interest has accrued since another unless they say how much. */
function agreedStanding(given: Walk, on: Day, since: Day): Standing {
  const { terms, sign, years } = given;
  const principal = sign.times(terms.principal);
  const rate = new Exact(terms.rate);
  const base = terms.interestBase ? sign.times(terms.interestBase.amount) : principal;
  const standing: Standing = {
    principal,
    base,
    rate,
    accrued: terms.accrued ? sign.times(terms.accrued) : years(since, on).times(rate).times(base),
    interestFactor: terms.scaling?.interest ?? one,
    principalFactor: terms.scaling?.principal ?? one,
    accruedTo: on,
    payment: zero,
  };
  return { ...standing, payment: firstPayment(given, standing) };
}

/** What the first redemption pays, where that is known from the start. */
function firstPayment(given: Walk, standing: Standing): Decimal {
  const { terms, sign, end } = given;
  if (terms.kind === 'PAM' || terms.kind === 'CLM') return zero;
  if (terms.redemption.payment) return sign.times(terms.redemption.payment);
  if (terms.kind === 'ANN') {
    const fixing = firstFixing(terms);
    // Else it is set on the day before the first redemption.
    return fixing === undefined || fixing <= terms.statusDay
      ? paymentFrom(given, terms, standing, ({ date }) => isAhead(terms, date))
      : zero;
  }
  const left = redemptions(terms, end).filter(({ date }) => isAhead(terms, date));
  return standing.principal.div(Math.max(left.length, 1));
}

/** The level payment of the redemptions that are left; what it was when none is. */
function paymentFrom(
  { end, years }: Walk,
  terms: AnnuityTerms,
  standing: Standing,
  isLeft: (redemption: Appointment) => boolean,
): Decimal {
  const { principal, rate, accrued, accruedTo } = standing;
  const days = redemptions(terms, terms.amortisation ?? end)
    .filter(isLeft)
    .map(({ accrualDay }) => accrualDay);
  const [first] = days;
  if (first === undefined) return standing.payment;
  // A redemption that was moved may count interest to a day before: what has accrued stays.
  const until = Math.max(accruedTo, first);
  const owed = principal.plus(accrued).plus(years(accruedTo, until).times(rate).times(principal));
  return levelPayment(owed, rate, days, years);
}

/** What an event pays and makes of a contract to whose interest the days until it are added. */
function keep(given: Walk, before: Standing, at: Appointment): { payoff: Decimal; after: Standing } {
  const { terms, sign, observed } = given;
  const { principal, accrued, payment } = before;
  switch (at.type) {
    case 'IED': {
      const since = Math.min(terms.interest?.anchor ?? at.accrualDay, at.accrualDay);
      const after = agreedStanding(given, at.accrualDay, since);
      return { payoff: sign.neg().times(terms.principal.plus(terms.premiumDiscount ?? zero)), after };
    }
    case 'PR': {
      // Of a payment interest is taken first; what it falls short of interest is lent on.
      const wanted = terms.kind === 'LAM' ? payment : payment.minus(accrued);
      const part = wanted.times(sign).gt(principal.times(sign)) ? principal : wanted;
      return {
        payoff: part.times(before.principalFactor),
        after: withPrincipal(terms, before, principal.minus(part)),
      };
    }
    case 'IP':
      return { payoff: accrued.times(before.interestFactor), after: { ...before, accrued: zero } };
    case 'IPCI':
      return {
        payoff: zero,
        after: { ...withPrincipal(terms, before, principal.plus(accrued)), accrued: zero },
      };
    case 'IPCB':
      return { payoff: zero, after: { ...before, base: principal } };
    case 'SC':
      return { payoff: zero, after: scaled(given, before, at.due.day) };
    case 'XD':
      return { payoff: zero, after: before };
    case 'RRF':
      return { payoff: zero, after: { ...before, rate: new Exact(terms.reset?.nextRate ?? before.rate) } };
    case 'RR': {
      const { reset } = terms;
      const rate = reset ? resetRate(reset, before.rate, at.due.day, observed) : before.rate;
      return { payoff: zero, after: { ...before, rate } };
    }
    case 'PRF':
      return {
        payoff: zero,
        after:
          terms.kind === 'ANN'
            ? {
                ...before,
                payment: paymentFrom(given, terms, before, (each) => each.accrualDay > at.accrualDay),
              }
            : before,
      };
    case 'PRD':
      return {
        payoff: sign
          .neg()
          .times(terms.purchase?.price ?? zero)
          .minus(accrued),
        after: before,
      };
    case 'TD':
      return {
        payoff: sign.times(terms.termination?.price ?? zero).plus(accrued),
        after: { ...before, principal: zero, accrued: zero },
      };
    case 'MD':
    case 'STD':
      return {
        payoff: principal.times(before.principalFactor),
        after: { ...before, principal: zero, accrued: zero },
      };
  }
}

/** Another principal: interest is counted on it, unless the terms agree on a base of its own. */
const withPrincipal = (terms: ContractTerms, before: Standing, principal: Decimal): Standing => ({
  ...before,
  principal,
  base: terms.interestBase ? before.base : principal,
});

/** The factors by the index of a day. */
function scaled({ terms, observed }: Walk, before: Standing, on: Day): Standing {
  const { scaling } = terms;
  if (scaling === undefined) return before;
  const index = observed(scaling.market, on);
  if (!index) throw new RangeError(`scaling: ${scaling.market} is not known on day ${on}`);
  const factor = new Exact(index).div(scaling.dealt);
  return {
    ...before,
    ...(scaling.interest ? { interestFactor: factor } : {}),
    ...(scaling.principal ? { principalFactor: factor } : {}),
  };
}
