/**
 * Borrowers from day to day: paid, shopping by wallet, card and credit line, repaying statements, borrowing.
 *
 * @module
 */
import type { Day } from '../../src/kernel/values/dates.ts';
import type { Merchant } from './cast.ts';
import { type Borrower, endOf, isAhead, isTroubled } from './credit-cast.ts';
import { CreditLine, dueDate, statementDate } from './credit-line.ts';
import { money } from './diary.ts';
import { type Loans, type LoanMethod, writtenOffAfter } from './loans.ts';
import { type Sale, Sales } from './sales.ts';
import type { Tier } from './scores.ts';
import type { Town } from './town.ts';

/** Most that payments and huabei take of a payment on credit, in thousandths. */
const feesOnCredit = 14;

/** Limits of loans by tier, in yuan; what is asked for stays below. */
const loanLimits: Readonly<Record<Tier, number>> = {
  350: 0,
  550: 3_000,
  600: 10_000,
  650: 30_000,
  700: 100_000,
};
/** Most that anybody asks for. */
const loanMost = 14_000;

/** Most days after its due date on which a statement is repaid that was forgotten. */
const forgottenMost = 17;

export class Consumers {
  readonly #town: Town;
  readonly #loans: Loans;
  readonly #sales: Sales;
  readonly #shops: readonly (readonly [Merchant, number])[];
  readonly #lines = new Map<string, CreditLine>();
  readonly #statements = new Map<Day, (() => void)[]>();
  #payments = 0;
  #loanCount = 0;

  constructor(town: Town, loans: Loans, shops: readonly Merchant[]) {
    this.#town = town;
    this.#loans = loans;
    this.#sales = new Sales(town.d, town.diary, town.purses);
    this.#shops = shops.map((one) => [one, one.weight]);
  }

  /** Before anything else of the first day. */
  open({ id }: Borrower): void {
    this.#town.topUp(id, this.#town.d.whole(2, 9) * 100);
  }

  live(borrower: Borrower): void {
    const { d, diary } = this.#town;
    const { id, payday, pay, purchasesPerMonth, lineFrom, borrows, trouble } = borrower;
    const soon = isAhead(trouble, diary.day, 60);
    if (diary.dateOfMonth === payday) {
      this.#town.topUp(id, pay);
      if (d.chance(0.5)) this.#town.empty(id, pay * 50);
    }
    if (diary.day === lineFrom) {
      diary.add('openCreditLine', id, { holder: id });
      this.#lines.set(id, new CreditLine(id));
    }
    const line = this.#lines.get(id);
    if (line !== undefined && diary.dateOfMonth === statementDate + 1) this.#plan(borrower, line);
    if (d.chance((purchasesPerMonth / 30.5) * (soon ? 1.6 : 1))) this.#buy(borrower, line);
    if (diary.dateOfMonth === 20 && d.chance(borrows * (soon ? 2 : 1))) this.#borrow(borrower);
  }

  #buy({ id, scale, onCredit, trouble }: Borrower, line: CreditLine | undefined): void {
    const { d, diary, purses, scores } = this.#town;
    const merchant = d.weighted(this.#shops);
    const range = d.real();
    const price = Math.floor((merchant.low + (merchant.high - merchant.low) * range ** 3 * 0.7) * scale);
    const fen = Math.max(5, price) * 100 + d.pick([0, 0, 0, 50, 80, 90, 99]);
    const wants = d.chance(isAhead(trouble, diary.day, 60) ? 0.9 : onCredit);
    const escrow = d.chance(merchant.escrow);
    const onLine = wants && line !== undefined && line.room(scores.tier(id)) >= fen ? line : undefined;
    if (onLine !== undefined && !escrow && d.chance(0.12)) {
      this.#draw(id, onLine, merchant.id, fen);
      return;
    }
    const method = onLine !== undefined ? 'huabei' : purses.wallet(id) >= fen ? 'wallet' : 'card';
    const payment = `P-${String(++this.#payments).padStart(5, '0')}`;
    const inputs = { payment, payer: id, payee: merchant.id, amount: money(fen), method, escrow };
    diary.addKeyed(`${payment}/pay`, 'initiatePayment', inputs);
    scores.paid(id, merchant.id, diary.day);
    if (method === 'wallet') purses.addToWallet(id, -fen);
    onLine?.draw(fen);
    const sale: Sale =
      onLine === undefined
        ? { payment, payee: merchant.id, left: fen }
        : {
            payment,
            payee: merchant.id,
            left: fen,
            feeMax: feesOnCredit,
            mayGoBack: (back) => onLine.mayGoBack(back),
            wentBack: (back) => onLine.giveBack(back),
          };
    if (escrow) this.#sales.ship(sale, merchant);
    else this.#sales.handOver(sale, merchant);
  }

  /** At a till that knows the credit line and no payments: paid at once, and never given back. */
  #draw(id: string, line: CreditLine, payee: string, fen: number): void {
    const { diary, purses } = this.#town;
    diary.add('drawCredit', id, { holder: id, payee, amount: money(fen) });
    line.draw(fen);
    purses.addSale(payee, fen, feesOnCredit);
  }

  /** Decides, on the day after the statement, when and how it is paid. */
  #plan(borrower: Borrower, line: CreditLine): void {
    const { d, diary } = this.#town;
    const { repays, forgets } = borrower;
    const forgotten = d.chance(forgets);
    const days = forgotten
      ? d.whole(dueDate, dueDate - 2 + forgottenMost)
      : d.whole(0, dueDate - statementDate - 1);
    if (repays === 'in instalments' && !forgotten) {
      diary.later(Math.min(days, 5), () => this.#convert(borrower, line));
      diary.later(Math.max(days, 6), () => this.#repay(borrower, line));
    } else diary.later(days, () => this.#repay(borrower, line));
  }

  #convert({ id, trouble }: Borrower, line: CreditLine): void {
    const { d, diary } = this.#town;
    if (isTroubled(trouble, diary.day) || line.convertible < 60_000) return;
    const fen = Math.floor((line.convertible * d.whole(40, 85)) / 10_000) * 100;
    const term = d.pick([3, 3, 6, 6, 9, 12]);
    diary.add('convertToInstalments', id, { holder: id, amount: money(fen), term });
    line.convert(fen, term);
  }

  #repay({ id, repays, trouble }: Borrower, line: CreditLine): void {
    const { d, diary, scores } = this.#town;
    if (isTroubled(trouble, diary.day) || line.due === 0) return;
    const overdue = line.isOverdue;
    const amount =
      overdue || repays !== 'the minimum' ? (!overdue && d.chance(0.03) ? 'all' : 'due') : 'minimum';
    this.#town.spend(id, amount === 'all' ? line.all : amount === 'due' ? line.due : line.minimum);
    diary.add('repayCredit', id, { holder: id, amount });
    if (!overdue) scores.kept(id, diary.day);
    if (amount === 'all') line.payAll();
    else if (amount === 'due') line.payDue();
    else line.payMinimum();
  }

  #borrow({ id, forgets, trouble, pay }: Borrower): void {
    const { d, diary, scores } = this.#town;
    if (isTroubled(trouble, diary.day)) return;
    const limit = Math.min(loanLimits[scores.tier(id)], loanMost, pay * 4);
    const room = limit - this.#loans.owed('jiebei', id) / 100;
    const loan = `J-${String(++this.#loanCount).padStart(4, '0')}`;
    const method = d.weighted<LoanMethod>([
      ['annuity', 5],
      ['equal-principal', 3],
      ['interest-only', 1],
      ['bullet', 1],
    ]);
    const term = method === 'bullet' ? d.pick([1, 3]) : d.pick([3, 6, 6, 9, 12]);
    const terms = { loan, product: 'jiebei', holder: id, term, method, forgets, trouble } as const;
    // Some ask for more than anybody gets, or before there is a score for it: declined, which is a fact, too.
    if (room < 1_000) {
      if (d.chance(0.3)) this.#loans.apply({ ...terms, principal: 15_000_000, earlyAfter: undefined });
      return;
    }
    const principal = Math.floor((room * d.whole(45, 100)) / 10_000) * 100;
    const earlyAfter = d.chance(0.15) ? d.whole(1, 3) : undefined;
    this.#loans.lend({ ...terms, principal: Math.max(1_000, principal) * 100, earlyAfter });
  }

  /** At the end of a day: statements, due dates that pass, cures and losses. */
  close(borrowers: readonly Borrower[]): void {
    const { diary } = this.#town;
    const date = diary.dateOfMonth;
    if (date !== statementDate && date !== dueDate) return;
    for (const borrower of borrowers) {
      const line = this.#lines.get(borrower.id);
      if (line?.close(diary.day, date) === true) this.#fellIntoArrears(borrower, line);
    }
  }

  #fellIntoArrears(borrower: Borrower, line: CreditLine): void {
    const { diary, scores } = this.#town;
    const { id, trouble } = borrower;
    diary.later(1, () => scores.missed(id, diary.day));
    // What is forgotten shortly before the trouble begins is not repaid in it.
    if (trouble === undefined || !isTroubled(trouble, Math.max(trouble.from, diary.day))) return;
    if (diary.day < trouble.from - forgottenMost) return;
    const { end, days, recovers } = trouble;
    const since = line.overdueSince;
    if (end === 'cured' || end === 'replanned') {
      diary.later(endOf(trouble) - diary.day, () => this.#repay(borrower, line));
      return;
    }
    const lostAfter = end === 'decided' ? days : writtenOffAfter;
    diary.later(lostAfter, () => {
      if (line.overdueSince !== since) return;
      if (end === 'decided') diary.add('writeOffCredit', id, { holder: id });
      line.writeOff();
    });
    if (!recovers) return;
    for (const after of [20, 50, 80, 110]) diary.later(lostAfter + after, () => this.#recover(line));
  }

  #recover(line: CreditLine): void {
    const { diary } = this.#town;
    const { holder } = line;
    const fen = Math.floor((line.lost ?? 0) / 500) * 100;
    if (fen === 0) return;
    this.#town.spend(holder, fen);
    diary.add('recoverCredit', holder, { holder, amount: money(fen) });
    line.recover(fen);
  }
}
