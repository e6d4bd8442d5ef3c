import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

const open = async (input: object) =>
  (
    await served.data(
      'mutation($input: OpenSandboxInput!) { openSandbox(input: $input) { __typename ... on Sandbox { id book forkedAt revision eventCount overrides { parameter value from to } ledger { revision digest } } ... on Refusal { code value message } } }',
      { input },
    )
  ).openSandbox;

const digest = async (args = '') => (await served.data(`{ ledger${args} { revision digest } }`)).ledger;

const pay = (payment: string, place: string) => `mutation {
  initiatePayment(input: { ${place} payment: "${payment}", payer: "user-1", payee: "merchant-1", amount: { amount: "100.00", currency: "CNY" }, method: WALLET, escrow: false, effectiveOn: "2016-04-10" }) {
    ... on CommandAccepted { revision events { nodes { entry { account amount } } } }
    ... on Refusal { code }
  }
}`;

const fee = (entry: readonly { account: string; amount: string }[]) =>
  entry.find(({ account }) => account.includes('merchant-fee'))?.amount;

describe('a sandbox', () => {
  it('is the book, and then goes its own way under its own assumptions', async () => {
    const book = await digest();
    const sandbox = await open({
      overrides: [{ parameter: 'payments.merchantFeeRate', value: '1%', from: '2016-04-01' }],
    });
    expect(sandbox).toMatchObject({
      __typename: 'Sandbox',
      book: 'main',
      forkedAt: book.revision,
      revision: book.revision,
      eventCount: 0,
      overrides: [{ parameter: 'payments.merchantFeeRate', value: '1%', from: '2016-04-01', to: null }],
    });
    expect(sandbox.ledger.digest).toBe(book.digest);
    const { initiatePayment } = await served.data(pay('P-50', `sandbox: "${sandbox.id}",`));
    expect(fee(initiatePayment.events.nodes[0].entry)).toBe('-1.00');
    expect(Number(initiatePayment.revision)).toBe(Number(book.revision) + 1);
    expect(await digest()).toEqual(book);
    // Queries go by it, too.
    const at = `(sandbox: "${sandbox.id}")`;
    const found = await served.data(
      `{ ledger${at} { revision holder(id: "user-1") { positions { amount } } } event(sandbox: "${sandbox.id}", at: "${initiatePayment.revision}") { type } events(sandbox: "${sandbox.id}", first: 2, filter: { holder: "user-1" }) { nodes { type revision } } parameters(sandbox: "${sandbox.id}", segment: "payments", on: "2016-04-10") { name value timeline { value overridden } } }`,
    );
    expect(found.event.type).toBe('PaymentInitiated');
    expect(found.events.nodes).toHaveLength(2);
    expect(found.parameters[0]).toMatchObject({
      value: '1%',
      timeline: [
        { value: '0.6%', overridden: false },
        { value: '1%', overridden: true },
      ],
    });
  });

  it('does not see what the book does afterwards', async () => {
    const sandbox = await open({});
    const { initiatePayment } = await served.data(pay('P-51', ''));
    expect(fee(initiatePayment.events.nodes[0].entry)).toBe('-0.60');
    expect(await digest(`(sandbox: "${sandbox.id}")`)).toEqual(sandbox.ledger);
  });

  it('may begin at an older revision', async () => {
    const then = await digest('(revision: "100")');
    const sandbox = await open({ revision: '100' });
    expect(sandbox.ledger).toEqual(then);
  });

  it('closes days of its own', async () => {
    const sandbox = await open({});
    const close = `mutation { closeDay(input: { sandbox: "${sandbox.id}", effectiveOn: "2016-04-01" }) { ... on CommandAccepted { dayClosed { day } eventCount } ... on Refusal { code } } }`;
    expect((await served.data(close)).closeDay.dayClosed).toEqual({ day: '2016-04-01' });
    const { sandboxes } = await served.data(
      '{ sandboxes { id eventCount ledger(asOf: "2016-04-01") { openFrom } } }',
    );
    expect(sandboxes.find(({ id }: { id: string }) => id === sandbox.id)).toMatchObject({
      ledger: { openFrom: '2016-04-02' },
    });
    expect((await served.data('{ ledger { openFrom } }')).ledger.openFrom).toBe('2016-04-01');
  });

  it('goes by its own assumptions at its older revisions, too', async () => {
    const { id } = await open({ overrides: [{ parameter: 'huabei.statementDay', value: 15 }] });
    const lineOf = async (revision: string) =>
      await served.data(
        `{ ledger(sandbox: "${id}"${revision}) { revision digest creditLine(holder: "user-9") { statementDay } } }`,
      );
    await served.data(
      `mutation { openCreditLine(input: { sandbox: "${id}", holder: "user-9", effectiveOn: "2016-04-10" }) { ... on CommandAccepted { revision } ... on Refusal { code } } }`,
    );
    const then = await lineOf('');
    expect(then.ledger.creditLine.statementDay).toBe(15);
    await served.data(
      `mutation { topUp(input: { sandbox: "${id}", holder: "user-9", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-10" }) { ... on Refusal { code } } }`,
    );
    expect(await lineOf(`, revision: "${then.ledger.revision}"`)).toEqual(then);
  });

  it('is discarded', async () => {
    const { id } = await open({});
    const discard = `mutation { discardSandbox(id: "${id}") { __typename ... on Sandbox { id } ... on Refusal { code } } }`;
    expect((await served.data(discard)).discardSandbox).toEqual({ __typename: 'Sandbox', id });
    expect((await served.data(discard)).discardSandbox).toEqual({
      __typename: 'NotFound',
      code: 'SANDBOX_UNKNOWN',
    });
    expect((await served.ask(`{ ledger(sandbox: "${id}") { revision } }`)).errors[0]?.extensions.code).toBe(
      'SANDBOX_UNKNOWN',
    );
  });

  it.each([
    ['no such book', { book: 'none' }, 'BOOK_UNKNOWN'],
    ['a revision to come', { revision: '99999' }, 'POINT_UNKNOWN'],
    ['no such parameter', { overrides: [{ parameter: 'payments.none', value: 1 }] }, 'UNKNOWN_PARAMETER'],
    [
      'a value that is none',
      { overrides: [{ parameter: 'payments.merchantFeeRate', value: '101%' }] },
      'INVALID_INPUT',
    ],
    [
      'ranges that overlap',
      {
        overrides: [
          { parameter: 'payments.merchantFeeRate', value: '1%', from: '2016-01-01', to: '2016-06-30' },
          { parameter: 'payments.merchantFeeRate', value: '2%', from: '2016-06-30', to: '2016-07-01' },
        ],
      },
      'INVALID_INPUT',
    ],
  ])('refuses %s', async (_what, input, code) => {
    expect(await open(input)).toMatchObject({ code });
  });
});
