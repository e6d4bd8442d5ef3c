/** Sandboxes beside a book that goes on: against a plain model of each, a state folded from nothing. */

import { describe, expect, it } from 'vitest';
import { type Answer, Book } from '../../src/book/book.ts';
import { type Sandbox, Sandboxes, sandboxLimits } from '../../src/book/sandbox.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { headBeforeAll, Ledger } from '../../src/kernel/deciding/ledger.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { house } from '../../src/segments/index.ts';
import { Gate, WrappedLog } from '../crash/logs.ts';
import { digestOf, eventsOf } from '../crash/oracle.ts';
import { randomCommands } from '../crash/order.ts';
import { noMemory } from '../support/book.ts';
import { closeDay, keyed, reverse, topUp, transfer, withdraw } from '../support/commands.ts';
import { dice } from '../support/histories.ts';

const sender = { actor: 'test' };
const day = '2016-03-01';

const openBook = (log: EventLog = new MemoryLog()): Promise<Book> =>
  Book.open({ id: 'main', house, log, now: () => 1_000, engine: 'test' });

const opened = async (of: Sandboxes, book: Book, revision = book.head.revision): Promise<Sandbox> => {
  const sandbox = await of.open(book, revision, []);
  if (sandbox instanceof Refusal) throw new Error(sandbox.message);
  return sandbox;
};

const digestNow = ({ state }: { readonly state: State }): string => digest(house, state);
const told = (answer: Answer): string => (answer.kind === 'refused' ? answer.refusal.code : answer.kind);
const range = (answer: Answer): readonly [number, number] =>
  answer.kind === 'refused' ? [-1, -1] : [answer.first, answer.last];

/** The model of a sandbox: the log up to the fork, folded, and a ledger of its own on top. */
class Model {
  readonly state = emptyState(house);
  #ledger: Ledger | undefined;

  async begin(book: Book, revision: number): Promise<void> {
    let head = headBeforeAll;
    for (const event of (await eventsOf(book.log)).slice(0, revision + 1)) {
      fold(house, this.state, event);
      head = { revision: event.revision, hash: event.hash, recordedAt: event.recordedAt };
    }
    this.#ledger = new Ledger(house, this.state, head, noMemory);
  }

  decide(command: Command): string {
    const decision = this.#ledger?.decide(command, { now: 1_000, actor: 'test', engine: 'test' });
    return decision?.kind === 'refused' ? decision.refusal.code : (decision?.kind ?? 'none');
  }
}

/** A sandbox and its model. */
interface Beside {
  readonly sandbox: Sandbox;
  readonly model: Model;
}

async function beside(sandboxes: Sandboxes, book: Book, revision: number): Promise<Beside> {
  const model = new Model();
  await model.begin(book, revision);
  return { sandbox: await opened(sandboxes, book, revision), model };
}

/** Random commands without keys and reversals: what the book remembers below the fork is another test's. */
const bareCommands = (seed: number): Command[] =>
  randomCommands(seed, 420)
    .filter(({ command }) => command !== 'reverse')
    .map(({ on, command, with: inputs }) => ({ on, command, with: inputs }));

async function use({ sandbox, model }: Beside, commands: readonly (Command | undefined)[]): Promise<void> {
  for (const command of commands) {
    if (command !== undefined)
      expect(told(await sandbox.execute(command, sender))).toBe(model.decide(command));
  }
}

function checkAlike(live: readonly Beside[]): void {
  for (const { sandbox, model } of live) expect(digestNow(sandbox)).toBe(digestNow(model));
}

describe('sandboxes', () => {
  it.each([1, 2, 3, 4])(
    'opened, used and let go at random, seed %d: each as its model, and the book as its log',
    async (seed) => {
      const roll = dice(seed + 40);
      const book = await openBook();
      const sandboxes = new Sandboxes(() => 0);
      const live: Beside[] = [];
      const commands = bareCommands(seed);
      const elsewhere = bareCommands(seed + 100);
      for (let turn = 0; commands.length > 0; turn++) {
        const does = roll(10);
        const one = live[roll(Math.max(1, live.length))];
        if (does < 4) {
          const next = commands.splice(0, 1 + roll(8));
          await Promise.all(next.map((command) => book.execute(command, sender)));
        } else if (does < 6 && live.length < 8) {
          const back = roll(4) === 0 ? roll(book.head.revision + 2) : 0;
          live.push(await beside(sandboxes, book, book.head.revision - back));
        } else if (does < 8 && one !== undefined) {
          await use(
            one,
            Array.from({ length: 1 + roll(5) }, () => elsewhere[roll(elsewhere.length)]),
          );
        } else if (does === 8 && one !== undefined) {
          live.splice(live.indexOf(one), 1);
          sandboxes.discard(one.sandbox.id);
          // Twice is no error, and lets go of nobody else's.
          one.sandbox.discard();
        }
        checkAlike(turn % 8 === 0 || commands.length === 0 ? live : []);
      }
      expect(digestNow(book)).toBe(digestOf(await eventsOf(book.log)));
      for (const { sandbox } of live.splice(0)) sandboxes.discard(sandbox.id);
      expect(digestNow(book)).toBe(digestOf(await eventsOf(book.log)));
    },
  );

  it('one lies open while ten thousand commands are carried out on the book, and is as it was', async () => {
    const book = await openBook();
    const sandboxes = new Sandboxes(() => 0);
    const holders = Array.from({ length: 50 }, (_, at) => `user-${at}`);
    await Promise.all(holders.map((holder) => book.execute(topUp(day, holder, '1000.00'), sender)));
    const sandbox = await opened(sandboxes, book);
    const model = new Model();
    await model.begin(book, book.head.revision);
    const own = [
      transfer(day, 'user-1', 'user-2', '900.00'),
      withdraw(day, 'user-2', '1500.00'),
      closeDay(day),
    ];
    for (const command of own)
      expect(told(await sandbox.execute(command, sender))).toBe(model.decide(command));
    const before = digestNow(sandbox);
    const roll = dice(9);
    const taken = { accepted: 0, refused: 0 };
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(
        Array.from({ length: 500 }, () => {
          const [from = '', to = ''] = [holders[roll(50)], holders[roll(50)]];
          return book.execute(
            roll(8) === 0 ? withdraw(day, from, '10%') : transfer(day, from, to, `${1 + roll(90)}.00`),
            sender,
          );
        }),
      );
      for (const answer of answers) taken[answer.kind === 'accepted' ? 'accepted' : 'refused']++;
    }
    expect(taken.accepted).toBeGreaterThan(8_000);
    expect(digestNow(sandbox)).toBe(before);
    expect(digestNow(sandbox)).toBe(digestNow(model));
    for (const command of [topUp('2016-03-02', 'user-3', '5.00'), withdraw('2016-03-02', 'user-2', 'all')])
      expect(told(await sandbox.execute(command, sender))).toBe(model.decide(command));
    expect(digestNow(sandbox)).toBe(digestNow(model));
    sandboxes.discard(sandbox.id);
    expect(digestNow(book)).toBe(digestOf(await eventsOf(book.log)));
  });

  it('opened while an append is under way holds what was durable then, or the whole append', async () => {
    const gate = new Gate();
    const log: WrappedLog = new WrappedLog(new MemoryLog(), {
      append: async (_expected, _events, write) => {
        await write();
        if (log.appends.length === 2) await gate.pass();
      },
    });
    const book = await openBook(log);
    await book.execute(topUp(day, 'a', '10.00'), sender);
    const answer = book.execute(topUp(day, 'a', '5.00'), sender);
    await gate.reached;
    const opening = opened(new Sandboxes(() => 0), book);
    gate.open();
    const [sandbox] = await Promise.all([opening, answer]);
    expect(digestNow(sandbox)).toBe(digestOf((await eventsOf(log)).slice(0, sandbox.forkedAt + 1)));
    await book.execute(topUp(day, 'a', '2.50'), sender);
    expect(digestNow(sandbox)).toBe(digestOf((await eventsOf(log)).slice(0, sandbox.forkedAt + 1)));
    expect(digestNow(book)).toBe(digestOf(await eventsOf(log)));
  });

  it('remembers the keys and reversals below its fork, and none that the book got later', async () => {
    const book = await openBook();
    const paid = keyed(topUp(day, 'a', '10.00'), 'early');
    const early = await book.execute(paid, sender);
    const second = await book.execute(topUp(day, 'a', '7.00'), sender);
    await book.execute(reverse(day, range(second)[0]), sender);
    const closing = keyed(closeDay(day), 'closing');
    const closed = await book.execute(closing, sender);
    const next = '2016-03-02';
    const third = await book.execute(topUp(next, 'a', '1.00'), sender);
    const sandbox = await opened(new Sandboxes(() => 0), book);
    await book.execute(keyed(topUp(next, 'b', '1.00'), 'late'), sender);
    await book.execute(reverse(next, range(third)[0]), sender);
    const repeated = await sandbox.execute(paid, sender);
    expect([told(repeated), range(repeated)]).toEqual(['repeated', range(early)]);
    const again = await sandbox.execute(closing, sender);
    expect([told(again), range(again)]).toEqual(['repeated', range(closed)]);
    const late = await sandbox.execute(keyed(topUp(next, 'c', '2.00'), 'late'), sender);
    expect(told(late)).toBe('accepted');
    const lateAgain = await sandbox.execute(keyed(topUp(next, 'c', '2.00'), 'late'), sender);
    expect([told(lateAgain), range(lateAgain)]).toEqual(['repeated', range(late)]);
    expect(told(await sandbox.execute(keyed(topUp(next, 'c', '3.00'), 'late'), sender))).toBe('KEY_REUSED');
    expect(told(await sandbox.execute(reverse(next, range(second)[0]), sender))).toBe('ALREADY_REVERSED');
    expect(told(await sandbox.execute(reverse(next, range(third)[0]), sender))).toBe('accepted');
    expect(told(await sandbox.execute(reverse(next, range(third)[0]), sender))).toBe('ALREADY_REVERSED');
    const own = await sandbox.execute(keyed(closeDay(next), 'own close'), sender);
    const ownAgain = await sandbox.execute(keyed(closeDay(next), 'own close'), sender);
    expect([told(own), told(ownAgain)]).toEqual(['accepted', 'repeated']);
    expect(range(ownAgain)).toEqual(range(own));
    expect(range(own)[1]).toBeGreaterThan(range(own)[0]);
    expect((await eventsOf(book.log)).some(({ key }) => key === 'own close')).toBe(false);
  });

  it('answers alike on an empty book, the opening included', async () => {
    const sandbox = await opened(new Sandboxes(() => 0), await openBook());
    const first = await sandbox.execute(keyed(topUp(day, 'a', '1.00'), 'k'), sender);
    const again = await sandbox.execute(keyed(topUp(day, 'a', '1.00'), 'k'), sender);
    expect([range(first), range(again)]).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('are bounded in number, and let go when they have lain unused', async () => {
    let now = 0;
    const book = await openBook();
    const sandboxes = new Sandboxes(() => now);
    for (let at = 0; at < sandboxLimits.openMax; at++) await opened(sandboxes, book);
    expect(await sandboxes.open(book, -1, [])).toMatchObject({ code: 'TOO_MANY' });
    now = sandboxLimits.idleMsMax;
    await sandboxes.all[0]?.execute(topUp(day, 'a', '1.00'), sender);
    now++;
    await opened(sandboxes, book);
    expect(sandboxes.all).toHaveLength(2);
  });
});
