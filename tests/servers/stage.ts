/**
 * Several servers on one store with a book, and a crowd that comes to them.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { Book } from '../../src/book/book.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { contentsOf, digestOf } from '../crash/oracle.ts';
import { checkBook, type Seen } from './checks.ts';
import { Crowd } from './crowd.ts';
import { Formicary } from './formicary.ts';
import { newBook } from './store.ts';
import { type Keyed, World } from './world.ts';

/** How many come, and how much they send. */
export interface Size {
  readonly clients: number;
  readonly commands: number;
}

/** How much more than usual is tried: `FORMICARY_SEEDS` multiplies the number of commands. */
const more = Number(process.env.FORMICARY_SEEDS ?? '1');

export class Stage implements AsyncDisposable {
  readonly store: string;
  readonly book: string;
  readonly servers: readonly Formicary[];
  readonly world: World;
  readonly #beginning: readonly Keyed[];

  private constructor(
    store: string,
    book: string,
    servers: readonly Formicary[],
    world: World,
    beginning: readonly Keyed[],
  ) {
    this.store = store;
    this.book = book;
    this.servers = servers;
    this.world = world;
    this.#beginning = beginning;
  }

  /** A new book in a store, and so many servers. */
  static async start(store: string, servers: number): Promise<Stage> {
    const book = newBook('crowd');
    const world = new World();
    const beginning = world.beginning();
    const log = await openLog(store, book);
    const made = await Book.open({ id: book, house, log, now: Date.now, engine: 'stage' });
    const answers = await made.executeAll(
      beginning.map((command) => ({ command, sender: { actor: 'stage', correlation: command.key } })),
    );
    await made.close();
    for (const answer of answers) assert.equal(answer.kind, 'accepted');
    const started = await Promise.all(
      Array.from({ length: servers }, (_, number) => Formicary.start(number, store)),
    );
    return new Stage(store, book, started, world, beginning);
  }

  /** A crowd that is about to send its commands. */
  crowd(seed: number, { clients, commands }: Size): Crowd {
    const { book, servers, world } = this;
    return new Crowd({ book, servers, world, seed, clients, commands: commands * more });
  }

  /** Checks the book and every answer, and that all servers have come to the same. */
  async check({ attempts }: Crowd): Promise<Seen & { readonly conflicts: number }> {
    const { store, book, servers } = this;
    const events = await contentsOf({ store, book });
    const seen = await checkBook(events, attempts, this.#beginning);
    const revision = events.length - 1;
    const digests = await Promise.all(servers.map((server) => server.digestAt(book, revision)));
    for (const found of digests) assert.deepEqual(found, { revision, digest: digestOf(events) });
    for (const { unexpected } of servers) assert.deepEqual(unexpected, []);
    const conflicts = await Promise.all(servers.map((server) => server.conflicts()));
    return { ...seen, conflicts: conflicts.reduce((sum, count) => sum + count, 0) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
  }
}
