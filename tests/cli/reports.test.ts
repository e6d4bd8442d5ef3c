import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePolicy, command, pay, topUp, withdraw } from '../support/commands.ts';
import { ended, Place, parsed, part } from './program.ts';

/** The worked example of the page, a change of policy, and every day closed up to the last. */
const lines = [
  topUp('2016-03-01', 'user-1', '200.00'),
  pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '120.00'),
  changePolicy('2016-03-03', 'payments.merchantFeeRate[merchant-2]', '0.4%', { from: '2016-04-01' }),
  command('2016-03-04', 'confirmReceipt', { payment: 'P-1' }),
  withdraw('2016-03-05', 'merchant-1', '50%'),
  topUp('2016-04-02', 'user-2', '10.00'),
];

describe('what commands say of a book', () => {
  const place = new Place();
  beforeAll(async () => {
    place.history('spring.jsonl', lines);
    const { code } = await place.run('import', 'spring.jsonl', '--close', 'daily');
    expect(code).toBe(0);
  });
  afterAll(() => place[Symbol.dispose]());

  const listed = async (...args: readonly string[]) =>
    (await place.run('events', ...args, '--json')).stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map(parsed);

  it('events: in order, by filters that combine', async () => {
    expect((await listed('--subject', 'payment/P-1')).map(({ type }) => type)).toEqual([
      'PaymentInitiated',
      'ReceiptConfirmed',
    ]);
    expect((await place.run('events', '--type', 'WalletToppedUp')).code).toBe(2);
    const toppedUp = await listed('--type', 'ToppedUp', '--from', '2016-04-01', '--to', '2016-04-30');
    expect(toppedUp).toMatchObject([
      { subject: 'wallet/user-2', effectiveOn: '2016-04-02', kind: 'fact', actor: 'import' },
    ]);
    expect(
      (await listed('--segment', 'payments', '--revision', '2')).map(({ revision }) => revision),
    ).toEqual(['1', '2']);
    expect(await listed('--known-at', '2000-01-01T00:00:00Z')).toEqual([]);
    expect(
      (await listed('--type', 'DayClosed', '--last', '2')).map(({ effectiveOn }) => effectiveOn),
    ).toEqual(['2016-03-31', '2016-04-01']);
  });

  it('events --follow: the past, then what comes, until Ctrl-C', async () => {
    const child = place.start(['events', '--type', 'ToppedUp', '--follow', '--json']);
    const end = ended(child);
    let seen = '';
    const saw = (count: number) =>
      new Promise<void>((resolve) => {
        const look = (): void => {
          if (seen.split('\n').length > count) resolve();
        };
        child.stdout.on('data', look);
        look();
      });
    child.stdout.on('data', (text: string) => {
      seen += text;
    });
    await saw(2);
    place.history('more.jsonl', [topUp('2016-04-02', 'user-3', '1.00')]);
    await place.run('import', 'more.jsonl');
    await saw(3);
    child.kill('SIGINT');
    const { code, stdout } = await end;
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => parsed(line).subject),
    ).toEqual(['wallet/user-1', 'wallet/user-2', 'wallet/user-3']);
  });

  it('report: balances of an account, of a head, of a holder, as of a day and at a revision', async () => {
    const wallet = 'platform:liability:payments:wallet:user-1:CNY';
    expect((await place.json('report', 'balance', wallet)).said).toMatchObject({
      balance: [{ amount: '80.00', currency: 'CNY' }],
    });
    expect((await place.json('report', 'balance', wallet, '--revision', '1')).said).toMatchObject({
      revision: 1,
      balance: [{ amount: '200.00' }],
    });
    expect(
      (await place.json('report', 'balance', 'platform:liability:payments', '--as-of', '2016-03-02')).said,
    ).toMatchObject({
      asOf: '2016-03-02',
      balance: [{ amount: '200.00' }],
    });
    const holder = await place.json('report', 'balance', '--holder', 'merchant-1', '--as-of', '2016-03-04');
    expect(holder.said.accounts).toEqual([
      {
        id: 'platform:liability:payments:wallet:merchant-1:CNY',
        balance: { amount: '119.28', currency: 'CNY' },
      },
    ]);
  });

  it('report: the balance sheet balances', async () => {
    const { said } = await place.json('report');
    const platform = part(said, 'totals', 0);
    const figure = (name: string): number => Math.round(Number(part(platform, name)) * 100);
    expect(figure('assets')).toBe(figure('liabilities') + figure('equity') + figure('result'));
  });

  it('report: income and segments by period', async () => {
    const { said } = await place.json(
      'report',
      'income',
      '--from',
      '2016-03-01',
      '--to',
      '2016-04-30',
      '--by',
      'month',
    );
    expect(part(said, 'periods', 0)).toMatchObject({
      period: '2016-03',
      from: '2016-03-01',
      to: '2016-03-31',
    });
    expect(part(said, 'periods', 0, 'income')).toContainEqual({
      account: 'platform:income:payments:merchant-fee:CNY',
      amount: '0.72',
      currency: 'CNY',
    });
    const segments = await place.json('report', 'segments', '--by', 'quarter');
    expect(part(segments.said, 'segments')).toContainEqual(
      expect.objectContaining({
        id: 'payments',
        revenue: [
          expect.objectContaining({ period: '2016-Q1' }),
          expect.objectContaining({ period: '2016-Q2' }),
        ],
      }),
    );
  });

  it('audit: holds, and shows a cut-off tail against an anchor', async () => {
    const { code, said } = await place.json('audit', '--conformance');
    expect(code).toBe(0);
    expect(said).toMatchObject({
      chain: { holds: true, problems: [], remarks: ['tail not anchored'] },
      conformance: { clean: true, findings: [] },
    });
    const head = await place.head();
    expect((await place.run('audit', '--head', `${head.revision}:${head.hash}`)).code).toBe(0);
    expect((await place.run('audit', '--head', `${head.revision + 1}:${head.hash}`)).code).toBe(1);
    expect((await place.run('audit', '--head', 'nonsense')).code).toBe(2);
    expect((await place.run('audit', '--from', '5', '--to', '1')).code).toBe(2);
  });

  it('explain: a fee, down to its rule and parameter', async () => {
    const { code, said } = await place.json(
      'explain',
      'platform:income:payments:merchant-fee',
      '--on',
      '2016-03-31',
    );
    expect(code).toBe(0);
    expect(said).toMatchObject({ to: '2016-03-31', after: [{ amount: '0.72' }], remainder: { events: 0 } });
    expect(part(said, 'lines', 0)).toMatchObject({
      type: 'ReceiptConfirmed',
      day: '2016-03-04',
      agrees: true,
    });
    expect(part(said, 'lines', 0, 'parameters', 0)).toMatchObject({
      name: 'payments.merchantFeeRate',
      value: '0.6%',
    });
  });

  it.each([
    ['explain', 'platform:liability:nothing'],
    ['report', 'balance', 'platform:liability:nothing'],
  ])('%s: an unknown account', async (...args) => {
    const before = await place.head();
    const { code, said } = await place.json(...args);
    expect(code).toBe(2);
    expect(said.error).toMatchObject({
      code: 'ACCOUNT_UNKNOWN',
      value: 'platform:liability:nothing',
      hint: expect.stringContaining('prefix'),
    });
    expect(await place.head()).toEqual(before);
  });

  it('export: an event a line, a posting a line, a journal', async () => {
    const { stdout } = await place.run('export', '--format', 'jsonl');
    expect(stdout).toBe((await place.run('events', '--json')).stdout);
    const csv = await place.json('export', '--format', 'csv', '--out', 'postings.csv');
    expect(csv).toMatchObject({ code: 0, said: { file: 'postings.csv' } });
    expect(place.read('postings.csv').split('\n')[0]).toContain('account');
    expect((await place.run('export', '--format', 'hledger', '--as-of', '2016-03-01')).stdout).toContain(
      'platform:asset:payments:reserve',
    );
    expect((await place.run('export', '--format', 'xml')).code).toBe(2);
    expect((await place.run('export', '--format', 'csv', '--out', 'no/such/folder.csv')).code).toBe(3);
  });

  it('parameters: the book’s values, keys too, on a day', async () => {
    const { said } = await place.json('parameters', 'payments', '--on', '2016-04-01');
    expect(said.parameters).toContainEqual(
      expect.objectContaining({
        name: 'payments.merchantFeeRate[merchant-2]',
        values: [{ from: '2016-04-01', value: '0.4%', source: 'changePolicy' }],
      }),
    );
    expect(said.parameters).toContainEqual(
      expect.objectContaining({
        name: 'payments.withdrawalFeeRate',
        unit: 'share',
        values: [{ from: null, value: '0%', source: expect.any(String) }],
      }),
    );
    expect((await place.run('parameters', 'paymnts')).stderr).toContain('did you mean payments?');
  });

  it('rebuild: equals the live state', async () => {
    expect(await place.json('rebuild')).toMatchObject({
      code: 0,
      said: { snapshot: expect.stringMatching(/^store\/main@.+\.snapshot$/) },
    });
    expect(await place.json('rebuild', '--verify')).toMatchObject({ code: 0, said: { equal: true } });
  });

  it('a book that is not there', async () => {
    const { code, said } = await place.json('report', '--book', 'north');
    expect(code).toBe(2);
    expect(said.error).toMatchObject({ code: 'BOOK_UNKNOWN', value: 'north' });
  });
});
