/**
 * `formicary serve`: the server, on the embedded store, with a demo history where there is nothing yet.
 *
 * @module
 */
import { createReadStream, existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Book } from '../book/book.ts';
import { formatDay, parseDay } from '../kernel/values/dates.ts';
import { Refusal } from '../kernel/values/refusals.ts';
import { bookExists } from '../log/open.ts';
import { addressOf, shownStore } from '../log/port/address.ts';
import { type HistoryItem, readHistoryFile } from '../scenario/running/history.ts';
import { house } from '../segments/index.ts';
import { trustOption, withBook } from './books/books.ts';
import { cliCodes, type Exit, exits, Failure, failureOf } from './frame/failures.ts';
import { LogOutput } from './frame/log-output.ts';
import type { Output } from './frame/output.ts';
import type { Call, CommandSpec } from './frame/spec.ts';
import { ImportKeys } from './importing/import-keys.ts';
import { importHistory } from './importing/importing.ts';

const historyFile = (name: string): string =>
  fileURLToPath(new URL(`../../scenarios/histories/${name}.jsonl`, import.meta.url));

/** What a new store is filled with: the book main, and beside it one with credit. */
const demo = { file: historyFile('platform-2016'), title: 'the demo history' };
const creditDemo = { book: 'credit', file: historyFile('credit-2016'), title: 'eighteen months of credit' };

export const serveCommand: CommandSpec = {
  name: 'serve',
  summary: 'Serves the books of a store: GraphQL, playground, subscriptions.',
  about: [
    'When the book main is empty it imports the demo history first: an invented year of a payment platform with a money-market fund, every day closed; and beside it, into the book credit, eighteen months of credit lines and loans.',
    'Ctrl-C and SIGTERM stop it: no new commands, what is in flight is written, a snapshot is kept.',
  ],
  args: [],
  options: {
    ...trustOption,
    'no-demo': { doc: 'Begin with an empty book.' },
    log: { doc: 'Write a log to stderr, a JSON object a line, even where stderr is a terminal.' },
    'print-config': { doc: 'Print the settings in force and where each comes from, and end.' },
  },
  settings: [
    'store',
    'snapshots',
    'snapshot-key-file',
    'port',
    'host',
    'introspection',
    'runs',
    'run-memory',
  ],
  examples: [
    'formicary serve',
    'formicary serve --store sqlite:/srv/books --port 8080',
    'formicary serve --print-config',
  ],
  run: serve,
};

async function serve(call: Call): Promise<Exit> {
  if (call.flag('print-config')) {
    printConfig(call);
    return exits.done;
  }
  if (!call.flag('log') && process.stderr.isTTY) return await serving(call, undefined);
  // All that is said is one stream then: of the log's lines.
  const { stdout, stderr } = process;
  const out = new LogOutput({ stdout, stderr }, call.out.json);
  try {
    return await serving({ ...call, out }, stderr);
  } catch (error) {
    if (call.out.json || call.signal.aborted) throw error;
    const failure = failureOf(error);
    if (failure === undefined)
      out.log(error instanceof Error ? (error.stack ?? error.message) : String(error), {}, 'error');
    else out.failure(failure);
    return failure?.exit ?? exits.unreachable;
  }
}

async function serving(call: Call, log: NodeJS.WriteStream | undefined): Promise<Exit> {
  const { settings, out, signal } = call;
  // The graph is a large part of the program, and no other command needs it.
  const { startServer } = await import('../server/index.ts');
  const server = await startServer({
    store: settings.store,
    snapshots: settings.snapshots,
    snapshotKey: settings.snapshotKey,
    trust: call.flag('trust'),
    port: settings.port,
    host: settings.host,
    introspection: settings.introspection === 'on',
    runs: {
      ...(settings.runs === 0 ? {} : { atOnce: settings.runs }),
      memoryBytesMax: settings.runMemoryMiB * 1024 ** 2,
    },
    ...(log === undefined ? {} : { log }),
  }).catch((error: unknown) => {
    throw listening(error, `${settings.host}:${settings.port}`);
  });
  try {
    if (call.flag('trust')) out.note('everything served is unverified: --trust skips the hashes');
    for (const book of await server.books.opened()) {
      // One that takes no commands is not new: what was in it is out of reach.
      if (book.head.revision < 0 && book.stopped === undefined && !call.flag('no-demo')) {
        await fill(call, book, demo);
        await fillBeside(call);
      }
      logCloses(book, out);
    }
    if (!signal.aborted) {
      if (out.json) out.write(out.jsonLine({ url: server.url, store: shownStore(settings.store) }));
      else sayWhere(out, shownStore(settings.store), server.url, log !== undefined);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    await server.close();
  }
  return exits.done;
}

/** Says where it serves: in the log, where it keeps one, and to people who look. */
function sayWhere(out: Output, store: string, url: string, logs: boolean): void {
  if (logs) out.log(`formicary serves ${store} at ${url}`, { store, url });
  if (!logs || process.stdout.isTTY) out.line(`formicary serves ${store} at ${out.paint('bold', url)}`);
}

function printConfig({ inForce, out }: Call): void {
  const shown = inForce
    .filter(({ name }) => name !== 'book')
    .map((one) => (one.name === 'store' ? { ...one, value: shownStore(String(one.value)) } : one));
  if (out.json) out.document({ settings: shown });
  else
    out.table([
      ['setting', 'value', 'from'],
      ...shown.map(({ name, value, from }) => [name, String(value), from]),
    ]);
}

function listening(error: unknown, address: string): unknown {
  const known = error instanceof Error && 'code' in error && 'syscall' in error && error.syscall === 'listen';
  return known ? new Failure(new Refusal(cliCodes.listen, address, error.message), exits.unreachable) : error;
}

/** Says the anchor of the last close, and of each from then on: a tail that is cut off later shows against it. */
function logCloses(book: Book, out: Output): void {
  let closed: number | undefined;
  const tell = (): void => {
    const { closedThrough } = book.state.marks;
    if (closedThrough === undefined || closedThrough === closed) return;
    closed = closedThrough;
    const { revision, hash } = book.head;
    const through = formatDay(closedThrough);
    const anchor = `${revision}:${hash}`;
    out.log(`book ${book.id} closed through ${through}: ${anchor}`, {
      book: book.id,
      closedThrough: through,
      anchor,
    });
  };
  tell();
  book.onProgress(tell);
}

/** Begins the book that shows credit, in a store that keeps what another than the server writes. */
async function fillBeside(call: Call): Promise<void> {
  const { settings, signal } = call;
  const { book, ...history } = creditDemo;
  if (signal.aborted || addressOf(settings.store).kind === 'memory') return;
  if (await bookExists(settings.store, book)) return;
  await withBook({ ...call, settings: { ...settings, book } }, (made) => fill(call, made, history), true);
}

/** Imports a history, and closes its days to the last. */
async function fill(
  call: Call,
  book: Book,
  { file, title }: { readonly file: string; readonly title: string },
): Promise<void> {
  if (!existsSync(file)) return;
  const { out, signal } = call;
  out.note(`the book ${book.id} is empty: importing ${title}`);
  const progress = out.progress(`importing ${title}`, undefined, 'lines');
  let last: number | undefined;
  const items = async function* (): AsyncGenerator<HistoryItem> {
    for await (const item of readHistoryFile(file, (path) => createReadStream(path), house)) {
      if (item.kind === 'command') last = parseDay(item.command.on) ?? last;
      yield item;
    }
  };
  const sender = { actor: 'demo' };
  const target = {
    get state() {
      return book.state;
    },
    send: book.executeAll.bind(book),
  };
  const { interrupted } = await importHistory(items(), target, {
    keys: new ImportKeys(book, basename(file)),
    closeDaily: true,
    keepGoing: true,
    actor: sender.actor,
    signal,
    onProgress: (lines) => progress.update(lines),
  });
  const open = book.state.openFrom;
  if (!interrupted && open !== undefined && last !== undefined) {
    for (let day = open; day <= last; day++) {
      await book.execute({ on: formatDay(day), command: 'closeDay', with: {} }, sender);
    }
  }
  progress.end();
  if (interrupted)
    out.note(`stopped on the way: formicary import ${file} --book ${book.id} --close daily goes on with it`);
}
