/**
 * Makes a store to be kept for ever: `node scripts/keep-store.ts FOLDER`. It shows how those in tests/kept/fixtures were made, and
 * makes one of a later version, in a folder of its own; what is there already is never made again. See the README beside it.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Answer, Book } from '../src/book/book.ts';
import { engineVersion, packageVersion } from '../src/book/engine-version.ts';
import { snapshotPath, writeSnapshot } from '../src/book/snapshot/snapshot.ts';
import type { Command } from '../src/kernel/deciding/commands.ts';
import { headBeforeAll, Ledger } from '../src/kernel/deciding/ledger.ts';
import { emptyState } from '../src/kernel/engine/fold.ts';
import { balanceDigest, digest } from '../src/kernel/state/digest.ts';
import { dayMin, dayOf, formatDay, parseDay } from '../src/kernel/values/dates.ts';
import { openLog } from '../src/log/open.ts';
import type { EventLog } from '../src/log/port/port.ts';
import { house } from '../src/segments/index.ts';
import { run } from '../tests/crash/children.ts';
import { eventsOf } from '../tests/crash/oracle.ts';
import { nowOf, sender as writer } from '../tests/crash/order.ts';
import {
  type BookKept,
  type CommandKept,
  type CutKept,
  pointAt,
  type StoreKept,
} from '../tests/kept/record.ts';
import { creditHistory } from '../tests/oracle/credit-histories.ts';
import { history } from '../tests/oracle/histories.ts';
import { noMemory } from '../tests/support/book.ts';
import {
  changePolicy,
  closeDay,
  command,
  completeTransfer,
  confirm,
  contributeCapital,
  declineTransfer,
  keyed,
  pay,
  publishRate,
  receiveTransfer,
  returnTransfer,
  reverse,
  sendTransfer,
  subscribe,
  topUp,
} from '../tests/support/commands.ts';
import { dice } from '../tests/support/histories.ts';

const engine = engineVersion();
const actor = 'keeper';
const started = Date.UTC(2016, 8, 28, 8);
/** By the clock of the store a command comes each minute. */
const tickMs = 60_000;

const size = { days: 45, lines: 220, users: 5, merchants: 2, close: 'recorded', backdated: true } as const;
/** How often a fact is reversed, and of how many of the last ones. */
const reversalsPercent = 8;
const recentFacts = 6;

const holders = 300;
/** So small that each event of a close is an append of its own. */
const cutAppendBytesMax = 3_000;
/** Appends of the close that are durable when its writer dies. */
const cutAfterAppends = 3;

/** Gives commands to a book by the store's clock, and keeps them with what they were answered. */
class Giver {
  readonly book: Book;
  readonly given: CommandKept[];

  constructor(book: Book, given: CommandKept[] = []) {
    this.book = book;
    this.given = given;
  }

  async give(...commands: readonly Command[]): Promise<void> {
    const sent = commands.map((one) => {
      const at = started + (this.given.length + 1) * tickMs;
      const entry = { at, ...one };
      return this.book.execute(one, { actor: one.actor ?? actor }, at).then((answer) => ({ entry, answer }));
    });
    for (const { entry, answer } of await Promise.all(sent)) {
      const told = toldOf(answer);
      assert.equal(told.kind, 'accepted', JSON.stringify([entry, told]));
      this.given.push({ ...entry, answer: told });
    }
  }
}

const toldOf = (answer: Answer): CommandKept['answer'] =>
  answer.kind === 'refused'
    ? { kind: 'refused', code: answer.refusal.code }
    : { kind: answer.kind, first: answer.first, last: answer.last };

const opened = (id: string, log: EventLog, appendBytesMax?: number): Promise<Book> =>
  Book.open({
    id,
    house,
    log,
    engine,
    now: () => started,
    ...(appendBytesMax === undefined ? {} : { appendBytesMax }),
  });

/** Lines of all segments over the same days, each under a key of its own. */
function linesOfAll(): readonly Command[] {
  // Seeds of which both begin on the same day.
  const lists = [creditHistory(1, size), history(0, size)];
  return lists
    .flatMap((lines, list) => lines.map((line, at) => ({ line, list, at, share: at / lines.length })))
    .sort((a, b) => a.share - b.share)
    .map(({ line, list, at }) => ({ ...line, key: `${['credit', 'fund'][list]}/${at}` }));
}

/** A history in which refused commands are recorded as attempts, and facts are reversed. */
async function attempted(log: EventLog): Promise<CommandKept[]> {
  const state = emptyState(house);
  const ledger = new Ledger(house, state, headBeforeAll, noMemory);
  const given: CommandKept[] = [];
  const facts: { readonly revision: number; readonly day: number }[] = [];
  const roll = dice(7);
  const decide = (one: Command): void => {
    const at = started + (given.length + 1) * tickMs;
    const decision = ledger.decide(one, { now: at, actor: one.actor ?? actor, engine, recordAttempts: true });
    if (decision.kind === 'accepted') {
      const { first, events } = decision;
      given.push({ at, ...one, answer: { kind: 'accepted', first, last: first + events.length - 1 } });
      for (const { kind, revision, effectiveOn } of events)
        if (kind === 'fact') facts.push({ revision, day: effectiveOn });
    } else if (decision.kind === 'refused')
      given.push({ at, ...one, answer: { kind: 'refused', code: decision.refusal.code } });
  };
  for (const line of linesOfAll()) {
    decide(line);
    const fact = facts.at(-1 - roll(recentFacts));
    if (roll(100) >= reversalsPercent || fact === undefined || parseDay(line.on) === undefined) continue;
    const on = formatDay(Math.max(fact.day, (state.marks.closedThrough ?? dayMin) + 1) + roll(2));
    decide(keyed(reverse(on, fact.revision), `reversal/${given.length}`));
  }
  for (let at = 0; at < ledger.events.length; at += 100)
    await log.append(at - 1, ledger.events.slice(at, at + 100));
  return given;
}

/** The day so many days after the last one with a fact. */
const after = (last: number, days: number): string => formatDay(last + days);

const half = { transfer: 'T-1', from: 'keeper-1', to: 'receiver-1', amount: '30.00' } as const;
const there = (transfer: string) => ({ ...half, transfer, book: 'main' });
const here = (transfer: string) => ({ ...half, transfer, book: 'south' });

/** The books `main` and `south`: the one with all that a book can hold, the other to transfer to. */
async function makeBooks(store: string): Promise<StoreKept['books'] & { snapshot: StoreKept['snapshot'] }> {
  const log = await openLog(store, 'main');
  const given = await attempted(log);
  const book = await opened('main', log);
  const main = new Giver(book, given);
  const south = new Giver(await opened('south', await openLog(store, 'south')));
  const last = await closedAll(main);
  const d = (days: number): string => after(last, days);

  // Fees and rates of open days that are known when facts of these days have been recorded.
  await main.give(
    ...[topUp(d(1), 'keeper-1', '5000.00'), subscribe(d(1), 'keeper-1', '1000.00')].map(keyedBy('late')),
    keyed(pay(d(1), 'P-before', 'keeper-1', 'merchant-0', '200.00'), 'late/pay-before'),
    keyed(confirm(d(1), 'P-before'), 'late/confirm-before'),
    keyed(topUp(d(2), 'keeper-2', '10.00'), 'late/top-up'),
    changePolicy(d(3), 'payments.merchantFeeRate', '2.5%', { from: d(1) }),
    changePolicy(d(3), 'huabei.revolvingRate', '0.07%', { from: d(1), to: d(2) }),
    keyed(pay(d(1), 'P-after', 'keeper-1', 'merchant-0', '200.00'), 'late/pay-after'),
    keyed(confirm(d(1), 'P-after'), 'late/confirm-after'),
  );
  const known = book.head.revision;
  await main.give(closeDay(d(1)), closeDay(d(2)));
  const path = snapshotPath({ store }, 'main', engine);
  assert(path !== undefined);
  const revision = await writeSnapshot(path, book);
  await transfers(main, south, d);
  const points = [0.3, 0.6, 0.9, 1].flatMap((share) => {
    const at = Math.floor(book.head.revision * share);
    return [pointAt(book, at, d(-20)), pointAt(book, at, d(0))];
  });
  const aroundLate = [known - 4, known].map((at) => pointAt(book, at, d(1)));
  const made = {
    main: await kept(book, [...points, ...aroundLate]),
    south: await kept(south.book, [pointAt(south.book, south.book.head.revision, d(4))]),
    snapshot: { file: basename(path), sha256: sha256(path), revision },
  };
  for (const { book: one, given: commands } of [main, south]) {
    writeFileSync(join(folder, `${one.id}.commands.jsonl`), linesOf(commands));
    await one.close();
  }
  return made;
}

/** Gives keys that begin alike. */
const keyedBy =
  (prefix: string) =>
  (one: Command, at: number): Command =>
    keyed(one, `${prefix}/${at}`);

/** Closes every day up to the last that has a fact. */
async function closedAll(giver: Giver): Promise<number> {
  const { book } = giver;
  const last = (await eventsOf(book.log)).reduce(
    (latest, { effectiveOn }) => Math.max(latest, effectiveOn),
    0,
  );
  for (let day = book.state.openFrom ?? last; day <= last; day++)
    await giver.give(keyed(closeDay(formatDay(day)), `close/${formatDay(day)}`));
  return last;
}

/** One that arrives, one that is declined and comes back, one that stays on its way. */
async function transfers(main: Giver, south: Giver, d: (days: number) => string): Promise<void> {
  await south.give(keyed(topUp(d(3), 'receiver-1', '7.00'), 'south/top-up'));
  await main.give(...['T-1', 'T-2', 'T-3'].map((id) => keyed(sendTransfer(d(3), here(id)), `send/${id}`)));
  await south.give(
    keyed(receiveTransfer(d(3), there('T-1')), 'receive/T-1'),
    keyed(declineTransfer(d(3), there('T-2')), 'decline/T-2'),
  );
  await main.give(
    keyed(completeTransfer(d(3), 'T-1'), 'complete/T-1'),
    keyed(returnTransfer(d(4), 'T-2'), 'return/T-2'),
    closeDay(d(3)),
    closeDay(d(4)),
    keyed(topUp(d(5), 'keeper-2', '1.00'), 'last'),
  );
  await south.give(closeDay(d(3)), closeDay(d(4)));
}

/** The book `cut`: everybody holds units and some owe, and its last close was cut by a kill. */
async function makeCut(store: string): Promise<CutKept> {
  const file = join(folder, 'cut.formicary');
  const begun = '2016-03-01';
  const first = await opened('cut', await openLog(store, 'cut'));
  const giver = new Giver(first);
  await giver.give(...cutHistory(begun));
  await giver.give(keyed(closeDay('2016-03-01'), 'close/2016-03-01'));
  await first.close();

  const whole = mkdtempSync(join(tmpdir(), 'formicary-kept-'));
  try {
    copyFileSync(file, join(whole, 'cut.formicary'));
    const close = keyed(closeDay('2016-03-02'), 'close/2016-03-02');
    const book = await opened('cut', await openLog(`sqlite:${whole}`, 'cut'), cutAppendBytesMax);
    const answer = await book.execute(close, writer, nowOf(0));
    assert(answer.kind === 'accepted');
    const finished = await kept(book, [pointAt(book, book.head.revision, '2016-03-02')]);
    await book.close();

    const commands = join(whole, 'commands.jsonl');
    writeFileSync(commands, JSON.stringify(close));
    const heard = await run({
      path: file,
      commands,
      from: 0,
      to: 1,
      window: 1,
      engine,
      appendBytesMax: cutAppendBytesMax,
      dieAt: { of: 'any', nth: cutAfterAppends - 1, when: 'after' },
    });
    assert.deepEqual([heard.signal, heard.acks, heard.stderr], ['SIGKILL', [], '']);
    const events = await contents(store, 'cut');
    const [head] = events.slice(-1);
    const runHashes = answer.events.map(({ hash }) => hash);
    assert(head !== undefined && events.length < answer.last + 1);
    writeFileSync(
      join(folder, 'cut.commands.jsonl'),
      linesOf([...giver.given, { at: nowOf(0), ...close, answer: toldOf(answer) }]),
    );
    return {
      events: events.length,
      revision: head.revision,
      hash: head.hash,
      beginning: answer.first,
      begunBy: engine,
      run: runHashes,
      finished,
    };
  } finally {
    rmSync(whole, { recursive: true, force: true });
  }
}

function* cutHistory(on: string): Generator<Command> {
  yield contributeCapital(on, '100000.00');
  yield command(on, 'contributeCapital', { entity: 'jiebei', amount: '50000.00 CNY' });
  yield publishRate(on, 'deposit-1m', '3.5%');
  const tiers = ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'];
  const limits = Object.fromEntries(tiers.map((tier) => [tier, '100000.00 CNY']));
  yield changePolicy(on, 'jiebei.limits', limits);
  for (let n = 0; n < holders; n++) {
    yield keyed(topUp(on, `user-${n}`, '1000.00'), `top-up/${n}`);
    yield keyed(subscribe(on, `user-${n}`, '900.00'), `subscribe/${n}`);
  }
  for (let n = 0; n < holders / 30; n++) {
    const inputs = { loan: `L-${n}`, product: 'jiebei', holder: `user-${n}` };
    const terms = { principal: '600.00 CNY', term: 6, method: 'annuity' };
    yield keyed(command(on, 'applyForLoan', { ...inputs, ...terms }), `apply/${n}`);
    yield keyed(command(on, 'disburseLoan', { loan: `L-${n}`, product: 'jiebei' }), `disburse/${n}`);
  }
}

/** What a log holds; opening and closing it takes the write-ahead log into the file, and finishes nothing. */
async function contents(store: string, id: string) {
  const log = await openLog(store, id);
  const events = await eventsOf(log);
  await log.close();
  return events;
}

async function kept(book: Book, points: BookKept['points']): Promise<BookKept> {
  const events = await eventsOf(book.log);
  const types: Record<string, number> = {};
  for (const { type } of events) types[type] = (types[type] ?? 0) + 1;
  return {
    events: events.length,
    revision: book.head.revision,
    hash: book.head.hash,
    digest: digest(house, book.state),
    balanceDigest: balanceDigest(house, book.state),
    postings: book.state.journal.length,
    closedThrough: formatDay(book.state.marks.closedThrough ?? dayOf('1990-01-01')),
    types: Object.fromEntries(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1))),
    points,
  };
}

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
const linesOf = (commands: readonly CommandKept[]): string =>
  commands.map((one) => `${JSON.stringify(one)}\n`).join('');

const [folder = ''] = process.argv.slice(2);
assert(folder !== '', 'name a folder that is not there yet');
// What is there is never made again: this fails.
mkdirSync(folder);
const store = `sqlite:${folder}`;
const { snapshot, ...books } = await makeBooks(store);
const made: StoreKept = { version: packageVersion(), engine, books, cut: await makeCut(store), snapshot };
writeFileSync(join(folder, 'kept.json'), `${JSON.stringify(made, undefined, 2)}\n`);
process.stdout.write(`${engine}: ${books.main.events} events in main, ${made.cut.events} in cut\n`);
