/** The reference history: what two programs, written apart from each other from the same page, agreed on to the last minor unit. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { record, whatIf } from '../oracle/first-segments.ts';
import { revenueOf, run } from '../support/histories.ts';
import { baseOf, overridesOf, variantOf } from '../support/what-if.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../data/reference/${name}`, import.meta.url), 'utf8');

const amounts = z.record(z.string(), z.string());
const outcome = { balances: amounts, revenue: z.record(z.string(), amounts) };
const expected = z
  .object({
    history: z.string(),
    closedThrough: z.string(),
    record: z.object({ ...outcome, refused: z.array(z.tuple([z.number(), z.string()])) }),
    variants: z.array(
      z.object({
        ...outcome,
        assumptions: z.record(z.string(), z.unknown()),
        divergences: z.array(z.tuple([z.number(), z.enum(['skip', 'clamp']), z.string()])),
        moot: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(read('expected.json')));

const lineShape = z.object({
  on: z.string(),
  command: z.string(),
  with: z.record(z.string(), z.unknown()),
  key: z.string().exactOptional(),
  actor: z.string().exactOptional(),
});
const lines = read(expected.history)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => lineShape.parse(JSON.parse(line)));

const { closedThrough, variants } = expected;

describe('the record', () => {
  const ran = run(lines, { close: 'daily', through: closedThrough });

  it('refuses the same lines, with the same codes', () => {
    expect(ran.refused).toEqual(expected.record.refused);
  });

  it('has every balance', () => {
    expect(ran.balances).toEqual(expected.record.balances);
  });

  it('has the revenue, by segment and month', () => {
    expect(ran.revenue).toEqual(expected.record.revenue);
  });

  it('is what the oracle makes of it', () => {
    const { refused, balances, revenue } = record(lines, { close: 'daily', closedThrough });
    expect({ refused, balances, revenue }).toEqual(expected.record);
  });
});

it('asks two what-ifs', () => {
  expect(variants).toHaveLength(2);
});

describe.each(variants.map((variant, at) => ({ variant, name: `what-if ${at + 1}` })))(
  '$name',
  ({ variant }) => {
    const base = baseOf(lines, { close: 'daily', to: closedThrough });

    it.each(['full', 'partial'] as const)('gives the same in a %s evaluation', (extent) => {
      const found = variantOf(base, overridesOf(variant.assumptions), extent);
      expect(found.divergences).toEqual(variant.divergences);
      expect(found.moot).toBe(variant.moot);
      expect(found.balances).toEqual(variant.balances);
      expect(revenueOf(found.state)).toEqual(variant.revenue);
    });

    it('is what the oracle makes of it', () => {
      const { divergences, moot, balances, revenue } = whatIf(lines, {
        close: 'daily',
        closedThrough,
        assumptions: variant.assumptions,
      });
      expect({ divergences, moot, balances, revenue, assumptions: variant.assumptions }).toEqual(variant);
    });
  },
);
