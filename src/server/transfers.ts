/**
 * Transfers between the books of a server: carried when somebody sends one, and carried on, every so often, in whatever books are
 * open. So what a server left on its way when it stopped goes on when its book is opened again, there or elsewhere.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { State } from '../kernel/state/state.ts';
import type { Refusal } from '../kernel/values/refusals.ts';
import type { Sender } from '../reading/ports.ts';
import { Carrier, type HeldBook, onTheirWay } from '../segments/graphql.ts';

/** How often open books are looked through for transfers on their way, in milliseconds. */
const lookMs = 1_000;
/** Most transfers of a book that are taken up at one look. */
const takenMax = 100;
/** A transfer that can't go on is tried again after 1 look, then after 2, 4 … and at most after so many. */
const looksBetweenMax = 64;

/** Whom events of steps name that nobody asked for. */
const actor = 'carrier';

/** A book that is open. */
interface Open {
  readonly id: string;
  readonly state: State;
}

/** What transfers need of a server. */
export interface TransfersSettings {
  /** A book to work on; it stays open until it is given back. */
  readonly hold: (id: string) => Promise<HeldBook | Refusal>;
  /** The books that are open. */
  readonly open: () => Iterable<Open>;
  /** Told of what goes wrong beside a request. */
  readonly note: (text: string, about: object) => void;
  /** Calls back every so many milliseconds; gives back how to stop that. Default: by the clock. */
  readonly every?: (ms: number, look: () => void) => () => void;
}

/** How often a transfer has been tried in vain, and at which look it is tried again. */
interface Tried {
  readonly times: number;
  readonly again: number;
}

export class ServerTransfers {
  readonly #settings: TransfersSettings;
  readonly #carrier: Carrier;
  readonly #closing = new AbortController();
  #stop: () => void = () => undefined;
  #looks = 0;
  /** Of each transfer that was on its way at the last look and couldn't go on. */
  #tried = new Map<string, Tried>();

  constructor(settings: TransfersSettings) {
    const { hold, note } = settings;
    this.#settings = settings;
    this.#carrier = new Carrier({
      hold,
      failed: (error, about) => note('transfer failed', { ...about, error: String(error) }),
      signal: this.#closing.signal,
    });
  }

  /** Begins to carry on what is on its way: now, and every so often. */
  start(): void {
    const { every = byClock } = this.#settings;
    this.#stop = every(lookMs, () => void this.look());
    void this.look();
  }

  /** Sends a transfer and carries it as far as it goes now: see {@link Carrier.send}. */
  send(...asked: Parameters<Carrier['send']>): ReturnType<Carrier['send']> {
    return this.#carrier.send(...asked);
  }

  /** Carries on what is on its way in the books that are open; resolves when all that was taken up has gone as far as it goes. */
  async look(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#looks++;
    const before = this.#tried;
    this.#tried = new Map();
    const carrying: Promise<void>[] = [];
    for (const { id, state } of this.#settings.open()) {
      let taken = 0;
      for (const transfer of onTheirWay(state)) {
        const key = `${id}/${transfer}`;
        const tried = before.get(key);
        if (tried !== undefined) this.#tried.set(key, tried);
        if (taken >= takenMax || this.#carrier.isCarrying(id, transfer)) continue;
        if (tried !== undefined && tried.again > this.#looks) continue;
        taken++;
        carrying.push(this.#carryOn(id, transfer, key));
      }
    }
    await Promise.all(carrying);
  }

  /** Carries no more, and waits until the steps under way are done. */
  async close(): Promise<void> {
    this.#stop();
    this.#closing.abort();
    await this.#carrier.idle();
  }

  async #carryOn(book: string, transfer: string, key: string): Promise<void> {
    const sender: Sender = { actor, correlation: randomUUID() };
    const waits = await this.#carrier.carry(book, transfer, sender);
    if (waits === undefined) this.#tried.delete(key);
    if (waits === undefined || this.#closing.signal.aborted) return;
    const times = (this.#tried.get(key)?.times ?? 0) + 1;
    this.#tried.set(key, { times, again: this.#looks + Math.min(2 ** (times - 1), looksBetweenMax) });
    this.#settings.note('transfer waits', { book, transfer, why: waits.message });
  }
}

function byClock(ms: number, look: () => void): () => void {
  const timer = setInterval(look, ms);
  timer.unref();
  return () => clearInterval(timer);
}
