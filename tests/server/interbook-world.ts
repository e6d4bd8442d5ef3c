/**
 * Books that several servers share, and carriers between them whose every step is let happen one at a time, with faults: what a
 * test of transfers is made of.
 *
 * @module
 */

import { Book } from '../../src/book/book.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { dayMax } from '../../src/kernel/values/dates.ts';
import { codes, Refusal } from '../../src/kernel/values/refusals.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { bookDesk } from '../../src/reading/desks/desks.ts';
import type { CommandAnswer, Desk, Sender } from '../../src/reading/ports.ts';
import { house } from '../../src/segments/index.ts';
import type { Carrier, CarrierPort, HeldBook } from '../../src/segments/interbook/carrying.ts';
import { type ArrivedRow, arrived, type SentRow, sent } from '../../src/segments/interbook/state.ts';

let senders = 0;

/**
 * Somebody who asks, another one each time: two who ask the same at the same place of a log would else make the very same event,
 * which a log takes for one that is sent again.
 */
export const anyone = (): Sender => ({ actor: 'test', correlation: `request ${++senders}` });

/** What goes wrong at a step: the book isn't to be had, takes no command, or fails before or after the command took effect. */
export const faults = ['none', 'unreachable', 'too many', 'fails before', 'fails after', 'unknown'] as const;
export type Fault = (typeof faults)[number];

/** Books by id, each opened once for every server: one sees what another appended when it is refreshed, or runs into it. */
export class World {
  readonly ids: readonly string[];
  readonly #servers: readonly ReadonlyMap<string, Book>[];
  /** What the logs hold, beside all servers. */
  readonly #watched: ReadonlyMap<string, Book>;

  private constructor(ids: readonly string[], servers: readonly ReadonlyMap<string, Book>[]) {
    this.ids = ids;
    const [watched = new Map<string, Book>(), ...others] = servers;
    this.#watched = watched;
    this.#servers = others;
  }

  static async open(
    ids: readonly string[],
    serverCount: number,
    logOf?: (id: string) => Promise<EventLog>,
  ): Promise<World> {
    const shared = new Map<string, MemoryLog>(ids.map((id) => [id, new MemoryLog()]));
    const openOne = async (id: string): Promise<Book> => {
      const log = logOf === undefined ? (shared.get(id) ?? new MemoryLog()) : await logOf(id);
      return await Book.open({ id, house, log, now: () => 0, engine: 'test' });
    };
    const servers: ReadonlyMap<string, Book>[] = [];
    for (let at = 0; at <= serverCount; at++) {
      const opened = new Map<string, Book>();
      for (const id of ids) opened.set(id, await openOne(id));
      servers.push(opened);
    }
    return new World(ids, servers);
  }

  get serverCount(): number {
    return this.#servers.length;
  }

  book(server: number, id: string): Book {
    const found = this.#servers[server]?.get(id);
    if (found === undefined) throw new Error(`no book ${id} on server ${server}`);
    return found;
  }

  /** The books of a server as a carrier asks for them. */
  hold(server: number, id: string): HeldBook | Refusal {
    const book = this.#servers[server]?.get(id);
    if (book === undefined) return new Refusal(codes.unavailable, id, 'no such book in this test');
    return { desk: bookDesk(book, new AbortController().signal), release: () => undefined };
  }

  /** Decides commands that must be accepted, on the first server. */
  async take(id: string, ...commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      const answer = await this.book(0, id).execute(command, anyone());
      if (answer.kind === 'refused') throw new Error(`${command.command}: ${answer.refusal.message}`);
    }
  }

  /** Shows every server what all have written. */
  async refresh(): Promise<void> {
    for (const server of this.#servers) for (const book of server.values()) await book.refresh();
  }

  /** A book as its log says, whatever the servers have seen. */
  async watch(id: string): Promise<Book> {
    const book = this.#watched.get(id);
    if (book === undefined) throw new Error(`no book ${id}`);
    await book.refresh();
    return book;
  }

  /** Both halves of every transfer that any book knows, by book that it leaves and id. */
  async halves(): Promise<ReadonlyMap<string, Halves>> {
    const found = new Map<string, Halves>();
    for (const id of this.ids) {
      const { state } = await this.watch(id);
      for (const [transfer, row] of state.rows.entries(sent))
        found.set(`${id}/${transfer}`, { ...found.get(`${id}/${transfer}`), sent: row });
    }
    for (const id of this.ids) {
      const { state } = await this.watch(id);
      for (const [key, row] of state.rows.entries(arrived)) {
        const known = found.get(key);
        // A half without the other, or in a book that it wasn't sent to, stands for itself, so that a test sees it.
        const place = known?.sent?.book === id ? key : `${key} in ${id}`;
        found.set(place, { ...found.get(place), arrived: row });
      }
    }
    return found;
  }

  /** Customers' money in wallets, in minor units. */
  async inWallets(id: string): Promise<bigint> {
    return (await this.watch(id)).state.totalOn(kindOf('platform:liability:payments:wallet'), dayMax);
  }

  /** Money on its way, in minor units. */
  async inTransit(id: string): Promise<bigint> {
    return (await this.watch(id)).state.totalOn(kindOf('platform:liability:interbook:in-transit'), dayMax);
  }

  /** What a wallet holds, in minor units. */
  async wallet(id: string, holder: string): Promise<bigint> {
    return (await this.watch(id)).state.balanceOn(
      kindOf('platform:liability:payments:wallet'),
      dayMax,
      holder,
    );
  }
}

/** What two books know of a transfer. */
export interface Halves {
  readonly sent?: SentRow;
  readonly arrived?: ArrivedRow;
}

function kindOf(path: string) {
  const found = house.kinds.find((kind) => kind.path === path);
  if (found === undefined) throw new Error(`no kind ${path}`);
  return found;
}

/** Money that has arrived in one book and is still in transit in the other: it would be counted twice. */
export const countedTwice = (halves: ReadonlyMap<string, Halves>): bigint =>
  [...halves.values()].reduce(
    (sum, { sent: out, arrived: there }) =>
      out?.stage === 'sent' && there?.stage === 'arrived' ? sum + there.minor : sum,
    0n,
  );

/** What doesn't hold of the halves of transfers, in words. */
export function contradictions(halves: ReadonlyMap<string, Halves>): readonly string[] {
  return [...halves].flatMap(([key, { sent: out, arrived: there }]) => {
    if (out === undefined) return [`${key} was never sent`];
    if (there !== undefined && there.minor !== out.minor) return [`${key} has two amounts`];
    if (there !== undefined && (there.to !== out.to || there.from !== out.from))
      return [`${key} has other parties`];
    if (out.stage === 'completed' && there?.stage !== 'arrived') return [`${key} is completed, not arrived`];
    if (out.stage === 'returned' && there?.stage !== 'declined') return [`${key} is returned, not declined`];
    if (out.stage === 'returned' && out.reason !== there?.reason) return [`${key} has two reasons`];
    return [];
  });
}

/** Something under way that stops before each of its steps until it is let go on. */
export interface Actor {
  /** `waiting` before a step, `running` in one, `done`, or `crashed`: it waits for ever. */
  state: 'waiting' | 'running' | 'done' | 'crashed';
  readonly abort: AbortController;
  go: ((fault: Fault) => void) | undefined;
  result: Promise<unknown>;
  /** What it was about to do, for messages. */
  step: string;
}

/** Lets actors take steps one at a time, in the order asked. */
export class Stage {
  readonly #world: World;
  readonly actors: Actor[] = [];
  readonly failures: unknown[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Begins something with a carrier of its own on a server; it comes to a stop before its first step. */
  async begin(server: number, make: (port: CarrierPort) => Promise<unknown>): Promise<Actor> {
    const actor: Actor = {
      state: 'running',
      abort: new AbortController(),
      go: undefined,
      result: Promise.resolve(),
      step: '',
    };
    this.actors.push(actor);
    actor.result = make(this.#port(actor, server))
      .catch((error: unknown) => {
        // What fails before it is sent fails to its caller.
        if (!(error instanceof Broken)) throw error;
        return error;
      })
      .finally(() => {
        actor.state = 'done';
      });
    await this.#settle();
    return actor;
  }

  /** Those that could take a step. */
  get waiting(): readonly Actor[] {
    return this.actors.filter(({ state }) => state === 'waiting');
  }

  async step(actor: Actor, fault: Fault = 'none'): Promise<void> {
    const { go } = actor;
    if (actor.state !== 'waiting' || go === undefined) return;
    actor.state = 'running';
    actor.go = undefined;
    go(fault);
    await this.#settle();
  }

  /** It never does anything again. */
  crash(actor: Actor): void {
    if (actor.state === 'waiting') actor.state = 'crashed';
  }

  /** Lets all go on until none waits. */
  async finish(): Promise<void> {
    for (let actor = this.waiting[0]; actor !== undefined; actor = this.waiting[0]) await this.step(actor);
    for (const { result, state } of this.actors) if (state === 'done') await result;
  }

  async #settle(): Promise<void> {
    while (this.actors.some(({ state }) => state === 'running'))
      await new Promise((resolve) => setImmediate(resolve));
  }

  #turn(actor: Actor, step: string): Promise<Fault> {
    return new Promise((resolve) => {
      actor.step = step;
      actor.go = resolve;
      actor.state = 'waiting';
    });
  }

  #port(actor: Actor, server: number): CarrierPort {
    const world = this.#world;
    return {
      signal: actor.abort.signal,
      failed: (error) => {
        if (!(error instanceof Broken)) this.failures.push(error);
      },
      hold: async (id) => {
        const fault = await this.#turn(actor, `hold ${id}`);
        if (fault === 'unreachable') return new Refusal(codes.unavailable, id);
        if (fault === 'too many') return new Refusal(codes.tooMany, id);
        if (fault === 'fails before' || fault === 'fails after') throw new Broken(`${id} can’t be opened`);
        const held = world.hold(server, id);
        return held instanceof Refusal ? held : { ...held, desk: this.#faulty(held.desk, actor, id) };
      },
    };
  }

  #faulty(desk: HeldBook['desk'], actor: Actor, id: string): HeldBook['desk'] {
    const execute: Desk['execute'] = async (command, by): Promise<CommandAnswer> => {
      const fault = await this.#turn(actor, `${command.command} in ${id}`);
      const refused = (code: typeof codes.unavailable): CommandAnswer => ({
        kind: 'refused',
        refusal: new Refusal(code, id),
      });
      if (fault === 'fails before') throw new Broken(`${command.command}: nothing happened`);
      if (fault === 'unreachable') return refused(codes.unavailable);
      if (fault === 'too many') return refused(codes.tooMany);
      const answer = await desk.execute(command, by);
      if (fault === 'fails after') throw new Broken(`${command.command}: it happened`);
      return fault === 'unknown' ? refused(codes.unavailable) : answer;
    };
    return {
      get state() {
        return desk.state;
      },
      get head() {
        return desk.head;
      },
      lookups: desk.lookups,
      reached: desk.reached,
      execute,
    };
  }
}

/** A fault that a test put there. */
export class Broken extends Error {}

/** Carries all that is on its way anywhere, on a server that has seen everything, until nothing moves any more. */
export async function carryAll(world: World, carrier: Carrier): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await world.refresh();
    for (const [key, { sent: out }] of await world.halves()) {
      const [book = '', transfer = ''] = key.split('/');
      if (out?.stage === 'sent') await carrier.carry(book, transfer, anyone());
    }
  }
}
