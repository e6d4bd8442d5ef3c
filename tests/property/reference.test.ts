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
  it.each(histories(8, small))(
    '$name: divergences, moot facts, balances and revenue, in full and from the first fact touched',
    ({ seed, lines, close, last }) => {
      const assumed = assumptions(seed);
      const reference = whatIf(lines, { close, closedThrough: last, assumptions: assumed });
      const base = baseOf(lines, { close, to: last });
      for (const extent of ['full', 'partial'] as const) {
        const variant = variantOf(base, overridesOf(assumed), extent);
        expect(variant.divergences).toEqual(reference.divergences);
        expect(variant.moot).toBe(reference.moot);
        expect(variant.balances).toEqual(reference.balances);
        expect(revenueOf(variant.state)).toEqual(reference.revenue);
      }
    },
  );
});
