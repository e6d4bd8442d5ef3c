/** The checks of what a crowd was answered: they pass what two books on one log say, and find whatever is not so. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Book } from '../../src/book/book.ts';
import { type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { house } from '../../src/segments/index.ts';
import { eventsOf } from '../crash/oracle.ts';
import { dice } from '../support/histories.ts';
import type { Told } from './asking.ts';
import { checkBook } from './checks.ts';
import type { Attempt } from './crowd.ts';
import { type Keyed, World } from './world.ts';

const commands = 400;
/** One command of so many is sent to both. */
const twiceEvery = 8;

let events: readonly StoredEvent[];
let attempts: readonly Attempt[];
let beginning: readonly Keyed[];

/** The answer as a server gives it. */
function toldOf(answer: Answer, there: readonly StoredEvent[]): Told {
  if (answer.kind === 'refused') return { kind: 'refused', code: answer.refusal.code };
  const { first, last } = answer;
  return {
    kind: 'accepted',
    repeated: answer.kind === 'repeated',
    revision: last,
    eventCount: last - first + 1,
    hashes: there
      .slice(first, Math.min(last + 1, first + 3))
      .map(({ revision, hash }) => [revision, hash] as const),
  };
}

beforeAll(async () => {
  const log = new MemoryLog();
  let now = Date.UTC(2016, 2, 1);
  const open = (): Promise<Book> => Book.open({ id: 'main', house, log, now: () => now++, engine: 'checks' });
  const books = [await open(), await open()];
  const world = new World();
  beginning = world.beginning();
  for (const command of beginning) await books[0]?.execute(command, { actor: 'stage' });
  const roll = dice(7);
  const made: Attempt[] = [];
  const send = async (command: Keyed, to: number): Promise<void> => {
    const book = books[to];
    if (book === undefined) throw new RangeError(`no book ${to}`);
    const from = book.head.revision;
    const answer = await book.execute(command, { actor: `server-${to}`, correlation: `${made.length}` });
    const told = toldOf(answer, await eventsOf(log));
    if (told.kind === 'accepted') world.heard(command);
    made.push({ command, to, from, told, until: book.head.revision });
  };
  for (let n = 0; n < commands; n++) {
    const command = world.next(roll);
    const to = roll(2);
    await send(command, to);
    if (roll(twiceEvery) === 0) await send(command, 1 - to);
  }
  events = await eventsOf(log);
  attempts = made;
});

const check = (of: readonly StoredEvent[], by: readonly Attempt[]) => checkBook(of, by, beginning);

/** The attempts, one of them changed: the first that is so. */
function but(
  is: (attempt: Attempt) => boolean,
  change: (attempt: Attempt) => Partial<Attempt>,
): readonly Attempt[] {
  const at = attempts.findIndex(is);
  const attempt = attempts[at];
  if (attempt === undefined) throw new Error('no such attempt');
  return attempts.with(at, { ...attempt, ...change(attempt) });
}

/** The events, one of them changed: the first of a type; the chain holds all the same. */
function altered(type: string, change: (event: StoredEvent) => Partial<StoredEvent>): readonly StoredEvent[] {
  const made: StoredEvent[] = [];
  let done = false;
  for (const { hash: _, ...event } of events) {
    const changed = !done && event.type === type ? change({ ...event, hash: '' }) : {};
    done ||= event.type === type;
    made.push(sealed({ ...event, ...changed }, made.at(-1)?.hash ?? firstBefore()));
  }
  return made;
}

/** What the first event is chained to. */
const firstBefore = (): string => '0'.repeat(64);

const isFirst = ({ told }: Attempt): boolean => told?.kind === 'accepted' && !told.repeated;
const isRepeat = ({ told, command }: Attempt): boolean =>
  told?.kind === 'accepted' && told.repeated && command.command !== 'closeDay';
const isRefused = ({ told }: Attempt): boolean => told?.kind === 'refused';
const saying =
  (change: Partial<Extract<Told, { kind: 'accepted' }>>) =>
  ({ told }: Attempt): Partial<Attempt> =>
    told?.kind === 'accepted' ? { told: { ...told, ...change } } : {};

describe('the checks', () => {
  it('pass what is so', async () => {
    const seen = await check(events, attempts);
    expect(seen.accepted).toBeGreaterThan(commands / 3);
    expect(seen.repeated).toBeGreaterThan(10);
    expect(seen.refused).toBeGreaterThan(20);
    expect(seen.closes).toBeGreaterThan(0);
  });

  it.each<[string, RegExp, () => readonly Attempt[]]>([
    [
      'an answer whose events are others',
      /not there/,
      () => but(isFirst, saying({ hashes: [[40, 'another']] })),
    ],
    ['an answer that names another revision', /ends elsewhere/, () => but(isFirst, saying({ revision: 3 }))],
    ['an answer that counts other events', /another number/, () => but(isFirst, saying({ eventCount: 7 }))],
    [
      'an answer that nothing came of',
      /not booked/,
      () => but(isFirst, ({ command }) => ({ command: { ...command, key: 'k-lost' } })),
    ],
    [
      'an answer by a server that had not booked it',
      /by another/,
      () => but(isFirst, ({ to }) => ({ to: 1 - to })),
    ],
    [
      'two answers that both were the first',
      /by another|twice/,
      () => but(isRepeat, saying({ repeated: false })),
    ],
    [
      'a refusal with another code',
      /was refused by server/,
      () => but(isRefused, () => ({ told: { kind: 'refused', code: 'HOLDING_CAP' } })),
    ],
    [
      'a refusal of what is in the log',
      /is in the log|was refused by server/,
      () => but(isFirst, () => ({ told: { kind: 'refused', code: 'INSUFFICIENT_FUNDS' } })),
    ],
    [
      'a refusal of a state that is not there yet',
      /not there/,
      () => but(isRefused, () => ({ from: events.length, until: events.length + 1 })),
    ],
  ])('find %s', async (_name, message, change) => {
    await expect(check(events, change())).rejects.toThrow(message);
  });

  it('find a refusal of a state that the server had left behind', async () => {
    // One of a closed day, moved to before it was closed.
    const moved = but(
      ({ told }) => told?.kind === 'refused' && told.code === 'DAY_CLOSED',
      () => ({ from: beginning.length - 5, until: beginning.length - 4 }),
    );
    await expect(check(events, moved)).rejects.toThrow(/was refused by server/);
  });

  it('find an event that is lost, though it was answered', async () => {
    await expect(check(events.slice(0, -1), attempts)).rejects.toThrow();
    const last = events.at(-1)?.cause ?? events.length - 1;
    await expect(check(events.slice(0, last), attempts)).rejects.toThrow(/lost|not there/);
  });

  it('find a command that is booked twice', async () => {
    const twice = events.find(({ type }) => type === 'ToppedUp');
    if (twice === undefined) throw new Error('nothing was topped up');
    const { hash: _, ...again } = { ...twice, revision: events.length };
    const longer = [...events, sealed(again, events.at(-1)?.hash ?? '')];
    await expect(check(longer, attempts)).rejects.toThrow(/twice/);
  });

  it('find a chain that is broken, and an entry that is not what the rules say', async () => {
    const later = events.find(({ revision, accounts }) => revision > 60 && accounts.length === 2);
    if (later === undefined) throw new Error('no entry of two');
    const broken = events.with(later.revision, { ...later, minors: [1n, -1n] });
    await expect(check(broken, attempts)).rejects.toThrow(/chain/);
    const otherwise = altered('ToppedUp', ({ minors }) => ({
      minors: minors.map((minor) => (minor > 0n ? minor - 1n : minor + 1n)),
    }));
    await expect(check(otherwise, [])).rejects.toThrow(/not what the rules say/);
  });

  it('find balances that are not those of the reference', async () => {
    // The amount that the client had sent, and of which its attempt knows, was another one.
    const sent = but(
      (attempt) => isFirst(attempt) && attempt.command.command === 'topUp',
      ({ command }) => ({ command: { ...command, with: { ...command.with, amount: '0.01 CNY' } } }),
    );
    await expect(check(events, sent)).rejects.toThrow();
  });
});
