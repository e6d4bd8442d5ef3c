/** interbook and its reference, written from the same page, agree to the last minor unit over random histories. */
import { describe, expect, it } from 'vitest';
import { record, whatIf } from '../oracle/interbook.ts';
import { interbookAssumptions, interbookHistory } from '../oracle/interbook-histories.ts';
import { historiesOf, revenueOf, run } from '../support/histories.ts';
import { baseOf, overridesOf, variantOf } from '../support/what-if.ts';

const small = { days: 40, lines: 400, users: 8, merchants: 3 } as const;

describe('record', () => {
  const met = new Set<string>();

  it.each(historiesOf(interbookHistory, 12, small))(
    '$name: codes, balances and revenue',
    ({ lines, close, last }) => {
      const reference = record(lines, { close, closedThrough: last });
      const ran = run(lines, { close, through: last });
      for (const [line, code] of ran.refused) met.add(`${lines[line - 1]?.command} ${code}`);
      expect(ran.refused).toEqual(reference.refused);
      expect(ran.balances).toEqual(reference.balances);
      expect(ran.revenue).toEqual(reference.revenue);
    },
  );

  it('has met every code of the page', () => {
    expect([...met]).toEqual(
      expect.arrayContaining([
        'sendTransfer TRANSFER_EXISTS',
        'sendTransfer INSUFFICIENT_FUNDS',
        'receiveTransfer TRANSFER_EXISTS',
        'receiveTransfer TRANSFER_DECLINED',
        'declineTransfer TRANSFER_EXISTS',
        'declineTransfer TRANSFER_DECLINED',
        'completeTransfer BEFORE_LATEST',
        'completeTransfer TRANSFER_UNKNOWN',
        'completeTransfer TRANSFER_COMPLETED',
        'completeTransfer TRANSFER_RETURNED',
        'returnTransfer BEFORE_LATEST',
        'returnTransfer TRANSFER_UNKNOWN',
        'returnTransfer TRANSFER_COMPLETED',
        'returnTransfer TRANSFER_RETURNED',
      ]),
    );
  });
});

describe('what-if', () => {
  const met = new Set<string>();

  it.each(historiesOf(interbookHistory, 6, small))(
    '$name: divergences, moot facts, balances and revenue, in full and from the first fact touched',
    ({ seed, lines, close, last }) => {
      const base = baseOf(lines, { close, to: last });
      for (const asked of [seed, seed + 700, seed + 1400]) {
        const assumed = interbookAssumptions(asked);
        const reference = whatIf(lines, { close, closedThrough: last, assumptions: assumed });
        for (const [line, kind, code] of reference.divergences)
          met.add(`${kind} ${lines[line - 1]?.command} ${code}`);
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

  it('has met transfers that were left out, and what followed on them', () => {
    expect([...met]).toEqual(
      expect.arrayContaining([
        'skip sendTransfer INSUFFICIENT_FUNDS',
        'skip completeTransfer DEPENDS_ON_SKIPPED',
        'skip returnTransfer DEPENDS_ON_SKIPPED',
      ]),
    );
  });
});
