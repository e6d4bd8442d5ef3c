/**
 * The walk through a contract's timetable: the state of the contract carried from event to event (the state transition and
 * payoff functions of the ACTUS technical specification).
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Day } from '../../kernel/dates.ts';
import { accrualDayOf, type Moment } from './calendar.ts';
import { yearFraction } from './day-count.ts';
import type { ContractEvent } from './event.ts';
import { Exact, zero } from './exact.ts';
import { levelPayment } from './level-payment.ts';
import { type Observed, resetRate } from './rate-reset.ts';
import type { AnnuityTerms, ContractTerms } from './terms.ts';
import { type Appointment, firstFixing, redemptions } from './timetable.ts';

/** A contract between two events. Amounts are below zero if the holder owes them. */
interface Standing {
  readonly principal: Decimal;
  readonly rate: Decimal;
  readonly accrued: Decimal;
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
  const ahead = appointments.filter(({ date }) => date.day >= terms.statusDay);
  const bought = ahead.findIndex(({ type }) => type === 'PRD');
  let standing = onStatusDay(given, appointments);
  for (const [index, at] of ahead.entries()) {
    const before = accrue(given, standing, at.accrualDay);
    const { payoff, after } = keep(given, before, at);
    standing = after;
    if (index >= bought) yield { at, event: eventOf(at, payoff, standing) };
    if (at.type === 'MD' || at.type === 'TD') return;
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
function accrue({ years }: Walk, standing: Standing, to: Day): Standing {
  if (to <= standing.accruedTo) return standing;
  const { principal, rate, accrued, accruedTo } = standing;
  return {
    ...standing,
    accrued: accrued.plus(years(accruedTo, to).times(rate).times(principal)),
    accruedTo: to,
  };
}

/** The contract on its status day: not yet exchanged, or as the terms say. */
function onStatusDay(given: Walk, appointments: readonly Appointment[]): Standing {
  const { terms } = given;
  if (terms.initialExchange >= terms.statusDay)
    return { principal: zero, rate: zero, accrued: zero, accruedTo: terms.statusDay, payment: zero };
  // Without a word on accrued interest it is what has accrued since it was last due.
  const dues = appointments.filter(
    ({ type, date }) => (type === 'IP' || type === 'IPCI') && date.day < terms.statusDay,
  );
  const since = Math.min(dues.at(-1)?.accrualDay ?? terms.initialExchange, terms.statusDay);
  return agreedStanding(given, terms.statusDay, since);
}

/** The contract as its terms say, on a day; interest has accrued since another unless they say how much. */
function agreedStanding(given: Walk, on: Day, since: Day): Standing {
  const { terms, sign, years } = given;
  const principal = sign.times(terms.principal);
  const rate = new Exact(terms.rate);
  const standing: Standing = {
    principal,
    rate,
    accrued: terms.accrued ? sign.times(terms.accrued) : years(since, on).times(rate).times(principal),
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
    return fixing === undefined || fixing < standing.accruedTo
      ? paymentFrom(given, terms, standing, standing.accruedTo)
      : zero;
  }
  const left = redemptions(terms, end).filter(({ date }) => date.day >= terms.statusDay);
  return standing.principal.div(Math.max(left.length, 1));
}

/** The level payment that is due from a day on; what it was when no redemption is left. */
function paymentFrom({ end, years }: Walk, terms: AnnuityTerms, standing: Standing, from: Day): Decimal {
  const { principal, rate, accrued, accruedTo } = standing;
  const days = redemptions(terms, terms.amortisation ?? end)
    .map(({ accrualDay }) => accrualDay)
    .filter((day) => day >= from);
  const [first] = days;
  if (first === undefined) return standing.payment;
  const owed = principal.plus(accrued).plus(years(accruedTo, first).times(rate).times(principal));
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
      const payoff = wanted.times(sign).gt(principal.times(sign)) ? principal : wanted;
      return { payoff, after: { ...before, principal: principal.minus(payoff) } };
    }
    case 'IP':
      return { payoff: accrued, after: { ...before, accrued: zero } };
    case 'IPCI':
      return { payoff: zero, after: { ...before, principal: principal.plus(accrued), accrued: zero } };
    case 'RRF':
      return { payoff: zero, after: { ...before, rate: new Exact(terms.reset?.nextRate ?? before.rate) } };
    case 'RR': {
      const { reset } = terms;
      const rate = reset ? resetRate(reset, before.rate, at.date.day, observed) : before.rate;
      return { payoff: zero, after: { ...before, rate } };
    }
    case 'PRF':
      return {
        payoff: zero,
        after:
          terms.kind === 'ANN'
            ? { ...before, payment: paymentFrom(given, terms, before, at.accrualDay + 1) }
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
      return { payoff: principal, after: { ...before, principal: zero, accrued: zero } };
  }
}
