/** A server whose book's file is deleted or replaced: it acknowledges nothing, says so, and a restart passes over nothing. */
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { Served } from './served.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'formicary-lost-'));
  path = join(folder, 'main.formicary');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const settings = () => ({ store: `sqlite:${folder}` });
const topUp = (key: string, book = 'main'): string => `mutation {
  topUp(input: { book: "${book}", holder: "user-1", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03", idempotencyKey: "${key}" }) {
    __typename
    ... on Refusal { code message }
    ... on CommandAccepted { repeated }
  }
}`;

async function readiness(served: Served): Promise<readonly [number, unknown]> {
  const response = await fetch(`${served.url}/ready`);
  return [response.status, await response.json()];
}

/** The snapshots in the folder, by their paths. */
const snapshots = (): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.snapshot'))
    .map((name) => join(folder, name));

/** Makes a book by a server that is stopped again, and keeps a copy of its file. */
async function withCopy(): Promise<string> {
  const served = await Served.start(undefined, settings());
  await served.server.close();
  copyFileSync(path, `${path}.older`);
  return `${path}.older`;
}

describe('while it runs', () => {
  const faults = {
    deleted: [() => renameSync(path, `${path}.away`), /main\.formicary was deleted or moved/],
    'replaced by an older copy': [
      (older: string) => {
        renameSync(path, `${path}.away`);
        copyFileSync(older, path);
      },
      /another file was put in the place of main\.formicary/,
    ],
  } as const;

  it.each(Object.entries(faults))(
    'a file that is %s takes no commands until it is back',
    async (_what, fault) => {
      const [befall, why] = fault;
      const older = await withCopy();
      await using served = await Served.start([], settings());
      expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { __typename: 'CommandAccepted' } });
      const before = await served.data('{ ledger { revision digest } }');

      befall(older);
      for (const key of ['k-1', 'k-2'])
        expect(await served.data(topUp(key))).toEqual({
          topUp: { __typename: 'Unavailable', code: 'UNAVAILABLE', message: expect.stringMatching(why) },
        });
      expect(await readiness(served)).toEqual([
        503,
        expect.objectContaining({ status: 'unavailable', why: expect.stringMatching(why) }),
      ]);
      expect((await fetch(`${served.url}/health`)).status).toBe(200);
      expect(await served.data('{ ledger { revision digest } }')).toEqual(before);
      expect(existsSync(path)).toBe(fault === faults['replaced by an older copy']);

      renameSync(`${path}.away`, path);
      expect((await readiness(served))[0]).toBe(200);
      expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { repeated: true } });
      expect(await served.data(topUp('k-2'))).toMatchObject({ topUp: { repeated: false } });
    },
  );
});

describe('when it starts', () => {
  it('an older copy beside a newer snapshot is an error, and is left as it was', async () => {
    const older = await withCopy();
    const served = await Served.start([], settings());
    expect(await served.data(topUp('k-1'))).toMatchObject({ topUp: { __typename: 'CommandAccepted' } });
    await served.server.close();
    const newer = readFileSync(path);
    copyFileSync(older, path);
    await expect(Served.start([], settings())).rejects.toMatchObject({
      refusal: {
        code: 'LOG_BEHIND',
        message: expect.stringMatching(
          /book main \(main@.+\.snapshot holds revision \d+, the log ends at \d+\)/,
        ),
      },
    });
    expect(readFileSync(path)).toEqual(readFileSync(older));

    rmSync(path);
    writeFileSync(path, newer);
    await using again = await Served.start([], settings());
    expect(await again.data(topUp('k-1'))).toMatchObject({ topUp: { repeated: true } });
  });

  it('another version’s snapshot tells as well; moved away, the log as it is counts', async () => {
    const older = await withCopy();
    const served = await Served.start([], settings());
    await served.data(topUp('k-1'));
    await served.server.close();
    copyFileSync(older, path);
    const [snapshot = ''] = snapshots();
    renameSync(snapshot, join(folder, 'main@0.0.1+older.snapshot'));
    await expect(Served.start([], settings())).rejects.toMatchObject({ refusal: { code: 'LOG_BEHIND' } });
    renameSync(join(folder, 'main@0.0.1+older.snapshot'), join(folder, 'kept'));
    await using again = await Served.start([], settings());
    expect(await again.data(topUp('k-1'))).toMatchObject({ topUp: { repeated: false } });
  });

  it('a snapshot without its log is an error, and no book is made in its place', async () => {
    await withCopy();
    rmSync(path);
    await expect(Served.start([], settings())).rejects.toMatchObject({
      refusal: {
        code: 'LOG_GONE',
        message: expect.stringMatching(/main\.formicary \(found main@.+\.snapshot\)/),
      },
    });
    expect(existsSync(path)).toBe(false);
    for (const snapshot of snapshots()) rmSync(snapshot);
    await using again = await Served.start([], settings());
    expect(await again.data('{ ledger { revision } }')).toEqual({ ledger: { revision: '-1' } });
  });

  it('a write-ahead log without its file is an error, and is kept', async () => {
    renameSync(await withCopy(), `${path}-wal`);
    rmSync(path);
    for (const snapshot of snapshots()) rmSync(snapshot);
    const bytes = readFileSync(`${path}-wal`);
    await expect(Served.start([], settings())).rejects.toMatchObject({ refusal: { code: 'LOG_GONE' } });
    expect(readFileSync(`${path}-wal`)).toEqual(bytes);
  });

  it('another book’s is refused as such, and the rest are served', async () => {
    const log = await openLog(settings().store, 'branch');
    await (await Book.open({ id: 'branch', house, log, now: Date.now, engine: 'test' })).close();
    await using served = await Served.start([], settings());
    copyFileSync(join(folder, 'branch.formicary'), join(folder, 'branch@1.snapshot'));
    rmSync(join(folder, 'branch.formicary'));
    const { errors } = await served.ask('{ ledger(book: "branch") { revision } }');
    expect(errors).toMatchObject([{ extensions: { code: 'LOG_GONE' } }]);
    expect((await readiness(served))[0]).toBe(200);
  });
});
