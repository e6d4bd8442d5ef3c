/**
 * Consolidation: several books as if they were one. Balances are summed book by book, and what two books hold at once is taken
 * off, so that it counts once.
 *
 * @module
 */
import type { AccountKind } from '../kernel/contract/account.ts';
import type { BalanceSheetTotals } from './reports.ts';
import type { LedgerView } from './view.ts';

/** A book at a point: what a consolidation is made of. */
export interface BookView {
  readonly id: string;
  readonly view: LedgerView;
}

/** An amount on a control account of a book that another book holds, too. */
export interface Elimination {
  readonly kind: AccountKind;
  readonly currency: string;
  /** As it stands in the book, positive on the kind's normal side. */
  readonly minor: bigint;
}

/** A control account in all books. Amounts are positive on the kind's normal side; `total` is their sum less what is eliminated. */
export interface ConsolidatedLine {
  readonly kind: AccountKind;
  readonly currency: string;
  /** In the order of the books. */
  readonly books: readonly bigint[];
  readonly eliminated: bigint;
  readonly total: bigint;
}

/** The sums of an entity in a currency, after eliminations. */
export interface ConsolidatedTotals extends BalanceSheetTotals {
  /** Both columns of the trial balance: they agree. */
  readonly debit: bigint;
  readonly credit: bigint;
  readonly income: bigint;
  readonly expenses: bigint;
}

/** Several books as if they were one. */
export interface Consolidation {
  /** Control accounts that have a balance in any of the books, by id and currency. */
  readonly lines: readonly ConsolidatedLine[];
  /** By entity and currency. What is overdrawn in one book is owed, whatever there is in another. */
  readonly totals: readonly ConsolidatedTotals[];
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Sums books, and takes off what is held twice. Each elimination must balance with others by entity and currency, as an entry
 * would: then so does what is left.
 */
export function consolidate(books: readonly BookView[], eliminations: readonly Elimination[]): Consolidation {
  const lines = linesOf(books, eliminations);
  return { lines, totals: totalsOf(books, lines, eliminations) };
}

function linesOf(
  books: readonly BookView[],
  eliminations: readonly Elimination[],
): readonly ConsolidatedLine[] {
  const found = new Map<
    string,
    { kind: AccountKind; currency: string; books: bigint[]; eliminated: bigint }
  >();
  const line = (kind: AccountKind, currency: string) => {
    const key = `${kind.path}:${currency}`;
    const known = found.get(key) ?? { kind, currency, books: books.map(() => 0n), eliminated: 0n };
    found.set(key, known);
    return known;
  };
  books.forEach(({ view }, at) => {
    for (const { kind, currency, debit, credit } of view.trialBalance().lines)
      line(kind, currency).books[at] = kind.side * (debit - credit);
  });
  for (const { kind, currency, minor } of eliminations) line(kind, currency).eliminated += minor;
  return [...found.values()]
    .map((each) => ({ ...each, total: each.books.reduce((sum, minor) => sum + minor, -each.eliminated) }))
    .sort((a, b) => order(`${a.kind.path}:`, `${b.kind.path}:`) || order(a.currency, b.currency));
}

type Sums = { -readonly [K in keyof ConsolidatedTotals]: ConsolidatedTotals[K] };

function totalsOf(
  books: readonly BookView[],
  lines: readonly ConsolidatedLine[],
  eliminations: readonly Elimination[],
): readonly ConsolidatedTotals[] {
  const found = new Map<string, Sums>();
  const sums = (entity: string, currency: string): Sums => {
    const key = `${entity}:${currency}`;
    const none = { assets: 0n, liabilities: 0n, equity: 0n, income: 0n, expenses: 0n, result: 0n };
    const known = found.get(key) ?? { entity, currency, debit: 0n, credit: 0n, ...none };
    found.set(key, known);
    return known;
  };
  for (const { kind, currency, total } of lines) {
    const sum = sums(kind.entity, currency);
    const debit = kind.side * total;
    if (debit > 0n) sum.debit += debit;
    else sum.credit -= debit;
    if (kind.class === 'income') sum.income += total;
    if (kind.class === 'expense') sum.expenses += total;
  }
  for (const { view } of books) {
    for (const { entity, currency, assets, liabilities, equity, result } of view.balanceSheet().totals) {
      const sum = sums(entity, currency);
      sum.assets += assets;
      sum.liabilities += liabilities;
      sum.equity += equity;
      sum.result += result;
    }
  }
  for (const { kind, currency, minor } of eliminations) takeOff(sums(kind.entity, currency), kind, minor);
  return [...found.values()].sort((a, b) => order(a.entity, b.entity) || order(a.currency, b.currency));
}

function takeOff(sum: Sums, kind: AccountKind, minor: bigint): void {
  switch (kind.class) {
    case 'asset':
      sum.assets -= minor;
      break;
    case 'liability':
      sum.liabilities -= minor;
      break;
    case 'equity':
      sum.equity -= minor;
      break;
    case 'income':
    case 'expense':
      sum.result += kind.side * minor;
      break;
    default:
      kind.class satisfies never;
  }
}
