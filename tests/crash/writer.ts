/**
 * A process that executes commands on a book, and says of each what it was answered, once it was: `node writer.ts ORDER`, an order
 * being the JSON of {@link Order}. It is there to be killed.
 */
import { readFileSync, writeSync } from 'node:fs';
import { type Answer, Book } from '../../src/book/book.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { house } from '../../src/segments/index.ts';
import { WrappedLog } from './logs.ts';
import { commandsIn, engine, nowOf, type Order, openAt, sender } from './order.ts';

const given: unknown = JSON.parse(process.argv[2] ?? '');
const isOrder = (value: unknown): value is Order => isRecord(value) && 'path' in value;
if (!isOrder(given)) throw new TypeError('not an order');
const order: Order = given;

/** Written at once: what is said before a kill has been said. */
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
};

let counted = 0;
const log = new WrappedLog(await openAt(order.path, order), {
  append: async (_expected, events, write) => {
    const { dieAt } = order;
    const counts = dieAt !== undefined && (dieAt.of === 'any' || events[0]?.cause !== null);
    const now = counts && counted++ === dieAt.nth;
    if (now && dieAt.when === 'before') await die();
    await write();
    if (now) await die();
  },
});
const book = await Book.open({
  id: 'main',
  house,
  log,
  now: () => 0,
  engine: order.engine ?? engine,
  ...(order.appendBytesMax === undefined ? {} : { appendBytesMax: order.appendBytesMax }),
});
say(`open ${book.head.revision}`);

const commands = commandsIn(readFileSync(order.commands, 'utf8'));

const told = (answer: Answer): string => {
  if (answer.kind === 'refused') return `refused ${answer.refusal.code}`;
  const hash = answer.kind === 'accepted' ? answer.events.at(-1)?.hash : '-';
  return `${answer.kind} ${answer.first} ${answer.last} ${hash}`;
};

let next = order.from;
let gaveUp = false;

async function carry(n: number): Promise<void> {
  const command = commands[n];
  if (command === undefined) throw new RangeError(`no command ${n}`);
  for (let tries = 0; tries <= (order.retries ?? 0); tries++) {
    const answer = await book.execute(
      command,
      order.actor === undefined ? sender : { actor: order.actor },
      nowOf(n),
    );
    say(`ack ${n} ${told(answer)}`);
    if (answer.kind !== 'refused' || answer.refusal.code !== 'UNAVAILABLE') return;
  }
  gaveUp = true;
}

await Promise.all(
  Array.from({ length: order.window }, async () => {
    while (next < order.to && !gaveUp) await carry(next++);
  }),
);
if (!gaveUp) await book.refresh();
say(`end ${book.head.revision} ${digest(house, book.state)}`);
await book.close();
