import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalKind } from '../../src/graphql/base/results.ts';
import { commandsOf } from '../../src/graphql/commands/commands.ts';
import { declaredCodes, Refusal } from '../../src/kernel/values/refusals.ts';
import { house } from '../../src/segments/index.ts';
import { Served, smallHistory } from '../server/served.ts';
import { everyTier } from '../support/credit.ts';

/** What user-1 owes since the last day of March, so that steps that need some time have had it. */
const debts = [
  ['openCreditLine', { holder: 'user-1' }],
  ['drawCredit', { holder: 'user-1', payee: 'merchant-1', amount: '100.00 CNY' }],
  ...advance('A-1', 'receivable', '50.00 CNY'),
  ...advance('A-2', 'inventory', '80.00 CNY'),
  // Called at the close of the day, and may be sold at once.
  ['valuePledge', { loan: 'A-2', value: '60.00 CNY' }],
  policy('mybank.marginDays', 0),
  // Everybody may borrow, and need not leave a deposit.
  policy('jiebei.limits', everyTier('1000.00 CNY')),
  policy('zhima.waiverScore', 350),
  ['waiveDeposit', { waiver: 'W-1', holder: 'user-1', partner: 'merchant-1', amount: '30.00 CNY' }],
] as const;

type Debt = readonly [command: string, inputs: { readonly [name: string]: unknown }];

function advance(loan: string, kind: string, principal: string): readonly Debt[] {
  const value = '200.00 CNY';
  return [
    [
      'applyForAdvance',
      { loan, kind, holder: 'user-1', core: 'core-1', value, principal, dueOn: '2016-06-30' },
    ],
    ['disburseLoan', { loan, product: 'mybank' }],
  ];
}

function policy(parameter: string, value: unknown): Debt {
  return ['changePolicy', { parameter, value, from: '2016-03-31', reason: 'a test' }];
}

/** The small history, and what is owed. */
function* history() {
  for (const line of smallHistory()) {
    const [on, name] = line;
    if (on === '2016-03-31' && name === 'closeDay')
      for (const [command, inputs] of debts) yield [on, command, inputs] as const;
    yield line;
  }
}

let served: Served;
beforeAll(async () => {
  served = await Served.start(history());
  // For returnTransfer: completeTransfer ends the other.
  await send('sendTransfer', { ...half, transfer: 'T-0', effectiveOn: '2016-04-02' });
});
afterAll(async () => {
  await served.server.close();
});

const money = (amount: string, currency = 'CNY') => ({ amount, currency });

const answer = `__typename
  ... on CommandAccepted { revision repeated eventCount events { nodes { type data subject effectiveOn actor idempotencyKey entry { account amount currency } } } }
  ... on Refusal { code message value hint }`;

/** Sends a command; what it is answered with. */
async function send(command: string, input: object, headers: Readonly<Record<string, string>> = {}) {
  const type = `${command.charAt(0).toUpperCase()}${command.slice(1)}Input`;
  const { data, errors } = await served.ask(
    `mutation($input: ${type}!) { ${command}(input: $input) { ${answer} } }`,
    { input },
    headers,
  );
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return data[command];
}

/** A transfer between books, as both of them name it; the other book isn't there, so that it stays where it is. */
const half = { from: 'user-1', otherBook: 'elsewhere', to: 'user-9', amount: money('1.00') };

const jiebei = { loan: 'L-1', product: 'jiebei' };
const mybank = { loan: 'L-2', product: 'mybank' };

/** Good inputs of every command, on a day of April; they follow one another. */
const good: readonly (readonly [command: string, input: object])[] = [
  ...['platform', 'huabei', 'jiebei', 'mybank'].map(
    (entity) => ['contributeCapital', { entity, amount: money('10.00') }] as const,
  ),
  ['topUp', { holder: 'user-1', amount: money('500.00') }],
  ['initiatePayment', paying('P-10', 'WALLET')],
  ['confirmReceipt', { payment: 'P-10' }],
  ['refundPayment', { payment: 'P-10', amount: money('20.00') }],
  ['transfer', { from: 'user-1', to: 'user-2', amount: money('30.00') }],
  ['withdraw', { holder: 'merchant-1', amount: { share: '10%' } }],
  ['subscribeFund', { fund: 'yuebao', holder: 'user-1', amount: money('50.00') }],
  ['redeemFund', { fund: 'yuebao', holder: 'user-1', amount: { money: money('20.00') }, speed: 'QUICK' }],
  ['publishRate', { asset: 'DEPOSIT_3M', rate: '3.1%' }],
  ['sendTransfer', { ...half, transfer: 'T-1' }],
  ['completeTransfer', { transfer: 'T-1' }],
  ['returnTransfer', { transfer: 'T-0', reason: 'a test' }],
  ['receiveTransfer', { ...half, transfer: 'T-1' }],
  ['declineTransfer', { ...half, transfer: 'T-2', reason: 'a test' }],
  ['openCreditLine', { holder: 'user-2' }],
  ['drawCredit', { holder: 'user-2', payee: 'merchant-1', amount: money('40.00') }],
  ['initiatePayment', paying('P-11', 'HUABEI')],
  ['convertToInstalments', { holder: 'user-1', amount: money('60.00'), term: 6 }],
  ['repayCredit', { holder: 'user-1', amount: { intent: 'MINIMUM' } }],
  ['repayCredit', { holder: 'user-1', amount: { money: money('5.00') } }],
  ['writeOffCredit', { holder: 'user-1' }],
  ['recoverCredit', { holder: 'user-1', amount: money('10.00') }],
  ...[jiebei, mybank].flatMap((loan) => {
    const terms = { holder: 'user-1', principal: money('300.00'), term: 3, method: 'EQUAL_PRINCIPAL' };
    return [
      ['applyForLoan', { ...loan, ...terms }],
      ['disburseLoan', loan],
      ['repayLoan', { ...loan, amount: { money: money('100.00') } }],
      ['restructureLoan', { ...loan, term: 12, method: 'ANNUITY' }],
      ['writeOffLoan', loan],
      ['recoverLoan', { ...loan, amount: money('10.00') }],
    ] as const;
  }),
  [
    'applyForAdvance',
    {
      loan: 'A-3',
      kind: 'ORDER',
      holder: 'user-2',
      core: 'core-1',
      value: money('200.00'),
      principal: money('100.00'),
      dueOn: '2016-06-30',
    },
  ],
  ['repayLoan', { loan: 'A-1', product: 'mybank', amount: { intent: 'ALL' } }],
  ['topUp', { holder: 'core-1', amount: money('200.00') }],
  ['settleAdvance', { loan: 'A-1', amount: money('200.00') }],
  ['valuePledge', { loan: 'A-2', value: money('70.00') }],
  ['sellPledge', { loan: 'A-2', price: money('75.00') }],
  ['queryScore', { query: 'Q-1', partner: 'merchant-1', holder: 'user-1' }],
  ['claimWaived', { waiver: 'W-1', amount: money('5.00') }],
  ['waiveDeposit', { waiver: 'W-2', holder: 'user-1', partner: 'merchant-1', amount: money('20.00') }],
  ['returnWaived', { waiver: 'W-2' }],
  [
    'changePolicy',
    { parameter: 'payments.merchantFeeRate', value: '0.5%', from: '2016-05-01', reason: 'a test' },
  ],
  ['closeDay', {}],
];

function paying(payment: string, method: string) {
  return { payment, payer: 'user-1', payee: 'merchant-1', amount: money('100.00'), method, escrow: true };
}

const effectiveOn = '2016-04-02';

describe('every command', () => {
  const names = commandsOf(house).map(([name]) => name);

  it('has a test here', () => {
    expect([...new Set(good.map(([name]) => name)), 'reverse'].sort()).toEqual(names);
  });

  it.each(good)('%s %j is carried out', async (command, input) => {
    const on = command === 'closeDay' ? '2016-04-01' : effectiveOn;
    const idempotencyKey = `good ${command} ${JSON.stringify(input)}`;
    const found = await send(command, { ...input, effectiveOn: on, idempotencyKey });
    expect(found).toMatchObject({ __typename: 'CommandAccepted', repeated: false });
    const [fact] = found.events.nodes;
    expect(fact).toMatchObject({ effectiveOn: on, actor: 'anonymous', idempotencyKey });
    const again = await send(command, { ...input, effectiveOn: on, idempotencyKey });
    expect(again).toEqual({ ...found, repeated: true });
  });

  it('reverse undoes a fact of an open day', async () => {
    const { revision } = await send('topUp', { holder: 'user-5', amount: money('5.00'), effectiveOn });
    const found = await send('reverse', { event: revision, reason: 'a slip', effectiveOn });
    expect(found.events.nodes[0]).toMatchObject({
      type: 'Reversed',
      entry: [
        { account: 'platform:asset:payments:reserve:CNY', amount: '-5.00' },
        { account: 'platform:liability:payments:wallet:user-5:CNY', amount: '5.00' },
      ],
    });
    expect(await send('reverse', { event: revision, reason: 'again', effectiveOn })).toMatchObject({
      __typename: 'Rejected',
      code: 'ALREADY_REVERSED',
    });
  });
});

describe('an answer', () => {
  it('is the same whether a command comes as a mutation or as a line of a history', async () => {
    const lease = await served.server.books.lease('main');
    if (lease instanceof Refusal) throw new Error(lease.message);
    const input = { holder: 'user-1', amount: money('2.00'), effectiveOn, idempotencyKey: 'by two doors' };
    const first = await send('topUp', input);
    const line = {
      on: effectiveOn,
      command: 'topUp',
      with: { holder: 'user-1', amount: '2.00 CNY' },
      key: 'by two doors',
    };
    const repeated = await lease.desk.execute(line, { actor: 'import', correlation: '' });
    lease.release();
    expect(repeated).toMatchObject({ kind: 'repeated', first: Number(first.revision) });
  });

  it('carries who asked, and the correlation id', async () => {
    const { revision } = await send(
      'topUp',
      { holder: 'user-1', amount: money('1.00'), effectiveOn },
      { 'x-formicary-actor': 'teller-7', 'x-correlation-id': 'desk-4/17' },
    );
    const { event } = await served.data(`{ event(at: "${revision}") { actor correlation } }`);
    expect(event).toEqual({ actor: 'teller-7', correlation: 'desk-4/17' });
  });

  it('of closeDay is the day, with counts', async () => {
    const close = (on: string) =>
      served.data(
        `mutation { closeDay(input: { effectiveOn: "${on}" }) { ... on CommandAccepted { revision repeated eventCount dayClosed { day eventCount breaches { rule amount { amount } } event { type } } } ... on Refusal { code } } }`,
      );
    const { closeDay: first } = await close('2016-04-02');
    expect(first).toMatchObject({
      repeated: false,
      dayClosed: { day: '2016-04-02', event: { type: 'DayClosed' } },
    });
    expect(first.eventCount).toBe(first.dayClosed.eventCount + 2);
    // Without a key, too: a day that is closed stays so.
    await send('topUp', { holder: 'user-1', amount: money('1.00'), effectiveOn: '2016-04-03' });
    expect((await close('2016-04-02')).closeDay).toEqual({ ...first, repeated: true });
    const { closeDay: third } = await close('2016-04-03');
    expect(third.dayClosed.day).toBe('2016-04-03');
    expect((await close('2016-04-02')).closeDay).toEqual({ ...first, repeated: true });
    expect((await close('2016-04-09')).closeDay).toEqual({ code: 'DAY_NOT_NEXT' });
  });

  it('of changePolicy is the timeline, and what it replaced', async () => {
    const change = (value: string, from: string) =>
      served.data(
        `mutation { changePolicy(input: { parameter: "payments.withdrawalFeeRate", value: "${value}", from: "${from}", reason: "a test", effectiveOn: "2016-04-05" }) { ... on CommandAccepted { policyChange { replaced { from value } parameter { name timeline { from to value source } } } } ... on Refusal { code message } } }`,
      );
    const { changePolicy } = await change('0.2%', '2016-06-01');
    expect(changePolicy.policyChange.replaced).toEqual([{ from: '2016-10-12', value: '0.1%' }]);
    expect(changePolicy.policyChange.parameter.timeline).toMatchObject([
      { from: null, to: '2016-05-31', value: '0%' },
      { from: '2016-06-01', to: null, value: '0.2%' },
    ]);
  });

  it('limits the events that it shows', async () => {
    const { closeDay } = await served.data(
      'mutation { closeDay(input: { effectiveOn: "2016-04-04" }) { ... on CommandAccepted { eventCount events(first: 2) { nodes { type } pageInfo { hasNextPage endCursor } } } } }',
    );
    expect(closeDay.events.nodes.map(({ type }: { type: string }) => type)[0]).toBe('DayClosing');
    expect(closeDay.events.pageInfo.hasNextPage).toBe(true);
  });
});

describe('a refusal is data', () => {
  const on = '2016-04-06';
  it.each([
    [
      'an amount of nothing',
      'topUp',
      { holder: 'u', amount: money('0.00') },
      'InvalidInput',
      'INVALID_INPUT',
    ],
    ['too many digits', 'topUp', { holder: 'u', amount: money('0.001') }, 'InvalidInput', 'INVALID_INPUT'],
    [
      'another currency',
      'topUp',
      { holder: 'u', amount: money('1.00', 'EUR') },
      'InvalidInput',
      'INVALID_INPUT',
    ],
    [
      'an id that is none',
      'topUp',
      { holder: 'a b', amount: money('1.00') },
      'InvalidInput',
      'INVALID_INPUT',
    ],
    [
      'no such fund',
      'subscribeFund',
      { fund: 'gold', holder: 'u', amount: money('1.00') },
      'InvalidInput',
      'UNKNOWN_FUND',
    ],
    [
      'no such entity',
      'contributeCapital',
      { entity: 'moon', amount: money('1.00') },
      'InvalidInput',
      'UNKNOWN_ENTITY',
    ],
    [
      'no such parameter',
      'changePolicy',
      { parameter: 'payments.feeRate', value: 1, from: '2016-05-01', reason: 'x' },
      'InvalidInput',
      'UNKNOWN_PARAMETER',
    ],
    ['no such payment', 'confirmReceipt', { payment: 'P-none' }, 'NotFound', 'PAYMENT_UNKNOWN'],
    ['no such event', 'reverse', { event: '99999', reason: 'x' }, 'NotFound', 'EVENT_UNKNOWN'],
    [
      'no such book',
      'topUp',
      { book: 'none', holder: 'u', amount: money('1.00') },
      'NotFound',
      'BOOK_UNKNOWN',
    ],
    [
      'no such sandbox',
      'topUp',
      { sandbox: 'none', holder: 'u', amount: money('1.00') },
      'NotFound',
      'SANDBOX_UNKNOWN',
    ],
    [
      'too little money',
      'withdraw',
      { holder: 'nobody', amount: { money: money('1.00') } },
      'Rejected',
      'INSUFFICIENT_FUNDS',
    ],
    [
      'nothing to do',
      'withdraw',
      { holder: 'nobody', amount: { share: 'all' } },
      'Rejected',
      'NOTHING_TO_DO',
    ],
    ['the same party', 'transfer', { from: 'u', to: 'u', amount: money('1.00') }, 'Rejected', 'SAME_PARTY'],
    [
      'a payer without a credit line',
      'initiatePayment',
      { payment: 'P-12', payer: 'u', payee: 'm', amount: money('1.00'), method: 'HUABEI', escrow: true },
      'NotFound',
      'CREDIT_LINE_UNKNOWN',
    ],
    [
      'no such product',
      'applyForLoan',
      { loan: 'L-9', product: 'moon', holder: 'u', principal: money('1.00'), term: 1, method: 'BULLET' },
      'InvalidInput',
      'UNKNOWN_PRODUCT',
    ],
    ['no such loan', 'disburseLoan', { loan: 'L-9', product: 'mybank' }, 'NotFound', 'LOAN_UNKNOWN'],
    ['no such waiver', 'returnWaived', { waiver: 'W-9' }, 'NotFound', 'WAIVER_UNKNOWN'],
    [
      'a word that this repayment does not know',
      'repayLoan',
      { loan: 'A-2', product: 'mybank', amount: { intent: 'MINIMUM' } },
      'InvalidInput',
      'INVALID_INPUT',
    ],
    [
      'more than the line allows',
      'drawCredit',
      { holder: 'user-2', payee: 'm', amount: money('99999.00') },
      'Rejected',
      'CREDIT_LIMIT_EXCEEDED',
    ],
  ])('%s', async (_what, command, input, kind, code) => {
    const before = (await served.data('{ ledger { revision } }')).ledger.revision;
    const found = await send(command, { ...input, effectiveOn: on });
    expect(found).toMatchObject({ __typename: kind, code });
    expect(found.message).not.toBe('');
    expect((await served.data('{ ledger { revision } }')).ledger.revision).toBe(before);
  });

  it('closed days and dates too far ahead', async () => {
    const input = { holder: 'u', amount: money('1.00') };
    expect(await send('topUp', { ...input, effectiveOn: '2016-03-31' })).toMatchObject({
      code: 'DAY_CLOSED',
    });
    expect(await send('topUp', { ...input, effectiveOn: '2026-03-31' })).toMatchObject({
      code: 'DATE_TOO_FAR',
    });
  });

  it('the same key with another input', async () => {
    const input = { holder: 'user-1', amount: money('1.00'), effectiveOn: on, idempotencyKey: 'one' };
    await send('topUp', input);
    expect(await send('topUp', { ...input, amount: money('2.00') })).toMatchObject({
      __typename: 'Conflict',
      code: 'KEY_REUSED',
      value: 'one',
    });
  });

  it('every code is of a kind', () => {
    const kinds = Object.fromEntries(
      declaredCodes().map((spec) => [spec.code, refusalKind(new Refusal(spec, ''))]),
    );
    expect(kinds).toMatchObject({
      KEY_REUSED: 'Conflict',
      INVALID_INPUT: 'InvalidInput',
      UNKNOWN_COMMAND: 'InvalidInput',
      UNKNOWN_FUND: 'InvalidInput',
      PAYMENT_UNKNOWN: 'NotFound',
      EVENT_UNKNOWN: 'NotFound',
      UNAVAILABLE: 'Unavailable',
      BOOK_SETTLING: 'Unavailable',
      TOO_MANY: 'Unavailable',
      DAY_CLOSED: 'Rejected',
      METHOD_UNAVAILABLE: 'Rejected',
      INSUFFICIENT_FUNDS: 'Rejected',
    });
  });
});

describe('a figure', () => {
  it('is never a number', async () => {
    const { status, errors } = await served.ask(
      'mutation { topUp(input: { holder: "u", amount: { amount: 1.10, currency: "CNY" }, effectiveOn: "2016-04-06" }) { __typename } }',
    );
    expect(status).toBe(400);
    expect(errors[0]?.message).toContain('Decimal cannot represent 1.10');
  });

  it('keeps eighteen digits', async () => {
    const amount = '1234567890123456.78';
    const { revision } = await send('topUp', {
      holder: 'rich',
      amount: money(amount),
      effectiveOn: '2016-04-06',
    });
    const { ledger } = await served.data(
      `{ ledger(revision: "${revision}") { balance(of: "platform:liability:payments:wallet:rich") { amount } } }`,
    );
    expect(ledger.balance).toEqual([{ amount }]);
  });
});
