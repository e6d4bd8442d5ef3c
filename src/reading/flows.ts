/**
 * Flows: which accounts make a segment's revenue, and which its cost. It follows from the kinds alone, so that a line of business
 * with books of its own needs to be listed nowhere.
 *
 * @module
 */
import type { AccountKind } from '../kernel/contract/account.ts';

/** The entity of the book's owner: all that it earns and spends counts. */
const owner = 'platform';

export type Flow = 'revenue' | 'cost';

/**
 * The entities whose flows are those of the group: the book's owner, and each that earns under a line that the group reports.
 * A fund's or a partner's own income is reported under none, and is no revenue of ours; nor are its expenses our cost.
 */
export const groupEntities = (kinds: readonly AccountKind[]): ReadonlySet<string> =>
  new Set([owner, ...kinds.filter(isReported).map(({ entity }) => entity)]);

/** The kinds that make revenue (incomes of the owner, and those reported by other entities) or cost (expenses of the group). */
export function flowKinds(kinds: readonly AccountKind[], of: Flow, segment?: string): readonly AccountKind[] {
  const group = groupEntities(kinds);
  return kinds.filter((kind) => {
    if (segment !== undefined && kind.segment !== segment) return false;
    return of === 'cost'
      ? kind.class === 'expense' && group.has(kind.entity)
      : kind.class === 'income' && (kind.entity === owner || isReported(kind));
  });
}

const isReported = (kind: AccountKind): boolean =>
  kind.class === 'income' && kind.reportingLine !== undefined;
