/**
 * The timetable of a contract: which events happen when, before any amount is known.
 *
 * @module
 */
import type { Day } from '../../../kernel/values/dates.ts';
import {
  accrualDayOf,
  type Cycle,
  compareMoments,
  cycleDate,
  cycleDates,
  type EndOfMonth,
  type Moment,
  rollDay,
  startOf,
} from '../calendar.ts';
import { type EventType, eventTypes } from './event.ts';
import type { CallTerms, ContractTerms, Recurrence } from './terms.ts';

/** An event that is to happen. */
export interface Appointment {
  readonly type: EventType;
  /** When it is due by the contract. */
  readonly due: Moment;
  /** When it happens: the due date, moved to a business day. */
  readonly date: Moment;
  /** The day interest is counted to; differs from the date where a contract counts to the date before it is moved. */
  readonly accrualDay: Day;
}

/** A date of the contract, moved to a business day. */
export function appointment(terms: ContractTerms, type: EventType, due: Moment): Appointment {
  const rule = terms.businessDays;
  const date = rule ? { ...due, day: rollDay(due.day, rule) } : due;
  return { type, due, date, accrualDay: accrualDayOf(rule?.interestTo === 'contract-date' ? due : date) };
}

/** What happens on the status day has happened: the terms say how things stand after it. */
export const isAhead = ({ statusDay }: ContractTerms, { day }: Moment): boolean => day > statusDay;

/** An event whose date is agreed as such and never moved. */
const agreed = (type: EventType, date: Moment): Appointment => ({
  type,
  due: date,
  date,
  accrualDay: accrualDayOf(date),
});

/** How far a timetable goes: to the end of a contract, or, if it has none, as far as one looks. */
export interface Horizon {
  readonly end: Moment;
  readonly matures: boolean;
}

/** The dates of a recurrence within the contract and before the horizon, as written in it. Only an end makes stubs. */
function recurring(terms: ContractTerms, when: Recurrence, horizon: Horizon): Day[] {
  const { anchor, cycle, afterAnchor } = when;
  const call = callOf(terms);
  // What was called recurs no more; the day of the call makes no stub, as nobody knew of it.
  const { end, matures } = call === undefined ? horizon : { end: startOf(call.on), matures: false };
  if (cycle === undefined)
    return anchor >= terms.initialExchange && compareMoments(startOf(anchor), end) < 0 ? [anchor] : [];
  const stubbed: Cycle = matures ? cycle : { ...cycle, stub: 'short' };
  const dates = cycleDates(anchor, stubbed, terms.endOfMonth, end, afterAnchor ? 1 : 0);
  return dates.filter((day) => day >= terms.initialExchange);
}

/** The date of a recurrence some turns after its first. */
export const dateOf = (
  { anchor, cycle, afterAnchor }: Recurrence,
  endOfMonth: EndOfMonth,
  turns: number,
): Day =>
  cycle === undefined ? anchor : cycleDate(anchor, cycle, endOfMonth, turns + (afterAnchor ? 1 : 0));

/** The call of a contract, where it is call money that was called. */
export const callOf = (terms: ContractTerms): CallTerms['call'] =>
  terms.kind === 'CLM' ? terms.call : undefined;

/** The redemptions of a contract before a moment, and that moment as the last. */
export function redemptions(terms: ContractTerms & { redemption: Recurrence }, end: Moment): Appointment[] {
  const days = recurring(terms, terms.redemption, { end, matures: true });
  return [...days.map((day) => appointment(terms, 'PR', startOf(day))), appointment(terms, 'MD', end)];
}

/** All events of a contract up to a horizon, in the order in which they happen. */
export function timetable(terms: ContractTerms, horizon: Horizon): Appointment[] {
  const { purchase, termination } = terms;
  const at = (type: EventType, day: Day): Appointment => appointment(terms, type, startOf(day));
  const first = firstFixing(terms);
  const call = callOf(terms);
  const { interestBase, scaling } = terms;
  return inOrder([
    ...(interestBase?.fixed ? recurring(terms, interestBase.fixed, horizon) : []).map((day) =>
      at('IPCB', day),
    ),
    ...(scaling ? recurring(terms, scaling, horizon) : []).map((day) => at('SC', day)),
    ...(call ? [agreed('XD', startOf(call.on))] : []),
    agreed('IED', startOf(terms.initialExchange)),
    ...interestDates(terms, horizon),
    ...redemptionDates(terms, horizon).map((day) => at('PR', day)),
    ...resetDates(terms, horizon).map(({ type, day }) => at(type, day)),
    ...fixingDates(terms, horizon).map((day) => at('PRF', day)),
    ...(first !== undefined ? [agreed('PRF', startOf(first))] : []),
    ...(horizon.matures ? [appointment(terms, call ? 'STD' : 'MD', horizon.end)] : []),
    ...(purchase ? [agreed('PRD', startOf(purchase.on))] : []),
    ...(termination ? [agreed('TD', termination.at)] : []),
  ]);
}

/** In the order of time, and of {@link eventTypes} at the same moment; what is there twice, once. */
function inOrder(all: readonly Appointment[]): Appointment[] {
  const rank = new Map(eventTypes.map((type, at) => [type, at]));
  const sorted = all.toSorted(
    (a, b) => compareMoments(a.date, b.date) || (rank.get(a.type) ?? 0) - (rank.get(b.type) ?? 0),
  );
  return sorted.filter((each, at) => {
    const before = sorted[at - 1];
    return before?.type !== each.type || compareMoments(before.date, each.date) !== 0;
  });
}

/** When interest recurs. */
function interestOf(terms: ContractTerms): Recurrence | undefined {
  if (terms.interest) return terms.interest;
  return terms.kind === 'ANN' || terms.kind === 'NAM' ? terms.redemption : undefined;
}

/** Where interest is paid or capitalised; at maturity it is paid. */
function interestDates(terms: ContractTerms, horizon: Horizon): Appointment[] {
  const interest = interestOf(terms);
  const until = terms.capitalisedUntil;
  const dates = (interest ? recurring(terms, interest, horizon) : []).map((day) => {
    const capitalised = terms.kind === 'CLM' || (until !== undefined && day <= until);
    return appointment(terms, capitalised ? 'IPCI' : 'IP', startOf(day));
  });
  if (until !== undefined && compareMoments(startOf(until), horizon.end) < 0)
    dates.push(appointment(terms, 'IPCI', startOf(until)));
  if (horizon.matures) dates.push(appointment(terms, 'IP', horizon.end));
  return dates;
}

function redemptionDates(terms: ContractTerms, horizon: Horizon): Day[] {
  return terms.kind === 'PAM' || terms.kind === 'CLM' ? [] : recurring(terms, terms.redemption, horizon);
}

function resetDates(
  terms: ContractTerms,
  horizon: Horizon,
): { readonly type: 'RR' | 'RRF'; readonly day: Day }[] {
  const { reset } = terms;
  if (!reset) return [];
  const days = recurring(terms, reset, horizon);
  const isNext = (day: Day): boolean => isAhead(terms, appointment(terms, 'RRF', startOf(day)).date);
  const agreedFor = reset.nextRate ? days.find(isNext) : undefined;
  return days.map((day) => ({ type: day === agreedFor ? 'RRF' : 'RR', day }));
}

/** A level payment is set anew with the rate. */
const fixingDates = (terms: ContractTerms, horizon: Horizon): Day[] =>
  terms.kind === 'ANN' ? resetDates(terms, horizon).map(({ day }) => day) : [];

/** The day a level payment that the contract doesn't state is set: the one before the first redemption. */
export function firstFixing(terms: ContractTerms): Day | undefined {
  if (terms.kind !== 'ANN' || terms.redemption.payment) return undefined;
  const first = dateOf(terms.redemption, terms.endOfMonth, 0);
  const day = appointment(terms, 'PR', startOf(first)).date.day - 1;
  return day >= terms.initialExchange ? day : undefined;
}
