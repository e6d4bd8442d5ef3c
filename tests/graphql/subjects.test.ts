/** Subjects in the graph, made of their fields: by id, in lists, as nodes, at any point of both axes, and as what a command made. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

const ask = async (query: string) => {
  const { data, errors } = await served.ask(`{ ${query} }`);
  expect(errors ?? []).toEqual([]);
  return data;
};
const codeOf = async (query: string): Promise<string | undefined> =>
  (await served.ask(`{ ${query} }`)).errors[0]?.extensions.code;

// By hand: 0.6 % of 120.00 is 0.72, of 100.00 it is 0.60; of that 30 % come back with a refund of 30.00.
const second = {
  id: 'P-2',
  nodeId: 'payment/P-2',
  amount: { amount: '100.00', currency: 'CNY' },
  method: 'CARD',
  initiatedOn: '2016-03-10',
  latest: '2016-03-11',
  confirmed: { amount: { amount: '100.00' }, fee: { amount: '0.60' } },
  refunds: [
    { on: '2016-03-11', amount: { amount: '30.00' }, feeReturned: { amount: '0.18' }, fromEscrow: false },
  ],
  remaining: { amount: '70.00' },
  payer: { id: 'user-3' },
  payee: { id: 'merchant-1' },
  segment: { id: 'payments' },
};
const whole =
  'id nodeId amount { amount currency } method initiatedOn latest confirmed { amount { amount } fee { amount } } refunds { on amount { amount } feeReturned { amount } fromEscrow } remaining { amount } payer { id } payee { id } segment { id }';

describe('a payment', () => {
  it('is asked for as a payment, with all its fields', async () => {
    expect((await ask(`ledger { payment(id: "P-2") { ${whole} } }`)).ledger.payment).toEqual(second);
    expect((await ask('ledger { payment(id: "P-9") { id } }')).ledger.payment).toBeNull();
  });

  it('is a node by what events call their subject', async () => {
    const { node } = await ask(`node(id: "payment/P-2") { __typename nodeId ... on Payment { ${whole} } }`);
    expect(node).toEqual({ __typename: 'Payment', ...second });
    for (const id of ['payment/P-9', 'nothing/1', 'payment'])
      expect((await ask(`node(id: "${id}") { nodeId }`)).node).toBeNull();
  });

  it('has its events, and holders that can be followed', async () => {
    const { payment } = (
      await ask(
        'ledger { payment(id: "P-1") { events { nodes { type } } payee { payments { totalCount nodes { id } } positions { amount } } } }',
      )
    ).ledger;
    expect(payment.events.nodes.map(({ type }: { type: string }) => type)).toEqual([
      'ReceiptConfirmed',
      'PaymentInitiated',
    ]);
    expect(payment.payee.payments).toEqual({
      totalCount: 3,
      nodes: [{ id: 'P-1' }, { id: 'P-2' }, { id: 'P-3' }],
    });
  });

  it.each([
    ['as of the day before its confirmation', 'asOf: "2016-03-03"', null],
    ['as of the day of its confirmation', 'asOf: "2016-03-04"', { fee: { amount: '0.72' } }],
    ['as recorded before it', 'revision: "5"', null],
    ['at the head', '', { fee: { amount: '0.72' } }],
  ])('is as it was %s', async (_what, point, confirmed) => {
    const named = point === '' ? '' : `(${point})`;
    expect(
      (await ask(`ledger${named} { payment(id: "P-1") { confirmed { fee { amount } } } }`)).ledger.payment,
    ).toEqual({ confirmed });
    const also = point === '' ? '' : `, ${point}`;
    expect(
      (await ask(`node(id: "payment/P-1"${also}) { ... on Payment { confirmed { fee { amount } } } }`)).node,
    ).toEqual({ confirmed });
  });
});

describe('a list of payments', () => {
  const ids = async (args: string) => {
    const { totalCount, nodes } = (await ask(`ledger { payments(${args}) { totalCount nodes { id } } }`))
      .ledger.payments;
    return [totalCount, ...nodes.map(({ id }: { id: string }) => id)];
  };

  it.each([
    ['all of them', 'first: 9', [3, 'P-1', 'P-2', 'P-3']],
    ['by method', 'filter: { method: [WALLET] }', [2, 'P-1', 'P-3']],
    ['by payer', 'filter: { payer: ["user-3", "user-9"] }', [1, 'P-2']],
    ['that wait', 'filter: { confirmed: false }', [1, 'P-3']],
    ['that are confirmed', 'filter: { confirmed: true }', [2, 'P-1', 'P-2']],
    ['of some days', 'filter: { initiatedOn: { from: "2016-03-02", to: "2016-03-31" } }', [1, 'P-2']],
    [
      'of an amount or more',
      'filter: { amount: { least: { amount: "100.00", currency: "CNY" } } }',
      [2, 'P-1', 'P-2'],
    ],
    [
      'between two amounts',
      'filter: { amount: { least: { amount: "50.00", currency: "CNY" }, most: { amount: "100.00", currency: "CNY" } } }',
      [2, 'P-2', 'P-3'],
    ],
    ['of which all holds', 'filter: { method: [WALLET], initiatedOn: { from: "2016-04-01" } }', [1, 'P-3']],
    ['of none', 'filter: { payer: ["nobody"] }', [0]],
    ['downwards', 'orderBy: ID_DESC', [3, 'P-3', 'P-2', 'P-1']],
    ['by amount', 'orderBy: AMOUNT_ASC', [3, 'P-3', 'P-2', 'P-1']],
    ['by day, downwards', 'orderBy: INITIATED_ON_DESC', [3, 'P-3', 'P-2', 'P-1']],
    ['a page of it', 'first: 2', [3, 'P-1', 'P-2']],
  ])('gives %s', async (_what, args, found) => {
    expect(await ids(args)).toEqual(found);
  });

  it.each(['ID_ASC', 'ID_DESC', 'AMOUNT_ASC', 'AMOUNT_DESC', 'LATEST_ASC'])(
    'is gone through page by page in the order %s',
    async (orderBy) => {
      const all = (await ids(`orderBy: ${orderBy}`)).slice(1);
      const found: string[] = [];
      let after = '';
      for (;;) {
        const { nodes, pageInfo } = (
          await ask(
            `ledger { payments(orderBy: ${orderBy}, first: 1${after}) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
          )
        ).ledger.payments;
        found.push(...nodes.map(({ id }: { id: string }) => id));
        if (!pageInfo.hasNextPage) break;
        after = `, after: "${pageInfo.endCursor}"`;
      }
      expect(found).toEqual(all);
    },
  );

  it('is as it was as of a day', async () => {
    const { payments } = (await ask('ledger(asOf: "2016-03-09") { payments { totalCount } }')).ledger;
    expect(payments.totalCount).toBe(1);
  });

  it.each([
    ['a cursor of another list', 'payments(after: "eDox") { totalCount }'],
    [
      'an amount of too many digits',
      'payments(filter: { amount: { least: { amount: "1.001", currency: "CNY" } } }) { totalCount }',
    ],
    ['too large a page', 'payments(first: 501) { totalCount }'],
  ])('refuses %s', async (_what, field) => {
    expect(await codeOf(`ledger { ${field} }`)).toMatch(/^(INVALID_INPUT|TOO_LONG)$/);
  });
});

describe('a holder', () => {
  it('is a node, too', async () => {
    const { node } = await ask(
      'node(id: "holder/user-2") { __typename nodeId ledger { book } ... on Holder { id positions { amount } } }',
    );
    // 5000.00 topped up, 250.00 given away; a fund's income is added to its units day by day.
    expect(node).toMatchObject({
      __typename: 'Holder',
      nodeId: 'holder/user-2',
      ledger: { book: 'main' },
      id: 'user-2',
    });
    expect((await ask('node(id: "holder/nobody") { nodeId }')).node).toBeNull();
  });
});

describe('a command', () => {
  const send = (name: string, input: string) =>
    served.ask(
      `mutation { ${name}(input: { ${input}, effectiveOn: "2016-04-03" }) { ... on CommandAccepted { subject { nodeId ... on Payment { remaining { amount } payer { id } } } } ... on Refusal { code reason } } }`,
    );

  it('gives what it made', async () => {
    const { data } = await send(
      'initiatePayment',
      'payment: "P-4", payer: "user-1", payee: "merchant-2", amount: { amount: "20.00", currency: "CNY" }, method: WALLET, escrow: true',
    );
    expect(data.initiatePayment).toEqual({
      subject: { nodeId: 'payment/P-4', remaining: { amount: '20.00' }, payer: { id: 'user-1' } },
    });
    const refund = await send('refundPayment', 'payment: "P-4", amount: { amount: "5.00", currency: "CNY" }');
    expect(refund.data.refundPayment.subject.remaining).toEqual({ amount: '15.00' });
  });

  it('that makes nothing with an id gives none', async () => {
    const { data } = await send('topUp', 'holder: "user-1", amount: { amount: "1.00", currency: "CNY" }');
    expect(data.topUp).toEqual({ subject: null });
  });

  it('that is refused says why by an enum, too', async () => {
    const { data } = await send('confirmReceipt', 'payment: "P-9"');
    expect(data.confirmReceipt).toEqual({ code: 'PAYMENT_UNKNOWN', reason: 'PAYMENT_UNKNOWN' });
  });
});

describe('an entry', () => {
  it('is cut where somebody says how much of it he wants', async () => {
    const { event } = await ask('event(at: "1") { entry { account } }');
    expect(event.entry).toHaveLength(2);
    const { event: cut } = await ask('event(at: "1") { entry(first: 1) { account } }');
    expect(cut.entry).toEqual(event.entry.slice(0, 1));
  });
});

describe('the fund', () => {
  it('has what was subscribed in units, backed by what it holds', async () => {
    const { fund } = (
      await ask(
        'ledger(asOf: "2016-03-02") { fund { id nodeId units { amount } netAssets { amount } owed { amount } assets { asset rate } } }',
      )
    ).ledger;
    expect(fund).toMatchObject({
      id: 'yuebao',
      nodeId: 'fund/yuebao',
      units: { amount: '3000.00' },
      netAssets: { amount: '3000.00' },
      owed: { amount: '0.00' },
    });
    expect(fund.assets.find(({ asset }: { asset: string }) => asset === 'deposit-1m').rate).toBe('2.5%');
    expect(fund.assets.find(({ asset }: { asset: string }) => asset === 'bond').rate).toBeNull();
  });

  it('is a node; another is not there', async () => {
    expect((await ask('node(id: "fund/yuebao") { __typename }')).node).toEqual({ __typename: 'Fund' });
    expect((await ask('ledger { fund(id: "other") { id } }')).ledger.fund).toBeNull();
  });
});
