/**
 * Provisions: the allowance for losses of the own part, by bucket of arrears.
 *
 * @module
 */
import { type CloseRule, draft } from '../../kernel/contract/rule.ts';
import { figure } from '../../kernel/values/fields.ts';
import { share } from '../../kernel/values/rates.ts';
import { buckets } from '../lender/buckets.ts';
import type { Lender } from '../lender/lender.ts';

/** The rule that keeps the allowance at what the buckets need. */
export function provisions(lender: Lender, cost: CloseRule<'cost'>): void {
  const { books, policy, prefix, id } = lender;
  const { allowance, principal, provision } = books.own;
  const type = lender.line.derivedEvent(`${prefix}Provisioned`, {
    doc: 'The allowance for losses is brought to what the buckets of arrears need.',
    fields: { required: figure('the allowance from now on') },
    subject: () => `lending/${id}`,
  });
  lender.line.rule<'allowance'>('provisioned', {
    doc: 'Own principal by bucket × its provision rate, each rounded half to even.',
    phase: 'accruals',
    after: [cost],
    items: () => ['allowance'],
    derive: (_, s, entry) => {
      const rates = s.policy(policy.provisionRates);
      let required = 0n;
      for (const bucket of buckets) required += share(s.totalOn(principal[bucket], s.day), rates[bucket]);
      const missing = required - s.balanceOn(allowance, s.day);
      if (missing === 0n) return undefined;
      entry.debit(provision, missing);
      entry.credit(allowance, missing);
      return draft(type, { required });
    },
  });
}
