/** The system and the reference, written from the same page, agree to the last minor unit over random histories. */
import { describe, expect, it } from 'vitest';
import { record, whatIf } from '../oracle/first-segments.ts';
import { assumptions } from '../oracle/histories.ts';
import { generate, histories, revenueOf, run } from '../support/histories.ts';
import { baseOf, overridesOf, variantOf } from '../support/what-if.ts';

const small = { days: 40, lines: 400, users: 8, merchants: 3 } as const;

describe('record', () => {
  it.each(histories(12, small))('$name: codes, balances and revenue', ({ lines, close, last }) => {
    const reference = record(lines, { close, closedThrough: last });
    const ran = run(lines, { close, through: last });
    expect(ran.refused).toEqual(reference.refused);
    expect(ran.balances).toEqual(reference.balances);
    expect(ran.revenue).toEqual(reference.revenue);
  });

  it('a history of thousands of commands', () => {
    const { lines, close, last } = generate(101, {
      days: 150,
      lines: 3000,
      users: 25,
      merchants: 6,
      close: 'recorded',
      backdated: true,
    });
    const reference = record(lines, { close, closedThrough: last });
    const ran = run(lines, { close, through: last });
    expect(ran.refused).toEqual(reference.refused);
    expect(ran.balances).toEqual(reference.balances);
    expect(ran.revenue).toEqual(reference.revenue);
  });
});

describe('what-if', () => {
  const met = new Set<string>();

  it.each(histories(6, small))(
    '$name: divergences, moot facts, balances and revenue, in full and from the first fact touched',
    ({ seed, lines, close, last }) => {
      const base = baseOf(lines, { close, to: last });
      for (const asked of [seed, seed + 700, seed + 1400]) {
        const assumed = assumptions(asked);
        const reference = whatIf(lines, { close, closedThrough: last, assumptions: assumed });
        for (const [line, kind, code] of reference.divergences) {
          met.add(`${kind} ${lines[line - 1]?.command} ${code}`);
        }
        for (const extent of ['full', 'partial'] as const) {
          const variant = variantOf(base, overridesOf(assumed), extent);
          expect(variant.divergences).toEqual(reference.divergences);
          expect(variant.moot).toBe(reference.moot);
          expect(variant.balances).toEqual(reference.balances);
          expect(revenueOf(variant.state)).toEqual(reference.revenue);
        }
      }
    },
  );

  it('has met divergences of most kinds', () => {
    expect([...met]).toEqual(
      expect.arrayContaining([
        'clamp redeemFund FUND_ILLIQUID',
        'clamp redeemFund QUICK_LIMIT',
        'clamp refundPayment INSUFFICIENT_FUNDS',
        'clamp subscribeFund HOLDING_CAP',
        'clamp subscribeFund INSUFFICIENT_FUNDS',
        'clamp withdraw INSUFFICIENT_FUNDS',
        'skip confirmReceipt DEPENDS_ON_SKIPPED',
        'skip initiatePayment FUND_ILLIQUID',
        'skip initiatePayment INSUFFICIENT_FUNDS',
        'skip initiatePayment INSUFFICIENT_UNITS',
        'skip refundPayment DEPENDS_ON_SKIPPED',
        'skip transfer INSUFFICIENT_FUNDS',
        'skip withdraw AMOUNT_NOT_ABOVE_FEE',
        'skip withdraw NOTHING_TO_DO',
      ]),
    );
  });
});
