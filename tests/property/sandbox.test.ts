/** A sandbox and its book leave each other alone, whichever of them goes on. */
import { describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import { type Sandbox, Sandboxes } from '../../src/book/sandbox.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { house } from '../../src/segments/index.ts';
import { assumptions } from '../oracle/histories.ts';
import { dice, histories } from '../support/histories.ts';
import { overridesOf } from '../support/what-if.ts';

const sender = { actor: 'test' };
const clock = (): number => 0;

const openBook = (): Promise<Book> =>
  Book.open({ id: 'main', house, log: new MemoryLog(), now: clock, engine: 'test' });

async function send(to: Book | Sandbox, commands: readonly Command[]): Promise<void> {
  if (to instanceof Book) await Promise.all(commands.map((command) => to.execute(command, sender)));
  else for (const command of commands) await to.execute(command, sender);
}

async function logOf(book: Book): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const page of book.log.read(0, 'forwards')) events.push(...page);
  return events;
}

const bookDigest = (of: { readonly state: Book['state'] }): string => digest(house, of.state);

describe.each(
  histories(3, { days: 25, lines: 240, users: 6, merchants: 3 }).filter(({ close }) => close === 'recorded'),
)('$name', ({ lines, seed }) => {
  const half = lines.slice(0, 120);
  const rest = lines.slice(120);
  // Other facts than the book's, on the same accounts: its lines in another order, without their keys.
  const roll = dice(seed);
  const others = rest
    .map((line) => ({ line, at: roll(1000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ line: { on, command, with: inputs } }): Command => ({ on, command, with: inputs }))
    .slice(0, 60);

  const forked = async (
    revision: 'head' | 'older',
    overridden: boolean,
  ): Promise<{ book: Book; sandbox: Sandbox; sandboxes: Sandboxes }> => {
    const book = await openBook();
    await send(book, half);
    const sandboxes = new Sandboxes(clock);
    const at = revision === 'head' ? book.head.revision : Math.floor(book.head.revision / 2);
    const overrides = overridden ? overridesOf(assumptions(seed)) : [];
    const sandbox = await sandboxes.open(book, at, overrides);
    if (sandbox instanceof Refusal) throw new Error(sandbox.message);
    return { book, sandbox, sandboxes };
  };

  const cases = [
    ['head', false],
    ['head', true],
    ['older', false],
    ['older', true],
  ] as const;

  it.each(cases)(
    'at the %s, overridden %s: the sandbox does not show in the book',
    async (at, overridden) => {
      const { book, sandbox } = await forked(at, overridden);
      const before = bookDigest(book);
      await send(sandbox, others);
      expect(sandbox.events.length).toBeGreaterThan(0);
      expect(bookDigest(book)).toBe(before);
      await send(book, rest);
      const alone = await openBook();
      await send(alone, half);
      await send(alone, rest);
      expect(bookDigest(book)).toBe(bookDigest(alone));
      expect((await logOf(book)).map(({ hash }) => hash)).toEqual(
        (await logOf(alone)).map(({ hash }) => hash),
      );
    },
  );

  it.each(cases)(
    'at the %s, overridden %s: the book does not show in the sandbox',
    async (at, overridden) => {
      const { book, sandbox } = await forked(at, overridden);
      const before = bookDigest(sandbox);
      await send(book, rest);
      expect(bookDigest(sandbox)).toBe(before);
      await send(sandbox, others);
      const { sandbox: alone } = await forked(at, overridden);
      await send(alone, others);
      expect(bookDigest(sandbox)).toBe(bookDigest(alone));
      expect(sandbox.events.map(({ hash }) => hash)).toEqual(alone.events.map(({ hash }) => hash));
    },
  );

  it('both at once, in turns, and the sandbox discarded half-way', async () => {
    const { book, sandbox, sandboxes } = await forked('head', true);
    for (let at = 0; at < rest.length; at += 20) {
      await send(book, rest.slice(at, at + 20));
      if (at === 60) sandboxes.discard(sandbox.id);
      if (at < 60) await send(sandbox, others.slice(at, at + 20));
    }
    const alone = await openBook();
    await send(alone, half);
    await send(alone, rest);
    expect(bookDigest(book)).toBe(bookDigest(alone));
  });

  it('a sandbox without overrides decides as the book would', async () => {
    const { book, sandbox } = await forked('head', false);
    await send(sandbox, rest);
    await send(book, rest);
    expect(bookDigest(sandbox)).toBe(bookDigest(book));
  });
});
