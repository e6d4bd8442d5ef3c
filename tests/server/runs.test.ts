/** Runs in threads of their own: bounds, a crowd, cancelling, deaths; and answers that are those of a run at hand. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { engineVersion } from '../../src/book/engine-version.ts';
import { isMistaken, parseScenario } from '../../src/scenario/file/file.ts';
import { runLimits } from '../../src/scenario/holding/runs.ts';
import { readBase } from '../../src/scenario/running/bases.ts';
import { runScenario } from '../../src/scenario/running/run.ts';
import { house } from '../../src/segments/index.ts';
import { RunThread } from '../../src/server/runs/thread.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { Served } from './served.ts';

const spring = 'horizon: { from: 2016-03-01, to: 2016-04-30 }';
/** A what-if on the small book; each name is another question. */
const small = (name: string, rate = '1%'): string =>
  `scenario: ${name}\nbase: { book: main }\n${spring}\nassumptions: { payments.merchantFeeRate: ${rate} }\n`;
/** Days closed to the end of time: nobody waits for that. */
const endless = (name: string): string =>
  `scenario: ${name}\nbase: { book: main }\nhorizon: { from: 2016-03-01, to: 9999-12-31, close: daily }\nassumptions: { payments.floatRate: 1% }\n`;
const endlessDays = 3_000_000;

const start = (input: string): string =>
  `mutation($text: String!) { runScenario(input: { text: $text, ${input} }) { __typename ... on Run { id digest } ... on RunProgress { id status place } ... on Refusal { code value message hint } } }`;

async function run(served: Served, text: string, input = 'wait: true') {
  return (await served.data(start(input), { text })).runScenario;
}

/** Everything that a stream of a run's progress says. */
async function progress(served: Served, id: string): Promise<readonly { status: string; refusal: object }[]> {
  const response = await fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({
      query: `subscription { runProgress(id: "${id}") { status phase share refusal { code value } run { id digest } } }`,
    }),
  });
  return [...(await response.text()).matchAll(/^data: (\{.*)$/gm)].map(
    ([, text]) => JSON.parse(text ?? '').data.runProgress,
  );
}

/** How far a thread of a run gives way; nothing where a thread is no run's, or has ended. Field 19 of proc_pid_stat(5). */
function runNiceness(task: string): readonly number[] {
  try {
    const text = readFileSync(`/proc/self/task/${task}/stat`, 'utf8');
    // The name is field 2, in brackets; what comes after begins with field 3.
    const [, name, rest = ''] = /^\d+ \((.*)\) (.*)/.exec(text) ?? [];
    return name === 'formicary run' ? [Number(rest.split(' ')[19 - 3])] : [];
  } catch {
    return [];
  }
}

describe('beside a run that takes long', () => {
  let served: Served;
  beforeAll(async () => {
    served = await Served.start(undefined, { runs: { daysMax: endlessDays, memoryBytesMax: 8 * 1024 ** 3 } });
  });
  afterAll(() => served.server.close());

  it('what is asked is answered, others wait, and it ends at once when it is cancelled', async () => {
    const { id } = await run(served, endless('for-ever'), 'wait: false');
    const told = progress(served, id);
    const { ledger } = await served.data('{ ledger { revision } }');
    expect(ledger.revision).not.toBe('0');
    const next = await run(served, small('next'), 'wait: false');
    expect(next).toMatchObject({ __typename: 'RunProgress', status: 'QUEUED', place: 1 });
    const { runProgress } = await served.data(`{ runProgress(id: "${id}") { status } }`);
    expect(runProgress.status).toBe('RUNNING');
    await served.data(`mutation { cancelRun(id: "${id}") { __typename } }`);
    expect((await told).at(-1)).toMatchObject({ status: 'FAILED', refusal: { code: 'RUN_CANCELLED' } });
    // The place is free again.
    expect((await progress(served, next.id)).at(-1)).toMatchObject({ status: 'DONE', run: { id: next.id } });
  });

  it('a crowd is told that there is no place, and who has one is answered', async () => {
    const { id } = await run(served, endless('in-the-way'), 'wait: false');
    const crowd = await Promise.all(
      Array.from({ length: 60 }, (_, at) => run(served, small(`crowd-${at}`, `${at + 2}%`), 'wait: false')),
    );
    const refused = crowd.filter(({ code }) => code === 'TOO_MANY');
    const taken = crowd.filter(({ __typename }) => __typename === 'RunProgress');
    expect([taken.length, refused.length]).toEqual([runLimits.queuedMax, 60 - runLimits.queuedMax]);
    await served.data(`mutation { cancelRun(id: "${id}") { __typename } }`);
    const [next] = taken;
    expect((await progress(served, next.id)).at(-1)?.status).toBe('DONE');
  });
});

describe('a bound', () => {
  test.each([
    ['days', {}, endless('days'), 'horizon: 2016-03-01 to 9999-12-31'],
    ['facts', { factsMax: 5 }, small('facts'), /^facts: \d+$/],
    ['memory', { daysMax: endlessDays, memoryBytesMax: 64 * 1024 ** 2 }, endless('memory'), /^memory/],
  ])('of %s ends a run with a code, and the next goes on', async (_what, runs, text, value) => {
    await using served = await Served.start(undefined, { runs });
    const asked = await run(served, text, 'wait: false');
    const refused = asked.id === undefined ? asked : (await progress(served, asked.id)).at(-1)?.refusal;
    expect(refused).toMatchObject({ code: 'RUN_TOO_LARGE', value: expect.stringMatching(value) });
    const { ledger } = await served.data('{ ledger { revision } }');
    expect(ledger.revision).not.toBe('0');
    const next = `scenario: next\nbase: { empty: { from: 2016-03-01 } }\n${spring}\n`;
    expect(await run(served, next)).toMatchObject({ __typename: 'Run' });
  });

  it('of time ends a run with a code, whatever it is doing', async () => {
    const runs = { daysMax: endlessDays, memoryBytesMax: 8 * 1024 ** 3, msMax: 4_000 };
    await using served = await Served.start(undefined, { runs });
    const asked = await run(served, endless('time'), 'wait: false');
    // Where the machine is busy, time is up before it is even named.
    const refused = asked.id === undefined ? asked : (await progress(served, asked.id)).at(-1)?.refusal;
    expect(refused).toMatchObject({ code: 'RUN_TOO_LARGE', value: expect.stringMatching(/^time/) });
    expect((await served.data('{ ledger { settling } }')).ledger.settling).toBe(false);
  });

  it('that the program itself is beyond is said, too', async () => {
    await using served = await Served.start(undefined, { runs: { memoryBytesMax: 1024 ** 2 } });
    expect(await run(served, small('tiny'))).toMatchObject({
      code: 'RUN_TOO_LARGE',
      value: expect.stringMatching(/^memory/),
    });
    expect((await served.data('{ ledger { settling } }')).ledger.settling).toBe(false);
  });
});

describe('a thread that dies', () => {
  const bounds = { daysMax: 1, factsMax: 1, memoryBytesMax: 1, msMax: 1 };
  const handlers = { progress: () => undefined, figures: () => new Uint8Array() };

  it('says so to whoever waits, and to whoever asks after that', async () => {
    const script = new URL(`data:text/javascript,${encodeURIComponent('process.exit(7)')}`);
    const { promise: gone, resolve } = Promise.withResolvers<Error>();
    const thread = new RunThread(
      { engine: '', scenarios: '', bounds, trust: false },
      handlers,
      resolve,
      script,
    );
    const asked = { text: '', file: '', overrides: [] };
    const waiting = thread.wire.call('outline', asked);
    await expect(waiting).rejects.toThrow('the thread has ended with code 7');
    expect((await gone).message).toBe('the thread has ended with code 7');
    await expect(thread.wire.call('outline', asked)).rejects.toThrow('ended with code 7');
  });
});

describe('runs that are done', () => {
  let served: Served;
  let folder: string;
  let first: { id: string };
  let second: { id: string };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'formicary-'));
    mkdirSync(join(folder, 'histories'));
    mkdirSync(join(folder, 'histories', 'folder.jsonl'));
    writeFileSync(join(folder, 'dear.yaml'), small('dear', '10%'));
    const line = { on: '2016-03-01', command: 'topUp', with: { holder: 'user-1', amount: '1.00 CNY' } };
    writeFileSync(join(folder, 'small.jsonl'), `${JSON.stringify(line)}\n`);
    served = await Served.start(undefined, { scenarios: folder });
    first = await run(served, small('first'));
    second = await run(served, small('second', '2%'));
  });
  afterAll(async () => {
    await served.server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('have the ids and digests that the same question has in this thread', async () => {
    const lease = await served.server.books.lease('main');
    if (!('book' in lease)) throw new Error(lease.message);
    const scenario = parseScenario(small('first'), { file: 'text', house });
    if (isMistaken(scenario)) throw new Error('mistaken');
    const engine = engineVersion();
    const { signal } = new AbortController();
    const none = async () => [];
    const base = await readBase(
      { house, engine, history: none, log: async () => lease.book.log },
      scenario,
      signal,
    );
    if (!('facts' in base)) throw new Error(base.message);
    const { id, digest } = await runScenario({ house, scenario, base, engine });
    lease.release();
    expect(first).toMatchObject({ id, digest });
  });

  it.runIf(process.platform === 'linux')('are evaluated by threads that give way to the others', () => {
    const niceness = readdirSync('/proc/self/task').flatMap(runNiceness);
    // Those that hold the two runs; one that is only being started may not have done so yet.
    expect(niceness.filter((nice) => nice === 10).length).toBeGreaterThanOrEqual(2);
  });

  it('are compared though other threads hold them', async () => {
    const fields =
      'segments(by: YEAR) { run variant segment of baseline { amount } value { amount } } accounts(first: 500) { nodes { run variant account difference { amount } } } firstDivergence(variant: "second") { type subject entry { account amount } }';
    const { compare } = await served.data(`query($runs: [ID!]!) { compare(runs: $runs) { ${fields} } }`, {
      runs: [first.id, second.id],
    });
    const fees = compare.segments.filter(
      ({ segment, of }: { segment: string; of: string }) => segment === 'payments' && of === 'revenue',
    );
    // 0.6 % of 120.00 and of 70.00 in the baseline, 1 % and 2 % in the variants, and interest on the float besides.
    const [one, other] = ['first', 'second'].map((name) =>
      fees.find((each: { variant: string }) => each.variant === name),
    );
    expect(one).toMatchObject({ run: first.id, baseline: { amount: '4.94' }, value: { amount: '5.70' } });
    expect(other).toMatchObject({ run: second.id, baseline: { amount: '4.94' } });
    expect(Number(other.value.amount)).toBeGreaterThan(5.7);
    expect(fees.map(({ variant }: { variant: string }) => variant)).toEqual(['first', 'baseline', 'second']);
    expect(compare.accounts.nodes).toContainEqual({
      run: second.id,
      variant: 'second',
      account: 'platform:income:payments:merchant-fee:CNY',
      difference: { amount: expect.stringMatching(/^\d/) },
    });
    expect(compare.firstDivergence).toMatchObject({ type: 'ReceiptConfirmed', subject: 'payment/P-1' });
  });

  it('answer with variables, fragments, aliases, types and enums as a book does', async () => {
    const query = `
      query($id: ID!, $of: String!, $day: Date, $by: Period = MONTH, $no: Boolean = false) {
        run(id: $id) {
          again: id
          variant(name: "baseline") { name whole: ledger { ...figures } early: ledger(asOf: $day) { balance(of: $of) { amount } } }
        }
        ledger { ...figures }
      }
      fragment figures on Ledger {
        __typename revision openFrom digest
        account(id: "platform:liability:payments:wallet:user-1:CNY") { __typename id class balance { amount currency } }
        segment(id: "payments") { revenue(by: $by) { period from to amount { amount } } }
        skipped: book @include(if: $no)
        ... on Ledger { settling }
      }`;
    const { run: found, ledger } = await served.data(query, {
      id: first.id,
      of: 'platform:liability:payments:wallet',
      day: '2016-03-01',
    });
    expect(found).toMatchObject({ again: first.id, variant: { name: 'baseline', whole: ledger } });
    expect(found.variant.early.balance).toEqual([{ amount: expect.stringMatching(/^\d+\.\d\d$/) }]);
  });

  it('give an error its code and its place, and the rest of the answer', async () => {
    const { data, errors } = await served.ask(
      `{ run(id: "${first.id}") { id variant(name: "first") { name events(first: 501) { nodes { type } } } } }`,
    );
    expect(errors).toMatchObject([{ path: ['run', 'variant', 'events'], extensions: { code: 'TOO_LONG' } }]);
    expect(data.run).toMatchObject({ id: first.id, variant: null });
  });

  it('are named in the queue, and by their files', async () => {
    const dear = (
      await served.data(
        'mutation { runScenario(input: { scenario: "dear" }) { ... on Run { id scenario { id } } } }',
      )
    ).runScenario;
    expect(dear.scenario.id).toBe('dear');
    const { runs } = await served.data('{ runs(first: 3) { nodes { id } } }');
    expect(runs.nodes.map(({ id }: { id: string }) => id)).toEqual([dear.id, second.id, first.id]);
  });

  it('tell the histories of all their variants at once, again and again', async () => {
    const variants = [1, 2, 3, 4, 5].map(
      (rate) => `  - name: v${rate}\n    assumptions: { payments.merchantFeeRate: ${rate}.5% }\n`,
    );
    const text = `scenario: many\nbase: { book: main }\n${spring}\nvariants:\n${variants.join('')}`;
    const { id } = await run(served, text);
    const query = `{ run(id: "${id}") { variants { name events(first: 1) { nodes { type } } } } }`;
    const once = await served.data(query);
    expect(once.run.variants).toHaveLength(6);
    expect(await served.data(query)).toEqual(once);
    expect(await served.data(query)).toEqual(once);
  });

  it('that would close more days after their base than may be are refused, whatever their horizon begins with', async () => {
    const far = 'horizon: { from: 9990-01-01, to: 9999-12-31, close: daily }';
    const text = `scenario: far\nbase: { book: main }\n${far}\nassumptions: { payments.floatRate: 1% }\n`;
    expect(await run(served, text)).toMatchObject({
      code: 'RUN_TOO_LARGE',
      value: 'horizon: to 9999-12-31',
      message: expect.stringContaining('2916005 days to close, at most 10958'),
    });
    expect(await run(served, text.replace('{ book: main }', '{ history: small.jsonl }'))).toMatchObject({
      code: 'RUN_TOO_LARGE',
    });
  });

  it('do not start from a folder', async () => {
    const text = `scenario: x\nbase: { history: histories/folder.jsonl }\n${spring}\n`;
    expect(await run(served, text)).toMatchObject({
      code: 'HISTORY_UNKNOWN',
      value: 'histories/folder.jsonl',
    });
  });
});

describe('a thread reads the log by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'formicary-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(['sqlite', 'eventstoredb'])('on %s', async (engine) => {
    await using store = engine === 'sqlite' ? undefined : await TestServer.start();
    await using served = await Served.start(undefined, { store: store?.url ?? `sqlite:${folder}` });
    const found = await run(served, small('alone').replace('1%', '0.6%'));
    const { run: read } = await served.data(
      `{ run(id: "${found.id}") { base { revision hash } variants { digest } warnings { code } } ledger { revision digest } }`,
    );
    const { ledger } = await served.data('{ ledger { revision digest } }');
    expect(read).toMatchObject({ base: { revision: ledger.revision }, warnings: [] });
    expect(read.variants.map(({ digest }: { digest: string }) => digest)).toEqual([
      ledger.digest,
      ledger.digest,
    ]);
  });
});
