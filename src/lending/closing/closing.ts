/**
 * A lending line at a day's close: every rule that such lines share, in the order in which they run.
 *
 * @module
 */
import type { CloseRule, DerivedType } from '../../kernel/contract/segment.ts';
import { arrears } from '../arrears/arrears.ts';
import { provisions } from '../arrears/provisions.ts';
import { accrual } from '../debt/accruing.ts';
import type { Debt } from '../debt/debt.ts';
import type { Debts } from '../debt/debts.ts';
import { borrowing } from '../funding/borrowing.ts';
import { leverage } from '../funding/leverage.ts';
import { pools } from '../funding/pools.ts';

/** Rules and types of a line's close; a line adds its own, before and after those of arrears. */
export interface LendingClose {
  readonly timeouts: readonly CloseRule[];
  readonly others: readonly CloseRule[];
  readonly types: readonly DerivedType[];
}

/** What the close of every line that lends is made of. */
export function lendingClose<R extends Debt>(debts: Debts<R>): LendingClose {
  const { lender } = debts;
  const aging = arrears(debts);
  const interest = accrual(lender);
  const cash = borrowing(lender);
  const provision = provisions(lender);
  const pooled = pools(lender);
  const levered = leverage(lender);
  return {
    timeouts: aging.rules,
    others: [interest.rule, cash.cost, provision.rule, ...pooled.rules, cash.sweep, levered.rule],
    types: [...aging.types, interest.type, ...cash.types, provision.type, ...pooled.types, levered.type],
  };
}
