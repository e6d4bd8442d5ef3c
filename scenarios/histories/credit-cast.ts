/**
 * Who acts in a history with credit: borrowers, shops, small firms, core enterprises that buy from them, and partners who ask
 * for scores; each with habits. Amounts are whole yuan.
 *
 * @module
 */
import type { Day } from '../../src/kernel/values/dates.ts';
import { type Merchant, merchants } from './cast.ts';
import type { Dice } from './dice.ts';

export type Repays = 'in full' | 'the minimum' | 'in instalments';

/** A time in which nothing is repaid, and how it ends. */
export interface Trouble {
  readonly from: Day;
  /**
   * `cured`: all that is due is paid; `replanned`: loans are restructured; `aged`: written off by age; `decided`: written off
   * by command.
   */
  readonly end: 'cured' | 'replanned' | 'aged' | 'decided';
  /** Days until the cure, or days past due until the decision. */
  readonly days: number;
  /** Whether something comes back of what is written off. */
  readonly recovers: boolean;
}

/** Whether nothing is repaid on a day. */
export const isTroubled = (trouble: Trouble | undefined, day: Day): boolean =>
  trouble !== undefined && day >= trouble.from && day < endOf(trouble);

/** Whether a trouble is less than some days ahead: then more is bought and borrowed than ever. */
export const isAhead = (trouble: Trouble | undefined, day: Day, days: number): boolean =>
  trouble !== undefined && day < trouble.from && day >= trouble.from - days;

/** The day on which a trouble ends, if it is cured. */
export const endOf = ({ from, end, days }: Trouble): Day =>
  end === 'cured' || end === 'replanned' ? from + 40 + days : Number.POSITIVE_INFINITY;

export interface Borrower {
  readonly id: string;
  readonly payday: number;
  readonly pay: number;
  readonly purchasesPerMonth: number;
  /** How much more than others a purchase costs. */
  readonly scale: number;
  /** Day from which on there is a credit line; how much of the purchases goes on it, where there is room. */
  readonly lineFrom: Day | undefined;
  readonly onCredit: number;
  readonly repays: Repays;
  /** Share of due dates that are forgotten for some days. */
  readonly forgets: number;
  /** Share of months in which a loan is asked for, once there is a score for it. */
  readonly borrows: number;
  readonly trouble: Trouble | undefined;
}

export interface Firm {
  readonly id: string;
  readonly date: number;
  readonly takings: number;
  readonly buysPerMonth: number;
  readonly trouble: Trouble | undefined;
}

export interface Cast {
  readonly borrowers: readonly Borrower[];
  readonly shops: readonly Merchant[];
  readonly firms: readonly Firm[];
  readonly cores: readonly string[];
  readonly partners: readonly string[];
}

/** Of every sixty, who is in trouble at some time, and how that ends. */
const troubles: Readonly<Record<number, Trouble['end']>> = {
  6: 'cured',
  13: 'aged',
  27: 'replanned',
  38: 'decided',
  44: 'aged',
  51: 'cured',
};

/** The same of every twelve firms. */
const firmTroubles: Readonly<Record<number, Trouble['end']>> = { 2: 'decided', 5: 'aged', 11: 'replanned' };

/** Names of a group. */
const named = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${name}-${at + 1}`);

/** The cast of a history of some days, the same for the same dice. */
export function castOf(d: Dice, count: number, firstDay: Day, lastDay: Day): Cast {
  return {
    borrowers: named('user', count).map((id, at) => borrower(d, id, at, firstDay, lastDay)),
    shops: shopsOf(Math.ceil(count / 200)),
    firms: named('firm', Math.max(8, Math.round(count / 10))).map((id, at) => ({
      id,
      date: d.pick([3, 8, 13, 18]),
      takings: d.whole(20, 70) * 100,
      buysPerMonth: 2 + d.real() * 2,
      trouble: troubled(d, firmTroubles[at % 12], firstDay, lastDay),
    })),
    cores: named('core', Math.max(3, Math.round(count / 40))),
    partners: named('rental', Math.max(2, Math.round(count / 60))),
  };
}

/** The eight trades, as often as it takes. */
const shopsOf = (times: number): readonly Merchant[] =>
  Array.from({ length: times }, (_, round) =>
    merchants.map((one, at) => ({ ...one, id: `merchant-${round * merchants.length + at + 1}` })),
  ).flat();

function borrower(d: Dice, id: string, at: number, firstDay: Day, lastDay: Day): Borrower {
  const pay = d.whole(16, 48) * 100;
  const end = troubles[at % 60];
  return {
    id,
    payday: d.pick([5, 8, 15, 25]),
    pay,
    purchasesPerMonth: 2 + d.real() * 2.4,
    scale: (0.5 + d.real() * 0.5) * (pay / 3200),
    lineFrom:
      end !== undefined || d.chance(0.88) ? firstDay + (d.chance(0.5) ? 0 : d.whole(5, 150)) : undefined,
    onCredit: 0.35 + d.real() * 0.45,
    repays: d.weighted([
      ['in full', 68],
      ['the minimum', 18],
      ['in instalments', 14],
    ]),
    forgets: d.chance(0.25) ? 0.07 : 0.005,
    borrows: end !== undefined ? 0.08 : d.chance(0.6) ? 0.06 + d.real() * 0.1 : 0,
    trouble: troubled(d, end, firstDay, lastDay),
  };
}

/** Trouble that comes once limits have grown; some of it is still there at the end. */
function troubled(
  d: Dice,
  end: Trouble['end'] | undefined,
  firstDay: Day,
  lastDay: Day,
): Trouble | undefined {
  if (end === undefined) return undefined;
  const from = firstDay + Math.floor((lastDay - firstDay) * (0.3 + d.real() * 0.5));
  return { from, end, days: d.whole(30, 100), recovers: d.chance(0.7) };
}
