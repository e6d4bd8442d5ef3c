/** What a loan would fall due like, asked for in the graph. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start([]);
});
afterAll(async () => {
  await served.server.close();
});

const query = `query($principal: MoneyInput!, $dailyRate: String!, $method: LoanMethod!, $start: Date!, $term: Int!) {
  loanPlan(principal: $principal, dailyRate: $dailyRate, method: $method, start: $start, term: $term) {
    instalments { on principal { amount } interest { amount } total { amount } outstanding { amount } }
    level { amount } interest { amount } total { amount currency } effectiveDailyRate effectiveYearlyRate
  }
}`;
const usual = {
  principal: { amount: '1200.00', currency: 'CNY' },
  dailyRate: '0.04%',
  method: 'ANNUITY',
  start: '2016-01-31',
  term: 3,
};
const plan = async (given: object = {}) => (await served.data(query, { ...usual, ...given })).loanPlan;

const m = (amount: string) => ({ amount });
/** on, principal, interest, total, outstanding */
const due = (on: string, ...[principal, interest, total, outstanding]: readonly string[]) => ({
  on,
  principal: m(principal ?? ''),
  interest: m(interest ?? ''),
  total: m(total ?? ''),
  outstanding: m(outstanding ?? ''),
});

describe('the plan of a loan', () => {
  it('of level payments has one of all instalments but the last', async () => {
    expect(await plan()).toEqual({
      instalments: [
        // 29 days of 0.04 % of 1200.00: 13.92.
        due('2016-02-29', '395.66', '13.92', '409.58', '804.34'),
        // 31 days: 9.973816, of which the fraction goes on.
        due('2016-03-31', '399.61', '9.97', '409.58', '404.73'),
        // 30 days: 4.85676, and 0.003816 from before.
        due('2016-04-30', '404.73', '4.86', '409.59', '0.00'),
      ],
      level: m('409.58'),
      interest: m('28.75'),
      total: { amount: '1228.75', currency: 'CNY' },
      effectiveDailyRate: '0.0399991486%',
      effectiveYearlyRate: '14.5996892319%',
    });
  });

  it('of equal parts has interest beside them, and no level', async () => {
    expect(await plan({ method: 'EQUAL_PRINCIPAL' })).toMatchObject({
      instalments: [
        due('2016-02-29', '400.00', '13.92', '413.92', '800.00'),
        due('2016-03-31', '400.00', '9.92', '409.92', '400.00'),
        due('2016-04-30', '400.00', '4.80', '404.80', '0.00'),
      ],
      level: null,
      interest: m('28.64'),
      // Nothing is floored.
      effectiveDailyRate: '0.0400000000%',
      effectiveYearlyRate: '14.6000000000%',
    });
  });

  it('of interest only leaves all principal to the last', async () => {
    expect((await plan({ method: 'INTEREST_ONLY' })).instalments).toEqual([
      due('2016-02-29', '0.00', '13.92', '13.92', '1200.00'),
      due('2016-03-31', '0.00', '14.88', '14.88', '1200.00'),
      due('2016-04-30', '1200.00', '14.40', '1214.40', '0.00'),
    ]);
  });

  it('with all at the end has one due day', async () => {
    expect(await plan({ method: 'BULLET' })).toMatchObject({
      instalments: [due('2016-04-30', '1200.00', '43.20', '1243.20', '0.00')],
      level: null,
    });
  });

  it('tells what flooring interest leaves to the borrower', async () => {
    // 30 days of 0.04 % of 1.00 are 0.012, of which 0.01 is charged.
    expect(
      await plan({ principal: { amount: '1.00', currency: 'CNY' }, start: '2016-04-01', term: 1 }),
    ).toMatchObject({
      level: m('1.01'),
      interest: m('0.01'),
      effectiveDailyRate: '0.0333333333%',
      effectiveYearlyRate: '12.1666666667%',
    });
  });

  it.each([
    ['0%', '0.0000000000%'],
    ['0bp', '0.0000000000%'],
    // So near to zero that the steps of the search are smaller than what rounding leaves.
    ['0.0000000001%', '0.0000000001%'],
    ['100%', '100.0000000000%'],
  ])('knows the rate of %s', async (dailyRate, effectiveDailyRate) => {
    const principal = { amount: '90000000000000.00', currency: 'CNY' };
    expect(await plan({ dailyRate, principal, term: 60 })).toMatchObject({ effectiveDailyRate });
  });

  it('of level payments that would not pay the interest has no level', async () => {
    const { level, instalments } = await plan({ dailyRate: '100%', start: '2016-03-01' });
    expect(level).toBeNull();
    expect(instalments[0]).toMatchObject({ principal: m('0.00'), interest: m('37200.00') });
  });

  it('says what the ledger plans for a loan that is paid out', async () => {
    await using book = await Served.start([
      ['2016-01-31', 'contributeCapital', { entity: 'mybank', amount: '100.00 CNY' }],
      [
        '2016-01-31',
        'applyForLoan',
        {
          loan: 'L-1',
          product: 'mybank',
          holder: 'user-1',
          principal: '1200.00 CNY',
          term: 12,
          method: 'annuity',
        },
      ],
      ['2016-01-31', 'disburseLoan', { loan: 'L-1', product: 'mybank' }],
    ]);
    const { ledger } = await book.data(
      '{ ledger { loan(id: "L-1", product: "mybank") { rate schedule { on principal { amount } interest { amount } } } } }',
    );
    const { rate: dailyRate, schedule } = ledger.loan;
    expect(schedule).toHaveLength(12);
    expect((await plan({ dailyRate, term: 12 })).instalments).toMatchObject(schedule);
  });
});

describe('a plan that cannot be', () => {
  it.each([
    [{ principal: { amount: '0.00', currency: 'CNY' } }, 'INVALID_INPUT', 'principal: 0.00 CNY'],
    [{ principal: { amount: '80.005', currency: 'CNY' } }, 'INVALID_INPUT', 'principal: 80.005 CNY'],
    [{ principal: { amount: '80.00', currency: 'USD' } }, 'INVALID_INPUT', 'principal: 80.00 USD'],
    [{ dailyRate: '0.0004' }, 'INVALID_INPUT', 'dailyRate: 0.0004'],
    [{ dailyRate: '-0.04%' }, 'INVALID_INPUT', 'dailyRate: -0.04%'],
    [{ dailyRate: '14.6%/year' }, 'INVALID_INPUT', 'dailyRate: 14.6%/year'],
    [{ term: 0 }, 'TERM_OUT_OF_RANGE', 'term: 0'],
    [{ term: 61 }, 'TERM_OUT_OF_RANGE', 'term: 61'],
    [{ start: '9999-11-30', term: 2 }, 'TERM_OUT_OF_RANGE', '2 months from 9999-11-30'],
  ])('%j is refused', async (given, code, value) => {
    const { errors } = await served.ask(query, { ...usual, ...given });
    expect(errors).toMatchObject([{ extensions: { code, value, hint: expect.stringMatching(/./) } }]);
  });

  it.each([{ method: 'WEEKLY' }, { start: '2016-02-30' }, { term: 1.5 }])(
    '%j is no value of its type',
    async (given) => {
      const { errors } = await served.ask(query, { ...usual, ...given });
      expect(errors[0]?.message).toContain('got invalid value');
    },
  );

  it('costs what its due days may be', async () => {
    const { extensions } = await served.ask(query, usual);
    expect(extensions.cost?.used).toBe(50 + (1 + 60 * 9) + 2 + 2 + 3 + 2);
  });
});
