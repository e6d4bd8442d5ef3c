/** Credit asked for in the graph: lines, loans, arrears, funding, income, scores; at points of both axes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';
import { creditHistory } from './credit-book.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start(creditHistory());
});
afterAll(async () => {
  await served.server.close();
});

const ledger = async (fields: string, args = '') =>
  (await served.data(`{ ledger${args} { ${fields} } }`)).ledger;
const codesOf = async (fields: string, args = '') =>
  (await served.ask(`{ ledger${args} { ${fields} } }`)).errors.map(({ extensions }) => extensions.code);
/** Sends a command that must be accepted. */
const send = async (name: string, input: string) => {
  const found = (
    await served.data(`mutation { ${name}(input: { ${input} }) { __typename ... on Refusal { message } } }`)
  )[name];
  expect(found).toEqual({ __typename: 'CommandAccepted' });
};
const sandboxOf = async (overrides: readonly object[] = []): Promise<string> =>
  (
    await served.data(
      'mutation($input: OpenSandboxInput!) { openSandbox(input: $input) { ... on Sandbox { id } } }',
      {
        input: { overrides },
      },
    )
  ).openSandbox.id;
/** The revision at which a day was closed. */
const closeOf = async (day: string): Promise<string> =>
  (
    await served.data(
      `{ events(first: 1, filter: { type: "DayClosed", from: "${day}", to: "${day}" }) { nodes { revision } } }`,
    )
  ).events.nodes[0].revision;

/** A limit that is the same for every tier. */
const limits = (all: string) =>
  Object.fromEntries(
    ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'].map((tier) => [tier, all]),
  );

const m = (amount: string) => ({ amount });
const parts = (own: string, partner: string, vehicle: string) => ({
  own: m(own),
  partner: m(partner),
  vehicle: m(vehicle),
});
const split = '{ own { amount } partner { amount } vehicle { amount } }';

const lineFields = `holder on latest openedOn limit { amount } available { amount } unbilled { amount } revolving { amount }
  billed { amount } inPlans { amount } minimum { amount } statementDay dueDay nextStatement principal { amount } rate
  dues { on principal { amount } interest { amount } fee { amount } unpaid { amount } minimum { amount } overdue }
  plans { convertedOn term billed amount { amount } fee { amount } principalLeft { amount } feeLeft { amount } }
  owed { on lateFee { amount } interestDue { amount } principalDue { amount } accrued { amount } principal { amount } due { amount } all { amount } }
  arrearsSince daysPastDue bucket bookedIn bank pool split ${split} loss ${split}`;
const line = async (holder: string, { on = '', at = '' } = {}) =>
  (await ledger(`creditLine(holder: "${holder}"${on}) { ${lineFields} }`, at)).creditLine;

describe('a credit line', () => {
  it('shows what it is made of on the last day that is closed', async () => {
    expect(await line('user-1')).toMatchObject({
      on: '2016-04-30',
      latest: '2016-04-20',
      openedOn: '2016-03-02',
      principal: m('320.00'),
      unbilled: m('50.00'),
      revolving: m('150.00'),
      billed: m('0.00'),
      inPlans: m('120.00'),
      minimum: m('0.00'),
      statementDay: 1,
      dueDay: 10,
      nextStatement: '2016-05-01',
      rate: '0.05%',
      dues: [],
      plans: [
        {
          convertedOn: '2016-04-05',
          term: 3,
          billed: 0,
          amount: m('120.00'),
          fee: m('3.00'),
          feeLeft: m('3.00'),
        },
      ],
      // 150.00 at 0.05 % from the day after its due date on: 20 days.
      owed: { on: '2016-04-30', accrued: m('1.50'), due: m('0.00'), all: m('321.50') },
      bucket: 'CURRENT',
      bank: 'bank-1',
      pool: 'huabei-2016-03',
      // 2 % of 300 and of 50, and so on; 30 were paid.
      split: parts('6.40', '188.16', '125.44'),
      loss: null,
    });
  });

  it('that is overdue owes a late fee by the day, and nothing can be drawn on it', async () => {
    expect(await line('user-2')).toMatchObject({
      dues: [{ on: '2016-04-10', unpaid: m('400.00'), minimum: m('400.00'), overdue: true }],
      arrearsSince: '2016-04-10',
      daysPastDue: 20,
      bucket: 'DAYS_1_30',
      bookedIn: 'DAYS_1_30',
      available: m('0.00'),
      limit: m('1000.00'),
      // 20 days of 0.05 % of 400.00.
      owed: { lateFee: m('4.00'), due: m('404.00'), all: m('404.00') },
      minimum: m('404.00'),
    });
  });

  it('is worked out for a later day, as if nothing more happened', async () => {
    const later = await line('user-1', { on: ', on: "2016-05-20"' });
    expect(later).toMatchObject({
      on: '2016-05-20',
      dues: [{ on: '2016-05-10', principal: m('240.00'), fee: m('1.00'), overdue: true }],
      daysPastDue: 10,
      bucket: 'DAYS_1_30',
      bookedIn: 'CURRENT',
    });
    const { owed } = await line('user-2', { on: ', on: "2016-05-20"' });
    expect(owed).toMatchObject({ lateFee: m('8.00') });
  });

  it('has its statement from the end of the statement day on', async () => {
    const stated = {
      unbilled: m('0.00'),
      billed: m('240.00'),
      inPlans: m('80.00'),
      nextStatement: '2016-06-01',
    };
    expect(await line('user-1', { on: ', on: "2016-05-01"' })).toMatchObject({
      unbilled: m('50.00'),
      nextStatement: '2016-05-01',
    });
    expect(await line('user-1', { on: ', on: "2016-05-02"' })).toMatchObject(stated);
    // Even where its close passed over the line for a fact of a later date.
    const id = await sandboxOf();
    await send(
      'drawCredit',
      `sandbox: "${id}", holder: "user-1", payee: "merchant-1", amount: { amount: "5.00", currency: "CNY" }, effectiveOn: "2016-05-03"`,
    );
    await send('closeDay', `sandbox: "${id}", effectiveOn: "2016-05-01"`);
    expect(await line('user-1', { at: `(sandbox: "${id}", asOf: "2016-05-01")` })).toMatchObject({
      on: '2016-05-01',
      ...stated,
    });
  });

  it('is not brought back before its latest event: the ledger is asked as of that day', async () => {
    expect(await codesOf('creditLine(holder: "user-1", on: "2016-04-05") { holder }')).toEqual([
      'POINT_UNKNOWN',
    ]);
    expect(await line('user-1', { at: '(asOf: "2016-04-05")' })).toMatchObject({
      on: '2016-04-05',
      latest: '2016-04-05',
      dues: [{ on: '2016-04-10', principal: m('180.00'), minimum: m('30.00'), overdue: false }],
      owed: { due: m('180.00'), all: m('300.00') },
      split: parts('6.00', '176.40', '117.60'),
    });
  });

  it('is null where there is none; lines come a page at a time', async () => {
    const found = await ledger(
      'none: creditLine(holder: "user-9") { holder } creditLines(first: 1) { nodes { holder } pageInfo { hasNextPage endCursor } }',
    );
    expect(found.none).toBeNull();
    expect(found.creditLines).toMatchObject({
      nodes: [{ holder: 'user-1' }],
      pageInfo: { hasNextPage: true },
    });
    const { creditLines } = await ledger(
      `creditLines(first: 5, after: "${found.creditLines.pageInfo.endCursor}") { nodes { holder payments { nodes { type } } events(first: 2) { nodes { type effectiveOn } } } }`,
    );
    expect(creditLines.nodes).toEqual([
      {
        holder: 'user-2',
        payments: { nodes: [] },
        events: {
          nodes: [
            { type: 'HuabeiArrearsMoved', effectiveOn: '2016-04-11' },
            { type: 'HuabeiStatementIssued', effectiveOn: '2016-04-01' },
          ],
        },
      },
    ]);
  });
});

const loanFields = `id product holder status declined asked { amount } term method rate appliedOn paidOutOn dueOn on principal { amount }
  schedule { on principal { amount } interest { amount } payment { amount } } planned { on principal { amount } interest { amount } }
  dues { on principal { amount } interest { amount } overdue } owed { due { amount } accrued { amount } all { amount } } daysPastDue bucket bank pool
  advance { kind core value { amount } calledOn sold } payments { nodes { type effectiveOn } }`;
const loan = async (id: string, product: string, { on = '', at = '' } = {}) =>
  (await ledger(`loan(id: "${id}", product: "${product}"${on}) { ${loanFields} }`, at)).loan;

describe('a loan', () => {
  it('has the plan that it was paid out with, and what is planned now', async () => {
    expect(await loan('L-1', 'mybank')).toMatchObject({
      holder: 'user-1',
      status: 'OPEN',
      asked: m('1000.00'),
      term: 3,
      method: 'ANNUITY',
      rate: '0.05%',
      paidOutOn: '2016-03-02',
      // The day of February 31st has no part in it: 31, 30 and 31 days.
      schedule: [
        { on: '2016-04-02', principal: m('328.11'), interest: m('15.50'), payment: m('343.61') },
        { on: '2016-05-02', principal: m('333.54'), interest: m('10.07'), payment: m('343.61') },
        { on: '2016-06-02', principal: m('338.35'), interest: m('5.25'), payment: m('343.60') },
      ],
      planned: [
        { on: '2016-05-02', principal: m('333.54'), interest: m('10.07') },
        { on: '2016-06-02', principal: m('338.35'), interest: m('5.25') },
      ],
      principal: m('671.89'),
      dues: [],
      owed: { due: m('0.00'), accrued: m('9.40'), all: m('681.29') },
      payments: { nodes: [{ type: 'MybankLoanRepaid', effectiveOn: '2016-04-02' }] },
    });
  });

  it('that was paid early keeps its first plan, and has less planned', async () => {
    const id = await sandboxOf();
    await send(
      'repayLoan',
      `sandbox: "${id}", loan: "L-1", product: "mybank", amount: { money: { amount: "109.40", currency: "CNY" } }, effectiveOn: "2016-05-01"`,
    );
    const found = await loan('L-1', 'mybank', { at: `(sandbox: "${id}")` });
    expect(found.schedule).toHaveLength(3);
    // 9.74 had accrued (0.05 % of 671.89 for 29 days); 99.66 more shortens the term.
    expect(found.planned).toMatchObject([
      { on: '2016-05-02', principal: m('333.54') },
      { on: '2016-06-02', principal: m('238.69') },
    ]);
  });

  it('on a due day owes what the plan says', async () => {
    const found = await loan('L-1', 'mybank', { on: ', on: "2016-05-02"' });
    expect(found).toMatchObject({
      dues: [{ on: '2016-05-02', principal: m('333.54'), interest: m('10.07'), overdue: false }],
      owed: { due: m('343.61') },
    });
  });

  it('was declined, or is approved only, and an advance has one due day', async () => {
    expect(await loan('J-1', 'jiebei')).toMatchObject({
      status: 'DECLINED',
      declined: 'SCORE',
      schedule: [],
      bank: null,
    });
    expect(await loan('L-2', 'mybank')).toMatchObject({ status: 'APPROVED', paidOutOn: null, pool: null });
    expect(await loan('A-1', 'mybank')).toMatchObject({
      term: null,
      dueOn: '2016-05-10',
      schedule: [{ on: '2016-05-10', principal: m('400.00'), interest: m('7.32') }],
      advance: { kind: 'RECEIVABLE', core: 'maker-1', value: m('500.00'), calledOn: null, sold: false },
    });
  });

  it('is listed by product, borrower and status', async () => {
    const ids = async (args: string) =>
      (await ledger(`loans${args} { nodes { id } }`)).loans.nodes.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual(['J-1', 'A-1', 'L-1', 'L-2']);
    expect(await ids('(product: "mybank", status: [OPEN])')).toEqual(['A-1', 'L-1']);
    expect(await ids('(holder: "user-3")')).toEqual(['A-1']);
    expect(await ids('(first: 2)')).toEqual(['J-1', 'A-1']);
    expect(await codesOf('loans(product: "huabei") { nodes { id } }')).toEqual(['UNKNOWN_PRODUCT']);
    expect(await loan('L-9', 'jiebei')).toBeNull();
  });

  it('as of a day before it was paid out is approved', async () => {
    expect(await loan('A-1', 'mybank', { at: '(asOf: "2016-03-09")' })).toBeNull();
    expect(await loan('L-1', 'mybank', { at: '(asOf: "2016-04-02")' })).toMatchObject({
      principal: m('671.89'),
      payments: { nodes: [{ effectiveOn: '2016-04-02' }] },
    });
    expect(await loan('L-1', 'mybank', { at: '(asOf: "2016-04-01")' })).toMatchObject({
      on: '2016-04-01',
      principal: m('1000.00'),
      payments: { nodes: [] },
      owed: { due: m('0.00'), accrued: m('15.00') },
    });
  });
});

describe('arrears', () => {
  const fields = `segment on principal ${split} overdue { amount } overdueShare provision { amount } allowance { amount }
    buckets { bucket principal ${split} share provisionRate provision { amount } }`;

  it('are by bucket, with what is set aside', async () => {
    const { arrears } = await ledger(`arrears { ${fields} }`);
    expect(arrears.map(({ segment }: { segment: string }) => segment)).toEqual([
      'huabei',
      'jiebei',
      'mybank',
    ]);
    expect(arrears[0]).toMatchObject({
      on: '2016-04-30',
      principal: parts('14.40', '423.36', '282.24'),
      overdue: m('400.00'),
      overdueShare: '0.555556',
      provision: m('2.06'),
      allowance: m('2.06'),
    });
    expect(arrears[0].buckets.slice(0, 2)).toEqual([
      {
        bucket: 'CURRENT',
        principal: parts('6.40', '188.16', '125.44'),
        share: '0.444444',
        provisionRate: '1%',
        provision: m('0.06'),
      },
      {
        bucket: 'DAYS_1_30',
        principal: parts('8.00', '235.20', '156.80'),
        share: '0.555556',
        provisionRate: '25%',
        provision: m('2.00'),
      },
    ]);
    expect(arrears[1]).toMatchObject({ overdueShare: null, overdue: m('0.00') });
  });

  it('at any date on both axes: the same as of a day and at the close of it', async () => {
    const asked = `arrears(segment: "huabei") { ${fields} }`;
    const asOf = await ledger(asked, '(asOf: "2016-04-10")');
    expect(asOf.arrears[0]).toMatchObject({ on: '2016-04-10', overdue: m('0.00'), overdueShare: '0.000000' });
    expect(await ledger(asked, `(revision: "${await closeOf('2016-04-10')}")`)).toEqual(asOf);
    expect((await ledger(asked, '(asOf: "2016-04-11")')).arrears[0].overdue).toEqual(m('400.00'));
  });

  it('take provision rates of their day, as known then', async () => {
    const id = await sandboxOf();
    const { revision } = await ledger('revision');
    const value = { current: '2%', '1-30': '30%', '31-60': '50%', '61-90': '75%', 'over-90': '100%' };
    const { changePolicy } = await served.data(
      'mutation($input: ChangePolicyInput!) { changePolicy(input: $input) { __typename ... on Refusal { message } } }',
      {
        input: {
          sandbox: id,
          parameter: 'huabei.provisionRates',
          value,
          from: '2016-05-02',
          reason: 'more',
          effectiveOn: '2016-05-01',
        },
      },
    );
    expect(changePolicy).toEqual({ __typename: 'CommandAccepted' });
    const rate = async (args: string) =>
      (await ledger('arrears(segment: "huabei") { buckets { provisionRate provision { amount } } }', args))
        .arrears[0].buckets[1];
    expect(await rate(`(sandbox: "${id}", asOf: "2016-05-01")`)).toMatchObject({ provisionRate: '25%' });
    expect(await rate(`(sandbox: "${id}", asOf: "2016-05-02")`)).toEqual({
      provisionRate: '30%',
      provision: m('2.40'),
    });
    expect(await rate(`(sandbox: "${id}", asOf: "2016-05-02", revision: "${revision}")`)).toMatchObject({
      provisionRate: '25%',
    });
  });

  it('roll from bucket to bucket by what closes moved', async () => {
    const roll = async (from: string, to: string, args = '') =>
      (
        await ledger(
          `arrears(segment: "huabei") { rollRates(from: "${from}", to: "${to}") { from before { amount } flows { to amount { amount } rate } } }`,
          args,
        )
      ).arrears[0].rollRates;
    const april = await roll('2016-04-01', '2016-04-30');
    expect(april[0]).toEqual({
      from: 'CURRENT',
      before: m('700.00'),
      flows: [{ to: 'DAYS_1_30', amount: m('400.00'), rate: '0.571429' }],
    });
    expect(april.slice(1).every(({ flows }: { flows: unknown[] }) => flows.length === 0)).toBe(true);
    expect((await roll('2016-04-01', '2016-04-30', '(asOf: "2016-04-10")'))[0].flows).toEqual([]);
    expect(await codesOf('arrears { rollRates(from: "2016-04-30", to: "2016-04-01") { from } }')).toEqual([
      'INVALID_INPUT',
    ]);
  });

  it('roll out of the book where they are written off, and what is lost can be recovered', async () => {
    const id = await sandboxOf();
    await send('writeOffCredit', `sandbox: "${id}", holder: "user-2", effectiveOn: "2016-05-02"`);
    await send(
      'topUp',
      `sandbox: "${id}", holder: "user-2", amount: { amount: "54.40", currency: "CNY" }, effectiveOn: "2016-05-02"`,
    );
    await send(
      'recoverCredit',
      `sandbox: "${id}", holder: "user-2", amount: { amount: "54.40", currency: "CNY" }, effectiveOn: "2016-05-03"`,
    );
    const at = `(sandbox: "${id}")`;
    const { arrears, creditLine } = await ledger(
      `creditLine(holder: "user-2") { available { amount } unbilled { amount } principal { amount } loss ${split} owed { all { amount } } payments { nodes { type } } }
       arrears(segment: "huabei") { overdue { amount } rollRates(from: "2016-05-01", to: "2016-05-31") { from before { amount } flows { to amount { amount } rate } } }`,
      at,
    );
    expect(arrears[0]).toMatchObject({ overdue: m('0.00') });
    expect(arrears[0].rollRates[1]).toEqual({
      from: 'DAYS_1_30',
      before: m('400.00'),
      flows: [{ to: null, amount: m('400.00'), rate: '1.000000' }],
    });
    // 12.40 with 22 days of late fee, 235.20 and 156.80 were lost, of which 54.40 came back in these parts.
    expect(creditLine).toMatchObject({
      available: m('0.00'),
      principal: m('0.00'),
      owed: { all: m('0.00') },
      payments: { nodes: [{ type: 'HuabeiRecovered' }] },
    });
    const { own, partner, vehicle } = creditLine.loss;
    expect([own, partner, vehicle].reduce((sum, { amount }) => sum + Number(amount), 0)).toBeCloseTo(
      404.4 - 54.4,
      2,
    );
    expect(await line('user-2', { at: `(sandbox: "${id}", asOf: "2016-05-01")` })).toMatchObject({
      on: '2016-05-01',
      loss: null,
      principal: m('400.00'),
    });
  });
});

describe('funding', () => {
  it('is by own money, banks and pools, with leverage against its limits', async () => {
    const { funding } = await ledger(
      `funding(segment: "mybank") { segment on principal ${split} banks { bank principal { amount } funds { amount } } borrowed { source amount { amount } rate }
        borrowedTotal { amount } cash { amount } senior { amount } subordinated { amount } retained { amount } poolCash { amount } netAssets { amount }
        onBalance { exposure { amount } multiple limit beyond } offBalance { exposure { amount } multiple limit beyond }
        fees(from: "2016-04-01", to: "2016-04-30") { technology { amount } service { amount } fundingCost { amount } } }`,
    );
    expect(funding).toEqual([
      {
        segment: 'mybank',
        on: '2016-04-30',
        principal: parts('321.57', '450.19', '300.13'),
        banks: [{ bank: 'bank-1', principal: m('450.19'), funds: m('445.63') }],
        // 180.01 and 77.32 the day before. The pool's 0.60 of fees, 9.19 of notes and 1.28 of excess, less 0.01 of interest, are
        // paid back: 11.06, as 7.737 and 3.323.
        borrowed: [
          { source: 'deposits', amount: m('172.27'), rate: '2%' },
          { source: 'interbank', amount: m('74.00'), rate: '4%' },
        ],
        borrowedTotal: m('246.27'),
        cash: m('0.00'),
        // As many as borrowers owe, a tenth of them subordinated.
        senior: m('270.12'),
        subordinated: m('30.01'),
        retained: m('30.01'),
        poolCash: m('0.00'),
        netAssets: m('106.74'),
        onBalance: { exposure: m('246.27'), multiple: '2.307195', limit: '12x', beyond: false },
        offBalance: { exposure: m('270.12'), multiple: '2.530635', limit: '4x', beyond: false },
        fees: { technology: m('1.95'), service: m('0.60'), fundingCost: m('0.57') },
      },
    ]);
  });

  it('goes beyond a limit that is lower', async () => {
    const id = await sandboxOf([{ parameter: 'mybank.leverageOffMax', value: '2', from: '2016-04-30' }]);
    const { funding } = await ledger(
      'funding(segment: "mybank") { offBalance { limit beyond } onBalance { beyond } }',
      `(sandbox: "${id}")`,
    );
    expect(funding).toEqual([{ offBalance: { limit: '2x', beyond: true }, onBalance: { beyond: false } }]);
  });

  it('counts net assets below zero as zero, and has no multiple of them', async () => {
    const id = await sandboxOf([
      { parameter: 'jiebei.limits', value: limits('1000.00 CNY'), from: '2016-05-01' },
      { parameter: 'jiebei.ownFundingShare', value: '100%', from: '2016-05-01' },
    ]);
    await send(
      'applyForLoan',
      `sandbox: "${id}", loan: "J-2", product: "jiebei", holder: "user-1", principal: { amount: "100.00", currency: "CNY" }, term: 1, method: BULLET, effectiveOn: "2016-05-01"`,
    );
    await send('disburseLoan', `sandbox: "${id}", loan: "J-2", product: "jiebei", effectiveOn: "2016-05-01"`);
    await send('closeDay', `sandbox: "${id}", effectiveOn: "2016-05-01"`);
    const { funding } = await ledger(
      'funding(segment: "jiebei") { netAssets { amount } onBalance { exposure { amount } multiple beyond } offBalance { exposure { amount } beyond } }',
      `(sandbox: "${id}")`,
    );
    expect(funding).toEqual([
      {
        netAssets: m('-1.00'),
        onBalance: { exposure: m('100.00'), multiple: null, beyond: true },
        offBalance: { exposure: m('0.00'), beyond: false },
      },
    ]);
  });

  it('refuses what is no line that lends', async () => {
    expect(await codesOf('funding(segment: "payments") { segment }')).toEqual(['SEGMENT_UNKNOWN']);
    expect(await codesOf('arrears(segment: "payments") { segment }')).toEqual(['SEGMENT_UNKNOWN']);
    expect(
      await codesOf('funding { fees(from: "2016-04-30", to: "2016-04-01") { service { amount } } }'),
    ).toEqual(['INVALID_INPUT']);
  });

  const pools = `pools { nodes { id segment principal { amount } cash { amount } senior { amount } subordinated { amount } retained { amount } feeOwed { amount } interestOwed { amount }
    settlements { nodes { type effectiveOn } } } }`;

  it('has pools, each with its settlements', async () => {
    const { pools: found } = await ledger(pools);
    expect(found.nodes).toEqual([
      expect.objectContaining({
        id: 'huabei-2016-03',
        segment: 'huabei',
        principal: m('282.24'),
        // 11.76 came, of which 0.43 and 1.75 are fees. Of 282.24 a tenth is 28.22: 10.58 of 264.60 senior notes were due, and got 9.58.
        senior: m('255.02'),
        subordinated: m('29.40'),
        retained: m('29.40'),
      }),
      {
        id: 'mybank-2016-03',
        segment: 'mybank',
        principal: m('300.13'),
        cash: m('0.00'),
        senior: m('270.12'),
        subordinated: m('30.01'),
        retained: m('30.01'),
        feeOwed: m('0.00'),
        interestOwed: m('0.00'),
        settlements: {
          nodes: [
            { type: 'MybankPoolSettled', effectiveOn: '2016-04-30' },
            { type: 'MybankPoolSettled', effectiveOn: '2016-03-31' },
          ],
        },
      },
    ]);
  });

  it('as of a day has pools as they were: with what they owed and had collected', async () => {
    const asOf = await ledger(pools, '(asOf: "2016-04-08")');
    expect(asOf.pools.nodes[0]).toMatchObject({
      principal: m('262.64'),
      cash: m('11.76'),
      senior: m('246.96'),
      feeOwed: m('0.20'),
      interestOwed: m('0.81'),
      settlements: { nodes: [{ effectiveOn: '2016-03-31' }] },
    });
    expect(await ledger(pools, `(revision: "${await closeOf('2016-04-08')}")`)).toEqual(asOf);
  });
});

describe('credit income', () => {
  it('is what the accounts and the metrics say, line by line and period by period', async () => {
    const { creditIncome, segment } = await ledger(
      `creditIncome(from: "2016-03-01", to: "2016-04-30", by: MONTH) { segment periods { period from to interest { amount } fundingCost { amount } netInterestIncome { amount }
        fees { kind amount { amount } } feeIncome { amount } retainedIncome { amount } provisions { amount } notesWrittenDown { amount } creditCost { amount } result { amount } principal { total { amount } } } }
       segment(id: "huabei") { metrics(from: "2016-03-01", to: "2016-04-30", by: MONTH) { id period value } }`,
    );
    expect(creditIncome.map(({ segment: id }: { segment: string }) => id)).toEqual([
      'huabei',
      'jiebei',
      'mybank',
    ]);
    const [, april] = creditIncome[0].periods;
    expect(april).toEqual({
      period: '2016-04',
      from: '2016-04-01',
      to: '2016-04-30',
      interest: m('0.03'),
      fundingCost: m('0.00'),
      netInterestIncome: m('0.03'),
      fees: [
        { kind: 'late-fee', amount: m('4.00') },
        { kind: 'service-fee', amount: m('0.43') },
        { kind: 'technology-service', amount: m('0.00') },
        { kind: 'merchant-fee', amount: m('0.40') },
        { kind: 'instalment-fee', amount: m('0.00') },
      ],
      feeIncome: m('4.83'),
      retainedIncome: m('0.00'),
      provisions: m('1.92'),
      notesWrittenDown: m('0.00'),
      creditCost: m('1.92'),
      result: m('2.94'),
      principal: { total: m('720.00') },
    });
    const metric = (id: string) =>
      segment.metrics.find((one: { id: string; period: string }) => one.id === id && one.period === '2016-04')
        .value;
    expect(metric('netInterestIncome')).toBe(april.netInterestIncome.amount);
    expect(metric('creditCost')).toBe(april.creditCost.amount);
    expect(metric('outstanding')).toBe(april.principal.total.amount);
  });

  it('is cut at the day as of which it is asked, and refuses too many periods', async () => {
    const { creditIncome } = await ledger(
      'creditIncome(segment: "mybank", by: YEAR) { periods { to interest { amount } } }',
      '(asOf: "2016-03-31")',
    );
    expect(creditIncome[0].periods).toMatchObject([{ to: '2016-03-31' }]);
    expect(
      await codesOf(
        'creditIncome(from: "2000-01-01", to: "2016-01-01", by: DAY) { segment }',
        '(asOf: "2016-03-31")',
      ),
    ).toEqual(['TOO_MANY']);
  });
});

describe('a score', () => {
  it('is explained by its points, and limits follow from it', async () => {
    const { score, scores } = await ledger(
      'score(holder: "user-1") { holder score tier computedOn points { component points most } limits { segment limit { amount } price } } scores(first: 1) { nodes { holder } pageInfo { hasNextPage } }',
    );
    expect(score).toMatchObject({ score: 568, tier: 'from-550' });
    expect(350 + score.points.reduce((sum: number, { points }: { points: number }) => sum + points, 0)).toBe(
      score.score,
    );
    expect(score.points[1]).toEqual({ component: 'REPAYMENT', points: 210, most: 210 });
    expect(score.limits).toEqual([
      { segment: 'huabei', limit: m('1000.00'), price: null },
      { segment: 'jiebei', limit: m('3000.00'), price: '0.05%' },
      { segment: 'mybank', limit: m('50000.00'), price: '0.045%' },
    ]);
    expect(scores).toMatchObject({ nodes: [{ holder: 'maker-1' }], pageInfo: { hasNextPage: true } });
    expect((await line('user-1')).limit).toEqual(m('1000.00'));
  });

  it('as of a day is the one computed by then', async () => {
    const { score } = await ledger(
      'score(holder: "user-1") { score tier limits { limit { amount } } }',
      '(asOf: "2016-04-05")',
    );
    expect(score).toMatchObject({ tier: 'from-350', limits: [{ limit: m('500.00') }, {}, {}] });
    expect((await ledger('score(holder: "user-1") { score }', '(asOf: "2016-03-02")')).score).toBeNull();
  });

  it('waives deposits', async () => {
    const id = await sandboxOf([{ parameter: 'zhima.waiverScore', value: 400, from: '2016-05-01' }]);
    await send(
      'waiveDeposit',
      `sandbox: "${id}", waiver: "W-0", holder: "maker-1", partner: "bikes-1", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-05-02"`,
    );
    await send(
      'waiveDeposit',
      `sandbox: "${id}", waiver: "W-1", holder: "user-1", partner: "bikes-1", amount: { amount: "199.00", currency: "CNY" }, effectiveOn: "2016-05-02"`,
    );
    await send(
      'claimWaived',
      `sandbox: "${id}", waiver: "W-1", amount: { amount: "20.00", currency: "CNY" }, effectiveOn: "2016-05-04"`,
    );
    const waivers =
      'waivers { nodes { id holder partner deposit { amount } waivedOn latest stage claimed { amount } } }';
    const now = await ledger(
      `score(holder: "user-1") { ${waivers} } holder(id: "user-1") { ${waivers} }`,
      `(sandbox: "${id}")`,
    );
    expect(now.score.waivers.nodes).toEqual([
      {
        id: 'W-1',
        holder: 'user-1',
        partner: 'bikes-1',
        deposit: m('199.00'),
        waivedOn: '2016-05-02',
        latest: '2016-05-04',
        stage: 'CLAIMED',
        claimed: m('20.00'),
      },
    ]);
    expect(now.holder).toEqual(now.score);
    const then = await ledger(
      `score(holder: "user-1") { ${waivers} }`,
      `(sandbox: "${id}", asOf: "2016-05-03")`,
    );
    expect(then.score.waivers.nodes).toMatchObject([{ stage: 'OPEN', claimed: m('0.00') }]);
  });
});

describe('a holder', () => {
  it('who borrows owes principal in three entities’ books', async () => {
    const { holder } = await ledger(
      'holder(id: "user-1") { credit { amount } creditLine { principal { amount } } loans(status: [OPEN]) { nodes { id principal { amount } } } score { score } }',
    );
    expect(holder).toEqual({
      credit: [m('991.89')],
      creditLine: { principal: m('320.00') },
      loans: { nodes: [{ id: 'L-1', principal: m('671.89') }] },
      score: { score: 568 },
    });
  });

  it('that is a bank may claim its funds; one that is a pool has cash and owes its notes', async () => {
    const { bank, pool, merchant } = await ledger(
      `bank: holder(id: "bank-1") { positions { amount } credit { amount } creditLine { on } score { score } }
       pool: holder(id: "huabei-2016-03") { positions { amount } credit { amount } loans { nodes { id } } }
       merchant: holder(id: "merchant-1") { positions { amount } credit { amount } }`,
      '(asOf: "2016-04-08")',
    );
    expect(bank).toMatchObject({ credit: [], creditLine: null, score: null });
    // 246.96 senior and 27.44 subordinated.
    expect(pool).toEqual({ positions: [m('11.76')], credit: [m('274.40')], loans: { nodes: [] } });
    expect(merchant).toEqual({ positions: [m('694.40')], credit: [] });
  });
});

describe('a point of both axes', () => {
  const everything = `creditLines(first: 5) { nodes { ${lineFields} } } loans(first: 5) { nodes { ${loanFields} } } scores(first: 5) { nodes { holder score computedOn points { component points } limits { segment limit { amount } } } }`;

  it('as of a day is what there was at its close', async () => {
    const asOf = await ledger(everything, '(asOf: "2016-04-15")');
    expect(await ledger(everything, `(revision: "${await closeOf('2016-04-15')}")`)).toEqual(asOf);
    expect(asOf.creditLines.nodes).toHaveLength(2);
  });

  it.each(['2016-03-02', '2016-03-15', '2016-04-01', '2016-04-11', '2016-04-20', '2016-04-30'])(
    'debts and pools sum to the accounts, bucket by bucket: %s',
    async (day) => {
      const { creditLines, loans, arrears, pools, funding } = await ledger(
        `creditLines(first: 9) { nodes { segment principal { amount } bookedIn } } loans(first: 9) { nodes { segment principal { amount } bookedIn } }
         arrears { segment principal ${split} buckets { bucket principal { total { amount } } } } pools(first: 9) { nodes { segment principal { amount } } }
         funding { segment banks { principal { amount } } }`,
        `(asOf: "${day}")`,
      );
      const fen = ({ amount }: { amount: string }) => Math.round(Number(amount) * 100);
      type Counted = { segment: string; bookedIn?: string; principal: { amount: string } };
      const sum = (all: readonly Counted[]) =>
        all.reduce((minor, { principal }) => minor + fen(principal), 0);
      const debts: readonly Counted[] = [...creditLines.nodes, ...loans.nodes];
      for (const [at, { segment, buckets, principal }] of arrears.entries()) {
        for (const { bucket, principal: found } of buckets) {
          const inIt = debts.filter((debt) => debt.segment === segment && debt.bookedIn === bucket);
          expect([segment, bucket, fen(found.total)]).toEqual([segment, bucket, sum(inIt)]);
        }
        const ofIt = pools.nodes.filter((pool: Counted) => pool.segment === segment);
        expect(fen(principal.vehicle)).toBe(sum(ofIt));
        expect(fen(principal.partner)).toBe(sum(funding[at].banks));
      }
    },
  );

  it('counts by date, whatever the order in which facts were recorded', async () => {
    await using other = await Served.start(creditHistory());
    const draw = (holder: string, on: string) =>
      other.data(
        `mutation { drawCredit(input: { holder: "${holder}", payee: "merchant-1", amount: { amount: "10.00", currency: "CNY" }, effectiveOn: "${on}" }) { __typename } }`,
      );
    await draw('user-1', '2016-05-03');
    const paid = await other.data(
      'mutation { topUp(input: { holder: "user-2", amount: { amount: "500.00", currency: "CNY" }, effectiveOn: "2016-05-01" }) { __typename } repayCredit(input: { holder: "user-2", amount: { intent: ALL }, effectiveOn: "2016-05-01" }) { __typename } }',
    );
    expect(paid.repayCredit.__typename).toBe('CommandAccepted');
    const { ledger: found } = await other.data(
      '{ ledger(asOf: "2016-05-01") { creditLines(first: 2) { nodes { holder on latest principal { amount } } } } }',
    );
    expect(found.creditLines.nodes).toEqual([
      { holder: 'user-1', on: '2016-05-01', latest: '2016-04-20', principal: m('320.00') },
      { holder: 'user-2', on: '2016-05-01', latest: '2016-05-01', principal: m('0.00') },
    ]);
    const now = await other.data('{ ledger { creditLines(first: 2) { nodes { on } } } }');
    expect(now.ledger.creditLines.nodes).toEqual([{ on: '2016-05-03' }, { on: '2016-05-01' }]);
  });

  it('takes values of parameters by their own dates', async () => {
    const id = await sandboxOf();
    const { changePolicy } = await served.data(
      'mutation($input: ChangePolicyInput!) { changePolicy(input: $input) { __typename } }',
      {
        input: {
          sandbox: id,
          parameter: 'huabei.limits',
          value: limits('900.00 CNY'),
          from: '2016-05-02',
          reason: 'less',
          effectiveOn: '2016-05-10',
        },
      },
    );
    expect(changePolicy).toEqual({ __typename: 'CommandAccepted' });
    expect((await line('user-1', { at: `(sandbox: "${id}", asOf: "2016-05-01")` })).limit).toEqual(
      m('1000.00'),
    );
    expect((await line('user-1', { at: `(sandbox: "${id}", asOf: "2016-05-02")` })).limit).toEqual(
      m('900.00'),
    );
  });

  it('says at an older revision what it said then', async () => {
    const before = await ledger(`revision ${everything}`);
    await send(
      'drawCredit',
      'holder: "user-1", payee: "merchant-1", amount: { amount: "20.00", currency: "CNY" }, effectiveOn: "2016-05-02"',
    );
    const now = await line('user-1');
    // The statement of May 1st was issued by it.
    expect(now).toMatchObject({
      on: '2016-05-02',
      unbilled: m('20.00'),
      billed: m('240.00'),
      inPlans: m('80.00'),
    });
    expect(await ledger(`revision ${everything}`, `(revision: "${before.revision}")`)).toEqual(before);
  });
});

describe('a sandbox', () => {
  it('takes of a borrower what was said to be owed', async () => {
    const id = await sandboxOf();
    const of = 'owed { all { amount } }';
    // Lines move on in the book of these tests; as of May 1st they are as they were.
    const owed = await ledger(
      `creditLine(holder: "user-2", on: "2016-05-01") { ${of} } loan(id: "L-1", product: "mybank", on: "2016-05-01") { ${of} }`,
      `(sandbox: "${id}", asOf: "2016-05-01")`,
    );
    const stated = await ledger(
      `creditLine(holder: "user-1", on: "2016-05-01") { ${of} }`,
      `(sandbox: "${id}", asOf: "2016-05-01")`,
    );
    expect(stated.creditLine.owed.all).toEqual(m('321.57'));
    await send(
      'topUp',
      `sandbox: "${id}", holder: "user-2", amount: { amount: "900.00", currency: "CNY" }, effectiveOn: "2016-05-01"`,
    );
    const paid = async (name: string, input: string) => {
      const found = await served.data(
        `mutation { ${name}(input: { sandbox: "${id}", effectiveOn: "2016-05-01", amount: { intent: ALL }, ${input} }) { ... on CommandAccepted { events { nodes { entry { account amount } } } } ... on Refusal { message } } }`,
      );
      const entry: readonly { account: string; amount: string }[] = found[name].events.nodes[0].entry;
      return entry.find(({ account }) => account.includes(':wallet:'))?.amount;
    };
    expect(await paid('repayLoan', 'loan: "L-1", product: "mybank"')).toBe(owed.loan.owed.all.amount);
    expect(await paid('repayCredit', 'holder: "user-2"')).toBe(owed.creditLine.owed.all.amount);
  });

  it('has credit of its own, under its own assumptions', async () => {
    const id = await sandboxOf([
      { parameter: 'huabei.limits', value: limits('7000.00 CNY'), from: '2016-05-01' },
    ]);
    const at = `(sandbox: "${id}")`;
    const book = await line('user-1');
    await send(
      'drawCredit',
      `sandbox: "${id}", holder: "user-1", payee: "merchant-1", amount: { amount: "2000.00", currency: "CNY" }, effectiveOn: "2016-05-03"`,
    );
    expect(await line('user-1', { at })).toMatchObject({ limit: m('7000.00'), on: '2016-05-03' });
    expect(await line('user-1')).toEqual(book);
    const older = (await ledger('revision', at)).revision;
    await send('closeDay', `sandbox: "${id}", effectiveOn: "2016-05-01"`);
    expect(await line('user-1', { at: `(sandbox: "${id}", revision: "${older}")` })).toMatchObject({
      limit: m('7000.00'),
      on: '2016-05-03',
    });
  });
});

describe('a variant of a what-if', () => {
  it('can be asked all the same, as of a day, too', async () => {
    const text = `scenario: own-money
base: { book: main }
horizon: { from: 2016-03-01, to: 2016-04-30 }
assumptions: { huabei.ownFundingShare: 50% }
`;
    const { runScenario } = await served.data(
      `mutation($text: String!) { runScenario(input: { text: $text }) { __typename ... on Refusal { message } ... on Run { id variants { name ledger { creditLine(holder: "user-2") { on split ${split} owed { all { amount } } } loan(id: "L-1", product: "mybank") { principal { amount } payments(first: 2) { nodes { type } } }
        arrears(segment: "huabei") { overdue { amount } provision { amount } rollRates(from: "2016-04-01", to: "2016-04-30") { flows { to amount { amount } } } }
        funding(segment: "huabei") { borrowedTotal { amount } } pools(first: 2) { nodes { id principal { amount } settlements(first: 2) { nodes { type } } } }
        creditIncome(segment: "huabei") { periods { period creditCost { amount } } } score(holder: "user-1") { score } holder(id: "user-2") { credit { amount } } } } } } }`,
      { text },
    );
    expect(runScenario).toMatchObject({ __typename: 'Run' });
    const [baseline, variant] = runScenario.variants;
    expect(baseline.ledger.creditLine.split).toEqual(parts('8.00', '235.20', '156.80'));
    expect(variant.ledger).toMatchObject({
      creditLine: { on: '2016-04-30', split: parts('200.00', '120.00', '80.00'), owed: { all: m('404.00') } },
      loan: { principal: m('671.89'), payments: { nodes: [{ type: 'MybankLoanRepaid' }] } },
      holder: { credit: [m('400.00')] },
      score: { score: 568 },
    });
    expect(variant.ledger.arrears[0].rollRates[0].flows).toEqual([{ to: 'DAYS_1_30', amount: m('400.00') }]);
    expect(variant.ledger.pools.nodes).toMatchObject([
      { id: 'huabei-2016-03', settlements: { nodes: [{}, {}] } },
      { id: 'mybank-2016-03' },
    ]);
    expect(Number(variant.ledger.arrears[0].provision.amount)).toBeGreaterThan(
      Number(baseline.ledger.arrears[0].provision.amount),
    );
    const { run } = await served.data(
      `{ run(id: "${runScenario.id}") { variants { ledger(asOf: "2016-04-05") { creditLine(holder: "user-1") { on billed { amount } split ${split} } } } } }`,
    );
    expect(run.variants[1].ledger.creditLine).toEqual({
      on: '2016-04-05',
      billed: m('180.00'),
      split: parts('150.00', '90.00', '60.00'),
    });
  });
});

describe('an empty book', () => {
  it('has none of it, and says so', async () => {
    await using empty = await Served.start([]);
    const { ledger: found } = await empty.data(
      `{ ledger { creditLines { nodes { holder } } loans { nodes { id } } scores { nodes { holder } } pools { nodes { id } }
        arrears { on overdueShare rollRates(from: "2016-01-01", to: "2016-02-01") { flows { rate } } } funding { on netAssets { amount } onBalance { multiple } banks { bank } }
        creditIncome { periods { period } } creditLine(holder: "user-1") { on } loan(id: "L-1", product: "jiebei") { id } score(holder: "user-1") { score } } }`,
    );
    expect(found).toMatchObject({
      creditLines: { nodes: [] },
      loans: { nodes: [] },
      creditLine: null,
      loan: null,
      score: null,
      creditIncome: [{ periods: [] }, { periods: [] }, { periods: [] }],
    });
    expect(found.arrears[0]).toMatchObject({ on: null, overdueShare: null });
    expect(found.funding[0]).toEqual({
      on: null,
      netAssets: m('0.00'),
      onBalance: { multiple: null },
      banks: [],
    });
  });
});
