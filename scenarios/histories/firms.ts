/**
 * Small firms from day to day: takings, purchases from one another, and loans.
 *
 * @module
 */
import { type Cast, type Firm, isAhead, isTroubled } from './credit-cast.ts';
import { yuan } from './diary.ts';
import type { LoanMethod, Loans } from './loans.ts';
import type { Town } from './town.ts';

/** Limits of firms' loans by tier, in yuan; what is asked for stays below. */
const firmLimits = { 350: 10_000, 550: 50_000, 600: 100_000, 650: 300_000, 700: 1_000_000 } as const;
const firmLoanMost = 60_000;

export class Firms {
  readonly #town: Town;
  readonly #loans: Loans;
  readonly #cast: Cast;
  #payments = 0;
  #count = 0;

  constructor(town: Town, loans: Loans, cast: Cast) {
    this.#town = town;
    this.#loans = loans;
    this.#cast = cast;
  }

  live(): void {
    for (const firm of this.#cast.firms) this.#liveOne(firm);
  }

  #liveOne(firm: Firm): void {
    const { d, diary } = this.#town;
    if (diary.dateOfMonth === firm.date) this.#town.topUp(firm.id, firm.takings);
    if (diary.isMonday) this.#town.empty(firm.id, 500_000);
    if (d.chance(firm.buysPerMonth / 30.5)) this.#buy(firm);
    if (diary.dateOfMonth === 12 && d.chance(isAhead(firm.trouble, diary.day, 70) ? 0.9 : 0.25))
      this.#borrow(firm);
  }

  #buy({ id }: Firm): void {
    const { d, diary, purses, scores } = this.#town;
    const seller = d.pick(this.#cast.firms.filter((other) => other.id !== id)).id;
    const fen = d.whole(3, 30) * 10_000;
    if (purses.wallet(id) < fen) return;
    const payment = `F-${String(++this.#payments).padStart(5, '0')}`;
    const inputs = {
      payment,
      payer: id,
      payee: seller,
      amount: yuan(fen / 100),
      method: 'wallet',
      escrow: false,
    };
    diary.addKeyed(`${payment}/pay`, 'initiatePayment', inputs);
    purses.addToWallet(id, -fen);
    purses.addSale(seller, fen);
    scores.paid(id, seller, diary.day);
  }

  #borrow({ id, trouble }: Firm): void {
    const { d, diary, scores } = this.#town;
    if (scores.least(id) === undefined || isTroubled(trouble, diary.day)) return;
    const limit = Math.min(firmLimits[scores.tier(id)], firmLoanMost);
    const room = limit - this.#loans.owed('mybank', id) / 100;
    if (room < 3_000) return;
    const method = d.pick<LoanMethod>(['bullet', 'equal-principal', 'annuity', 'interest-only']);
    this.#loans.lend({
      loan: `M-${String(++this.#count).padStart(4, '0')}`,
      product: 'mybank',
      holder: id,
      principal: Math.floor((room * d.whole(40, 100)) / 50_000) * 50_000,
      term: d.pick(method === 'bullet' ? [3, 6] : [6, 9, 12]),
      method,
      forgets: 0.02,
      earlyAfter: d.chance(0.15) ? d.whole(2, 4) : undefined,
      trouble,
    });
  }
}
