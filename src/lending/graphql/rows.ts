/**
 * The day that a debt is worked out for.
 *
 * @module
 */
import { fault } from '../../graphql/base/faults.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { pointUnknown } from '../../reading/codes.ts';
import type { LedgerPoint } from '../../reading/point.ts';

/**
 * The day that a debt is worked out for: the one asked for; else that of the point, or of its latest event where that is later.
 *
 * @param reached the latest day that its row has come to: it can't be brought back
 */
export function dayFor(point: LedgerPoint, asked: Day | null | undefined, name: string, reached: Day): Day {
  const day = asked ?? point.asOf ?? Math.max(reached, point.lastClosed ?? reached);
  if (day >= reached) return day;
  throw fault(
    new Refusal(
      pointUnknown,
      `on: ${formatDay(day)}`,
      `${name} has come to ${formatDay(reached)}: ask for the ledger as of that day`,
    ),
  );
}
