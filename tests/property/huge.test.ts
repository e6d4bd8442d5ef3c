/** A close never refuses, however large the figures have become: over every line, at the highest rates that policy allows. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/audit/conformance.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { formatMoney } from '../../src/kernel/values/money.ts';
import { house } from '../../src/segments/index.ts';
import { logOf } from '../audit/recorded.ts';
import { book, type TestBook } from '../support/book.ts';
import {
  changePolicy,
  confirm,
  contributeCapital,
  pay,
  publishRate,
  redeem,
  sendTransfer,
  subscribe,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';
import {
  apply,
  capital,
  convert,
  disburse,
  draw,
  everyTier,
  openLine,
  repay,
  repayCredit,
} from '../support/credit.ts';
import { belowZero, bookingOf, unbackedDates, unbalanced } from '../support/invariants.ts';

const first = '2016-03-01';
const most = 2n ** 63n - 1n;
const money = (minor: bigint): string => formatMoney(minor, 'CNY');

/** As much as anybody asks for, at the highest rates there are. */
const opened = (amountMax: bigint): readonly Command[] => [
  changePolicy(first, 'kernel.amountMax', money(amountMax)),
  changePolicy(first, 'payments.floatRate', '100%'),
  changePolicy(first, 'payments.cardCostRate', '100%'),
  changePolicy(first, 'payments.confirmAfterDays', 2),
  changePolicy(first, 'yuebao.holdingCap', money(most)),
  changePolicy(first, 'yuebao.quickRedemptionLimit', money(most)),
  ...['deposit-1m', 'deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'].map((asset) =>
    publishRate(first, asset, '100%'),
  ),
  ...(['huabei', 'jiebei', 'mybank'] as const).flatMap((line) => [
    changePolicy(first, `${line}.limits`, everyTier(money(most))),
    changePolicy(first, `${line}.lateFeeRate`, '100%'),
    changePolicy(first, `${line}.seniorRate`, '100%'),
    changePolicy(first, `${line}.serviceFeeRate`, '100%'),
    changePolicy(first, `${line}.writeOffAfterDays`, 40),
  ]),
  ...(['jiebei', 'mybank'] as const).map((line) => changePolicy(first, `${line}.prices`, everyTier('100%'))),
  changePolicy(first, 'huabei.revolvingRate', '100%'),
  changePolicy(first, 'huabei.fundingRates', { borrowings: '100%' }),
  changePolicy(first, 'jiebei.fundingRates', { borrowings: '100%' }),
  changePolicy(first, 'mybank.fundingRates', { deposits: '100%', interbank: '100%' }),
  openLine(first, 'a'),
  openLine(first, 'b'),
];

/** What may be done, with an amount. */
const deeds: readonly ((on: string, amount: string, number: number) => readonly Command[])[] = [
  (on, amount) => [topUp(on, 'a', amount)],
  (on, amount) => [topUp(on, 'b', amount)],
  (on, amount) => [transfer(on, 'a', 'b', amount)],
  (on, amount) => [withdraw(on, 'b', amount)],
  (on, amount) => [
    contributeCapital(on, amount),
    capital(on, 'huabei', amount),
    capital(on, 'jiebei', amount),
  ],
  (on, amount, number) => [pay(on, `P-${number}`, 'a', 'shop', amount)],
  (on, amount, number) => [pay(on, `C-${number}`, 'a', 'shop', amount, { method: 'card' })],
  (on, amount, number) => [
    pay(on, `H-${number}`, 'a', 'shop', amount, { method: 'huabei' }),
    confirm(on, `H-${number}`),
  ],
  (on, amount) => [subscribe(on, 'a', amount)],
  (on, amount) => [redeem(on, 'a', amount, 'ordinary'), redeem(on, 'a', '10%')],
  (on, amount) => [draw(on, 'a', 'b', amount)],
  (on, amount) => [convert(on, 'a', amount, 12), repayCredit(on, 'a', amount)],
  (on, amount, number) => [apply(on, `L-${number}`, 'a', amount), disburse(on, `L-${number}`)],
  (on, amount, number) => [
    apply(on, `M-${number}`, 'b', amount, { product: 'mybank', term: 3, method: 'annuity' }),
    disburse(on, `M-${number}`, 'mybank'),
  ],
  (on, amount, number) => [repay(on, `L-${number - 1}`, amount)],
  (on, amount, number) => [
    sendTransfer(on, { transfer: `T-${number}`, book: 'other', from: 'a', to: 'b', amount }),
  ],
];

const step = fc.record({
  deed: fc.nat(deeds.length - 1),
  /** One of so many parts of the most that there may be. */
  part: fc.constantFrom(1n, 1n, 2n, 3n, 9n, 1000n),
  closes: fc.constantFrom(0, 0, 1, 1, 33),
});

function played(
  amountMax: bigint,
  steps: readonly { deed: number; part: bigint; closes: number }[],
): TestBook {
  const made = book().take(...opened(amountMax));
  let day = dayOf(first);
  steps.forEach(({ deed, part, closes }, number) => {
    const on = formatDay(day);
    for (const each of deeds[deed]?.(on, money(amountMax / part), number) ?? []) made.decide(each);
    day += closes;
    made.closeThrough(day - 1);
  });
  return made.closeThrough(day + 3);
}

/** Whether a close left something out, since a figure would leave 64 bits. */
const leftOut = ({ events }: TestBook): boolean =>
  events.some(
    ({ type, data }) => type === 'DayClosed' && JSON.stringify(data).includes('would leave 64 bits'),
  );

describe.each([
  { name: 'the most that 64 bits hold', amountMax: most, beyond: true },
  { name: 'the most that commands bring in', amountMax: 10n ** 18n, beyond: false },
])('with amounts up to $name', ({ amountMax, beyond }) => {
  it('every day closes, books balance, a fold and the audit say the same', async () => {
    let left = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        const made = played(amountMax, steps);
        if (leftOut(made)) left++;
        const bookings = made.events.map(bookingOf);
        expect(unbalanced(bookings)).toEqual([]);
        expect(unbackedDates(bookings)).toEqual([]);
        expect(belowZero(bookings)).toEqual([]);
        const rebuilt = emptyState(house);
        for (const event of made.events) fold(house, rebuilt, event);
        expect(digest(house, rebuilt)).toBe(digest(house, made.state));
        expect((await conformance(house, await logOf(made.events))).findings).toEqual([]);
      }),
      { numRuns: Number(process.env.FORMICARY_SEEDS ?? '1') * 12, seed: 7 },
    );
    if (beyond) expect(left).toBeGreaterThan(0);
  });
});
