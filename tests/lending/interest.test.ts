/** Interest: borne day by day, booked by part, charged, paid, and gone when a debt ends. docs/segments/lending.md, "Interest". */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { changePolicy } from '../support/commands.ts';
import {
  closed,
  closing,
  daily,
  dataOf,
  expectHeld,
  expectSound,
  expectTold,
  expectTyped,
  given,
  held,
  heldIn,
  lend,
  minorOf,
  open,
  repay,
  rich,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-03-01';
/** No own money is borrowed, nothing is provided for: interest alone is to be seen. */
const plain = (...commands: readonly Command[]): Scene => given(...open(on), rich(on, 'a'), ...commands);
const type = 'JiebeiInterestAccrued';

/** What a close books for own, partner and vehicle. */
const booked = (scene: Scene, day: string): readonly string[] => {
  const [data] = dataOf(closing(scene, day), type);
  const figures = data as { readonly [part: string]: string } | undefined;
  return ['own', 'partner', 'vehicle', 'late'].map((part) => figures?.[part]?.replace(' CNY', '') ?? '—');
};

describe('a day’s interest', () => {
  it('begins the day after the draw: 0.05 % of 20.00, 588.00 and 392.00 are 1, 29.4 and 19.6 cents', () => {
    const scene = plain(...lend(on, 'L-1', 'a', '1000.00'));
    expectTyped(closing(scene, '2016-03-01'), type);
    expectTyped(closing(scene, '2016-03-02'), type, [
      'own/interest +0.01',
      'own/income/interest -0.01',
      'partner/interest +0.29',
      'partner/income/interest -0.29',
      'vehicle/interest +0.19',
      'vehicle/income/interest -0.19',
    ]);
    // 58.8 and 39.2; 88.2 and 58.8; 117.6 and 78.4; 147.0 and 98.0.
    expect(booked(scene, '2016-03-03')).toEqual(['0.01', '0.29', '0.20', '0.00']);
    expect(booked(scene, '2016-03-04')).toEqual(['0.01', '0.30', '0.19', '0.00']);
    expect(booked(scene, '2016-03-05')).toEqual(['0.01', '0.29', '0.20', '0.00']);
    expect(booked(scene, '2016-03-06')).toEqual(['0.01', '0.30', '0.20', '0.00']);
  });

  it('is floored over all debts together, not debt by debt', () => {
    // 0.8, 23.52 and 15.68 cents of the one, 0.2, 5.88 and 3.92 of the other: 1, 29.4 and 19.6 as before.
    const scene = plain(...lend(on, 'L-1', 'a', '800.00'), ...lend(on, 'L-2', 'b', '200.00'));
    closed(scene, on);
    expect(booked(scene, '2016-03-02')).toEqual(['0.01', '0.29', '0.19', '0.00']);
    expect(booked(scene, '2016-03-03')).toEqual(['0.01', '0.29', '0.20', '0.00']);
  });

  it('of debts at different rates', () => {
    const scene = plain(
      ...lend(on, 'L-1', 'a', '1000.00'),
      changePolicy(on, 'jiebei.prices', { ...rates('0.03%') }),
      ...lend(on, 'L-2', 'b', '1000.00'),
    );
    closed(scene, on);
    // 1 + 0.6; 29.4 + 17.64; 19.6 + 11.76; then twice that.
    expect(booked(scene, '2016-03-02')).toEqual(['0.01', '0.47', '0.31', '0.00']);
    expect(booked(scene, '2016-03-03')).toEqual(['0.02', '0.47', '0.31', '0.00']);
  });

  it('changes from the day after: what is paid on D has borne for D', () => {
    const scene = daily(plain(...lend(on, 'L-1', 'a', '1000.00')), repay('2016-03-02', 'L-1', '500.50'));
    // 0.50 of it is the interest of 2 March; half of the principal is paid.
    expectHeld(scene, { 'own/principal-current:a': '10.00', 'partner/principal-current:a': '294.00' });
    expect(booked(scene, '2016-03-02')).toEqual(['0.01', '0.29', '0.19', '0.00']);
    // In all 1.5, 44.1 and 29.4; 2.0, 58.8 and 39.2.
    expect(booked(scene, '2016-03-03')).toEqual(['0.00', '0.15', '0.10', '0.00']);
    expect(booked(scene, '2016-03-04')).toEqual(['0.01', '0.14', '0.10', '0.00']);
  });

  it('that is less than a cent is carried, and told', () => {
    // Own 2 cents, partner 59, vehicle 39: 0.001, 0.0295 and 0.0195 of a cent a day.
    const outcome = closing(plain(...lend(on, 'L-1', 'a', '1.00')), '2016-03-02');
    expectTyped(outcome, type, []);
    expect(dataOf(outcome, type)).toEqual([
      {
        own: '0.00 CNY',
        partner: '0.00 CNY',
        vehicle: '0.00 CNY',
        late: '0.00 CNY',
        ownCarry: '1/1000',
        partnerCarry: '59/2000',
        vehicleCarry: '39/2000',
        lateCarry: '0',
      },
    ]);
  });

  it('is none, and no event, where nothing bears interest', () => {
    const scene = plain(changePolicy(on, 'jiebei.prices', rates('0%')), ...lend(on, 'L-1', 'a', '1000.00'));
    expectTyped(closing(scene, '2016-03-02'), type);
  });

  it('is exact over months: what has been booked is the floor of the exact sum, on every day', () => {
    const scene = plain(
      changePolicy(on, 'jiebei.prices', rates('0.037%')),
      ...lend(on, 'L-1', 'a', '777.77', { term: 2 }),
      changePolicy(on, 'jiebei.prices', rates('0.041%')),
      ...lend(on, 'L-2', 'b', '123.45', { term: 2 }),
    );
    // Own 15.56 and 2.47; vehicle 40 % of 762.21 and of 120.98: 304.88 and 48.39; partner 457.33 and 72.59.
    const each = { own: [1556n, 247n], partner: [45733n, 7259n], vehicle: [30488n, 4839n] } as const;
    for (let day = dayOf('2016-03-02'); day <= dayOf('2016-05-01'); day++) {
      closed(scene, formatDay(day));
      const days = BigInt(day - dayOf(on));
      for (const [part, [first, second]] of Object.entries(each))
        expect(minorOf(held(scene)[`${part}/interest`] ?? '0.00')).toBe(
          (days * (first * 37n + second * 41n)) / 100_000n,
        );
    }
  });
});

const rates = (rate: string): Record<string, string> =>
  Object.fromEntries(
    ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'].map((tier) => [tier, rate]),
  );

describe('charging', () => {
  it('floors the sum of the three fractions, and allocates it by them; each part pays its technology fee on what it got', () => {
    // 31 days: 0.31, 9.114 and 6.076, together 15.50.
    const scene = daily(plain(...lend(on, 'L-1', 'a', '1000.00')), repay('2016-04-01', 'L-1', '15.50'));
    const last = scene.book.events.at(-1);
    expect(last?.type).toBe('JiebeiLoanRepaid');
    expectHeld(scene, {
      'own/income/interest': '0.30',
      'partner/expense/service-fee': '2.73', // 30 % of 9.11
      'technology-service': '2.73',
      'vehicle/cash:jiebei-2016-03': '6.08',
    });
  });

  it('a part that got more than it had is below zero, and counts as nothing the next time', () => {
    // Own 0.50 of 1.00, partner 0.30, vehicle 0.20 at 1 % a day: 0.5, 0.3 and 0.2 of a cent.
    const scene = plain(
      changePolicy(on, 'jiebei.prices', rates('1%')),
      changePolicy(on, 'jiebei.ownFundingShare', '50%'),
      ...lend(on, 'L-1', 'a', '1.00', { term: 2 }),
    );
    // 1 cent each day, paid each day. Day 1: to own (0.5), whose fraction is −0.5. Day 2: 0.0, 0.6, 0.4: to the partner. Day 3: 0.5, −0.1, 0.6: to the vehicle.
    const paid = (day: string): readonly string[] => {
      daily(scene, repay(day, 'L-1', '0.01'));
      const event = scene.book.events.at(-1);
      return event?.accounts.filter((account) => account.includes(':interest:')) ?? [];
    };
    expect(paid('2016-03-02')).toEqual(['jiebei:asset:jiebei:interest:CNY']);
    expect(paid('2016-03-03')).toEqual(['partner:asset:jiebei:interest:CNY']);
    expect(paid('2016-03-04')).toEqual(['vehicle:asset:jiebei:interest:CNY']);
  });
});

describe('a debt that ends', () => {
  it('drops its fractions: they come off the day after', () => {
    const scene = daily(plain(...lend(on, 'L-1', 'a', '1000.00')), repay('2016-03-02', 'L-1', 'all'));
    // 1, 29.4 and 19.6: 0.50 is charged, by largest remainder 0.01, 0.29 and 0.20.
    expect(booked(scene, '2016-03-02')).toEqual(['0.01', '0.29', '0.19', '0.00']);
    expectHeld(scene, { 'own/interest': '0.00', 'partner/interest': '0.00', 'vehicle/interest': '-0.01' });
    expect(booked(scene, '2016-03-03')).toEqual(['0.00', '0.00', '0.01', '0.00']);
    expect(heldIn(scene, /\/interest$/)).toMatchObject({ 'own/income/interest': '0.01' });
    expectTyped(closing(scene, '2016-03-04'), type);
  });

  it('may be booked below zero', () => {
    // Own 0.40 and 0.70, the rest the bank's, at 1 %: 0.4 and 0.6 of a cent, and 0.7 and 1.05. Of each loan the bank gets the one cent that is paid.
    const scene = plain(
      changePolicy(on, 'jiebei.prices', rates('1%')),
      changePolicy(on, 'jiebei.ownFundingShare', '40%'),
      changePolicy(on, 'jiebei.securitisedShare', '0%'),
      ...lend(on, 'L-1', 'a', '1.00'),
      ...lend(on, 'L-2', 'a', '1.75'),
    );
    daily(scene, repay('2016-03-02', 'L-1', 'all'), repay('2016-03-02', 'L-2', '1.75'));
    // 1.1 and 1.65.
    expect(booked(scene, '2016-03-02')).toEqual(['0.01', '0.01', '0.00', '0.00']);
    // One cent of the bank's still bears 0.01. Dropped of the first are 0.4 and −0.4: 0.7 and 2.06.
    expect(booked(scene, '2016-03-03')).toEqual(['-0.01', '0.01', '0.00', '0.00']);
  });

  it('after all have ended every interest account is zero', () => {
    const scene = plain(
      rich(on, 'b'),
      rich(on, 'c'),
      changePolicy(on, 'jiebei.prices', rates('0.037%')),
      ...lend(on, 'L-1', 'a', '777.77', { term: 3, method: 'annuity' }),
      ...lend('2016-03-05', 'L-2', 'b', '1234.56', { term: 2, method: 'equal-principal' }),
      ...lend('2016-03-09', 'L-3', 'c', '9.99', { term: 1 }),
    );
    daily(
      scene,
      repay('2016-03-11', 'L-2', '100.01'),
      repay('2016-04-01', 'L-1', 'due'),
      repay('2016-04-09', 'L-3', 'due'),
      repay('2016-04-13', 'L-2', '3.33'),
      repay('2016-04-20', 'L-2', 'all'),
      repay('2016-05-01', 'L-1', 'due'),
      repay('2016-05-17', 'L-1', 'all'),
    );
    closed(scene, '2016-05-18');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal)/)).toEqual({});
    expectTyped(closing(scene, '2016-05-19'), type);
  });

  it('written off, too', () => {
    const scene = daily(
      plain(changePolicy(on, 'jiebei.prices', rates('0.037%')), ...lend(on, 'L-1', 'a', '777.77')),
      { on: '2016-03-20', command: 'writeOffLoan', with: { loan: 'L-1', product: 'jiebei' } },
    );
    closed(scene, '2016-03-21');
    expect(heldIn(scene, /^(?:own|partner|vehicle)\/(?:interest|late-fees|principal)/)).toEqual({});
  });
});

it('a day of a lone loan, whole', () => {
  const scene = given(...open(on), ...lend(on, 'L-1', 'a', '1000.00'));
  // Net assets: principal 20.00 and notes 39.20, less what is borrowed and an allowance of 0.20.
  expectTold(
    closing(scene, on),
    'jiebei',
    ['JiebeiProvisioned', 'own/expense/provision +0.20', 'own/allowance -0.20'],
    ['JiebeiBorrowed', 'own/cash +59.20', 'own/borrowings -59.20'],
    ['JiebeiLeverageMoved'],
    ['JiebeiLeverageMoved'],
  );
  expectTold(
    closing(scene, '2016-03-02'),
    'jiebei',
    [
      type,
      'own/interest +0.01',
      'own/income/interest -0.01',
      'partner/interest +0.29',
      'partner/income/interest -0.29',
      'vehicle/interest +0.19',
      'vehicle/income/interest -0.19',
    ],
    // 59.20 × 4.5 % / 365 are 0.73 of a cent.
    ['JiebeiFundingCostAccrued'],
  );
});
