import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

const ledger = async (fields: string, args = '') =>
  (await served.data(`{ ledger${args} { ${fields} } }`)).ledger;
const cny = (amount: string) => ({ amount, currency: 'CNY' });

describe('a ledger', () => {
  it('says what it was computed at, and which days are open', async () => {
    const found = await ledger('book revision asOf settling openFrom digest balanceDigest');
    expect(found).toMatchObject({ book: 'main', asOf: null, settling: false, openFrom: '2016-04-01' });
    expect(found.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(found.balanceDigest).not.toBe(found.digest);
  });

  it('of nothing is at revision -1, with all days open', async () => {
    await using empty = await Served.start([]);
    const { ledger: found } = await empty.data(
      '{ ledger { revision openFrom settling segments { id revenue { period } cost { period } metrics { id } } balance(of: "platform") { amount } accounts { nodes { id } } holder(id: "user-1") { id } } events { nodes { revision } } }',
    );
    expect(found).toMatchObject({ revision: '-1', openFrom: null, settling: false, holder: null });
    expect(found.balance).toEqual([{ amount: '0.00' }]);
    expect(found.accounts.nodes).toEqual([]);
  });

  it('gives each segment’s revenue, cost and balances', async () => {
    const { segments } = await ledger(
      'segments { id revenue(by: MONTH) { period from to amount { amount currency } } cost(by: YEAR) { period amount { amount } } balances { account amount { amount } } }',
    );
    expect(segments.map(({ id }: { id: string }) => id)).toEqual([
      'huabei',
      'interbook',
      'jiebei',
      'mybank',
      'payments',
      'treasury',
      'yuebao',
      'zhima',
    ]);
    const payments = segments.find(({ id }: { id: string }) => id === 'payments');
    // 0.72 of P-1, 0.60 of P-2 less 0.18 returned with the refund, and interest on the float.
    expect(payments.revenue[0]).toMatchObject({ period: '2016-03', from: '2016-03-01', to: '2016-03-31' });
    expect(payments.cost).toEqual([{ period: '2016', amount: { amount: '0.15' } }]);
    expect(payments.balances).toContainEqual({
      account: 'platform:liability:payments:wallet',
      amount: { amount: '2099.58' },
    });
  });

  it('cuts periods by day and quarter', async () => {
    const { segment } = await ledger(
      'segment(id: "payments") { day: revenue(by: DAY, from: "2016-03-04", to: "2016-03-05") { period } quarter: revenue(by: QUARTER) { period } }',
    );
    expect(segment.day.map(({ period }: { period: string }) => period)).toEqual(['2016-03-04', '2016-03-05']);
    expect(segment.quarter.map(({ period }: { period: string }) => period)).toEqual(['2016-Q1', '2016-Q2']);
  });

  it('gives metrics at the head and at an older revision alike', async () => {
    const metrics =
      'segment(id: "payments") { metrics(from: "2016-03-01", to: "2016-03-31") { id unit doc period value } }';
    const then = await ledger(`revision ${metrics}`);
    await served.data(
      'mutation { topUp(input: { holder: "user-9", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03" }) { __typename } }',
    );
    const again = await ledger(`revision ${metrics}`, `(revision: "${then.revision}")`);
    expect(again).toEqual(then);
    expect(then.segment.metrics).toContainEqual({
      id: 'volume',
      unit: 'CNY',
      doc: 'What was confirmed over the period, before fees.',
      period: '2016-03',
      value: '220.00',
    });
  });

  it('answers for accounts, heads of accounts and prefixes', async () => {
    const found = await ledger(
      'wallet: balance(of: "platform:liability:payments:wallet:user-2:CNY") { amount currency } head: balance(of: "platform:liability:payments:wallet") { amount } prefix: balance(of: "fund:asset:yuebao:deposit-*") { amount }',
      '(asOf: "2016-03-31")',
    );
    expect(found.wallet).toEqual([cny('1750.00')]);
    expect(found.head).toEqual([{ amount: '2149.58' }]);
    expect(Number(found.prefix[0].amount)).toBeGreaterThan(2000);
  });

  it('refuses an account that nobody can mean', async () => {
    const { errors } = await served.ask(
      '{ ledger { balance(of: "platform:liability:payments:purse") { amount } } }',
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
  });

  it('gives an account with its statement, page by page, with running balances', async () => {
    const statement = (args: string) =>
      `account(id: "platform:liability:payments:wallet:user-1:CNY") { id entity class segment name holder balance { amount } statement(${args}) { nodes { day amount { amount } balance { amount } event { type } } pageInfo { hasNextPage endCursor } } }`;
    const { account } = await ledger(statement('first: 2'));
    expect(account).toMatchObject({
      entity: 'platform',
      class: 'LIABILITY',
      segment: 'payments',
      name: 'wallet',
      holder: 'user-1',
      balance: { amount: '280.00' },
    });
    expect(account.statement.nodes).toEqual([
      {
        day: '2016-03-01',
        amount: { amount: '200.00' },
        balance: { amount: '200.00' },
        event: { type: 'ToppedUp' },
      },
      {
        day: '2016-03-01',
        amount: { amount: '-120.00' },
        balance: { amount: '80.00' },
        event: { type: 'PaymentInitiated' },
      },
    ]);
    expect(account.statement.pageInfo.hasNextPage).toBe(true);
    const next = await ledger(statement(`after: "${account.statement.pageInfo.endCursor}"`));
    expect(
      next.account.statement.nodes.map(({ balance }: { balance: { amount: string } }) => balance.amount),
    ).toEqual(['330.00', '280.00']);
    expect(
      (await ledger('account(id: "platform:liability:payments:wallet:nobody:CNY") { id }')).account,
    ).toBeNull();
  });

  it('lists accounts by id, filtered, page by page', async () => {
    const page = (after: string) =>
      ledger(
        `accounts(filter: { segment: "payments", name: "wallet" }, first: 2${after}) { nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } }`,
        '(asOf: "2016-03-31")',
      );
    const first = (await page('')).accounts;
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const second = (await page(`, after: "${first.pageInfo.endCursor}"`)).accounts;
    expect([...first.nodes, ...second.nodes].map(({ id }: { id: string }) => id.split(':')[4])).toEqual([
      'merchant-1',
      'user-1',
      'user-2',
    ]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  it('balances, by trial balance and balance sheet', async () => {
    const found = await ledger(
      'trialBalance { entity lines { account debit { amount } credit { amount } } totals { entity debit { amount } credit { amount } } } balanceSheet(entity: "fund") { entity assets { account } liabilities { account overdraft } equity { account } totals { assets { amount } liabilities { amount } equity { amount } result { amount } } }',
    );
    for (const { debit, credit } of found.trialBalance.totals) expect(debit).toEqual(credit);
    expect(found.balanceSheet.entity).toBe('fund');
    expect(found.balanceSheet.assets.length).toBeGreaterThan(3);
  });

  it('gives an income statement', async () => {
    const { incomeStatement } = await ledger(
      'incomeStatement(from: "2016-03-01", to: "2016-03-31", entity: "platform") { periods { period income { account amount { amount } } expenses { account } result { amount } } }',
    );
    expect(incomeStatement.periods).toHaveLength(1);
    expect(incomeStatement.periods[0].income).toContainEqual({
      account: 'platform:income:payments:merchant-fee',
      amount: { amount: '1.14' },
    });
  });

  it('shows a holder across all lines', async () => {
    const { holder } = await ledger(
      'holder(id: "user-2") { id positions { amount } credit { amount } accounts { id } events(first: 2) { nodes { type } } }',
    );
    expect(holder.accounts.map(({ id }: { id: string }) => id)).toEqual([
      'fund:liability:yuebao:units:user-2:CNY',
      'platform:liability:payments:wallet:user-2:CNY',
    ]);
    expect(Number(holder.positions[0].amount)).toBeGreaterThan(4750);
    expect(holder.credit).toEqual([]);
    expect(holder.events.nodes[0]).toEqual({ type: 'Distributed' });
  });
});

describe('a point', () => {
  it('is on the effective axis, on the recorded axis, or on both', async () => {
    const wallet = 'revision balance(of: "platform:liability:payments:wallet:user-2:CNY") { amount }';
    const amount = async (args: string) => (await ledger(wallet, args)).balance[0].amount;
    const before = (await ledger('revision')).revision;
    await served.data(
      'mutation { topUp(input: { holder: "user-2", amount: { amount: "7.00", currency: "CNY" }, effectiveOn: "2016-04-01" }) { __typename } }',
    );
    expect(await amount('(asOf: "2016-03-31")')).toBe('1750.00');
    expect(await amount('(asOf: "2016-04-01")')).toBe('1757.00');
    expect(await amount(`(asOf: "2016-04-01", revision: "${before}")`)).toBe('1750.00');
    expect(await amount('(revision: "-1")')).toBe('0.00');
  });

  it('may be a time of the recorded axis', async () => {
    const { event } = await served.data('{ event(at: "100") { recordedAt } }');
    const found = await ledger('revision', `(knownAt: "${event.recordedAt}")`);
    expect(Number(found.revision)).toBeGreaterThanOrEqual(100);
    expect((await ledger('revision', '(knownAt: "2015-01-01T00:00:00Z")')).revision).toBe('-1');
  });

  it('that is not there is an error, never something nearby', async () => {
    const code = async (args: string) =>
      (await served.ask(`{ ledger${args} { revision } }`)).errors[0]?.extensions.code;
    expect(await code('(revision: "99999")')).toBe('POINT_UNKNOWN');
    expect(await code('(knownAt: "2999-01-01T00:00:00Z")')).toBe('POINT_UNKNOWN');
    expect(await code('(revision: "1", knownAt: "2016-01-01T00:00:00Z")')).toBe('INVALID_INPUT');
    expect(await code('(book: "nobody")')).toBe('BOOK_UNKNOWN');
    expect(await code('(book: "../main")')).toBe('BOOK_UNKNOWN');
    expect(await code('(sandbox: "sandbox-99")')).toBe('SANDBOX_UNKNOWN');
  });

  it('atLeast waits until the revision is there', async () => {
    const { revision } = await ledger('revision');
    const next = String(Number(revision) + 1);
    const waiting = ledger('revision', `(atLeast: "${next}")`);
    await served.data(
      'mutation { topUp(input: { holder: "user-8", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03" }) { __typename } }',
    );
    expect((await waiting).revision).toBe(next);
  });

  it('atLeast fails when it does not come', async () => {
    const { errors } = await served.ask('{ ledger(atLeast: "99999") { revision } }');
    expect(errors[0]?.extensions.code).toBe('NOT_REACHED');
  });

  it('of days that were closed then', async () => {
    const { events } = await served.data(
      '{ events(filter: { type: "DayClosed" }, last: 2) { nodes { revision effectiveOn } } }',
    );
    const [second] = events.nodes;
    const found = await ledger('openFrom settling digest', `(revision: "${second.revision}")`);
    expect(found).toMatchObject({ openFrom: '2016-03-03', settling: false });
    expect((await ledger('settling', `(revision: "${Number(second.revision) - 1}")`)).settling).toBe(true);
  });
});

describe('parameters and segments', () => {
  it('tell every assumption, with its source', async () => {
    const { parameters } = await served.data(
      '{ parameters(segment: "payments", on: "2016-11-01") { name segment doc unit bounds keyed value source timeline { from to value source overridden } keys { name } } }',
    );
    const rate = parameters.find(({ name }: { name: string }) => name === 'payments.withdrawalFeeRate');
    expect(rate).toMatchObject({ value: '0.1%', unit: 'share', keyed: false });
    expect(rate.timeline).toMatchObject([
      { from: null, to: '2016-10-11', value: '0%' },
      { from: '2016-10-12', to: null, value: '0.1%' },
    ]);
    const { errors } = await served.ask('{ parameters(segment: "nothing") { name } }');
    expect(errors[0]?.extensions.code).toBe('SEGMENT_UNKNOWN');
  });

  it('tell what this server knows', async () => {
    const { segments } = await served.data(
      '{ segments { id title doc commands facts { name kind command doc fields { name doc shape choices optional } } derived { name } accounts { id class perHolder } borrows parameters { name unit } close { name phase } metrics { id unit } } }',
    );
    const payments = segments.find(({ id }: { id: string }) => id === 'payments');
    expect(payments.commands).toContain('initiatePayment');
    expect(segments.find(({ id }: { id: string }) => id === 'kernel').commands).toEqual([
      'changePolicy',
      'closeDay',
      'reverse',
    ]);
  });
});
