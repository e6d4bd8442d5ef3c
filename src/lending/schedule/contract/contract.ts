/**
 * The contract engine: from the terms of a loan to its events, each with what it pays and the contract after it. Exact
 * decimals, no rounding to minor units: that is the plan's (`plan.ts`).
 *
 * The rules are those of the ACTUS technical specification for PAM, ANN, LAM, NAM and CLM. Out of scope: fees, penalties, fixing
 * days (the market is asked on the day of the reset), arrays of rates or payments.
 *
 * @module
 */
import { dayMax, formatDay } from '../../../kernel/values/dates.ts';
import { accrualDayOf, compareMoments, endOf, type Moment, startOf } from '../calendar.ts';
import type { ContractEvent } from './event.ts';
import type { Observed } from './rate-reset.ts';
import type { AnnuityTerms, ContractTerms, LinearTerms, NegativeTerms } from './terms.ts';
import { type Appointment, callOf, dateOf, timetable } from './timetable.ts';
import { walk } from './walk.ts';

/** Redemptions tried before a contract is said never to be repaid: a hundred years of months. */
export const redemptionsMax = 1_200;

/** When everything of a contract happens, before any amount is known. */
export interface ContractOutline {
  /** The end of the contract, or of what is looked at. */
  readonly end: Moment;
  /** From the exchange to that end, what lies before the status day too. */
  readonly appointments: readonly Appointment[];
}

/**
 * The outline of a contract, by which one can tell how much work its events are.
 *
 * @param until the last moment to look at; needed for call money that hasn't been called
 * @throws RangeError when the terms contradict each other, or the payments never repay the principal
 */
export function contractOutline(terms: ContractTerms, until?: Moment): ContractOutline {
  refuseContradictions(terms);
  const maturity = endOfContract(terms);
  if (!maturity && !until)
    throw new RangeError('contract: call money that is not called needs a moment to look until');
  const end = maturity ?? endOf(until?.day ?? terms.statusDay);
  return { end, appointments: timetable(terms, { end, matures: maturity !== undefined }) };
}

/**
 * The events of a contract from its status day on, in order.
 *
 * @param observed the market rates that resets until that moment ask for
 * @param until the last moment to look at; needed for call money that hasn't been called
 * @param outline the outline of these terms until that moment, where it is at hand
 * @throws RangeError when the terms contradict each other, a market rate isn't known, or the payments never repay the principal
 */
export function contractEvents(
  terms: ContractTerms,
  observed: Observed = () => undefined,
  until?: Moment,
  { end, appointments }: ContractOutline = contractOutline(terms, until),
): readonly ContractEvent[] {
  // What was called is told until it is settled.
  const called = callOf(terms);
  const isAsked = (at: Moment): boolean =>
    !until || compareMoments(at, until) <= 0 || (called !== undefined && called.on <= until.day);
  if (terms.purchase && !isAsked(startOf(terms.purchase.on))) return [];
  const asked = appointments.filter(({ date }) => isAsked(date));
  return Array.from(walk(terms, asked, observed, end), ({ event }) => event);
}

function refuseContradictions(terms: ContractTerms): void {
  const { principal, initialExchange, maturity, interest, reset, scaling, interestBase } = terms;
  const redemption = 'redemption' in terms ? terms.redemption : undefined;
  const recurring = [interest, reset, redemption, scaling, interestBase?.fixed];
  if (!principal.gt(0)) throw new RangeError(`contract: principal ${principal} is not above zero`);
  if (maturity && accrualDayOf(maturity) <= initialExchange)
    throw new RangeError('contract: matures before it starts');
  for (const cycle of recurring.map((each) => each?.cycle))
    if (cycle && !(Number.isInteger(cycle.count) && cycle.count > 0))
      throw new RangeError(`contract: a cycle of ${cycle.count} ${cycle.unit}s`);
}

/** When a contract ends; undefined for call money that hasn't been called. */
function endOfContract(terms: ContractTerms): Moment | undefined {
  if (terms.maturity) return terms.maturity;
  switch (terms.kind) {
    case 'PAM':
      return undefined;
    case 'CLM':
      return terms.call && startOf(terms.call.settled);
    case 'ANN':
      return terms.amortisation ?? repaidOn(terms);
    case 'LAM':
      return afterRedemptions(terms);
    case 'NAM':
      return repaidOn(terms);
  }
}

/** The last of as many redemptions as the principal needs; interest that is added to it meanwhile is paid with that one. */
function afterRedemptions({ redemption, endOfMonth, principal, ...terms }: LinearTerms): Moment {
  if (!redemption.payment) throw new RangeError('contract: neither an end nor a payment is agreed');
  const count = principal.div(redemption.payment).ceil();
  if (count.gt(redemptionsMax))
    throw new RangeError(`contract: not repaid after ${redemptionsMax} redemptions`);
  const begun = Math.max(terms.statusDay + 1, terms.initialExchange);
  let first = 0;
  while (dateOf(redemption, endOfMonth, first) < begun) first++;
  const last = dateOf(redemption, endOfMonth, first + count.toNumber() - 1);
  // NaN, of a date beyond what a machine counts, is not at most it either.
  if (!(last <= dayMax)) throw new RangeError(`contract: repaid after ${formatDay(dayMax)}`);
  return startOf(last);
}

/** The first redemption date at which nothing is left, at the rate of today: found by trial, where ACTUS has an approximation. */
function repaidOn(terms: AnnuityTerms | NegativeTerms): Moment {
  const { redemption, endOfMonth } = terms;
  if (!redemption.payment) throw new RangeError('contract: neither an end nor a payment is agreed');
  // What is paid by an index is more or less money, and no other principal.
  const {
    reset: _reset,
    scaling: _scaling,
    purchase: _purchase,
    termination: _termination,
    ...trial
  } = terms;
  for (let tried = 16; ; tried *= 4) {
    const count = Math.min(tried, redemptionsMax);
    const end = endOf(Math.min(dateOf(redemption, endOfMonth, count), dayMax));
    const appointments = timetable(trial, { end, matures: false });
    for (const { at, event } of walk(trial, appointments, () => undefined, end))
      if (at.type === 'PR' && event.principal.isZero()) return at.due;
    if (count === redemptionsMax)
      throw new RangeError(`contract: not repaid after ${redemptionsMax} redemptions`);
  }
}
