/**
 * An account's statement: its postings in the order of their effective dates, those of one date in the order in which they were
 * recorded, each with the balance after it.
 *
 * @module
 */

import type { PostingKey } from '../kernel/state/journal/journal.ts';
import { type Day, dayMin, formatDay, parseDay } from '../kernel/values/dates.ts';
import { codes, Refusal } from '../kernel/values/refusals.ts';
import type { AccountReading, LedgerView } from './view.ts';

/** Lines of a page when nothing is said, and at most. */
export const linesDefault = 100;
export const linesMax = 1_000;

/** What of a statement is asked for. */
export interface StatementPage {
  /** First and last day; the view's own last day binds too. */
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  /** How many lines at most. */
  readonly first?: number | undefined;
  /** The cursor of the last line that is passed over. */
  readonly after?: string | undefined;
}

/** A posting as its account sees it: amounts are positive where they make the account larger on its normal side. */
export interface StatementLine {
  /** The event that it belongs to. */
  readonly revision: number;
  readonly day: Day;
  readonly minor: bigint;
  /** Of the account after this line, in the order of the statement; not as it stood when the posting was recorded. */
  readonly balance: bigint;
  readonly cursor: string;
}

export interface Statement {
  readonly account: AccountReading;
  /** The balance before the first line. */
  readonly opening: bigint;
  readonly lines: readonly StatementLine[];
  /** Whether there are lines after these. */
  readonly more: boolean;
}

const cursorPattern = /^(\d{4}-\d{2}-\d{2})\.(\d{1,10})$/;

/**
 * A page of an account's statement, as the view sees it.
 *
 * @returns a refusal when the cursor is none, or more lines are asked for than a page has
 */
export function statement(
  view: LedgerView,
  account: AccountReading,
  page: StatementPage = {},
): Statement | Refusal {
  const first = page.first ?? linesDefault;
  if (!Number.isInteger(first) || first < 0) return new Refusal(codes.invalidInput, `first: ${first}`);
  if (first > linesMax)
    return new Refusal(codes.tooMany, `first: ${first}`, `a page has at most ${linesMax} lines`);
  const after = startOf(page);
  if (after instanceof Refusal) return after;
  const { journal } = view.state;
  const { postings: limit } = view.point;
  const { side } = account.kind;
  const to = Math.min(page.to ?? view.to, view.to);
  const passed = after.day > view.to ? { day: view.to, posting: Number.POSITIVE_INFINITY } : after;
  const opening = side * journal.balanceThrough(account.account, passed.day, passed.posting, limit);
  const found = journal.page(account.account, after, to, limit, first + 1);
  let balance = opening;
  const lines = found.slice(0, first).map((posting): StatementLine => {
    const day = journal.day(posting);
    const minor = side * journal.amount(posting);
    balance += minor;
    return { revision: journal.event(posting), day, minor, balance, cursor: `${formatDay(day)}.${posting}` };
  });
  return { account, opening, lines, more: found.length > first };
}

/** The place after which a page begins: the later of its first day and its cursor. */
function startOf({ from, after }: StatementPage): PostingKey | Refusal {
  const start: PostingKey = { day: from ?? dayMin, posting: -1 };
  if (after === undefined) return start;
  const [, date = '', posting = ''] = cursorPattern.exec(after) ?? [];
  const day = parseDay(date);
  if (day === undefined)
    return new Refusal(codes.invalidInput, `after: ${after}`, 'not a cursor of this statement');
  return day < start.day ? start : { day, posting: Number(posting) };
}
