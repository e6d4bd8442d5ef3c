/**
 * Loans of a history, from application to their end: repaid on due days, forgotten for some days, repaid early, planned anew,
 * or lost. What a payment comes to is known at most, and provided before. Amounts are fen.
 *
 * @module
 */
import type { Day } from '../../src/kernel/values/dates.ts';
import { endOf, isTroubled, type Trouble } from './credit-cast.ts';
import { money } from './diary.ts';
import { monthsAfter, type Town } from './town.ts';

export type Product = 'jiebei' | 'mybank';
export type LoanMethod = 'bullet' | 'equal-principal' | 'annuity' | 'interest-only';

export interface Terms {
  readonly loan: string;
  readonly product: Product;
  readonly holder: string;
  readonly principal: number;
  readonly term: number;
  readonly method: LoanMethod;
  /** Share of due dates that are forgotten for some days. */
  readonly forgets: number;
  /** After how many due dates all is repaid, if early. */
  readonly earlyAfter: number | undefined;
  readonly trouble: Trouble | undefined;
}

/** Highest rate a day, and days of the longest month. */
const monthlyMost = 0.0006 * 31;
/** By default a debt is written off so many days after what has been due for longest. */
export const writtenOffAfter = 180;

export class Loans {
  readonly #town: Town;
  readonly #open = new Map<string, number>();

  constructor(town: Town) {
    this.#town = town;
  }

  /** What a holder has borrowed with a line and not wholly repaid. */
  owed(product: Product, holder: string): number {
    return this.#open.get(`${product}/${holder}`) ?? 0;
  }

  /** Applies for a loan that will surely be approved, and has it paid out a day or two later. */
  lend(terms: Terms): void {
    const { diary, d } = this.#town;
    this.apply(terms);
    this.#note(terms, terms.principal);
    diary.later(d.whole(0, 2), () => this.#payOut(terms));
  }

  /** Applies, and nothing more. */
  apply({ loan, product, holder, principal, term, method }: Terms): void {
    const inputs = { loan, product, holder, principal: money(principal), term, method };
    this.#town.diary.addKeyed(`${loan}/apply`, 'applyForLoan', inputs);
  }

  #note({ product, holder }: Terms, fen: number): void {
    this.#open.set(`${product}/${holder}`, this.owed(product, holder) + fen);
  }

  #payOut(terms: Terms): void {
    const { diary, purses } = this.#town;
    const { loan, product, holder, principal } = terms;
    diary.addKeyed(`${loan}/disburse`, 'disburseLoan', { loan, product });
    purses.addToWallet(holder, principal);
    new Loan(this.#town, terms, () => this.#note(terms, -principal)).begin();
  }
}

/** A loan that is paid out. */
class Loan {
  readonly #town: Town;
  readonly #ended: () => void;
  #terms: Terms;
  /** Due days of a plan that was given up mean nothing. */
  #plan = 0;
  /** Most that is unpaid of dues that are past, and since when. */
  #unpaid = 0;
  #since: Day | undefined;
  #paidDues = 0;
  #isOver = false;

  constructor(town: Town, terms: Terms, ended: () => void) {
    this.#town = town;
    this.#terms = terms;
    this.#ended = ended;
  }

  /** Puts down the due days from today on. */
  begin(): void {
    const { diary } = this.#town;
    const { term, method } = this.#terms;
    const plan = ++this.#plan;
    const dues = method === 'bullet' ? [term] : Array.from({ length: term }, (_, at) => at + 1);
    for (const due of dues) {
      const days = monthsAfter(diary.day, due) - diary.day;
      diary.later(days, () => {
        if (plan === this.#plan && !this.#isOver) this.#fallDue(due);
      });
    }
  }

  /** Most that a due comes to. */
  #mostOf(due: number): number {
    const { principal, term, method } = this.#terms;
    const interest = Math.ceil(principal * monthlyMost) + 2;
    const isLast = due === term;
    switch (method) {
      case 'bullet':
        return principal + interest * term;
      case 'interest-only':
        return interest + (isLast ? principal : 0);
      default:
        return Math.ceil(principal / term) + interest + (isLast ? term : 0);
    }
  }

  #fallDue(due: number): void {
    const { d, diary } = this.#town;
    const { trouble, forgets, earlyAfter, principal, term } = this.#terms;
    if (isTroubled(trouble, diary.day)) {
      this.#miss(due);
      return;
    }
    if (this.#since === undefined && d.chance(forgets)) {
      this.#miss(due);
      return;
    }
    if (earlyAfter === due && this.#since === undefined && due < term) {
      this.#town.spend(this.#terms.holder, principal + Math.ceil(principal * monthlyMost) + 2);
      this.#repay('all');
      this.#end();
      return;
    }
    this.#unpaid += this.#mostOf(due);
    this.#paidDues = due;
    this.#payDue();
  }

  #payDue(): void {
    const isLate = this.#since !== undefined;
    this.#town.spend(this.#terms.holder, isLate ? Math.ceil(this.#unpaid * 1.12) + 100 : this.#unpaid);
    this.#repay('due');
    this.#unpaid = 0;
    this.#since = undefined;
    if (this.#paidDues === this.#terms.term) this.#end();
  }

  /** Pays what is overdue, unless that was paid with a later due. */
  #catchUp(): void {
    if (this.#since !== undefined && !this.#isOver) this.#payDue();
  }

  #repay(amount: 'due' | 'all'): void {
    const { diary, scores } = this.#town;
    const { loan, product, holder } = this.#terms;
    diary.addKeyed(`${loan}/repay`, 'repayLoan', { loan, product, amount });
    if (this.#since === undefined) scores.kept(holder, diary.day);
  }

  #end(): void {
    this.#isOver = true;
    this.#ended();
  }

  #miss(due: number): void {
    const { d, diary, scores } = this.#town;
    const { holder, trouble } = this.#terms;
    this.#unpaid += this.#mostOf(due);
    const paidBefore = this.#paidDues;
    this.#paidDues = due;
    if (this.#since !== undefined) return;
    this.#since = diary.day;
    diary.later(1, () => scores.missed(holder, diary.day));
    if (trouble === undefined || !isTroubled(trouble, diary.day)) {
      diary.later(d.whole(3, 24), () => this.#catchUp());
      return;
    }
    switch (trouble.end) {
      case 'cured':
        diary.later(endOf(trouble) - diary.day, () => this.#catchUp());
        break;
      case 'replanned':
        diary.later(Math.min(trouble.days, endOf(trouble) - diary.day), () => this.#replan());
        break;
      case 'decided':
        diary.later(trouble.days, () => this.#writeOff());
        break;
      case 'aged':
        break;
    }
    if (trouble.end === 'aged' || trouble.end === 'decided') this.#lose(trouble, paidBefore);
  }

  #replan(): void {
    if (this.#since === undefined || this.#isOver) return;
    const { diary } = this.#town;
    const { loan, product, principal } = this.#terms;
    const method = 'equal-principal';
    const term = 6;
    diary.addKeyed(`${loan}/restructure`, 'restructureLoan', { loan, product, term, method });
    this.#terms = {
      ...this.#terms,
      principal: Math.ceil(principal * 1.15),
      term,
      method,
      trouble: undefined,
      earlyAfter: undefined,
      forgets: 0,
    };
    this.#unpaid = 0;
    this.#since = undefined;
    this.#paidDues = 0;
    this.begin();
  }

  #writeOff(): void {
    const { loan, product } = this.#terms;
    this.#town.diary.addKeyed(`${loan}/writeOff`, 'writeOffLoan', { loan, product });
    this.#isOver = true;
  }

  /** What comes back of a loan that will be written off: less than its principal then. */
  #lose({ end, days, recovers }: Trouble, paidDues: number): void {
    const { diary } = this.#town;
    const { loan, product, holder, principal, term, method } = this.#terms;
    const isLost = end === 'decided' ? days : writtenOffAfter;
    diary.later(isLost + 1, () => {
      this.#isOver = true;
    });
    if (!recovers) return;
    const share = method === 'bullet' || method === 'interest-only' ? 1 : (term - paidDues) / term;
    const part = Math.floor((principal * share * 0.15) / 100) * 100;
    for (const after of [15, 45, 75]) {
      diary.later(isLost + after, () => {
        this.#town.spend(holder, part);
        diary.addKeyed(`${loan}/recover`, 'recoverLoan', { loan, product, amount: money(part) });
      });
    }
  }
}
