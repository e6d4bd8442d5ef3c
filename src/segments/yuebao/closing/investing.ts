/**
 * Investing: cash beyond all that is owed goes to the classes that are below their target. Nothing is ever sold for it.
 *
 * @module
 */

import { draft } from '../../../kernel/contract/rule.ts';
import { figure } from '../../../kernel/values/fields.ts';
import { allocate } from '../../../kernel/values/money.ts';
import { assetClasses, cash, holdings, owed } from '../accounts.ts';
import { line } from '../line.ts';
import { allocation } from '../policy.ts';

export const cashInvested = line.derivedEvent('CashInvested', {
  doc: 'Free cash is invested by the allocation.',
  fields: { free: figure('cash beyond all that is owed') },
  subject: () => 'fund/yuebao',
});

/** Phase 4: in proportion to the shortfalls, which are exact; largest remainders, ties in the order of the allocation. */
line.rule<'cash'>('investing', {
  doc: 'Free cash is spread over the classes below their target, in proportion to their shortfall.',
  phase: 'sweeps',
  items: () => ['cash'],
  derive: (_, s, entry) => {
    const free = owed.reduce((left, kind) => left - s.totalOn(kind, s.day), s.available(cash));
    if (free <= 0n) return undefined;
    const shares = s.policy(allocation);
    const held = assetClasses.map((asset) => s.balanceOn(holdings[asset], s.day));
    const whole = held.reduce((sum, minor) => sum + minor, free);
    // Shortfalls over one common denominator, so that they stay whole numbers.
    const common = assetClasses.reduce((product, asset) => product * shares[asset].den, 1n);
    const shortfalls = assetClasses.map((asset, at) => {
      const { num, den } = shares[asset];
      const short = (whole * num * common) / den - (held[at] ?? 0n) * common;
      return short > 0n ? short : 0n;
    });
    const parts = allocate(free, shortfalls);
    entry.credit(cash, free);
    for (const [at, asset] of assetClasses.entries()) entry.debit(holdings[asset], parts[at] ?? 0n);
    return draft(cashInvested, { free });
  },
});
