/**
 * `formicary serve`: the server, on the embedded store, with a demo history where there is nothing yet.
 *
 * @module
 */
import { createReadStream, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatDay, parseDay } from '../kernel/dates.ts';
import { Refusal } from '../kernel/refusals.ts';
import { type HistoryItem, readHistoryFile } from '../scenario/history.ts';
import { house } from '../segments/index.ts';
import { shownStore } from '../store/address.ts';
import type { Book } from '../store/book.ts';
import { cliCodes, type Exit, exits, Failure } from './failures.ts';
import { importHistory } from './importing.ts';
import type { Call, CommandSpec } from './spec.ts';

/** What a new book is filled with. */
const demo = fileURLToPath(new URL('../../scenarios/histories/platform-2016.jsonl', import.meta.url));

export const serveCommand: CommandSpec = {
  name: 'serve',
  summary: 'Serves the books of a store: GraphQL, playground, subscriptions.',
  about: [
    'When the book main is empty it imports the demo history first: an invented year of a payment platform with a money-market fund, every day closed.',
    'Ctrl-C and SIGTERM stop it: no new commands, what is in flight is written, a snapshot is kept.',
  ],
  args: [],
  options: {
    'no-demo': { doc: 'Begin with an empty book.' },
    log: { doc: 'Write a log to stderr, a JSON object a line, even where stderr is a terminal.' },
    'print-config': { doc: 'Print the settings in force and where each comes from, and end.' },
  },
  settings: ['store', 'snapshots', 'port', 'host'],
  examples: [
    'formicary serve',
    'formicary serve --store sqlite:/srv/books --port 8080',
    'formicary serve --print-config',
  ],
  run: serve,
};

async function serve(call: Call): Promise<Exit> {
  const { settings, out, signal } = call;
  if (call.flag('print-config')) {
    printConfig(call);
    return exits.done;
  }
  // The graph is a large part of the program, and no other command needs it.
  const { startServer } = await import('../server/index.ts');
  const logs = call.flag('log') || !process.stderr.isTTY;
  const server = await startServer({
    store: settings.store,
    snapshots: settings.snapshots,
    port: settings.port,
    host: settings.host,
    ...(logs ? { log: process.stderr } : {}),
  }).catch((error: unknown) => {
    throw listening(error, `${settings.host}:${settings.port}`);
  });
  try {
    for (const book of await server.books.opened()) {
      if (book.head.revision < 0 && !call.flag('no-demo')) await fill(call, book);
      logCloses(book, (text) => out.note(text));
    }
    if (!signal.aborted) {
      if (out.json) out.write(out.jsonLine({ url: server.url, store: shownStore(settings.store) }));
      else out.line(`formicary serves ${shownStore(settings.store)} at ${out.paint('bold', server.url)}`);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    await server.close();
  }
  return exits.done;
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
function logCloses(book: Book, say: (text: string) => void): void {
  let closed: number | undefined;
  const tell = (): void => {
    const { closedThrough } = book.state.marks;
    if (closedThrough === undefined || closedThrough === closed) return;
    closed = closedThrough;
    const { revision, hash } = book.head;
    say(`book ${book.id} closed through ${formatDay(closedThrough)}: ${revision}:${hash}`);
  };
  tell();
  book.onProgress(tell);
}

/** Imports the demo history, and closes its days to the last. */
async function fill(call: Call, book: Book): Promise<void> {
  if (!existsSync(demo)) return;
  const { out, signal } = call;
  out.note('the book is empty: importing the demo history');
  const progress = out.progress('importing the demo history', undefined, 'lines');
  let last: number | undefined;
  const items = async function* (): AsyncGenerator<HistoryItem> {
    for await (const item of readHistoryFile(demo, (path) => createReadStream(path), house)) {
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
  if (interrupted) out.note(`stopped on the way: formicary import ${demo} --close daily goes on with it`);
}
