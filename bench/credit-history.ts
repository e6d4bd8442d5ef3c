/**
 * Two years of credit: borrowers who pay on huabei, repay statements, take and repay loans of jiebei, some of them late, some
 * never. Made by a seeded generator, so that it is the same everywhere.
 *
 * @module
 */
import type { Command } from '../src/kernel/deciding/commands.ts';
import { random, yuan } from './dice.ts';

/** How large the history is. */
export interface CreditSize {
  readonly borrowers: number;
  readonly months: number;
  /** Share of borrowers who stop paying in a month. */
  readonly defaultRate: number;
}

export const creditSize: CreditSize = { borrowers: 10_000, months: 24, defaultRate: 0.001 };

const firstYear = 2016;
const everyone = (amount: string): Record<string, string> =>
  Object.fromEntries(
    ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'].map((tier) => [tier, amount]),
  );

/** What a borrower does in a month, by its day. */
interface Habits {
  readonly salaryDay: number;
  readonly payDay: number;
  readonly shopping: readonly number[];
}

/** What happens in the history, drawn from its dice. */
class Town {
  readonly size: CreditSize;
  readonly #next: () => number;
  readonly #habits: readonly Habits[];
  readonly #stopped = new Set<number>();
  #paid = 0;

  constructor(size: CreditSize, seed: number) {
    this.size = size;
    this.#next = random(seed);
    this.#habits = Array.from({ length: size.borrowers }, () => ({
      salaryDay: 1 + this.#upTo(5),
      // Some pay on the due day, some before it.
      payDay: 6 + this.#upTo(5),
      shopping: [11 + this.#upTo(8), 19 + this.#upTo(9)],
    }));
  }

  #upTo(most: number): number {
    return Math.floor(this.#next() * most);
  }

  /** Some stop paying with the month. */
  begin(): void {
    for (let who = 0; who < this.size.borrowers; who++)
      if (this.#next() < this.size.defaultRate) this.#stopped.add(who);
  }

  /** What a borrower does on a date of a month. */
  doings(who: number, month: number, date: number): readonly [string, Command['with']][] {
    const habit = this.#habits[who];
    if (habit === undefined || this.#stopped.has(who)) return [];
    const done: [string, Command['with']][] = [];
    const holder = `user-${who}`;
    const loan = { loan: `L-${who}`, product: 'jiebei' };
    const borrows = who % 2 === 0;
    if (date === habit.salaryDay)
      done.push(['topUp', { holder, amount: yuan(1_000_000 + this.#upTo(500_000)) }]);
    if (date === habit.payDay && month > 0) {
      done.push(['repayCredit', { holder, amount: this.#next() < 0.1 ? 'minimum' : 'due' }]);
      if (borrows) done.push(['repayLoan', { ...loan, amount: 'due' }]);
    }
    if (habit.shopping.includes(date)) done.push(['initiatePayment', this.#shop(holder)]);
    if (date === 5 && month === 0 && borrows) {
      const principal = yuan(200_000 + this.#upTo(2_000_000));
      done.push(['applyForLoan', { ...loan, holder, principal, term: 36, method: 'annuity' }]);
      done.push(['disburseLoan', loan]);
    }
    return done;
  }

  #shop(payer: string): Command['with'] {
    return {
      payment: `P-${this.#paid++}`,
      payer,
      payee: `merchant-${this.#upTo(200)}`,
      amount: yuan(100 + this.#upTo(80_000)),
      method: 'huabei',
      escrow: false,
    };
  }
}

/** What stands at the beginning: capital, limits, open lines. */
function beginning({ borrowers }: CreditSize, from: string): readonly [string, Command['with']][] {
  const value = everyone('50000.00 CNY');
  return [
    ['contributeCapital', { entity: 'platform', amount: '1000000.00 CNY' }],
    ...['huabei', 'jiebei', 'mybank'].map((entity): [string, Command['with']] => [
      'contributeCapital',
      { entity, amount: '10000000.00 CNY' },
    ]),
    ...['huabei.limits', 'jiebei.limits'].map((parameter): [string, Command['with']] => [
      'changePolicy',
      { parameter, from, value, reason: 'bench' },
    ]),
    ...Array.from({ length: borrowers }, (_, who): [string, Command['with']] => [
      'openCreditLine',
      { holder: `user-${who}` },
    ]),
  ];
}

/** Commands in order of dates, without the closes: `close: daily` puts them in. */
export function* creditHistory(
  size: CreditSize = creditSize,
  seed = 20160101,
): Generator<Command, void, void> {
  const town = new Town(size, seed);
  const first = `${firstYear}-01-01`;
  for (const [command, inputs] of beginning(size, first)) yield { on: first, command, with: inputs };
  for (let month = 0; month < size.months; month++) {
    town.begin();
    for (let date = 1; date <= 28; date++) {
      const on = dateOf(month, date);
      for (let who = 0; who < size.borrowers; who++)
        for (const [command, inputs] of town.doings(who, month, date)) yield { on, command, with: inputs };
    }
  }
}

const twoDigits = (number: number): string => String(number).padStart(2, '0');

const dateOf = (month: number, date: number): string =>
  `${firstYear + Math.floor(month / 12)}-${twoDigits((month % 12) + 1)}-${twoDigits(date)}`;
