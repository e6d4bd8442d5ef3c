/**
 * What the generator knows of a credit line: its principal to the fen, and the most that interest and fees can come to; so that
 * nothing is drawn beyond the limit, and nothing repaid that isn't owed. Amounts are fen.
 *
 * @module
 */
import { type Day, periodBounds } from '../../src/kernel/values/dates.ts';
import type { Tier } from './scores.ts';

/** Limits by tier, in fen. */
const limits: Readonly<Record<Tier, number>> = {
  350: 50_000,
  550: 100_000,
  600: 300_000,
  650: 800_000,
  700: 2_000_000,
};

export const statementDate = 1;
export const dueDate = 10;
/** Most that a fen on the line costs in a month, or in arrears until it is written off. */
const interestMost = 0.0005 * 31;
const lateMost = 0.0005 * 200;
const planFeeMost: Readonly<Record<number, number>> = { 3: 0.025, 6: 0.045, 9: 0.065, 12: 0.088 };

interface Due {
  readonly on: Day;
  principal: number;
  /** Part of the principal without which it is not met. */
  minimum: number;
  fee: number;
  met: boolean;
  overdue: boolean;
}

interface Plan {
  readonly amount: number;
  readonly term: number;
  readonly fee: number;
  billed: number;
  left: number;
}

export class CreditLine {
  readonly holder: string;
  #unbilled = 0;
  #revolving = 0;
  #dues: readonly Due[] = [];
  #plans: readonly Plan[] = [];
  /** Interest and fees that may be owed. */
  #extra = 0;
  #lost: number | undefined;

  constructor(holder: string) {
    this.holder = holder;
  }

  get principal(): number {
    const dues = this.#dues.reduce((sum, { principal }) => sum + principal, 0);
    return this.#unbilled + this.#revolving + dues + this.#plans.reduce((sum, { left }) => sum + left, 0);
  }

  get isOverdue(): boolean {
    return this.#dues.some(({ overdue }) => overdue);
  }

  /** Day since which something has been overdue. */
  get overdueSince(): Day | undefined {
    return this.#dues.find(({ overdue }) => overdue)?.on;
  }

  /** What was surely written off, and has not come back. */
  get lost(): number | undefined {
    return this.#lost;
  }

  /** What may be drawn in a tier. */
  room(tier: Tier): number {
    return this.isOverdue || this.#lost !== undefined ? 0 : Math.max(0, limits[tier] - this.principal);
  }

  draw(fen: number): void {
    this.#unbilled += fen;
  }

  /** Whether a refund leaves nothing behind of which only interest would be owed. */
  mayGoBack(fen: number): boolean {
    return fen <= this.#unbilled || this.principal === 0;
  }

  giveBack(fen: number): void {
    this.#unbilled = Math.max(0, this.#unbilled - fen);
  }

  /** Principal of the newest due, not yet past, which may become a plan. */
  get convertible(): number {
    const due = this.#dues.at(-1);
    return due === undefined || this.isOverdue ? 0 : due.principal;
  }

  convert(fen: number, term: number): void {
    const due = this.#dues.at(-1);
    if (due === undefined) return;
    due.principal -= fen;
    due.minimum = Math.min(due.minimum, due.principal);
    const fee = Math.ceil(fen * (planFeeMost[term] ?? 0)) + term;
    this.#plans = [...this.#plans, { amount: fen, term, fee, billed: 0, left: fen }];
  }

  /** Most that `due` comes to; zero where nothing is due. */
  get due(): number {
    const due = this.#dues.reduce((sum, { principal, fee }) => sum + principal + fee, 0);
    return due === 0 ? 0 : due + this.#extra + this.#late;
  }

  payDue(): void {
    this.#dues = [];
    this.#extra = 0;
  }

  /** Most that `minimum` comes to, of a line that is not overdue. */
  get minimum(): number {
    const due = this.#dues.at(-1);
    return due === undefined ? 0 : due.minimum + due.fee + this.#extra;
  }

  payMinimum(): void {
    for (const due of this.#dues) {
      due.principal -= due.minimum;
      due.minimum = 0;
      due.fee = 0;
      due.met = true;
    }
    this.#extra = 0;
  }

  /** Most that `all` comes to. */
  get all(): number {
    const fees = this.#dues.reduce((sum, { fee }) => sum + fee, 0);
    return this.principal + fees + this.#extra + Math.ceil(this.#revolving * interestMost) + this.#late;
  }

  payAll(): void {
    this.payDue();
    this.#unbilled = 0;
    this.#revolving = 0;
    this.#plans = [];
  }

  get #late(): number {
    const overdue = this.#dues.reduce((sum, { principal, overdue: is }) => sum + (is ? principal : 0), 0);
    return Math.ceil(overdue * lateMost) + 1;
  }

  writeOff(): void {
    this.#lost = this.principal;
    this.payAll();
  }

  recover(fen: number): void {
    this.#lost = Math.max(0, (this.#lost ?? 0) - fen);
  }

  /** At the end of a day: statements, and due dates that pass. Gives whether the line fell into arrears. */
  close(day: Day, date: number): boolean {
    if (date === statementDate) this.#bill(day);
    if (date !== dueDate) return false;
    const before = this.isOverdue;
    for (const due of this.#dues) {
      if (due.met) this.#revolving += due.principal;
      else due.overdue = true;
    }
    this.#dues = this.#dues.filter(({ met, principal, fee }) => !met && principal + fee > 0);
    return this.isOverdue && !before;
  }

  #bill(day: Day): void {
    if (this.#lost !== undefined) return;
    this.#extra += this.#revolving > 0 ? Math.ceil(this.#revolving * interestMost) + 1 : 0;
    let principal = this.#unbilled + this.#revolving;
    let fee = 0;
    this.#unbilled = 0;
    this.#revolving = 0;
    for (const plan of this.#plans) {
      plan.billed++;
      const last = plan.billed >= plan.term;
      const part = last ? plan.left : Math.min(plan.left, Math.floor(plan.amount / plan.term));
      plan.left -= part;
      principal += part;
      fee += last ? Math.ceil(plan.fee / plan.term) + plan.term : Math.ceil(plan.fee / plan.term);
    }
    this.#plans = this.#plans.filter(({ left }) => left > 0);
    if (principal === 0) return;
    const on = periodBounds(day, 'MONTH').from + dueDate - 1;
    const minimum = roundedTenth(principal);
    this.#dues = [...this.#dues, { on, principal, minimum, fee, met: false, overdue: false }];
  }
}

/** A tenth, half to even. */
function roundedTenth(fen: number): number {
  const down = Math.floor(fen / 10);
  const rest = fen % 10;
  return rest > 5 || (rest === 5 && down % 2 === 1) ? down + 1 : down;
}
