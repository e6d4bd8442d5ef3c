/**
 * `formicary rebuild`: the state from the log alone.
 *
 * @module
 */
import { Chart } from '../kernel/accounts.ts';
import { balanceDigest, digest } from '../kernel/digest.ts';
import { fold } from '../kernel/fold.ts';
import { State } from '../kernel/state.ts';
import { house } from '../segments/index.ts';
import { Book } from '../store/book.ts';
import { engineVersion } from '../store/engine.ts';
import type { EventLog } from '../store/log.ts';
import { snapshotPath, writeSnapshot } from '../store/snapshot.ts';
import { openBook, openBookLog } from './books.ts';
import { type Exit, exits } from './failures.ts';
import { grouped } from './progress.ts';
import type { Call, CommandSpec } from './spec.ts';

export const rebuildCommand: CommandSpec = {
  name: 'rebuild',
  summary: 'Works the state out from the log alone, and writes the snapshot anew.',
  about: [
    'With --verify nothing is written: the state that the log gives is compared with the one that commands see, which begins at the snapshot. It exits with 1 when they differ.',
  ],
  args: [],
  options: { verify: { doc: 'Compare with the live digest, and write nothing.' } },
  settings: ['store', 'book'],
  examples: ['formicary rebuild', 'formicary rebuild --verify --json'],
  run: async (call) => (call.flag('verify') ? await verify(call) : await rebuild(call)),
};

/** A state, worked out, and how fast. */
interface Rebuilt {
  readonly revision: number;
  readonly digest: string;
  readonly balanceDigest: string;
  readonly seconds: number;
}

const described = ({ revision, digest: all, balanceDigest: balances }: Rebuilt) => ({
  revision,
  digest: all,
  balanceDigest: balances,
});
const rateOf = ({ revision, seconds }: Rebuilt): string =>
  `${grouped(Math.round((revision + 1) / seconds))} events/s`;

async function rebuild(call: Call): Promise<Exit> {
  const log = await openBookLog(call, false);
  const { store, book: id } = call.settings;
  const progress = call.out.progress('rebuilding', (await log.head()).revision + 1, 'events');
  const began = performance.now();
  const book = await Book.open({
    id,
    house,
    log,
    engine: engineVersion(),
    now: Date.now,
    progress: (folded) => progress.update(folded),
  });
  const seconds = (performance.now() - began) / 1_000;
  progress.end();
  try {
    const { state, head } = book;
    const rebuilt = {
      revision: head.revision,
      digest: digest(house, state),
      balanceDigest: balanceDigest(house, state),
      seconds,
    };
    const path = snapshotPath(store, id);
    if (path !== undefined) await writeSnapshot(path, book);
    if (call.out.json) call.out.document({ ...described(rebuilt), snapshot: path ?? null });
    else {
      call.out.line(`${grouped(head.revision + 1)} events, ${rateOf(rebuilt)}`);
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
    const { state, head } = book;
    const live = {
      revision: head.revision,
      digest: digest(house, state),
      balanceDigest: balanceDigest(house, state),
    };
    const rebuilt = await foldedUpTo(call, book.log, head.revision);
    const equal = rebuilt.digest === live.digest && rebuilt.balanceDigest === live.balanceDigest;
    if (call.out.json) call.out.document({ equal, live, rebuilt: described(rebuilt) });
    else {
      call.out.line(`${grouped(head.revision + 1)} events, ${rateOf(rebuilt)}`);
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

async function foldedUpTo({ out }: Call, log: EventLog, revision: number): Promise<Rebuilt> {
  const progress = out.progress('rebuilding', revision + 1, 'events');
  const began = performance.now();
  const state = State.empty(new Chart(house.kinds));
  for await (const events of log.read(0, 'forwards', revision + 1)) {
    for (const event of events) fold(house, state, event);
    progress.update(state.marks.events);
  }
  const seconds = (performance.now() - began) / 1_000;
  progress.end();
  return { revision, digest: digest(house, state), balanceDigest: balanceDigest(house, state), seconds };
}
