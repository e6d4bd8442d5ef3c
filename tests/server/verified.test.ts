/** Nothing unverified is served as if it were verified: tampered logs, forged snapshots, and what clears them. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markPath, writeMark } from '../../src/book/snapshot/mark.ts';
import { openLog } from '../../src/log/open.ts';
import type { ServerSettings } from '../../src/server/server.ts';
import { TestServer } from '../eventstoredb/server/index.ts';
import { doubled, forge, later, tamper } from '../support/tampering.ts';
import { Served, smallHistory } from './served.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-verified-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const store = () => `sqlite:${folder}`;
const file = (book = 'main') => join(folder, `${book}.formicary`);
const snapshots = () => readdirSync(folder).filter((name) => name.endsWith('.snapshot'));
const snapshot = () => join(folder, snapshots()[0] ?? '');
const key = Buffer.alloc(32, 'a');
const otherKey = Buffer.alloc(32, 'b');

/** The lines of a server's log, and when one of a kind is there. */
class Lines {
  readonly all: { readonly msg?: string; readonly level?: number; readonly why?: string }[] = [];
  readonly #waiting = new Map<string, () => void>();

  write(line: string): void {
    const read = JSON.parse(line);
    this.all.push(read);
    this.#waiting.get(read.msg)?.();
  }

  async said(msg: string): Promise<void> {
    if (this.of(msg).length > 0) return;
    await new Promise<void>((resolve) => this.#waiting.set(msg, resolve));
  }

  of(msg: string) {
    return this.all.filter((line) => line.msg === msg);
  }
}

/** A server on what there is. */
async function again(settings: Partial<ServerSettings> = {}): Promise<{ served: Served; lines: Lines }> {
  const lines = new Lines();
  const bounds = { unprovedEventsMin: 0, ...settings.bounds };
  const served = await Served.start([], { store: store(), log: lines, ...settings, bounds });
  return { served, lines };
}

/** Makes the small book, and lets go of it: a snapshot lies beside it. */
async function made(settings: Partial<ServerSettings> = {}): Promise<{ digest: string; revision: number }> {
  const served = await Served.start(smallHistory(), { store: store(), ...settings });
  const { ledger } = await served.data('{ ledger { digest revision } }');
  await served.server.close();
  return { digest: ledger.digest, revision: Number(ledger.revision) };
}

/** A copy of the book under another name. */
async function copied(as: string): Promise<void> {
  const [from, to] = [await openLog(store(), 'main'), await openLog(store(), as)];
  for await (const events of from.read(0, 'forwards'))
    await to.append((events[0]?.revision ?? 0) - 1, events);
  await from.close();
  await to.close();
}

const topUp = (book = 'main') =>
  `mutation { topUp(input: { book: "${book}", holder: "user-1", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03" }) { __typename ... on Refusal { code message hint } } }`;
const standing = (book = 'main') =>
  `{ ledger(book: "${book}") { revision digest verified { through state why } } }`;

const send = async (served: Served, book = 'main') => (await served.data(topUp(book))).topUp;
const seen = async (served: Served, book = 'main') => (await served.data(standing(book))).ledger;
const ready = async (served: Served) => {
  const response = await fetch(`${served.url}/ready`);
  return { status: response.status, body: await response.json() };
};

/** What `formicary audit` leaves where it is clean. */
async function audited(secret?: Uint8Array): Promise<void> {
  const log = await openLog(store(), 'main');
  const { revision, hash } = await log.head();
  await log.close();
  await writeMark(
    markPath({ store: store() }, 'main') ?? '',
    { revision, hash, file: null, by: 'audit' },
    secret,
  );
}

describe('a tampered event', () => {
  it.each(['none', 'row'] as const)(
    'is noticed on opening (hashes anew: %s): readable up to there, no commands, and others go on',
    async (rehash) => {
      const { revision } = await made();
      await copied('north');
      rmSync(snapshot());
      tamper(file(), 20, { data: { other: 'x' } }, rehash);
      const bad = rehash === 'none' ? 20 : undefined;
      const { served, lines } = await again();
      const { verified, revision: head } = await seen(served);
      expect(verified.state).toBe('BROKEN');
      expect(Number(verified.through)).toBe(Number(head));
      if (bad !== undefined) expect(head).toBe(String(bad - 1));
      else expect(Number(head)).toBeLessThan(revision);
      const refused = await send(served);
      expect(refused).toMatchObject({ __typename: 'Unavailable', code: 'UNAVAILABLE' });
      expect(refused.message).toContain(`revision ${Number(head) + 1}`);
      expect(refused.hint).toContain('formicary audit');
      const { status, body } = await ready(served);
      expect(status).toBe(503);
      expect(body.broken).toEqual([{ book: 'main', why: expect.stringContaining(`${Number(head) + 1}`) }]);
      expect(lines.of('book is broken')).toMatchObject([{ level: 50, book: 'main' }]);
      expect(await send(served, 'north')).toEqual({ __typename: 'CommandAccepted' });
      expect((await seen(served, 'north')).verified.state).toBe('VERIFIED');
      await served.server.close();
    },
  );

  it('in another book leaves the server ready, and is named', async () => {
    await made();
    await copied('north');
    tamper(file('north'), 9, { actor: 'other' });
    const { served } = await again();
    expect((await seen(served, 'north')).verified).toMatchObject({ state: 'BROKEN', through: '8' });
    const { status, body } = await ready(served);
    expect([status, body.broken.map(({ book }: { book: string }) => book)]).toEqual([200, ['north']]);
    // Unproved or proved by now: that is no reason not to be ready.
    expect(['SNAPSHOT_UNPROVED', 'VERIFIED']).toContain(body.verified.state);
    await served.server.close();
  });

  it('that is put right again opens the book', async () => {
    const { digest } = await made();
    rmSync(snapshot());
    const log = await openLog(store(), 'main');
    const [{ actor = '' } = {}] = await log.readMany([20]);
    await log.close();
    tamper(file(), 20, { actor: 'other' });
    const { served } = await again();
    expect((await ready(served)).status).toBe(503);
    tamper(file(), 20, { actor });
    expect((await ready(served)).status).toBe(200);
    expect(await seen(served)).toMatchObject({ digest, verified: { state: 'VERIFIED', why: null } });
    expect(await send(served)).toEqual({ __typename: 'CommandAccepted' });
    await served.server.close();
  });

  it('below a sealed snapshot is not handed out, and closes the book', async () => {
    const { digest } = await made({ snapshotKey: key });
    tamper(file(), 20, { actor: 'other' });
    const { served } = await again({ snapshotKey: key });
    expect(await seen(served)).toMatchObject({ digest, verified: { state: 'VERIFIED' } });
    const found = await served.ask('{ event(at: "20") { revision actor } }');
    expect(found.errors).toHaveLength(1);
    expect(found.errors[0]?.message).toContain('revision 20');
    expect((await seen(served)).verified).toMatchObject({ state: 'BROKEN', through: '19' });
    expect(await send(served)).toMatchObject({ code: 'UNAVAILABLE' });
    await served.server.close();
  });

  it('at the end, whose row can’t be decoded, leaves all before that row', async () => {
    await made();
    rmSync(snapshot());
    const database = new Database(file());
    const first = database.prepare<[], number>('SELECT max(first) FROM batch').pluck().get() ?? 0;
    database.prepare("UPDATE batch SET body = 'no JSON' WHERE first = ?").run(first);
    database.close();
    const { served } = await again();
    expect(await seen(served)).toMatchObject({
      revision: String(first - 1),
      verified: { state: 'BROKEN', through: String(first - 1) },
    });
    expect(await send(served)).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await ready(served)).status).toBe(503);
    await served.server.close();
  });

  it('at the beginning leaves nothing to read, and the server and other books go on', async () => {
    await made();
    await copied('north');
    rmSync(snapshot());
    writeFileSync(file(), 'no book');
    rmSync(`${file()}-wal`, { force: true });
    const { served, lines } = await again();
    const { status, body } = await ready(served);
    expect(status).toBe(503);
    expect(body).toMatchObject({ book: 'main', broken: [{ book: 'main' }] });
    expect(await send(served)).toMatchObject({ __typename: 'Unavailable', code: 'LOG_UNREADABLE' });
    expect(await send(served, 'north')).toEqual({ __typename: 'CommandAccepted' });
    expect(lines.of('book is broken')).toHaveLength(1);
    await served.server.close();
  });
});

describe('a snapshot without a key', () => {
  it('is unproved until a thread has folded the log', async () => {
    const { digest } = await made();
    const { served, lines } = await again();
    expect(lines.of('book opened')).toMatchObject([{ state: 'SNAPSHOT_UNPROVED', through: -1 }]);
    await lines.said('snapshot proved');
    expect(await seen(served)).toMatchObject({ digest, verified: { state: 'VERIFIED' } });
    await served.server.close();
  });

  it('of few events is not used: the log is folded at once', async () => {
    await made();
    const served = await Served.start([], { store: store() });
    expect((await seen(served)).verified.state).toBe('VERIFIED');
    await served.server.close();
  });

  it.each([
    ['journal amounts', doubled],
    ['register times', later],
  ] as const)(
    'that was forged (%s) is found, dropped, and the log folded; a clean audit opens the book',
    async (section, change) => {
      const { digest, revision } = await made();
      forge(snapshot(), section, change);
      const { served, lines } = await again();
      await lines.said('log folded anew');
      expect(snapshots()).toEqual([]);
      expect(await seen(served)).toMatchObject({
        digest,
        verified: { state: 'BROKEN', through: String(revision), why: expect.stringContaining('snapshot') },
      });
      expect(await send(served)).toMatchObject({
        code: 'UNAVAILABLE',
        hint: expect.stringContaining('audit'),
      });
      expect((await ready(served)).status).toBe(503);
      await audited();
      expect((await ready(served)).status).toBe(200);
      expect(await send(served)).toEqual({ __typename: 'CommandAccepted' });
      expect((await seen(served)).verified.state).toBe('VERIFIED');
      await served.server.close();
    },
  );

  it('over a tampered event is found out by it', async () => {
    await made();
    tamper(file(), 20, { actor: 'other' });
    const { served, lines } = await again();
    await lines.said('log folded anew');
    expect(await seen(served)).toMatchObject({
      revision: '19',
      verified: { state: 'BROKEN', through: '19' },
    });
    await served.server.close();
  });

  it('beyond the bound of memory has its hashes verified only', async () => {
    await made();
    const { served, lines } = await again({ bounds: { verifyBytesMax: 1 } });
    await lines.said('hashes verified, hashes only');
    expect((await seen(served)).verified.state).toBe('HASHES_ONLY');
    await served.server.close();
  });

  it('sandboxes of a forged one say so', async () => {
    await made();
    forge(snapshot(), 'journal amounts', doubled);
    const { served, lines } = await again();
    const { openSandbox } = await served.data(
      'mutation { openSandbox(input: { book: "main" }) { ... on Sandbox { id } } }',
    );
    await lines.said('log folded anew');
    const { ledger } = await served.data(`{ ledger(sandbox: "${openSandbox.id}") { verified { state } } }`);
    expect(ledger.verified.state).toBe('BROKEN');
    await served.server.close();
  });
});

describe('a snapshot with a key', () => {
  it('counts as verified at once', async () => {
    const { digest } = await made({ snapshotKey: key });
    const { served, lines } = await again({ snapshotKey: key });
    expect(await seen(served)).toMatchObject({ digest, verified: { state: 'VERIFIED' } });
    expect(lines.of('snapshot dropped')).toEqual([]);
    await served.server.close();
    expect(lines.of('snapshot proved')).toEqual([]);
  });

  it.each(['another key', 'a forged state'])('is dropped with %s, and the log folded', async (what) => {
    const { digest } = await made({ snapshotKey: key });
    if (what === 'a forged state') forge(snapshot(), 'journal amounts', doubled);
    const { served, lines } = await again({ snapshotKey: what === 'another key' ? otherKey : key });
    expect(lines.of('snapshot dropped')).toMatchObject([{ why: expect.stringContaining('seal') }]);
    expect(await seen(served)).toMatchObject({ digest, verified: { state: 'VERIFIED' } });
    expect(await send(served)).toEqual({ __typename: 'CommandAccepted' });
    await served.server.close();
  });

  it('whose seal was taken off is unproved, and what was forged is found', async () => {
    const { digest } = await made({ snapshotKey: key });
    forge(snapshot(), 'journal amounts', doubled, '-');
    const { served, lines } = await again({ snapshotKey: key });
    await lines.said('log folded anew');
    expect(await seen(served)).toMatchObject({ digest, verified: { state: 'BROKEN' } });
    // An audit without the key is no word for it.
    await audited();
    expect(await send(served)).toMatchObject({ code: 'UNAVAILABLE' });
    await audited(key);
    expect(await send(served)).toEqual({ __typename: 'CommandAccepted' });
    await served.server.close();
  });

  it('is sealed once it is proved', async () => {
    await made();
    const first = await again({ snapshotKey: key });
    await first.lines.said('snapshot proved');
    await first.served.server.close();
    const { served } = await again({ snapshotKey: key });
    expect((await seen(served)).verified.state).toBe('VERIFIED');
    await served.server.close();
  });

  it('and its mark show a log that was written anew', async () => {
    const { revision } = await made({ snapshotKey: key });
    tamper(file(), 20, { actor: 'other' }, 'all');
    const { served } = await again({ snapshotKey: key });
    const { verified } = await seen(served);
    expect(verified).toMatchObject({ state: 'BROKEN' });
    expect(verified.why).toContain(`through revision ${revision}`);
    expect(await send(served)).toMatchObject({ code: 'UNAVAILABLE' });
    await audited(key);
    expect(await send(served)).toEqual({ __typename: 'CommandAccepted' });
    await served.server.close();
  });
});

describe('a mark of hashes alone', () => {
  const bounds = { verifyBytesMax: 1 };

  /** Verifies the hashes, then changes an event below the mark, and gives what the next start says. */
  async function nextStart(secret: Uint8Array | undefined): Promise<string> {
    await made();
    const first = await again({ bounds, snapshotKey: secret });
    await first.lines.said('hashes verified, hashes only');
    await first.served.server.close();
    tamper(file(), 20, { actor: 'other' });
    const { served, lines } = await again({ bounds, snapshotKey: secret });
    await Promise.race([lines.said('hashes verified, hashes only'), lines.said('log folded anew')]);
    const { verified } = await seen(served);
    await served.server.close();
    return verified.state;
  }

  it('under a seal is gone on from', async () => {
    expect(await nextStart(key)).toBe('HASHES_ONLY');
  });

  it('without a seal is a hint: all is verified again', async () => {
    expect(await nextStart(undefined)).toBe('BROKEN');
  });
});

it('a snapshot of a book in EventStoreDB is proved by a client of the thread’s own', async () => {
  const eventStore = await TestServer.start();
  const settings = { store: eventStore.url, snapshots: folder };
  await made(settings);
  const { served, lines } = await again(settings);
  expect(lines.of('book opened')).toMatchObject([{ state: 'SNAPSHOT_UNPROVED' }]);
  await lines.said('snapshot proved');
  expect((await seen(served)).verified.state).toBe('VERIFIED');
  await served.server.close();
  await eventStore.stop();
});

it('a server that trusts says that nothing is verified', async () => {
  await made();
  expect(existsSync(snapshot())).toBe(true);
  const { served, lines } = await again({ trust: true });
  expect((await seen(served)).verified).toEqual({ state: 'UNVERIFIED', through: '-1', why: null });
  expect((await ready(served)).body.verified).toEqual({ state: 'UNVERIFIED', through: '-1' });
  await served.server.close();
  expect(lines.of('snapshot proved')).toEqual([]);
});
