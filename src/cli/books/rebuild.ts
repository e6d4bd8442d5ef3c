/**
 * `formicary rebuild`: the state from the log alone.
 *
 * @module
 */

import { Book, type Restored } from '../../book/book.ts';
import { engineVersion } from '../../book/engine-version.ts';
import { foldLog } from '../../book/folding.ts';
import { checkNotBehind } from '../../book/snapshot/ahead.ts';
import { markBook } from '../../book/snapshot/mark.ts';
import { snapshotPath, writeSnapshot } from '../../book/snapshot/snapshot.ts';
import { headBeforeAll } from '../../kernel/deciding/ledger.ts';
import { emptyState } from '../../kernel/engine/fold.ts';
import { balanceDigest, digest } from '../../kernel/state/digest.ts';
import { Register } from '../../kernel/state/register.ts';
import type { EventLog } from '../../log/port/port.ts';
import { house } from '../../segments/index.ts';
import { type Exit, exits } from '../frame/failures.ts';
import { grouped } from '../frame/progress.ts';
import { runningLedger } from '../frame/running.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';
import { checkWhole, openBook, openBookLog } from './books.ts';

export const rebuildCommand: CommandSpec = {
  name: 'rebuild',
  summary: 'Works the state out from the log alone, and writes the snapshot anew.',
  about: [
    'With --verify nothing is written: the state that the log gives is compared with the one that commands see, which begins at the snapshot. It exits with 1 when they differ.',
    'With --against the state is compared with that of a running server, of another version perhaps, before the snapshot is written: a new version is built beside the old one, and takes over when both come to the same. Each version keeps a snapshot of its own.',
  ],
  args: [],
  options: {
    verify: { doc: 'Compare with the live digest, and write nothing.' },
    against: {
      doc: 'Compare with the server at this address first; where the digests differ, write nothing.',
      value: 'URL',
    },
  },
  settings: ['store', 'snapshots', 'snapshot-key-file', 'book'],
  examples: [
    'formicary rebuild',
    'formicary rebuild --verify --json',
    'formicary rebuild --against http://127.0.0.1:4000',
  ],
  run: async (call) => {
    if (call.flag('verify')) return await verify(call);
    const against = call.value('against');
    const began = performance.now();
    const log = await openBookLog(call, false);
    const same = against === undefined ? nothingYet() : await sameAsRunning(call, log, against);
    if (same !== undefined) return await rebuild(call, log, same, began);
    await log.close();
    return exits.no;
  },
};

/** What a state comes to. */
interface Digests {
  readonly revision: number;
  readonly digest: string;
  readonly balanceDigest: string;
}

const digestsOf = ({ state, head }: Pick<Restored, 'state' | 'head'>): Digests => ({
  revision: head.revision,
  digest: digest(house, state),
  balanceDigest: balanceDigest(house, state),
});

const rateOf = (events: number, seconds: number): string =>
  `${grouped(Math.round(events / seconds))} events/s`;

/** Folds the rest of a log on a state, and keeps a snapshot of what that comes to; `began` is when the first event was folded. */
async function rebuild(call: Call, log: EventLog, from: Restored, began: number): Promise<Exit> {
  const { book: id } = call.settings;
  const path = snapshotPath(call.settings, id, engineVersion());
  if (path !== undefined) await checkNotBehind(path, log);
  const progress = call.out.progress('rebuilding', (await log.head()).revision + 1, 'events');
  const book = await Book.open({
    id,
    house,
    log,
    engine: engineVersion(),
    now: Date.now,
    snapshot: from,
    progress: (folded) => progress.update(folded),
  });
  const folded = book.head.revision + 1;
  const rate = rateOf(folded, (performance.now() - began) / 1_000);
  progress.end();
  try {
    checkWhole(book);
    const rebuilt = digestsOf(book);
    const { snapshotKey } = call.settings;
    if (path !== undefined) await writeSnapshot(path, book, snapshotKey);
    await markBook(call.settings, book, snapshotKey);
    if (call.out.json) call.out.document({ ...rebuilt, snapshot: path ?? null });
    else {
      call.out.line(`${grouped(folded)} events folded, ${rate}`);
      call.out.line(`digest ${rebuilt.digest}`);
      call.out.line(`balances ${rebuilt.balanceDigest}`);
    }
  } finally {
    await book.close();
  }
  return exits.done;
}

async function verify(call: Call): Promise<Exit> {
  const { book, close } = await openBook(call);
  try {
    checkWhole(book);
    const live = digestsOf(book);
    const began = performance.now();
    const rebuilt = digestsOf(await foldedUpTo(call, book.log, live.revision));
    const seconds = (performance.now() - began) / 1_000;
    const equal = rebuilt.digest === live.digest && rebuilt.balanceDigest === live.balanceDigest;
    if (call.out.json) call.out.document({ equal, live, rebuilt });
    else {
      call.out.line(`${grouped(live.revision + 1)} events, ${rateOf(live.revision + 1, seconds)}`);
      call.out.line(`live    ${live.digest}`);
      call.out.line(`rebuilt ${rebuilt.digest}`);
      call.out.line(
        equal
          ? call.out.paint('green', 'they are equal')
          : call.out.paint('red', 'they differ: `formicary rebuild` writes the snapshot anew'),
      );
    }
    return equal ? exits.done : exits.no;
  } finally {
    await close();
  }
}

/**
 * The state that a log gives as far as a running server has come, when it is the one that the server has; undefined when it isn't.
 */
async function sameAsRunning(call: Call, log: EventLog, url: string): Promise<Restored | undefined> {
  const { out, settings } = call;
  const running = await runningLedger(url, settings.book);
  const restored = await foldedUpTo(call, log, running.revision);
  const rebuilt = digestsOf(restored);
  const equal = rebuilt.digest === running.digest && rebuilt.balanceDigest === running.balanceDigest;
  if (out.json) {
    if (!equal) out.document({ equal, running, rebuilt });
  } else {
    out.line(`running ${running.digest} at ${running.revision}, engine ${running.engine}`);
    out.line(`rebuilt ${rebuilt.digest}, engine ${engineVersion()}`);
    out.line(
      equal
        ? out.paint('green', 'they are equal')
        : out.paint('red', 'they differ: no snapshot is written, and this version should not take over'),
    );
  }
  return equal ? restored : undefined;
}

/** Where a fold begins. */
const nothingYet = (): Restored => ({
  state: emptyState(house),
  register: new Register(),
  head: headBeforeAll,
  proved: true,
});

/** The state that a log gives, up to a revision. */
async function foldedUpTo({ out }: Call, log: EventLog, revision: number): Promise<Restored> {
  const progress = out.progress('rebuilding', revision + 1, 'events');
  const { folded, fault } = await foldLog(house, log, {
    through: revision,
    progress: (count) => progress.update(count),
  });
  progress.end();
  if (fault !== undefined) throw fault;
  return { ...folded, proved: true };
}
