/** Contracts asked for in the graph: the reference cases of ACTUS end to end, the kinds they leave out, and what is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventsIn,
  expectedOf,
  kinds,
  observedIn,
  type ReferenceCase,
  referenceCases,
} from '../lending/schedule/actus.ts';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start([]);
});
afterAll(async () => {
  await served.server.close();
});

const query = `query($terms: JSON!, $observed: JSON, $events: JSON, $until: Date) {
  contractSchedule(terms: $terms, observed: $observed, events: $events, until: $until) { date atEnd type payoff principal rate accrued }
}`;

interface Told {
  readonly date: string;
  readonly atEnd: boolean;
  readonly type: string;
  readonly payoff: string;
  readonly principal: string;
  readonly rate: string;
  readonly accrued: string;
}
const told = async (variables: object): Promise<readonly Told[]> =>
  (await served.data(query, variables)).contractSchedule;
/** date type payoff principal accrued, figures without their zeros. */
const lines = (events: readonly Told[]) =>
  events.map(({ date, type, payoff, principal, accrued }) =>
    [date, type, ...[payoff, principal, accrued].map((figure) => figure.replace(/\.?0+$/, ''))].join(' '),
  );

/** Published figures are kept as floating point. */
const tolerance = 1e-6;

describe('the reference cases', () => {
  const chosen =
    'pam01 pam11 pam25 ann01 ann08 ann15 ann16 ann25 lam01 lam16 lam26 nam05 nam15 clm01 clm09 clm15'.split(
      ' ',
    );
  const all: readonly ReferenceCase[] = kinds.flatMap((kind) => referenceCases(kind));
  const cases = all.filter(({ identifier }) => chosen.includes(identifier));

  it('are there', () => expect(cases).toHaveLength(chosen.length));

  it.each(cases)('$identifier', async (given) => {
    const until = given.until?.slice(0, 10);
    const asked = { terms: given.terms, observed: observedIn(given), events: eventsIn(given), until };
    const events = await told(asked);
    const expected = expectedOf(given);
    expect(events.map(({ date, atEnd, type }) => `${date}${atEnd ? ' end' : ''} ${type}`)).toEqual(
      expected.map(({ event }) => event),
    );
    events.forEach(({ payoff, principal, rate, accrued }, at) => {
      [payoff, principal, rate, accrued].forEach((figure, which) => {
        expect(figure).toMatch(/^-?\d+\.\d{12}$/);
        expect(figure).not.toMatch(/^-[0.]+$/);
        expect(expected[at]?.figures[which]?.minus(figure).abs().lt(tolerance)).toBe(true);
      });
    });
  });
});

const months = {
  contractRole: 'RPA',
  statusDate: '2015-12-31',
  initialExchangeDate: '2016-01-01',
  notionalPrincipal: '300',
  nominalInterestRate: '0.12',
  dayCountConvention: '30E360',
};
const linear = {
  ...months,
  contractType: 'LAM',
  maturityDate: '2016-04-01',
  cycleOfPrincipalRedemption: 'P1ML1',
  cycleOfInterestPayment: 'P1ML1',
};
const annuity = {
  ...months,
  contractType: 'ANN',
  maturityDate: '2016-04-01',
  cycleOfPrincipalRedemption: 'P1ML1',
};
const call = { ...months, contractType: 'CLM', cycleOfInterestPayment: 'P1ML1' };
const resetting = {
  ...linear,
  contractType: 'PAM',
  cycleOfPrincipalRedemption: undefined,
  cycleOfRateReset: 'P1ML1',
  marketObjectCodeOfRateReset: 'SHIBOR',
};

describe('a contract', () => {
  it('of equal parts pays them with interest on what is left', async () => {
    expect(lines(await told({ terms: linear }))).toEqual([
      '2016-01-01 IED -300 300 0',
      '2016-02-01 PR 100 200 3',
      '2016-02-01 IP 3 200 0',
      '2016-03-01 PR 100 100 2',
      '2016-03-01 IP 2 100 0',
      '2016-04-01 IP 1 100 0',
      '2016-04-01 MD 100 0 0',
    ]);
  });

  it('whose payment is less than its interest grows', async () => {
    const terms = {
      ...annuity,
      contractType: 'NAM',
      maturityDate: '2016-03-01',
      nextPrincipalRedemptionPayment: 1,
    };
    expect(lines(await told({ terms }))).toEqual([
      '2016-01-01 IED -300 300 0',
      '2016-02-01 PR -2 302 3',
      '2016-02-01 IP 3 302 0',
      '2016-03-01 IP 3.02 302 0',
      '2016-03-01 MD 302 0 0',
    ]);
  });

  it('that is on call goes on until the day that is asked for', async () => {
    expect(lines(await told({ terms: call, until: '2016-03-01' }))).toEqual([
      '2016-01-01 IED -300 300 0',
      '2016-01-01 IPCI 0 300 0',
      '2016-02-01 IPCI 0 303 0',
      '2016-03-01 IPCI 0 306.03 0',
    ]);
  });

  it('on call is settled when its notice has passed, and told until then', async () => {
    const events = [{ time: '2016-02-16', type: 'XD' }];
    const terms = { ...call, xDayNotice: 'P1M' };
    expect(lines(await told({ terms, events, until: '2016-02-20' }))).toEqual([
      '2016-01-01 IED -300 300 0',
      '2016-01-01 IPCI 0 300 0',
      '2016-02-01 IPCI 0 303 0',
      // 303 × 0.12 × 15 / 360.
      '2016-02-16 XD 0 303 1.515',
      '2016-03-16 IP 1.515 303 0',
      '2016-03-16 STD 303 0 0',
    ]);
  });

  it.each([
    [linear, [{ time: '2016-02-16', type: 'XD' }], 'events: XD', 'not LAM'],
    [call, [{ time: '2016-02-16', type: 'PP' }], 'events[0].type: PP', 'XD'],
    [call, [{ time: 'soon', type: 'XD' }], 'events[0].time: soon', 'a date'],
    [call, [{ time: '2016-01-01', type: 'XD' }], 'events[0].time: 2016-01-01', 'after initialExchangeDate'],
    [call, 'XD', 'events: XD', 'a list'],
    [
      { ...call, maturityDate: '2016-03-01' },
      [{ time: '2016-02-16', type: 'XD' }],
      'events: XD',
      'maturityDate',
    ],
  ])('%j with %j is refused', async (terms, events, value, possible) => {
    const { errors } = await served.ask(query, { terms, events });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', value } }]);
    expect(errors[0]?.message).toContain(possible);
  });

  it('follows an index', async () => {
    const terms = {
      ...linear,
      scalingEffect: 'INO',
      marketObjectCodeOfScalingIndex: 'CPI',
      scalingIndexAtContractDealDate: '100',
      cycleAnchorDateOfScalingIndex: '2016-02-15',
    };
    const observed = { CPI: { data: [{ timestamp: '2016-02-01', value: '110' }] } };
    expect(lines(await told({ terms, observed }))).toEqual([
      '2016-01-01 IED -300 300 0',
      '2016-02-01 PR 100 200 3',
      '2016-02-01 IP 3 200 0',
      '2016-02-15 SC 0 200 0.933333333333',
      '2016-03-01 PR 110 100 2',
      '2016-03-01 IP 2.2 100 0',
      '2016-04-01 IP 1.1 100 0',
      '2016-04-01 MD 110 0 0',
    ]);
    // The dictionary writes zeros where the reference cases have the letter O.
    const zeros = { terms: { ...terms, scalingEffect: 'IN0' }, observed };
    expect(await told(zeros)).toEqual(await told({ terms, observed }));
    const none = await told({ terms: { ...linear, scalingEffect: '000' } });
    expect(none).toEqual(await told({ terms: linear }));
    const { errors } = await served.ask(query, { terms });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', value: 'observed.CPI: none' } }]);
  });

  it('follows an index to an end that its payments make', async () => {
    const terms = {
      ...annuity,
      contractType: 'NAM',
      maturityDate: undefined,
      nextPrincipalRedemptionPayment: '153',
      scalingEffect: 'ONO',
      marketObjectCodeOfScalingIndex: 'CPI',
      scalingIndexAtContractDealDate: '100',
      cycleAnchorDateOfScalingIndex: '2016-02-15',
    };
    const observed = { CPI: { data: [{ timestamp: '2016-02-01', value: '200' }] } };
    expect(lines(await told({ terms, observed }))).toEqual([
      '2016-01-01 IED -300 300 0',
      '2016-02-01 PR 150 150 3',
      '2016-02-01 IP 3 150 0',
      '2016-02-15 SC 0 150 0.7',
      // 153 less 1.50 of interest would be 151.50; what is left is 150, and pays twice as much.
      '2016-03-01 IP 1.5 150 0',
      '2016-03-01 MD 300 0 0',
    ]);
  });

  it('of which nothing is left before its end is told to its last payment', async () => {
    const terms = { ...annuity, maturityDate: undefined, nextPrincipalRedemptionPayment: '200' };
    expect(lines(await told({ terms }))).toEqual([
      '2016-01-01 IED -300 300 0',
      '2016-02-01 PR 197 103 3',
      '2016-02-01 IP 3 103 0',
      '2016-03-01 IP 1.03 103 0',
      '2016-03-01 MD 103 0 0',
    ]);
  });

  it('of who borrows has its signs turned', async () => {
    const events = await told({ terms: { ...linear, contractRole: 'RPL' }, until: '2016-02-01' });
    expect(lines(events)).toEqual([
      '2016-01-01 IED 300 -300 0',
      '2016-02-01 PR -100 -200 -3',
      '2016-02-01 IP -3 -200 0',
    ]);
  });

  it('has figures of twelve digits, and zeros without a sign', async () => {
    const [exchange] = await told({ terms: { ...linear, premiumDiscountAtIED: '-299.9999999999999' } });
    expect(exchange?.payoff).toBe('0.000000000000');
    const [other] = await told({ terms: { ...linear, premiumDiscountAtIED: '0.0000000000015' } });
    expect(other?.payoff).toBe('-300.000000000002');
  });

  it('whose rate is reset takes the latest rate of the market that is known, within its bounds', async () => {
    const observed = {
      SHIBOR: {
        data: [
          { timestamp: '2016-02-15T00:00:00', value: '0.18' },
          { timestamp: '2016-01-31', value: 0.01 },
        ],
      },
    };
    const terms = { ...resetting, rateSpread: '0.02', lifeCap: '0.15', periodFloor: '-0.06' };
    const events = await told({ terms, observed });
    expect(events.filter(({ type }) => type === 'RR').map(({ date, rate }) => `${date} ${rate}`)).toEqual([
      '2016-02-01 0.060000000000',
      '2016-03-01 0.150000000000',
    ]);
  });

  it('asks for no rate of a reset beyond the day that is asked for', async () => {
    expect(lines(await told({ terms: resetting, until: '2016-01-31' }))).toEqual([
      '2016-01-01 IED -300 300 0',
    ]);
  });

  it('that is bought later than asked for tells nothing yet', async () => {
    const terms = { ...linear, purchaseDate: '2016-02-15', priceAtPurchaseDate: '190' };
    expect(await told({ terms, until: '2016-02-14' })).toEqual([]);
    expect(lines(await told({ terms, until: '2016-02-15' }))).toHaveLength(1);
  });

  it('needs no calendar where its dates are not moved', async () => {
    const moved = { ...linear, maturityDate: '2016-06-01', businessDayConvention: 'SCF' };
    const dates = async (terms: object) => (await told({ terms })).map(({ date }) => date);
    expect(await dates({ ...moved, calendar: 'MF' })).toContain('2016-05-02');
    for (const other of [
      moved,
      { ...moved, calendar: 'NC' },
      { ...moved, calendar: 'MF', businessDayConvention: 'NOS' },
    ])
      expect(await dates(other)).toContain('2016-05-01');
  });
});

describe('terms that are mistaken', () => {
  it.each([
    ['PAM', 'terms: PAM', 'an object'],
    [{ ...linear, contractType: 'SWPPV' }, 'contractType: SWPPV', 'one of PAM, ANN, LAM, NAM, CLM'],
    [{ ...linear, contractType: undefined }, 'contractType: none', 'needs it'],
    [{ ...linear, contractRole: undefined }, 'contractRole: none', 'LAM needs it'],
    [{ ...linear, contractRole: 'BUY' }, 'contractRole: BUY', 'one of RPA, RPL'],
    [{ ...linear, feeRate: '0.1' }, 'feeRate: 0.1', 'there are contractType'],
    [{ ...linear, amortizationDate: '2016-04-01' }, 'amortizationDate: 2016-04-01', 'no term of LAM'],
    [{ ...linear, contractRole: ['RPA'] }, 'contractRole: ["RPA"]', 'a text or a number'],
    [{ ...linear, dayCountConvention: 'B252' }, 'dayCountConvention: B252', 'one of A360, A365, AA, 30E360'],
    [{ ...linear, endOfMonthConvention: 'X' }, 'endOfMonthConvention: X', 'one of SD, EOM'],
    [{ ...linear, calendar: 'CN' }, 'calendar: CN', 'one of NC, MF'],
    [{ ...linear, businessDayConvention: 'X' }, 'businessDayConvention: X', 'NOS, SCF'],
    [{ ...linear, notionalPrincipal: '1e3' }, 'notionalPrincipal: 1e3', 'a decimal like'],
    [{ ...linear, notionalPrincipal: '0' }, 'notionalPrincipal: 0', 'above zero'],
    [{ ...linear, notionalPrincipal: '9'.repeat(31) }, `notionalPrincipal: ${'9'.repeat(31)}`, '30 digits'],
    [
      { ...linear, nominalInterestRate: 0.1234567890123456 },
      'nominalInterestRate: 0.1234567890123456',
      'as text',
    ],
    [{ ...linear, statusDate: '2016-02-30' }, 'statusDate: 2016-02-30', 'a date like'],
    [{ ...linear, statusDate: '2016-02-01T12:00:00' }, 'statusDate: 2016-02-01T12:00:00', 'a date like'],
    [{ ...linear, statusDate: '2016-01-01T23:59:59' }, 'statusDate: 2016-01-01T23:59:59', 'the start of'],
    [
      { ...linear, maturityDate: '2016-01-01' },
      'maturityDate: 2016-01-01',
      'after initialExchangeDate, which is 2016-01-01',
    ],
    [{ ...linear, maturityDate: undefined }, 'maturityDate: none', 'or nextPrincipalRedemptionPayment'],
    [{ ...linear, contractType: 'NAM' }, 'nextPrincipalRedemptionPayment: none', 'NAM needs it'],
    [{ ...linear, nextPrincipalRedemptionPayment: '-1' }, 'nextPrincipalRedemptionPayment: -1', 'above zero'],
    [
      { ...linear, cycleOfPrincipalRedemption: undefined },
      'cycleOfPrincipalRedemption: none',
      'LAM needs it',
    ],
    [{ ...linear, cycleOfInterestPayment: 'monthly' }, 'cycleOfInterestPayment: monthly', 'like P1ML0'],
    [{ ...linear, cycleOfInterestPayment: 'P0ML0' }, 'cycleOfInterestPayment: P0ML0', 'like P1ML0'],
    [{ ...linear, cycleOfInterestPayment: 'P9999YL1' }, 'cycleOfInterestPayment: P9999YL1', '9999-12-31'],
    [{ ...call, xDayNotice: 'a month' }, 'xDayNotice: a month', 'like P31D'],
    [{ ...call, xDayNotice: 'P9999Y' }, 'xDayNotice: P9999Y', 'by 9999-12-31'],
    [{ ...linear, xDayNotice: 'P1M' }, 'xDayNotice: P1M', 'no term of LAM'],
    [{ ...linear, interestCalculationBase: 'NTX' }, 'interestCalculationBase: NTX', 'one of NT, NTIED, NTL'],
    [{ ...annuity, interestCalculationBase: 'NTIED' }, 'interestCalculationBase: NTIED', 'one of NT'],
    [
      { ...linear, interestCalculationBase: 'NTL' },
      'cycleOfInterestCalculationBase: none',
      'a base of NTL needs it',
    ],
    [
      { ...linear, cycleOfInterestCalculationBase: 'P1ML1' },
      'cycleOfInterestCalculationBase: P1ML1',
      'needs',
    ],
    [
      { ...linear, scalingEffect: 'INO', cycleOfScalingIndex: 'P1ML1' },
      'marketObjectCodeOfScalingIndex: none',
      'LAM needs it',
    ],
    [{ ...linear, feeRate: '0.01' }, 'feeRate: 0.01', 'no term of LAM'],
    [
      {
        ...linear,
        statusDate: '2016-01-01',
        interestCalculationBase: 'NTIED',
        cycleAnchorDateOfInterestCalculationBase: '2016-02-01',
      },
      'interestCalculationBaseAmount: none',
      'under way needs it',
    ],
    [
      {
        ...linear,
        statusDate: '2016-01-01',
        interestCalculationBase: 'NTL',
        cycleAnchorDateOfInterestCalculationBase: '2016-02-01',
      },
      'interestCalculationBaseAmount: none',
      'under way needs it',
    ],
    [
      {
        ...linear,
        maturityDate: undefined,
        nextPrincipalRedemptionPayment: '1',
        cycleOfPrincipalRedemption: 'P30YL1',
      },
      'maturityDate: none',
      'after 9999-12-31',
    ],
    [
      { ...linear, marketObjectCodeOfRateReset: 'X' },
      'marketObjectCodeOfRateReset: X',
      'needs cycleOfRateReset',
    ],
    [{ ...linear, nextResetRate: '0.1' }, 'nextResetRate: 0.1', 'needs marketObjectCodeOfRateReset'],
    [{ ...linear, purchaseDate: '2016-02-01' }, 'purchaseDate: 2016-02-01', 'needs priceAtPurchaseDate'],
    [{ ...resetting, lifeFloor: '0.2', lifeCap: '0.1' }, 'lifeFloor: 0.2', 'at most lifeCap'],
    [
      { ...annuity, amortizationDate: '2016-03-01' },
      'amortizationDate: 2016-03-01',
      'at maturityDate or after',
    ],
    [call, 'maturityDate: none', 'needs until'],
    [resetting, 'observed.SHIBOR: none', 'what happens on 2016-02-01 needs a value'],
    [
      { ...annuity, maturityDate: undefined, nextPrincipalRedemptionPayment: '3' },
      'maturityDate: none',
      'not repaid after 1200 redemptions',
    ],
    [
      { ...linear, maturityDate: '2216-01-01', cycleOfInterestPayment: 'P1DL1' },
      'maturityDate: 2216-01-01',
      'more than 36525 dates from 2016-01-02 on',
    ],
    [
      { ...call, nominalInterestRate: '9'.repeat(20), maturityDate: '2017-01-01' },
      `nominalInterestRate: ${'9'.repeat(20)}`,
      'by IPCI of 2016-03-01 a figure has more than 30 digits',
    ],
  ])('are refused by name and value: %j', async (terms, value, possible) => {
    const { errors } = await served.ask(query, { terms });
    expect(errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', value, hint: expect.stringMatching(/./) } },
    ]);
    expect(errors[0]?.message).toContain(`${value} (`);
    expect(errors[0]?.message).toContain(possible);
  });

  it.each([
    [[], 'observed: []'],
    [{ SHIBOR: [] }, 'observed.SHIBOR: []'],
    [{ SHIBOR: { data: [{ value: '0.1' }] } }, 'observed.SHIBOR.data[0].timestamp: undefined'],
    [
      { SHIBOR: { data: [{ timestamp: '2016-02-01', value: 'high' }] } },
      'observed.SHIBOR.data[0].value: high',
    ],
    [{ SHIBOR: { data: Array(2_001).fill(0) } }, 'observed: 2001 rates'],
    [{ OTHER: { data: [] } }, 'observed.SHIBOR: none'],
    [{ SHIBOR: { data: [{ timestamp: '2016-02-02', value: '0.1' }] } }, 'observed.SHIBOR: none'],
  ])('so are observed rates: %j', async (observed, value) => {
    const { errors } = await served.ask(query, { terms: resetting, observed });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', value } }]);
  });
});

describe('too much work', () => {
  const daily = { ...linear, contractType: 'PAM', cycleOfPrincipalRedemption: undefined };
  it('is refused, and never cut', async () => {
    // An exchange, interest day by day, maturity.
    const days = { ...daily, cycleOfInterestPayment: 'P1DL1' };
    expect(await told({ terms: { ...days, maturityDate: '2018-09-25' } })).toHaveLength(1_000);
    const { errors } = await served.ask(query, { terms: { ...days, maturityDate: '2018-09-26' } });
    expect(errors).toMatchObject([
      { extensions: { code: 'TOO_LONG', value: '1001 events from 2016-01-01 to 2018-09-26' } },
    ]);
    const open = { ...call, cycleOfInterestPayment: 'P1DL1' };
    // The exchange, and interest added on each of 32 days, that of the exchange the first.
    expect(await told({ terms: open, until: '2016-02-01' })).toHaveLength(33);
    const { errors: others } = await served.ask(query, { terms: open, until: '2026-02-01' });
    expect(others[0]?.extensions.code).toBe('TOO_LONG');
  });

  it('is no annuity whose payments are worked out to a far day', async () => {
    const { errors } = await served.ask(query, { terms: { ...annuity, amortizationDate: '2116-01-01' } });
    expect(errors).toMatchObject([{ extensions: { code: 'TOO_LONG' } }]);
  });

  it('costs what so many events may be', async () => {
    const { extensions } = await served.ask(query, { terms: linear });
    expect(extensions.cost?.used).toBe(1_000 + 1_000 * 7);
    const each = 'contractSchedule(terms: {}) { date type payoff principal rate accrued atEnd }';
    const three = `{ a: ${each} b: ${each} c: ${each} }`;
    expect((await served.ask(three)).errors[0]?.extensions.code).toBe('QUERY_LIMIT');
  });
});
