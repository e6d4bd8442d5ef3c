/**
 * The contract engine: from the terms of a loan to its events, each with what it pays and the contract after it. Exact
 * decimals, no rounding to minor units: that is the plan's (`plan.ts`).
 *
 * The rules are those of the ACTUS technical specification for PAM, ANN, LAM, NAM and CLM. A contract whose end isn't agreed
 * ends on the first redemption date that repays all, found by trial at the rate of today, where ACTUS has a formula that
 * only approximates it. Out of scope: fees, penalties, scaling indices, interest bases other than the principal, fixing days
 * (the market is asked on the day of the reset), arrays of rates or payments.
 *
 * @module
 */
import { dayMax } from '../../kernel/dates.ts';
import { accrualDayOf, compareMoments, endOf, type Moment, startOf } from './calendar.ts';
import type { ContractEvent } from './event.ts';
import type { Observed } from './rate-reset.ts';
import type { ContractTerms } from './terms.ts';
import { type Appointment, dateOf, timetable } from './timetable.ts';
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
  const isAsked = (at: Moment): boolean => !until || compareMoments(at, until) <= 0;
  if (terms.purchase && !isAsked(startOf(terms.purchase.on))) return [];
  const asked = appointments.filter(({ date }) => isAsked(date));
  return Array.from(walk(terms, asked, observed, end), ({ event }) => event);
}

function refuseContradictions(terms: ContractTerms): void {
  const { principal, initialExchange, maturity, interest, reset } = terms;
  const redemption = 'redemption' in terms ? terms.redemption : undefined;
  if (!principal.gt(0)) throw new RangeError(`contract: principal ${principal} is not above zero`);
  if (maturity && accrualDayOf(maturity) <= initialExchange)
    throw new RangeError('contract: matures before it starts');
  for (const each of [interest, reset, redemption])
    if (each && !(Number.isInteger(each.cycle.count) && each.cycle.count > 0))
      throw new RangeError(`contract: a cycle of ${each.cycle.count} ${each.cycle.unit}s`);
}

/** When a contract ends; undefined for call money that hasn't been called. */
function endOfContract(terms: ContractTerms): Moment | undefined {
  if (terms.maturity) return terms.maturity;
  switch (terms.kind) {
    case 'PAM':
    case 'CLM':
      return undefined;
    case 'ANN':
      return terms.amortisation ?? repaidOn(terms);
    case 'LAM':
    case 'NAM':
      return repaidOn(terms);
  }
}

/** The first redemption date at which nothing is left, at the rate of today. */
function repaidOn(terms: Exclude<ContractTerms, { kind: 'PAM' | 'CLM' }>): Moment {
  const { redemption, endOfMonth } = terms;
  if (!redemption.payment) throw new RangeError('contract: neither an end nor a payment is agreed');
  const { reset: _reset, purchase: _purchase, termination: _termination, ...trial } = terms;
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
