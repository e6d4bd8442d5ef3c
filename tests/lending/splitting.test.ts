/** How a draw is split, and stays split: docs/segments/lending.md, "Splitting". */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { split } from '../../src/lending/lender/parts.ts';
import { changePolicy } from '../support/commands.ts';
import {
  allocated,
  apply,
  daily,
  disburse,
  draw,
  expectHeld,
  expectSound,
  expectTold,
  given,
  halfEven,
  held,
  heldIn,
  lend,
  minorOf,
  open,
  openLine,
  repay,
  rich,
  sumHeld,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-03-01';
const pool = 'jiebei-2016-03';

/** What each part has of a borrower's principal. */
const partsOf = (of: Scene, holder: string): readonly bigint[] =>
  ['own', 'partner', 'vehicle'].map((part) => sumHeld(of, new RegExp(`^${part}/principal-[^:]*:${holder}$`)));
const sum = (parts: readonly bigint[]): bigint => parts.reduce((all, each) => all + each, 0n);
const text = (minor: bigint): string => `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;

describe('a draw', () => {
  it('of 1000.00 by the page: own 20.00, vehicle 392.00 (senior 352.80, subordinated 39.20), partner 588.00', () => {
    expectTold(given(...open(on), apply(on, 'L-1', 'a', '1000.00')).when(disburse(on, 'L-1')), 'jiebei', [
      'JiebeiLoanDisbursed',
      'reserve +1000.00',
      'wallet:a -1000.00',
      'own/principal-current:a +20.00',
      `own/retained:${pool} +39.20`,
      'own/cash -59.20',
      'partner/principal-current:a +588.00',
      'partner/funds:bank-1 -588.00',
      'vehicle/principal-current:a +392.00',
      `vehicle/senior:${pool} -352.80`,
      `vehicle/subordinated:${pool} -39.20`,
    ]);
  });

  it('by the shares, the bank and the month of the day on which it is paid out, not of the application', () => {
    const scene = given(
      ...open(on),
      apply(on, 'L-1', 'a', '1000.00'),
      changePolicy('2016-04-01', 'jiebei.ownFundingShare', '30%'),
      changePolicy('2016-04-01', 'jiebei.securitisedShare', '50%'),
      changePolicy('2016-04-01', 'jiebei.subordinatedShare', '5%'),
      changePolicy('2016-04-01', 'jiebei.partnerBank', 'bank-2'),
    );
    expectTold(scene.when(disburse('2016-04-01', 'L-1')), 'jiebei', [
      'JiebeiLoanDisbursed',
      'reserve +1000.00',
      'wallet:a -1000.00',
      'own/principal-current:a +300.00',
      'own/retained:jiebei-2016-04 +17.50',
      'own/cash -317.50',
      'partner/principal-current:a +350.00',
      'partner/funds:bank-2 -350.00',
      'vehicle/principal-current:a +350.00',
      'vehicle/senior:jiebei-2016-04 -332.50',
      'vehicle/subordinated:jiebei-2016-04 -17.50',
    ]);
  });

  it('rounds half to even: 0.25 of own 2 % is 0.00, 0.75 is 0.02', () => {
    // 0.5 and 1.5 of a cent; of 25 cents the vehicle's 40 % are 10; of 73 cents 29.2.
    const scene = given(...open(on), ...lend(on, 'L-1', 'a', '0.25'), ...lend(on, 'L-2', 'b', '0.75'));
    expectHeld(scene, {
      'own/principal-current:a': '0.00',
      'partner/principal-current:a': '0.15',
      'vehicle/principal-current:a': '0.10',
      'own/principal-current:b': '0.02',
      'partner/principal-current:b': '0.44',
      'vehicle/principal-current:b': '0.29',
      // A tenth of 0.10 is 0.01, of 0.29 it is 0.03.
      [`vehicle/subordinated:${pool}`]: '0.04',
      [`vehicle/senior:${pool}`]: '0.35',
    });
  });

  it('of nothing securitised has no notes; of everything own no bank', () => {
    const all = given(
      ...open(on),
      changePolicy(on, 'jiebei.ownFundingShare', '100%'),
      apply(on, 'L-1', 'a', '10.01'),
    );
    expectTold(all.when(disburse(on, 'L-1')), 'jiebei', [
      'JiebeiLoanDisbursed',
      'reserve +10.01',
      'wallet:a -10.01',
      'own/principal-current:a +10.01',
      'own/cash -10.01',
    ]);
    const none = given(
      ...open(on),
      changePolicy(on, 'jiebei.ownFundingShare', '0%'),
      changePolicy(on, 'jiebei.securitisedShare', '0%'),
      apply(on, 'L-1', 'a', '10.01'),
    );
    expectTold(none.when(disburse(on, 'L-1')), 'jiebei', [
      'JiebeiLoanDisbursed',
      'reserve +10.01',
      'wallet:a -10.01',
      'partner/principal-current:a +10.01',
      'partner/funds:bank-1 -10.01',
    ]);
  });

  it('of a line goes to the bank and the pool of its opening, by the shares of the draw’s own day', () => {
    const scene = given(
      openLine(on, 'a'),
      changePolicy('2016-04-05', 'huabei.partnerBank', 'bank-2'),
      changePolicy('2016-04-05', 'huabei.ownFundingShare', '30%'),
    );
    expectTold(scene.when(draw('2016-04-05', 'a', 'm', '100.00')), 'huabei', [
      'HuabeiDrawn',
      // The merchant pays 0.8 %: the money goes to the lending company.
      'reserve +99.20',
      'wallet:m -99.20',
      'own/income/merchant-fee -0.80',
      'own/principal-current:a +30.00',
      'own/retained:huabei-2016-03 +2.80',
      'own/cash -32.00',
      'partner/principal-current:a +42.00',
      'partner/funds:bank-1 -42.00',
      'vehicle/principal-current:a +28.00',
      'vehicle/senior:huabei-2016-03 -25.20',
      'vehicle/subordinated:huabei-2016-03 -2.80',
    ]);
  });
});

describe('the parts', () => {
  /** A loan of these shares (per cent) and this size, repaid by amounts, the rest at the end; all on the day of its payment, so that nothing accrues. */
  function repaidBy(own: number, securitised: number, principal: bigint, payments: readonly bigint[]): void {
    const scene = given(
      ...open(on),
      changePolicy(on, 'jiebei.ownFundingShare', `${own}%`),
      changePolicy(on, 'jiebei.securitisedShare', `${securitised}%`),
      rich(on, 'a'),
      ...lend(on, 'L-1', 'a', text(principal), { term: 3, method: 'equal-principal' }),
    );
    const ownPart = halfEven(principal, BigInt(own), 100n);
    const vehiclePart = halfEven(principal - ownPart, BigInt(securitised), 100n);
    let parts: readonly bigint[] = [ownPart, principal - ownPart - vehiclePart, vehiclePart];
    expect(partsOf(scene, 'a')).toEqual(parts);
    for (const wanted of [...payments, principal]) {
      const left = sum(parts);
      if (left === 0n) break;
      const paid = wanted < left ? wanted : left;
      scene.and(repay(on, 'L-1', text(paid)));
      const taken = allocated(paid, parts);
      parts = parts.map((each, at) => each - (taken[at] ?? 0n));
      expect(partsOf(scene, 'a')).toEqual(parts);
      expect(sum(parts)).toBe(left - paid);
    }
    expect(heldIn(scene, /principal/)).toEqual({});
    expect(minorOf(held(scene)[`vehicle/cash:jiebei-2016-03`] ?? '0.00')).toBe(vehiclePart);
  }

  it.each([0, 2, 30, 100])(
    'sum to the whole after every payment down to zero: own share %i per cent',
    (share) => {
      repaidBy(share, 40, 100001n, [1n, 33333n, 2n, 7n, 49999n, 1n, 1n]);
      repaidBy(share, 40, 1n, []);
      repaidBy(share, 40, 3n, [1n, 1n, 1n]);
      repaidBy(share, 33, 9999n, [3333n, 3333n, 3332n]);
      repaidBy(share, 100, 777n, [5n, 700n]);
    },
  );

  it('whatever the shares, the size and the payments', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        fc.bigInt({ min: 1n, max: 500_000n }),
        fc.array(fc.bigInt({ min: 1n, max: 200_000n }), { maxLength: 8 }),
        repaidBy,
      ),
      { numRuns: 25 },
    );
  });

  it('principal is allocated by what each has outstanding, largest remainders first', () => {
    const scene = daily(given(...open(on), ...lend(on, 'L-1', 'a', '1000.00')), repay(on, 'L-1', '328.83'));
    // 6.5766, 193.35204, 128.90136.
    expectHeld(scene, {
      'own/principal-current:a': '13.42',
      'partner/principal-current:a': '394.65',
      'vehicle/principal-current:a': '263.10',
    });
  });

  it('a weight below zero counts as zero', () => {
    expect(split(50n, [-8n, 0n, 508n])).toEqual([0n, 0n, 50n]);
    expect(split(3n, [10n, -30n, 20n])).toEqual([1n, 0n, 2n]);
  });

  it('a tie goes to own, then to the partner', () => {
    const scene = given(
      ...open(on),
      changePolicy(on, 'jiebei.ownFundingShare', '50%'),
      changePolicy(on, 'jiebei.securitisedShare', '0%'),
      ...lend(on, 'L-1', 'a', '2.00'),
      changePolicy(on, 'jiebei.ownFundingShare', '0%'),
      changePolicy(on, 'jiebei.securitisedShare', '50%'),
      ...lend(on, 'L-2', 'b', '2.00'),
      repay(on, 'L-1', '0.01'),
      repay(on, 'L-2', '0.01'),
    );
    expectHeld(scene, {
      'own/principal-current:a': '0.99',
      'partner/principal-current:a': '1.00',
      'partner/principal-current:b': '0.99',
      'vehicle/principal-current:b': '1.00',
    });
  });
});
