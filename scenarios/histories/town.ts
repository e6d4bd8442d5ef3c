/**
 * Where the people of a history with credit live: their dice, their diary, and what is known of their purses and scores. Every
 * move of money is noted in all of them.
 *
 * @module
 */
import type { Day } from '../../src/kernel/values/dates.ts';
import type { Dice } from './dice.ts';
import { Diary, yuan } from './diary.ts';
import { Purses } from './purses.ts';
import { Scores } from './scores.ts';

export class Town {
  readonly d: Dice;
  readonly diary: Diary;
  readonly purses = new Purses();
  readonly scores = new Scores();

  constructor(d: Dice, firstDay: Day) {
    this.d = d;
    this.diary = new Diary(firstDay);
  }

  get day(): Day {
    return this.diary.day;
  }

  topUp(holder: string, amount: number): void {
    this.diary.add('topUp', holder, { holder, amount: yuan(amount) });
    this.purses.addToWallet(holder, amount * 100);
    this.scores.toppedUp(holder, this.day);
  }

  /** Sees to it that a wallet has an amount: what may be missing comes from a bank, in whole hundreds. */
  provide(holder: string, fen: number): void {
    const missing = fen - this.purses.wallet(holder);
    if (missing > 0) this.topUp(holder, Math.ceil(missing / 10_000) * 100);
  }

  /** Provides an amount and takes it out: for payments that are at most so large. */
  spend(holder: string, fen: number): void {
    this.provide(holder, fen);
    this.purses.addToWallet(holder, -fen);
  }

  /** Takes to a bank a share of what lies in a wallet, so that what is kept there stays. */
  empty(holder: string, keptFen: number): void {
    const held = this.purses.wallet(holder);
    const percent = Math.floor((1 - keptFen / held) * 10) * 10;
    if (held < 50_000 || percent < 20) return;
    this.diary.add('withdraw', holder, { holder, amount: `${percent}%` });
    this.purses.addToWallet(holder, -Math.ceil((held * percent) / 100) - 1);
  }
}

/** The day some months after a day: the same date, or the month's last. */
export function monthsAfter(day: Day, months: number): Day {
  const date = new Date(day * 86_400_000);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() + months;
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(date.getUTCDate(), last)) / 86_400_000;
}
