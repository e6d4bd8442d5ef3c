/**
 * A debt, line or loan: what is owed of it, by part; what bears interest; dues, arrears and late fees. How days and payments
 * change it is worked out here, on a copy, exactly; see docs/segments/lending.md.
 *
 * @module
 */

import { type RowField, type RowOf, row, type ValueOf } from '../../kernel/contract/row.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { compareFractions, type Fraction, zeroFraction } from '../../kernel/values/rates.ts';
import { type Bucket, bucketOf, buckets, nextBucketAt } from '../lender/buckets.ts';
import {
  isNothing,
  minus,
  noParts,
  type Parts,
  partNames,
  plus,
  split,
  sumOf,
  times,
} from '../lender/parts.ts';

const due = row.record({
  on: row.date('The day on which it falls due.'),
  principal: row.amount('Principal of it that is unpaid.'),
  interest: row.amount('Interest of it that is unpaid.'),
  fee: row.amount('Instalment fee of it that is unpaid (huabei).'),
  billed: row.amount('What was billed of it (huabei; elsewhere zero).'),
  minimum: row.amount('The least that must be paid of that (huabei; elsewhere zero).'),
  overdue: row.flag('Its day has passed and it was not met.'),
});

/** What falls due on a day, as far as it is unpaid. */
export type Due = ValueOf<typeof due>;

const parts = (doc: string): RowField<Parts> => row.parts<Parts>(doc, partNames);

/** What every debt has. */
export const debtFields = {
  holder: row.holder('Who owes it.'),
  bank: row.id('The partner bank of the part that is not own.'),
  pool: row.id('The pool of the part that is the vehicle’s.'),
  latest: row.date('Date of its latest fact.'),
  accruedTo: row.date('The day up to which interest and late fees are worked out.'),
  rate: row.fraction('Interest a day on what bears interest.'),
  principal: parts('Principal by part.'),
  bearing: parts('What bears interest, by part.'),
  uncharged: parts('Interest accrued and not charged, by part: numerators over the rate’s denominator.'),
  interestDue: parts('Interest charged and not paid, by part.'),
  dues: row.list('What has fallen due and is unpaid.', due),
  arrearsSince: row.maybe(row.date('Date of the oldest due that is overdue and unpaid.')),
  lateRate: row.fraction('The late fee a day of these arrears.'),
  lateAccrued: row.amount('Late fee of these arrears, unpaid: a numerator over the late rate’s denominator.'),
  lateFee: row.amount('Late fee of earlier arrears, unpaid.'),
  stage: row.choice('The bucket in which its principal is booked.', buckets),
  loss: row.maybe(parts('What was written off and not recovered, by part.')),
};

export type Debt = RowOf<typeof debtFields>;

/** What begins. */
export const freshDebt = (
  holder: string,
  bank: string,
  pool: string,
  on: Day,
  rate: Fraction,
  principal: Parts,
): Debt => ({
  holder,
  bank,
  pool,
  latest: on,
  accruedTo: on,
  rate,
  principal,
  bearing: noParts,
  uncharged: noParts,
  interestDue: noParts,
  dues: [],
  arrearsSince: null,
  lateRate: zeroFraction,
  lateAccrued: 0n,
  lateFee: 0n,
  stage: 'current',
  loss: null,
});

/** A change, from the end of a day on, of what bears interest at a rate; and fractions that are dropped. */
export interface BearingChange {
  readonly kind: 'interest' | 'late';
  readonly on: Day;
  readonly rate: Fraction;
  readonly bearing: Parts;
  readonly dropped: Parts;
}

/** What a payment is made up of. */
export interface Paid {
  readonly late: bigint;
  readonly fee: bigint;
  readonly interest: Parts;
  readonly principal: Parts;
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const unpaidOf = ({ principal, interest, fee }: Due): bigint => principal + interest + fee;

/** What of a debt is owed, floored. */
export interface Owed {
  readonly late: bigint;
  readonly fee: bigint;
  readonly interestDue: bigint;
  /** Principal of dues. */
  readonly due: bigint;
  /** Interest accrued, not charged. */
  readonly accrued: bigint;
  readonly principal: bigint;
}

/** What `due` pays. */
export const dueOf = ({ late, fee, interestDue, due }: Owed): bigint => late + fee + interestDue + due;

/** What `all` pays. */
export const allOf = ({ late, fee, interestDue, accrued, principal }: Owed): bigint =>
  late + fee + interestDue + accrued + principal;

/**
 * A debt under way: brought from day to day and changed, with the changes of what bears interest noted. The row that it began
 * with stays as it was.
 */
export class DebtWork {
  latest: Day;
  accruedTo: Day;
  rate: Fraction;
  principal: Parts;
  bearing: Parts;
  uncharged: Parts;
  interestDue: Parts;
  dues: Due[];
  arrearsSince: Day | null;
  lateRate: Fraction;
  lateAccrued: bigint;
  lateFee: bigint;
  stage: Bucket;
  loss: Parts | null;
  /** Whether a due has passed unmet. */
  passed = false;
  readonly changes: BearingChange[] = [];
  readonly #from: Debt;
  #notedRate: Fraction;
  #noted: Parts;
  #notedLateRate: Fraction;
  #notedLate: bigint;
  /** The late fee rate of the event that brings time. */
  readonly #lateRateNow: Fraction;

  constructor(from: Debt, lateRateNow: Fraction) {
    this.#from = from;
    this.#lateRateNow = lateRateNow;
    this.latest = from.latest;
    this.accruedTo = from.accruedTo;
    this.rate = from.rate;
    this.principal = from.principal;
    this.bearing = from.bearing;
    this.uncharged = from.uncharged;
    this.interestDue = from.interestDue;
    this.dues = [...from.dues];
    this.arrearsSince = from.arrearsSince;
    this.lateRate = from.lateRate;
    this.lateAccrued = from.lateAccrued;
    this.lateFee = from.lateFee;
    this.stage = from.stage;
    this.loss = from.loss;
    this.#notedRate = from.rate;
    this.#noted = from.bearing;
    this.#notedLateRate = from.lateRate;
    this.#notedLate = this.overdue;
  }

  /** The debt as it is now. */
  debt(): Debt {
    const { holder, bank, pool } = this.#from;
    return {
      holder,
      bank,
      pool,
      latest: this.latest,
      accruedTo: this.accruedTo,
      rate: this.rate,
      principal: this.principal,
      bearing: this.bearing,
      uncharged: this.uncharged,
      interestDue: this.interestDue,
      dues: this.dues,
      arrearsSince: this.arrearsSince,
      lateRate: this.lateRate,
      lateAccrued: this.lateAccrued,
      lateFee: this.lateFee,
      stage: this.stage,
      loss: this.loss,
    };
  }

  /** Principal of dues that are overdue. */
  get overdue(): bigint {
    let sum = 0n;
    for (const due of this.dues) if (due.overdue) sum += due.principal;
    return sum;
  }

  get owed(): Owed {
    let fee = 0n;
    let due = 0n;
    for (const each of this.dues) {
      fee += each.fee;
      due += each.principal;
    }
    return {
      late: this.late,
      fee,
      interestDue: sumOf(this.interestDue),
      due,
      accrued: this.accrued,
      principal: sumOf(this.principal),
    };
  }

  /** Late fees, floored. */
  get late(): bigint {
    return this.lateFee + this.lateAccrued / this.lateRate.den;
  }

  /** Interest accrued and not charged, floored; at least zero. */
  get accrued(): bigint {
    const sum = sumOf(this.uncharged);
    return sum > 0n ? sum / this.rate.den : 0n;
  }

  daysPastDue(day: Day): number {
    return this.arrearsSince === null ? 0 : Math.max(0, day - this.arrearsSince);
  }

  bucketOn(day: Day): Bucket {
    return bucketOf(this.daysPastDue(day));
  }

  /** Works out interest and late fees up to and with a day. */
  accrue(to: Day): void {
    if (to <= this.accruedTo) return;
    const days = BigInt(to - this.accruedTo);
    if (!isNothing(this.bearing))
      this.uncharged = plus(this.uncharged, times(this.bearing, this.rate.num * days));
    if (this.arrearsSince !== null) this.lateAccrued += this.overdue * this.lateRate.num * days;
    this.accruedTo = to;
  }

  /**
   * Turns uncharged interest into interest due.
   *
   * @returns how much
   */
  charge(): bigint {
    const minor = this.accrued;
    if (minor > 0n) {
      const parts = split(minor, this.uncharged);
      this.uncharged = minus(this.uncharged, times(parts, this.rate.den));
      this.interestDue = plus(this.interestDue, parts);
    }
    return minor;
  }

  /** Notes, as of the end of a day, what bears interest and what is overdue. */
  note(on: Day): void {
    if (!sameFraction(this.rate, this.#notedRate)) {
      this.#change('interest', on, this.#notedRate, minus(noParts, this.#noted), noParts);
      this.#noted = noParts;
      this.#notedRate = this.rate;
    }
    this.#change('interest', on, this.rate, minus(this.bearing, this.#noted), noParts);
    this.#noted = this.bearing;
    const late = this.arrearsSince === null ? 0n : this.overdue;
    if (!sameFraction(this.lateRate, this.#notedLateRate)) {
      this.#change('late', on, this.#notedLateRate, [-this.#notedLate, 0n, 0n], noParts);
      this.#notedLate = 0n;
      this.#notedLateRate = this.lateRate;
    }
    this.#change('late', on, this.lateRate, [late - this.#notedLate, 0n, 0n], noParts);
    this.#notedLate = late;
  }

  /** Drops the fractions of interest that are left. */
  drop(on: Day): void {
    this.#change('interest', on, this.rate, noParts, this.uncharged);
    this.uncharged = noParts;
  }

  #change(kind: BearingChange['kind'], on: Day, rate: Fraction, bearing: Parts, dropped: Parts): void {
    if (isNothing(bearing) && isNothing(dropped)) return;
    this.changes.push({ kind, on, rate, bearing, dropped });
  }

  /** Looks again which due is the oldest that is overdue: into arrears, or out of them. */
  refreshArrears(on: Day): void {
    this.dues = this.dues.filter((due) => unpaidOf(due) > 0n);
    const oldest = this.dues.find(({ overdue }) => overdue);
    if (oldest !== undefined) {
      if (this.arrearsSince === null) this.lateRate = this.#lateRateNow;
      this.arrearsSince = oldest.on;
      return;
    }
    if (this.arrearsSince === null) return;
    this.arrearsSince = null;
    this.settleLate(on);
  }

  /** Keeps the late fee so far, floored; its fraction is dropped. */
  settleLate(on: Day): void {
    const whole = this.lateAccrued / this.lateRate.den;
    this.lateFee += whole;
    this.#change('late', on, this.lateRate, noParts, [this.lateAccrued - whole * this.lateRate.den, 0n, 0n]);
    this.lateAccrued = 0n;
  }

  /** A due of a day is overdue from the next on. */
  passUnmet(due: Due): void {
    this.dues = this.dues.map((each) => (each === due ? { ...each, overdue: true } : each));
    this.passed = true;
  }

  /** How an amount would be made up: late fees, instalment fees, interest due, dues; then interest accrued, and principal. */
  madeUp(minor: bigint): Paid {
    const { owed } = this;
    let left = minor;
    const take = (most: bigint): bigint => {
      const taken = least(left, most);
      left -= taken;
      return taken;
    };
    const late = take(owed.late);
    const fee = take(owed.fee);
    const interest = split(take(owed.interestDue), this.interestDue);
    const due = take(owed.due);
    const early = split(take(owed.accrued), this.uncharged);
    const principal = split(due + take(owed.principal - owed.due), this.principal);
    return { late, fee, interest: plus(interest, early), principal };
  }

  /**
   * Takes a payment off what is owed, as far as it is of dues.
   *
   * @returns principal beyond the dues, which the caller takes off what is not yet due
   */
  pay({ late, fee, interest, principal }: Paid): bigint {
    const ofEarlier = least(late, this.lateFee);
    this.lateFee -= ofEarlier;
    this.lateAccrued -= (late - ofEarlier) * this.lateRate.den;
    const charged = least(sumOf(interest), sumOf(this.interestDue));
    if (charged < sumOf(interest)) {
      this.uncharged = minus(this.uncharged, times(minus(interest, this.interestDue), this.rate.den));
      this.interestDue = noParts;
    } else this.interestDue = minus(this.interestDue, interest);
    this.#takeOffDues('fee', fee);
    this.#takeOffDues('interest', charged);
    this.principal = minus(this.principal, principal);
    return this.#takeOffDues('principal', sumOf(principal));
  }

  #takeOffDues(what: 'fee' | 'interest' | 'principal', minor: bigint): bigint {
    let left = minor;
    if (left === 0n) return left;
    this.dues = this.dues.map((due) => {
      const taken = least(left, due[what]);
      left -= taken;
      return taken === 0n ? due : { ...due, [what]: due[what] - taken };
    });
    return left;
  }
}

const sameFraction = (a: Fraction, b: Fraction): boolean => compareFractions(a, b) === 0;

/**
 * The first day on which time changes something of a debt: a due passes, or days past due put it into another bucket.
 *
 * @param nextPlanned the day on which the next due that is planned will have passed
 */
export function changesOn(debt: Debt, nextPlanned: Day | undefined): Day | undefined {
  let next = nextPlanned;
  const earlier = (day: Day): void => {
    if (next === undefined || day < next) next = day;
  };
  for (const { on, overdue } of debt.dues) if (!overdue) earlier(on + 1);
  if (debt.arrearsSince === null) {
    if (debt.stage !== 'current') earlier(debt.accruedTo);
    return next;
  }
  const bucket = bucketOf(Math.max(0, debt.accruedTo - debt.arrearsSince));
  if (bucket !== debt.stage) earlier(debt.accruedTo);
  const after = nextBucketAt(bucket);
  if (after !== undefined) earlier(debt.arrearsSince + after);
  return next;
}

/** The day from which on closes look at a debt: each day while it is in arrears, for its write-off goes by policy. */
export const lookedAtFrom = (debt: Debt, changes: Day | undefined): Day | undefined =>
  debt.arrearsSince === null ? changes : debt.accruedTo;
