/** What a writer asks of the system: it answers after its sync; and where a call fails it never says that it succeeded. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heard, isUnavailable, run, untraceable } from './children.ts';
import { checkLeft, checkRepeated, foretell } from './oracle.ts';
import { type Order, randomCommands, textOf } from './order.ts';

let folder: string;
let path: string;
let order: Order;
const all = randomCommands(5, 300);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-calls-'));
  const commands = join(folder, 'commands.jsonl');
  writeFileSync(commands, textOf(all));
  path = join(folder, 'main.formicary');
  order = { path, commands, from: 0, to: 40, window: 1 };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const removeBook = (): void => {
  for (const tail of ['', '-wal', '-shm']) rmSync(`${path}${tail}`, { force: true });
};

/** In the names of tests that trace: why they are passed over here. */
const skipped = untraceable === undefined ? '' : ` (passed over: ${untraceable})`;

const strace = (...options: readonly string[]): readonly string[] => ['strace', '-f', '-qq', ...options];

/** The system calls of a trace, in order, each where it ended; calls that another thread interrupted are put together. */
function callsOf(trace: string): readonly string[] {
  const unfinished = new Map<string, string>();
  const calls: string[] = [];
  for (const line of trace.split('\n')) {
    const [, pid = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const begun = /^(.*) <unfinished \.\.\.>$/.exec(call)?.[1];
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(call)?.[1];
    if (begun !== undefined) unfinished.set(pid, begun);
    else if (resumed !== undefined) calls.push(`${unfinished.get(pid)}${resumed}`);
    else if (call !== '') calls.push(call);
  }
  return calls;
}

describe.runIf(untraceable === undefined)(`an answer${skipped}`, () => {
  it.each([1, 16])('is written after the sync of the append that it reports, %d waiting', async (window) => {
    const trace = join(folder, 'trace');
    const under = strace('-y', '-s', '200', '-o', trace, '-e', 'trace=fsync,fdatasync,write,pwrite64');
    // Small appends, so that a close is a run of several.
    const { acks, end } = await run({ ...order, window, to: 120, appendBytesMax: 3_000 }, { under });
    expect(end).toBeDefined();
    let answers = 0;
    let syncs = 0;
    let unsynced = false;
    let syncsAtAnswer = 0;
    let reported = -1;
    for (const call of callsOf(readFileSync(trace, 'utf8'))) {
      if (/^pwrite64\(\d+<[^>]*-wal>/.test(call)) unsynced = true;
      if (/^(fsync|fdatasync)\(\d+<[^>]*-wal>\) += 0/.test(call)) {
        unsynced = false;
        syncs++;
      }
      const line = /^write\(1<[^>]*>, "([^"]*\\n)"/.exec(call)?.[1];
      if (line === undefined || !line.startsWith('ack')) continue;
      const [ack] = heard(line.replace('\\n', '\n')).acks;
      answers++;
      expect(unsynced).toBe(false);
      if (ack === undefined || ack.last <= reported) continue;
      // What is new since the answer before was appended by it or before it, and so synced; of a batch the first tells.
      if (window === 1) expect(syncs).toBeGreaterThan(syncsAtAnswer);
      reported = ack.last;
      syncsAtAnswer = syncs;
    }
    expect(answers).toBe(acks.length);
    expect(answers).toBe(120);
    expect(syncs).toBeGreaterThan(3);
  });
});

describe.runIf(untraceable === undefined)(`a call that fails with EIO${skipped}`, () => {
  /** Of the syncs and writes after the opening, the ones that fail. An append is one sync and a few writes. */
  const syncs = [1, 2, 3, 6, 12, 20];
  const writes = [1, 2, 3, 4, 5, 6, 7, 11, 18, 30, 45];

  /** How many syncs and writes the main thread makes until the book is open. */
  async function openingCalls(): Promise<{ readonly syncs: number; readonly writes: number }> {
    const trace = join(folder, 'trace');
    const under = strace('-o', trace, '-e', 'trace=fsync,fdatasync,pwrite64,write');
    await run({ ...order, to: 1, appendBytesMax: 3_000 }, { under });
    removeBook();
    const lines = readFileSync(trace, 'utf8').split('\n');
    const main = lines[0]?.split(' ')[0] ?? '';
    const opening = lines
      .slice(
        0,
        lines.findIndex((line) => line.includes('write(1, "open')),
      )
      .filter((line) => line.startsWith(main));
    const count = (call: RegExp): number => opening.filter((line) => call.test(line)).length;
    return { syncs: count(/^\d+ +(fsync|fdatasync)\(/), writes: count(/^\d+ +pwrite64\(/) };
  }

  it('is never a success: what was answered is there, and a repeat with the key books it once', async () => {
    const opening = await openingCalls();
    const points = [
      ...syncs.map((nth) => ({ calls: 'fsync,fdatasync', nth: opening.syncs + nth })),
      ...writes.map((nth) => ({ calls: 'pwrite64', nth: opening.writes + nth })),
    ];
    for (const { calls, nth } of points) {
      removeBook();
      const under = strace(
        '-o',
        '/dev/null',
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${calls}:error=EIO:when=${nth}`,
      );
      const told = await run({ ...order, appendBytesMax: 3_000, retries: 3 }, { under });
      expect(told.acks.filter(isUnavailable).length).toBeGreaterThan(0);
      await checkRepeated(order, all, told);
    }
  }, 180_000);

  it('for good: no success from then on, and the book opens to what was answered, and perhaps one append more', async () => {
    const opening = await openingCalls();
    for (const [calls, nth] of [
      ['fsync,fdatasync', opening.syncs + 4],
      ['pwrite64', opening.writes + 9],
    ] as const) {
      removeBook();
      const under = strace(
        '-o',
        '/dev/null',
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${calls}:error=EIO:when=${nth}+`,
      );
      const told = await run({ ...order, appendBytesMax: 3_000, retries: 1 }, { under });
      expect(told.opened).toBe(-1);
      expect(told.acks.at(-1)?.code).toBe('UNAVAILABLE');
      expect(told.acks.some((ack) => !isUnavailable(ack))).toBe(true);
      const foretold = await foretell([], all, order.from, order.to);
      await checkLeft(path, foretold, told.acks, 0);
    }
  });
});

it('a disk that is full, at any point of an append: no success, and the book opens to a state that may be', async () => {
  const seen = new Set<string>();
  const lengths = new Set<number>();
  // Limits of a file's size, in blocks of 512 bytes.
  for (const blocks of [150, 230, 310, 420, 600, 900]) {
    removeBook();
    const under = ['sh', '-c', `ulimit -f ${blocks}; exec "$0" "$@"`];
    const full = { ...order, to: 300, appendBytesMax: 3_000, retries: 1 };
    const told = await run(full, { under });
    expect(told.signal).toBeNull();
    for (const ack of told.acks)
      seen.add(ack.code === '' ? ack.kind : isUnavailable(ack) ? ack.code : 'refused');
    const foretold = await foretell([], all, 0, 300);
    const { events } = await checkLeft(path, foretold, told.acks, 0);
    lengths.add(events.length);
  }
  expect([...seen]).toContain('UNAVAILABLE');
  expect([...seen]).toContain('accepted');
  expect(lengths.size).toBeGreaterThan(2);
}, 120_000);

it('a file that may not grow refuses with UNAVAILABLE, and the rest is there', async () => {
  const told = await run({ ...order, to: 300, filePagesMax: 10, retries: 0 });
  const unavailable = told.acks.filter(isUnavailable);
  expect(unavailable).toHaveLength(1);
  expect(told.acks.at(-1)?.code).toBe('UNAVAILABLE');
  const foretold = await foretell([], all, 0, 300);
  const left = await checkLeft(path, foretold, told.acks.slice(0, -1), 0);
  expect(left.unanswered).toBe(0);
});
