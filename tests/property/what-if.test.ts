/** What holds of every what-if, over random histories with reversals and recorded attempts. */
import { describe, expect, it } from 'vitest';
import { digest } from '../../src/kernel/state/digest.ts';
import { house } from '../../src/segments/index.ts';
import { assumptions } from '../oracle/histories.ts';
import { interbookAssumptions, interbookHistory } from '../oracle/interbook-histories.ts';
import { histories, historiesOf, withReversals } from '../support/histories.ts';
import {
  type Booking,
  belowZero,
  reversedType,
  unbackedDates,
  unbalanced,
  unmatchedDates,
} from '../support/invariants.ts';
import {
  type Assumptions,
  type Base,
  baseOf,
  type Extent,
  overridesOf,
  type Variant,
  variantOf,
} from '../support/what-if.ts';

/** A variant and every entry that it booked (of a partial evaluation only those after the first fact touched). */
function watched(
  base: Base,
  assumed: Assumptions,
  extent: Extent,
): { readonly variant: Variant; readonly bookings: readonly Booking[] } {
  const booked: (Omit<Booking, 'accounts'> & { readonly numbers: readonly number[] })[] = [];
  const variant = variantOf(base, overridesOf(assumed), extent, (type, { data, on }, entry) =>
    booked.push({
      type: type.name,
      of: reversedType(data),
      on,
      numbers: entry.accounts,
      minors: entry.minors,
    }),
  );
  const { chart } = variant.state;
  return {
    variant,
    bookings: booked.map(({ numbers, ...rest }) => ({
      ...rest,
      accounts: numbers.map((account) => chart.id(account)),
    })),
  };
}

const small = { days: 40, lines: 400, users: 8, merchants: 3 } as const;
const all = [
  ...histories(5, small).map((generated) => ({ ...generated, assume: assumptions })),
  ...historiesOf(interbookHistory, 3, small).map((generated) => ({
    ...generated,
    name: `between books, ${generated.name}`,
    assume: interbookAssumptions,
  })),
];

describe.each(all)('$name', (generated) => {
  const { close, last, seed, assume } = generated;
  const bases = {
    'refused lines left out': () => baseOf(withReversals(generated), { close, to: last }),
    'refused lines recorded as attempts': () =>
      baseOf(generated.lines, { close, to: last, refused: 'attempt' }),
  };

  describe.each(Object.entries(bases))('%s', (_, make) => {
    const base = make();

    it('no override gives the record, to the digest, with every fact evaluated', () => {
      const { state, divergences, moot, evaluation } = variantOf(base, []);
      expect(divergences).toEqual([]);
      expect(moot).toBe(0);
      expect(evaluation.evaluated).toBe(base.record.facts.length);
      expect(digest(house, state)).toBe(digest(house, base.record.state));
    });

    it('under overrides the evaluation from the first fact touched equals the full one', () => {
      for (const assumed of [seed, seed + 1000, seed + 2000]) {
        const full = watched(base, assume(assumed), 'full').variant;
        const partial = watched(base, assume(assumed), 'partial').variant;
        expect(digest(house, partial.state)).toBe(digest(house, full.state));
        expect(partial.divergences).toEqual(full.divergences);
        expect(partial.moot).toBe(full.moot);
      }
    });

    it('the base is left as it was', () => {
      const before = digest(house, base.record.state);
      variantOf(base, overridesOf(assume(seed)), 'partial');
      expect(digest(house, base.record.state)).toBe(before);
    });

    it('its entries balance, customers’ money is backed, and nothing is below zero, on any date', () => {
      const { bookings } = watched(base, assume(seed), 'full');
      expect(bookings.length).toBeGreaterThan(0);
      expect(unbalanced(bookings)).toEqual([]);
      expect(unbackedDates(bookings)).toEqual([]);
      expect(unmatchedDates(bookings)).toEqual([]);
      expect(belowZero(bookings)).toEqual([]);
    });
  });
});
