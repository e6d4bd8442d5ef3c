/** sample: the example of its page, and the line against its reference on random histories. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topUp } from '../../../tests/support/commands.ts';
import { command, dayAfter, lineTests } from '../../../tests/support/line.ts';
import { example } from './example.ts';
import { sample } from './index.ts';
import { walletsAfter } from './reference.ts';

const first = '2016-03-01';
const setAside = (day: number, id: string, holder: string, minor: bigint) =>
  command(dayAfter(first, day), 'setSampleAside', {
    sample: id,
    holder,
    amount: `${minor / 100n}.${String(minor % 100n).padStart(2, '0')} CNY`,
  });

/** What holds of every line is held of this one by its example. */
const { book, strictBook } = lineTests(sample, example);

describe('the example of the page', () => {
  it('comes back at the close of the thirtieth day after', () => {
    const made = book().take(topUp(first, 'user-1', '100.00'), setAside(0, 'S-1', 'user-1', 4_000n));
    made.closeTo(dayAfter(first, 29));
    expect(made.balance('wallet:user-1')).toBe('60.00');
    made.closeTo(dayAfter(first, 30));
    expect(made.balance('wallet:user-1')).toBe('100.00');
  });

  it('takes no id twice, and no more than there is', () => {
    const made = book().take(topUp(first, 'user-1', '100.00'), setAside(0, 'S-1', 'user-1', 4_000n));
    expect(made.refusal(setAside(0, 'S-1', 'user-1', 1n))).toBe('SAMPLE_EXISTS');
    expect(made.refusal(setAside(0, 'S-2', 'user-1', 6_001n))).toBe('INSUFFICIENT_FUNDS');
  });
});

it('agrees with its reference', () => {
  const wish = fc.record({
    day: fc.nat(60),
    sample: fc.constantFrom('S-1', 'S-2', 'S-3', 'S-4'),
    holder: fc.constantFrom('user-1', 'user-2'),
    minor: fc.bigInt(1n, 8_000n),
  });
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 12 }), fc.integer({ min: 60, max: 100 }), (wishes, last) => {
      const inOrder = [...wishes].sort((a, b) => a.day - b.day);
      const made = strictBook([
        topUp(first, 'user-1', '100.00'),
        topUp(first, 'user-2', '100.00'),
        ...inOrder.map(({ day, sample: id, holder, minor }) => setAside(day, id, holder, minor)),
      ]);
      made.closeTo(dayAfter(first, last));
      const filled = new Map([
        ['user-1', 10_000n],
        ['user-2', 10_000n],
      ]);
      for (const [holder, minor] of walletsAfter(inOrder, filled, last, 30))
        expect(made.minor(`wallet:${holder}`)).toBe(minor);
    }),
    { seed: 7, numRuns: 100 },
  );
});
