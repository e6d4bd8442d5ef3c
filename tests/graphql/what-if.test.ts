import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served, smallHistory } from '../server/served.ts';

let served: Served;
let folder: string;

/** A scenario file over the small history. */
const cheaper = `scenario: cheaper
title: What if merchants had paid less?
base: { history: histories/small.jsonl, refused: fail }
horizon: { from: 2016-03-01, to: 2016-04-30, close: recorded }
variants:
  - name: free
    assumptions: { payments.merchantFeeRate: 0% }
  - name: dear
    assumptions: { payments.merchantFeeRate: 10% }
expect:
  - divergences = 0
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-'));
  mkdirSync(join(folder, 'histories'));
  const lines = [...smallHistory()].map(([on, command, inputs]) =>
    JSON.stringify({ on, command, with: inputs }),
  );
  writeFileSync(join(folder, 'histories', 'small.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'cheaper.yaml'), cheaper);
  writeFileSync(join(folder, 'mistaken.yaml'), 'scenario: mistaken\n');
  symlinkSync('/etc/hostname', join(folder, 'histories', 'elsewhere.jsonl'));
  served = await Served.start(undefined, { scenarios: folder });
});
afterAll(async () => {
  await served.server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = async (input: object, fields = 'id digest') =>
  (
    await served.data(
      `mutation($input: RunScenarioInput!) { runScenario(input: $input) { __typename ... on Run { ${fields} } ... on RunProgress { status share } ... on Refusal { code value message } } }`,
      { input },
    )
  ).runScenario;

const revenue =
  'name overrides { parameter value } ledger { revision digest segment(id: "payments") { revenue(by: YEAR) { amount { amount } } } }';

describe('a scenario', () => {
  it('is listed; one that is mistaken is not', async () => {
    const { scenarios } = await served.data(
      '{ scenarios { id title description source base from to seed overrides { parameter } editCount variants { name editCount overrides { parameter value from to } } report expect } }',
    );
    expect(scenarios).toMatchObject([
      {
        id: 'cheaper',
        base: 'history histories/small.jsonl',
        from: '2016-03-01',
        variants: [
          { name: 'free', overrides: [{ parameter: 'payments.merchantFeeRate', value: '0%' }] },
          { name: 'dear' },
        ],
        expect: ['divergences = 0'],
      },
    ]);
  });

  it('is run: the baseline is the record, and variants differ', async () => {
    const found = await run(
      { scenario: 'cheaper' },
      `id engine seed base { title revision hash } scenario { id } digest variants { ${revenue} evaluated moot eventCount divergesFrom digest } expectations { text variant holds found } warnings { code } divergences { nodes { variant } }`,
    );
    expect(found).toMatchObject({ __typename: 'Run', scenario: { id: 'cheaper' }, warnings: [] });
    const [baseline, free, dear] = found.variants;
    const { ledger } = await served.data('{ ledger { revision digest } }');
    expect(baseline).toMatchObject({ name: 'baseline', ledger, digest: ledger.digest, divergesFrom: null });
    expect(baseline.ledger.segment.revenue[0].amount.amount).toBe('4.94');
    expect(Number(free.ledger.segment.revenue[0].amount.amount)).toBeLessThan(4.94);
    expect(Number(dear.ledger.segment.revenue[0].amount.amount)).toBeGreaterThan(4.94);
    expect(found.expectations.every(({ holds }: { holds: boolean }) => holds)).toBe(true);
  });

  it('asked again is the same run', async () => {
    const first = await run({ scenario: 'cheaper' });
    expect(await run({ scenario: 'cheaper' })).toEqual(first);
    expect(
      (await run({ scenario: 'cheaper', overrides: [{ parameter: 'payments.floatRate', value: '0%' }] })).id,
    ).not.toBe(first.id);
    const { run: found, runs } = await served.data(
      `{ run(id: "${first.id}") { id digest } runs(first: 50) { nodes { id } } }`,
    );
    expect({ __typename: 'Run', ...found }).toEqual(first);
    expect(runs.nodes).toContainEqual({ id: first.id });
  });

  it('can be given as text, on a book of this server', async () => {
    const text =
      'scenario: mine\nbase: { book: main }\nhorizon: { from: 2016-03-01, to: 2016-04-30 }\nassumptions: { payments.merchantFeeRate: 1% }\n';
    const found = await run({ text }, `variants { ${revenue} }`);
    expect(found.variants[1].ledger.segment.revenue[0].amount.amount).toBe('5.70');
  });

  it('tells each variant as a history', async () => {
    const { id } = await run({ scenario: 'cheaper' });
    const { run: found } = await served.data(
      `{ run(id: "${id}") { variant(name: "dear") { eventCount events(first: 1, filter: { type: "ReceiptConfirmed" }) { nodes { revision type subject actor effectiveOn entry { account amount } cause { type } hash } } ledger { account(id: "platform:liability:payments:wallet:merchant-1:CNY") { statement(first: 1) { nodes { amount { amount } event { type } } } } holder(id: "merchant-1") { events(first: 1) { nodes { type } } } } } } }`,
    );
    expect(found.variant.events.nodes[0]).toMatchObject({
      subject: 'payment/P-1',
      actor: 'what-if',
      cause: null,
    });
    expect(found.variant.events.nodes[0].entry).toContainEqual({
      account: 'platform:income:payments:merchant-fee:CNY',
      amount: '-12.00',
    });
    expect(found.variant.ledger.account.statement.nodes).toEqual([
      { amount: { amount: '108.00' }, event: { type: 'ReceiptConfirmed' } },
    ]);
  });

  it('tells what answers what', async () => {
    const { id } = await run({ scenario: 'cheaper' });
    const { run: found } = await served.data(
      `{ run(id: "${id}") { variant(name: "dear") { events(first: 1, filter: { type: "DayClosed" }) { nodes { effectiveOn cause { type effectiveOn consequenceCount consequences(first: 400) { type } } } } } } }`,
    );
    const [closed] = found.variant.events.nodes;
    expect(closed).toMatchObject({
      effectiveOn: '2016-03-31',
      cause: { type: 'DayClosing', effectiveOn: '2016-03-31' },
    });
    expect(closed.cause.consequences).toHaveLength(closed.cause.consequenceCount);
    expect(closed.cause.consequences.at(-1)).toEqual({ type: 'DayClosed' });
  });

  it('compares variants with the baseline', async () => {
    const { id } = await run({ scenario: 'cheaper' });
    const { compare } = await served.data(
      `{ compare(runs: ["${id}"]) { segments(by: MONTH) { run variant segment of period baseline { amount } value { amount } difference { amount } } accounts(first: 2) { nodes { variant account baseline { amount } value { amount } difference { amount } } pageInfo { hasNextPage } } firstDivergence(variant: "free") { type subject entry { account amount } } } }`,
    );
    expect(compare.segments).toContainEqual({
      run: id,
      variant: 'free',
      segment: 'payments',
      of: 'revenue',
      period: '2016-03',
      baseline: { amount: '4.94' },
      value: { amount: expect.any(String) },
      difference: { amount: expect.stringMatching(/^-1\.\d\d$/) },
    });
    expect(compare.segments.some(({ variant }: { variant: string }) => variant === 'baseline')).toBe(false);
    expect(compare.accounts.nodes).toHaveLength(2);
    expect(compare.firstDivergence).toMatchObject({ type: 'ReceiptConfirmed', subject: 'payment/P-1' });
  });

  it('lists what could not be kept', async () => {
    const text =
      'scenario: capped\nbase: { book: main }\nhorizon: { from: 2016-03-01, to: 2016-04-30 }\nassumptions: { yuebao.holdingCap: 100.00 CNY }\n';
    const found = await run(
      { text },
      'divergences(variant: "capped") { nodes { variant line divergence { revision type subject on kind code detail was became } } }',
    );
    expect(found.divergences.nodes).toMatchObject([
      {
        variant: 'capped',
        divergence: {
          type: 'FundSubscribed',
          kind: 'CLAMP',
          code: 'HOLDING_CAP',
          became: { amount: '100.00 CNY' },
        },
      },
    ]);
  });

  it.each([
    ['no such scenario', { scenario: 'none' }, 'SCENARIO_UNKNOWN', 'NotFound'],
    ['mistakes', { text: 'scenario: x' }, 'SCENARIO_MISTAKEN', 'InvalidInput'],
    [
      'a history outside its folder',
      { text: 'scenario: x\nbase: { history: ../x.jsonl }\nhorizon: { from: 2016-01-01, to: 2016-02-01 }' },
      'HISTORY_UNKNOWN',
      'NotFound',
    ],
    [
      'a link that leads outside',
      {
        text: 'scenario: x\nbase: { history: histories/elsewhere.jsonl }\nhorizon: { from: 2016-01-01, to: 2016-02-01 }',
      },
      'HISTORY_UNKNOWN',
      'NotFound',
    ],
    [
      'a book that is not there',
      { text: 'scenario: x\nbase: { book: none }\nhorizon: { from: 2016-01-01, to: 2016-02-01 }' },
      'BOOK_UNKNOWN',
      'NotFound',
    ],
    [
      'an override of nothing',
      { scenario: 'cheaper', overrides: [{ parameter: 'x.y', value: 1 }] },
      'UNKNOWN_PARAMETER',
      'InvalidInput',
    ],
  ])('refuses %s', async (_what, input, code, kind) => {
    expect(await run(input)).toMatchObject({ __typename: kind, code });
  });
});

describe('a run under way', () => {
  it('says how far it is, and at last what it came to', async () => {
    const { runScenario } = await served.data(
      'mutation { runScenario(input: { scenario: "cheaper", wait: false, overrides: [{ parameter: "payments.floatRate", value: "1%" }] }) { __typename ... on RunProgress { id } ... on Run { id } } }',
    );
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: `subscription { runProgress(id: "${runScenario.id}") { id status place phase share done total factsPerSecond secondsLeft refusal { code } run { id digest } } }`,
      }),
    });
    const messages = [...(await response.text()).matchAll(/^data: (\{.*)$/gm)].map(
      ([, text]) => JSON.parse(text ?? '').data.runProgress,
    );
    expect(messages.at(-1)).toMatchObject({ status: 'DONE', share: '1.0000', run: { id: runScenario.id } });
    const { runProgress } = await served.data(`{ runProgress(id: "${runScenario.id}") { status } }`);
    expect(runProgress.status).toBe('DONE');
  });

  it('can be cancelled, and is forgotten', async () => {
    const { id } = await run({
      scenario: 'cheaper',
      overrides: [{ parameter: 'payments.floatRate', value: '3%' }],
    });
    const cancel = `mutation { cancelRun(id: "${id}") { __typename ... on RunProgress { id } ... on Refusal { code } } }`;
    expect((await served.data(cancel)).cancelRun).toEqual({ __typename: 'RunProgress', id });
    expect((await served.data(cancel)).cancelRun).toEqual({ __typename: 'NotFound', code: 'RUN_UNKNOWN' });
    const { errors } = await served.ask(`{ compare(runs: ["${id}"]) { segments { variant } } }`);
    expect(errors[0]?.extensions.code).toBe('RUN_UNKNOWN');
  });
});

describe('a sandbox with its history replayed', () => {
  const open = async (input: object) =>
    (
      await served.data(
        'mutation($input: OpenSandboxInput!) { openSandbox(input: $input) { ... on Sandbox { id forkedAt revision eventCount replayed divergenceCount divergences { type code } ledger { revision digest account(id: "platform:liability:payments:wallet:merchant-1:CNY") { statement(first: 1) { nodes { amount { amount } event { type subject } } } } } } ... on Refusal { code message } } }',
        { input: { replay: true, ...input } },
      )
    ).openSandbox;

  it('without assumptions is the book', async () => {
    const { ledger } = await served.data('{ ledger { revision digest } }');
    expect(await open({})).toMatchObject({ replayed: true, divergenceCount: 0, ledger });
  });

  it('has another past, and goes on from it', async () => {
    const sandbox = await open({ overrides: [{ parameter: 'payments.merchantFeeRate', value: '10%' }] });
    expect(sandbox.ledger.account.statement.nodes).toEqual([
      { amount: { amount: '108.00' }, event: { type: 'ReceiptConfirmed', subject: 'payment/P-1' } },
    ]);
    const { confirmReceipt } = await served.data(
      `mutation { confirmReceipt(input: { sandbox: "${sandbox.id}", payment: "P-3", effectiveOn: "2016-04-03" }) { ... on CommandAccepted { events { nodes { entry { account amount } } } } ... on Refusal { code } } }`,
    );
    expect(confirmReceipt.events.nodes[0].entry).toContainEqual({
      account: 'platform:income:payments:merchant-fee:CNY',
      amount: '-5.00',
    });
    const { events } = await served.data(`{ events(sandbox: "${sandbox.id}", first: 2) { nodes { type } } }`);
    expect(events.nodes).toEqual([{ type: 'ReceiptConfirmed' }, { type: 'PaymentInitiated' }]);
  });

  it('says what it could not keep', async () => {
    const sandbox = await open({ overrides: [{ parameter: 'yuebao.holdingCap', value: '100.00 CNY' }] });
    expect(sandbox).toMatchObject({
      divergenceCount: 1,
      divergences: [{ type: 'FundSubscribed', code: 'HOLDING_CAP' }],
    });
  });
});
