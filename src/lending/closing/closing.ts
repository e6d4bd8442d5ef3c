/**
 * A lending line at a day's close: every rule that such lines share, and what comes after what.
 *
 * @module
 */
import type { CloseRule } from '../../kernel/contract/rule.ts';
import { arrears } from '../arrears/arrears.ts';
import { provisions } from '../arrears/provisions.ts';
import { accrual } from '../debt/accruing.ts';
import type { Debt } from '../debt/debt.ts';
import type { Debts } from '../debt/debts.ts';
import { borrowing } from '../funding/borrowing.ts';
import { leverage } from '../funding/leverage.ts';
import { pools } from '../funding/pools.ts';

/** Rules that a line's own may come after. */
export interface LendingClose {
  readonly writeOffByAge: CloseRule<string>;
}

/**
 * What the close of every line that lends is made of.
 *
 * @param after rules of the line's own that come before arrears
 */
export function lendingClose<R extends Debt>(
  debts: Debts<R>,
  after: readonly Pick<CloseRule, 'name' | 'phase'>[] = [],
): LendingClose {
  const { lender } = debts;
  const writeOffByAge = arrears(debts, after);
  const { cost, sweep } = borrowing(lender, accrual(lender));
  provisions(lender, cost);
  pools(lender);
  leverage(lender, sweep);
  return { writeOffByAge };
}
