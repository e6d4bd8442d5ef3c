/**
 * Desks: a book and a sandbox, as all that shows them sees them.
 *
 * @module
 */

import type { Book } from '../../book/book.ts';
import type { Sandbox } from '../../book/sandbox.ts';
import type { Command } from '../../kernel/deciding/commands.ts';
import { fold } from '../../kernel/engine/fold.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { State } from '../../kernel/state/state.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { News } from '../../log/port/news.ts';
import { LogClosed, LogUnavailable } from '../../log/port/port.ts';
import type { CommandAnswer, Desk, Lookups, Replayed, SandboxDesk, Sender } from '../ports.ts';
import { checkRefold, giveWay } from '../restore.ts';

/** A command's answer where the log could not take it: nothing was written. */
async function answerOf(title: string, answer: Promise<CommandAnswer>): Promise<CommandAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof LogUnavailable || error instanceof LogClosed)) throw error;
    return { kind: 'refused', refusal: new Refusal(codes.unavailable, title, error.message) };
  }
}

/** Waits until something holds, asking again whenever the source has moved on. */
function until(
  holds: () => boolean,
  onProgress: (listener: () => void) => () => void,
  signal: AbortSignal,
): Promise<boolean> {
  if (holds() || signal.aborted) return Promise.resolve(holds());
  return new Promise((resolve) => {
    const ask = (): void => {
      if (!holds() && !signal.aborted) return;
      stop();
      signal.removeEventListener('abort', ask);
      resolve(holds());
    };
    const stop = onProgress(ask);
    signal.addEventListener('abort', ask, { once: true });
  });
}

/** A state folded again from a log, up to a revision. */
async function refolded(book: Book, through: number, signal: AbortSignal): Promise<State> {
  checkRefold(through);
  const state = book.emptyState();
  for await (const events of book.log.read(0, 'forwards', through + 1)) {
    for (const event of events) fold(book.house, state, event);
    await giveWay(signal);
  }
  return state;
}

/**
 * A book as a desk; one for as long as the book is open, since what is known of it is kept by desk.
 *
 * @param answered told of each answer to a command
 */
export function bookDesk(
  book: Book,
  closing: AbortSignal,
  answered: (answer: CommandAnswer) => void = () => undefined,
): Desk {
  const title = `book ${book.id}`;
  return {
    title,
    book: book.id,
    house: book.house,
    get state() {
      return book.state;
    },
    get head() {
      return book.head;
    },
    readableFrom: -1,
    get lookups() {
      return book.register;
    },
    get verified() {
      return book.verified;
    },
    events: (revisions) => book.log.readMany(revisions),
    stateAt: (revision, signal) => refolded(book, revision, signal),
    reached: async (revision, signal) => {
      if (book.head.revision >= revision) return true;
      await book.refresh();
      return await until(
        () => book.head.revision >= revision,
        (listener) => book.onProgress(listener),
        signal,
      );
    },
    execute: async (command, sender) => {
      const answer = await answerOf(title, book.execute(command, sender));
      answered(answer);
      return answer;
    },
    follow: (from, signal) => book.log.subscribe(from, AbortSignal.any([signal, closing])),
  };
}

/** What is known of a sandbox's events: its own, and below them its book's. */
const sandboxLookups = ({ book, own, forkedAt }: Sandbox): Lookups => {
  const first = forkedAt + 1;
  const isOwn = (revision: number): boolean => revision > forkedAt;
  return {
    day: (at) => (isOwn(at) ? own.day(at - first) : book.register.day(at)),
    type: (at) => (isOwn(at) ? own.type(at - first) : book.register.type(at)),
    // Causes are recorded as revisions, not as places in the register.
    cause: (at) => (isOwn(at) ? own.cause(at - first) : book.register.cause(at)),
    recordedAt: (at) => (isOwn(at) ? own.recordedAt(at - first) : book.register.recordedAt(at)),
    postingsAfter: (at) => (isOwn(at) ? own.postingsAfter(at - first) : book.register.postingsAfter(at)),
    *ofSubject(subject, from) {
      for (const at of own.ofSubject(subject, from - first)) yield at + first;
      yield* book.register.ofSubject(subject, Math.min(from, forkedAt));
    },
    knownAt: (ms) => {
      const at = own.knownAt(ms);
      return at >= 0 ? at + first : Math.min(forkedAt, book.register.knownAt(ms));
    },
  };
};

/** What a sandbox was made of turned out not to be what its book's log folds to. */
const outdated = {
  through: -1,
  state: 'BROKEN',
  why: 'its book was folded anew since: open another sandbox',
} as const;

/** A sandbox as a desk. Where its history was replayed, its own book is that history, and `of` says what it was made of. */
export function sandboxDesk(
  sandbox: Sandbox,
  of: { readonly forkedAt: number; readonly replayed: Replayed | undefined },
  closing: AbortSignal,
): SandboxDesk {
  const { book, id, forkedAt } = sandbox;
  const title = `sandbox ${id}`;
  const news = new News();
  const listeners = new Set<() => void>();
  const below = bookDesk(book, closing);
  const { foldings } = book;
  const events = async (revisions: readonly number[]): Promise<readonly StoredEvent[]> => {
    const recorded = await below.events(revisions.filter((at) => at <= forkedAt));
    let next = 0;
    return revisions.flatMap((at) => {
      const event = at <= forkedAt ? recorded[next++] : sandbox.events[at - forkedAt - 1];
      return event === undefined ? [] : [event];
    });
  };
  return {
    id,
    title,
    book: book.id,
    house: book.house,
    forkedAt: of.forkedAt,
    replayed: of.replayed,
    get ownCount() {
      return sandbox.events.length;
    },
    overrides: sandbox.overrides,
    get verified() {
      return foldings === book.foldings ? book.verified : outdated;
    },
    get state() {
      return sandbox.state;
    },
    get head() {
      return sandbox.head;
    },
    readableFrom: -1,
    lookups: sandboxLookups(sandbox),
    events,
    stateAt: async (revision, signal) => {
      const below = await refolded(book, Math.min(revision, forkedAt), signal);
      const state = below.fork({ overrides: sandbox.overrides, used: [] });
      for (const event of sandbox.events.slice(0, Math.max(0, revision - forkedAt)))
        fold(book.house, state, event);
      return state;
    },
    reached: (revision, signal) =>
      until(
        () => sandbox.head.revision >= revision,
        (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
        signal,
      ),
    execute: async (command: Command, sender: Sender) => {
      const answer = await answerOf(title, sandbox.execute(command, sender));
      news.wake();
      for (const listener of listeners) listener();
      return answer;
    },
    async *follow(from, signal) {
      const over = AbortSignal.any([signal, closing]);
      for await (const batch of book.log.read(
        Math.max(0, from),
        'forwards',
        Math.max(0, forkedAt - from + 1),
      )) {
        if (over.aborted) return;
        yield batch;
      }
      let next = Math.max(from, forkedAt + 1);
      while (!over.aborted) {
        const batch = sandbox.events.slice(next - forkedAt - 1);
        if (batch.length === 0) await news.wait(over);
        else yield batch;
        next += batch.length;
      }
    },
  };
}
