/**
 * Sandboxes: forks of a book at a revision, held apart. A sandbox takes commands and answers queries like a book, under
 * overrides of its own, and never touches the book; nor does the book's progress show in it.
 *
 * @module
 */
import type { Command } from '../kernel/deciding/commands.ts';
import { type Head, headBeforeAll, Ledger, type Memory } from '../kernel/deciding/ledger.ts';
import { fold } from '../kernel/engine/fold.ts';
import type { StoredEvent } from '../kernel/state/events.ts';
import { Register } from '../kernel/state/register.ts';
import type { Overlay, State } from '../kernel/state/state.ts';
import { describeOverride, type Override } from '../kernel/state/timeline.ts';
import { codes, Refusal } from '../kernel/values/refusals.ts';
import type { Answer, Book, Sender } from './book.ts';
import { eventsAround, reversalOf } from './consequences.ts';
import type { Pin } from './layers.ts';

/** Most sandboxes of a server, most events of one, and how long one may lie unused. */
export const sandboxLimits = { openMax: 64, eventsMax: 200_000, idleMsMax: 24 * 3_600_000 } as const;

/** What a sandbox is opened with. */
export interface SandboxOrder {
  readonly id: string;
  readonly book: Book;
  /** The last revision of the book that counts in it. */
  readonly revision: number;
  readonly overrides: readonly Override[];
  /** The state to begin from, where the history below has been evaluated again under the overrides. */
  readonly replayed?: State;
}

export class Sandbox {
  readonly id: string;
  readonly book: Book;
  /** The last revision that is the book's. */
  readonly forkedAt: number;
  readonly overrides: readonly Override[];
  readonly state: State;
  /** The register of the sandbox's own events, whose revisions go on from the book's. */
  readonly own = new Register();
  readonly #pin: Pin | undefined;
  readonly #now: () => number;
  readonly #events: StoredEvent[] = [];
  #head: Head;
  /** When it was last used, in milliseconds since the epoch. */
  usedAt: number;

  private constructor(
    order: SandboxOrder,
    state: State,
    head: Head,
    pin: Pin | undefined,
    now: () => number,
  ) {
    this.id = order.id;
    this.book = order.book;
    this.forkedAt = order.revision;
    this.overrides = order.overrides;
    this.state = state;
    this.#head = head;
    this.#pin = pin;
    this.#now = now;
    this.usedAt = now();
  }

  /** Opens a sandbox: at the book's head in constant time, at an older revision by folding the log up to it. */
  static async open(order: SandboxOrder, now: () => number): Promise<Sandbox> {
    const { book, revision, overrides } = order;
    const overlay: Overlay = { overrides, used: [] };
    if (order.replayed !== undefined)
      return new Sandbox(order, order.replayed, await headAt(book, revision), undefined, now);
    if (revision === book.head.revision) {
      const pin = await book.pin();
      if (revision === book.head.revision) {
        return new Sandbox(order, pin.state.fork(overlay), book.head, pin, now);
      }
      book.unpin(pin);
    }
    const state = book.emptyState();
    let head = headBeforeAll;
    for await (const events of book.log.read(0, 'forwards', revision + 1)) {
      for (const event of events) {
        fold(book.house, state, event);
        head = { revision: event.revision, hash: event.hash, recordedAt: event.recordedAt };
      }
    }
    // What was recorded was recorded without the overrides: they hold for what is decided here.
    return new Sandbox(order, state.fork(overlay), head, undefined, now);
  }

  get head(): Head {
    return this.#head;
  }

  /** The sandbox's own events, in order. */
  get events(): readonly StoredEvent[] {
    return this.#events;
  }

  /** What its overrides say, for people. */
  get described(): readonly string[] {
    return this.overrides.map(describeOverride);
  }

  /** Decides a command in the sandbox. */
  async execute(command: Command, sender: Sender): Promise<Answer> {
    this.usedAt = this.#now();
    if (this.#events.length >= sandboxLimits.eventsMax) {
      return {
        kind: 'refused',
        refusal: new Refusal(codes.tooMany, `${sandboxLimits.eventsMax} events in a sandbox`),
      };
    }
    const memory = await this.#memory(command);
    const trial = this.state.fork();
    const ledger = new Ledger(this.book.house, trial, this.#head, memory);
    const decision = ledger.decide(command, { ...sender, now: this.#now(), engine: this.book.engine });
    if (decision.kind === 'refused') return { kind: 'refused', refusal: decision.refusal };
    if (decision.kind === 'repeated') {
      return {
        kind: 'repeated',
        ...this.#around(decision.revision < 0 ? this.#head.revision : decision.revision),
      };
    }
    trial.publish();
    let postings = this.state.journal.length;
    for (const event of decision.events) postings -= event.accounts.length;
    for (const event of decision.events) {
      postings += event.accounts.length;
      this.own.add(event, postings);
      this.#events.push(event);
    }
    this.#head = ledger.head;
    return { kind: 'accepted', first: decision.first, last: this.#head.revision, events: decision.events };
  }

  /** The event at a revision: the sandbox's own, or the book's below the fork. */
  async event(revision: number): Promise<StoredEvent | undefined> {
    if (revision > this.#head.revision || revision < 0) return undefined;
    if (revision > this.forkedAt) return this.#events[revision - this.forkedAt - 1];
    const [event] = await this.book.log.readMany([revision]);
    return event;
  }

  /** Lets go of the book's state. */
  discard(): void {
    if (this.#pin !== undefined) this.book.unpin(this.#pin);
  }

  /** The events of the command that made a fact. */
  #around(revision: number): { readonly first: number; readonly last: number } {
    const { book, own, forkedAt } = this;
    if (revision <= forkedAt) return eventsAround(book.house, book.register, revision, forkedAt);
    let last = revision;
    while (last < this.#head.revision && own.cause(last - forkedAt) === revision) last++;
    const { opened, extended } = book.house.own;
    const before = revision > forkedAt + 1 ? own.type(revision - forkedAt - 2) : '';
    return { first: before === opened.name || before === extended.name ? revision - 1 : revision, last };
  }

  async #memory({ command, with: inputs }: Command): Promise<Memory> {
    const { own, forkedAt, book } = this;
    const named = command === 'reverse' ? Number(inputs.event) : -1;
    const recalled = Number.isSafeInteger(named) ? await this.event(named) : undefined;
    const below = (revision: number | undefined) =>
      revision !== undefined && revision <= forkedAt ? revision : undefined;
    const above = (at: number | undefined) => (at === undefined ? undefined : at + forkedAt + 1);
    return {
      withKey: (key) => above(own.withKey(key)) ?? below(book.register.withKey(key)),
      sameInput: (revision, inputHash) =>
        revision > forkedAt
          ? own.sameInput(revision - forkedAt - 1, inputHash)
          : book.register.sameInput(revision, inputHash),
      event: (revision) => (revision === named ? recalled : undefined),
      reversedBy: (revision) =>
        above(reversalOf(own, revision)) ?? below(reversalOf(book.register, revision)),
    };
  }
}

async function headAt({ log, head }: Book, revision: number): Promise<Head> {
  if (revision === head.revision) return head;
  const [event] = revision < 0 ? [] : await log.readMany([revision]);
  return event === undefined ? headBeforeAll : { revision, hash: event.hash, recordedAt: event.recordedAt };
}

/** The open sandboxes of a server. */
export class Sandboxes {
  readonly #open = new Map<string, Sandbox>();
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get all(): readonly Sandbox[] {
    return [...this.#open.values()];
  }

  get(id: string): Sandbox | undefined {
    return this.#open.get(id);
  }

  /** Opens a sandbox. Those that have lain unused too long are discarded first. */
  async open(
    book: Book,
    revision: number,
    overrides: readonly Override[],
    replayed?: State,
  ): Promise<Sandbox | Refusal> {
    for (const old of this.all) if (this.#now() - old.usedAt > sandboxLimits.idleMsMax) this.discard(old.id);
    if (this.#open.size >= sandboxLimits.openMax)
      return new Refusal(codes.tooMany, `${sandboxLimits.openMax} sandboxes`);
    this.#count++;
    const id = `sandbox-${this.#count}`;
    const sandbox = await Sandbox.open(
      { id, book, revision, overrides, ...(replayed === undefined ? {} : { replayed }) },
      this.#now,
    );
    this.#open.set(id, sandbox);
    return sandbox;
  }

  discard(id: string): Sandbox | undefined {
    const sandbox = this.#open.get(id);
    this.#open.delete(id);
    sandbox?.discard();
    return sandbox;
  }
}
