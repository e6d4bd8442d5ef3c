/**
 * A book: one log, the state folded from it, and the one line in which its commands are decided. Commands that arrive while
 * an append is under way are decided together, on a fork, and appended together; each is answered when its append is durable.
 *
 * @module
 */
import { Chart } from '../kernel/accounts.ts';
import type { Command } from '../kernel/commands.ts';
import type { StoredEvent } from '../kernel/events.ts';
import { fold } from '../kernel/fold.ts';
import type { House } from '../kernel/house.ts';
import {
  type Circumstances,
  type Decision,
  type Head,
  headBeforeAll,
  Ledger,
  type Memory,
} from '../kernel/ledger.ts';
import { codes, Refusal } from '../kernel/refusals.ts';
import { Register } from '../kernel/register.ts';
import { State } from '../kernel/state.ts';
import { appendsOf } from './appends.ts';
import { Layers, type Pin } from './layers.ts';
import { type EventLog, OutcomeUnknown, WrongExpectedRevision } from './log.ts';

/** What a book needs from outside. */
export interface BookSettings {
  readonly id: string;
  readonly house: House;
  readonly log: EventLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Engine version: stands at the head of every run of appends. */
  readonly engine: string;
  /** Told how many events have been folded, from time to time. */
  readonly progress?: (folded: number) => void;
  /** Where to begin instead of at the first event. */
  readonly snapshot?: Restored;
}

/** A state that a snapshot restored, checked against the log by whoever read it. */
export interface Restored {
  readonly state: State;
  readonly register: Register;
  readonly head: Head;
}

/** Who sends a command. */
export interface Sender {
  readonly actor: string;
  readonly correlation?: string;
}

/** What became of a command that a book was given. */
export type Answer =
  | {
      readonly kind: 'accepted';
      readonly first: number;
      readonly last: number;
      readonly events: readonly StoredEvent[];
    }
  | { readonly kind: 'repeated'; readonly first: number; readonly last: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Commands one after the other, none of which is tried once one before it has been refused. */
export class Series {
  /** Whether one has been refused. */
  stopped = false;
}

/** A command and who sends it. */
export interface Sent {
  readonly command: Command;
  readonly sender: Sender;
}

interface Waiting extends Sent {
  readonly now: number | undefined;
  readonly series: Series | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Most commands that are decided together, and most that may wait. */
const batchMax = 4096;
const queueMax = 100_000;
/** How often a batch is decided again when others append in between. */
const conflictRetriesMax = 50;

export class Book {
  readonly id: string;
  readonly house: House;
  readonly log: EventLog;
  readonly engine: string;
  readonly register: Register;
  readonly #layers: Layers;
  readonly #now: () => number;
  #head: Head;
  #queue: Waiting[] = [];
  #draining = false;
  #stopped: Refusal | undefined;
  #closed = false;
  readonly #listeners = new Set<() => void>();

  private constructor(settings: BookSettings) {
    const { snapshot } = settings;
    this.id = settings.id;
    this.house = settings.house;
    this.log = settings.log;
    this.engine = settings.engine;
    this.#now = settings.now;
    this.register = snapshot?.register ?? new Register();
    this.#layers = new Layers(snapshot?.state ?? State.empty(new Chart(settings.house.kinds)));
    this.#head = snapshot?.head ?? headBeforeAll;
  }

  /**
   * Opens a book: folds its log, from a snapshot where there is one, and finishes a close that was begun and not ended.
   *
   * @throws LogUnreadable, UnreadableEvent when the log can't be read
   */
  static async open(settings: BookSettings): Promise<Book> {
    const book = new Book(settings);
    await book.#catchUp(settings.progress);
    if (book.state.marks.settling !== undefined) await book.#finishClose(settings.progress);
    return book;
  }

  /** The state as of the last durable event. */
  get state(): State {
    return this.#layers.head;
  }

  get head(): Head {
    return this.#head;
  }

  /** Why the book takes no commands, if so. */
  get stopped(): Refusal | undefined {
    return this.#stopped;
  }

  /** Decides a command and answers when what it came to is durable. A time stands for the clock where a history gives its own. */
  execute(command: Command, sender: Sender, now?: number): Promise<Answer> {
    return this.#enqueue({ command, sender }, now, undefined);
  }

  /**
   * Decides commands in their order, in as few batches as they fit in. In a series those after a refused one are not tried: their
   * answers are {@link codes.notTried}.
   */
  executeAll(sent: readonly Sent[], series?: Series): Promise<readonly Answer[]> {
    return Promise.all(sent.map((one) => this.#enqueue(one, undefined, series)));
  }

  #enqueue({ command, sender }: Sent, now: number | undefined, series: Series | undefined): Promise<Answer> {
    if (this.#queue.length >= queueMax) {
      return Promise.resolve({
        kind: 'refused',
        refusal: new Refusal(codes.tooMany, `${queueMax} commands are waiting`),
      });
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ command, sender, now, series, resolve, reject });
      if (this.#draining) return;
      this.#draining = true;
      // One turn of the event loop, so that what has arrived with this command is decided with it.
      setImmediate(() => this.#drain());
    });
  }

  /** Decides commands as they would be now, one after the other, and forgets them. */
  async rehearse(commands: readonly Command[], sender: Sender): Promise<readonly Decision[]> {
    const memory = await this.#memory(commands);
    const ledger = new Ledger(this.house, this.state.fork(), this.#head, memory);
    return commands.map((command) => ledger.decide(command, this.#circumstances(sender, undefined)));
  }

  /** Keeps the state as it is now readable and forkable, whatever the book does; to be let go with {@link unpin}. */
  pin(): Promise<Pin> {
    return this.#layers.pin();
  }

  unpin(pin: Pin): void {
    this.#layers.unpin(pin);
  }

  /** Calls back after each durable append and each catching up; gives back how to stop that. */
  onProgress(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Folds what others have appended to the log since. */
  async refresh(): Promise<void> {
    // While a batch is decided, its own conflict would tell; and both at once would fold events twice.
    if (this.#draining) return;
    this.#draining = true;
    try {
      await this.#alone(() => this.#catchUp());
    } finally {
      void this.#drain();
    }
  }

  /** Answers what waits, then lets go of the log. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#draining) await new Promise((resolve) => setImmediate(resolve));
    await this.log.close();
  }

  /** Does something that goes on from the head, during which nobody gets a pin. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#layers.hold();
    try {
      return await work();
    } finally {
      this.#layers.release();
    }
  }

  async #drain(): Promise<void> {
    let tries = 0;
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, batchMax);
      try {
        const { answers, again } = await this.#alone(() => this.#decideAll(batch));
        tries = again ? tries + 1 : 0;
        if (tries > conflictRetriesMax)
          answers.push(this.#unavailable('other writers were faster, again and again'));
        this.#queue.splice(0, answers.length);
        answers.forEach((answer, at) => {
          const waiting = batch[at];
          if (answer.kind === 'refused' && waiting?.series !== undefined) waiting.series.stopped = true;
          waiting?.resolve(answer);
        });
      } catch (error) {
        this.#queue.splice(0, batch.length);
        for (const waiting of batch) waiting.reject(error);
      }
    }
    this.#draining = false;
  }

  /** Decides a batch and answers as much of it as became durable; the rest is decided again where others appended in between. */
  async #decideAll(batch: readonly Waiting[]): Promise<{ answers: Answer[]; again: boolean }> {
    const unavailable = (detail: string) => ({
      answers: batch.map(() => this.#unavailable(detail)),
      again: false,
    });
    if (this.#closed) return unavailable('the book is being closed');
    if (this.#stopped !== undefined && !(await this.#recovered())) return unavailable('the log failed');
    if (this.state.marks.settling !== undefined) await this.#finishClose();
    if (this.#stopped !== undefined) return unavailable('a close could not be finished');
    const memory = await this.#memory(batch.map(({ command }) => command));
    const fork = this.state.fork();
    const ledger = new Ledger(this.house, fork, this.#head, memory);
    // What is decided here may have to be decided again: a series has stopped when the refusal is answered.
    const halted = new Set<Series>();
    const decisions = batch.map(({ command, sender, now, series }): Decision => {
      if (series !== undefined && (series.stopped || halted.has(series))) return notTried;
      const decision = ledger.decide(command, this.#circumstances(sender, now));
      if (series !== undefined && decision.kind === 'refused') halted.add(series);
      return decision;
    });
    const groups = decisions.map((decision) => (decision.kind === 'repeated' ? [] : decision.events));
    const { outcome, done } = await this.#append(groups);
    if (outcome === 'written') {
      fork.publish();
      this.#took(ledger.events, this.state.journal.length);
      this.#head = ledger.head;
      this.#notify();
      return { answers: decisions.map((decision) => this.#answer(decision)), again: false };
    }
    if (outcome === 'conflict') await this.#catchUp();
    const answers = decisions.slice(0, done).map((decision) => this.#answer(decision));
    if (outcome === 'conflict') return { answers, again: true };
    const rest = batch
      .slice(done)
      .map(() => this.#unavailable('it is not known whether the command was written'));
    return { answers: [...answers, ...rest], again: false };
  }

  #answer(decision: Decision): Answer {
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'accepted') {
      const last = decision.events.at(-1)?.revision ?? decision.first;
      return { kind: 'accepted', first: decision.first, last, events: decision.events };
    }
    // A day that was closed before answers with the head: it has no fact of its own to point at.
    const first = decision.revision < 0 ? this.#head.revision : decision.revision;
    let last = first;
    while (last < this.#head.revision && this.register.cause(last + 1) === first) last++;
    return { kind: 'repeated', first, last };
  }

  /** Appends the events of each command; `done` commands are durable when it can't go on. */
  async #append(
    groups: readonly (readonly StoredEvent[])[],
  ): Promise<{ outcome: 'written' | 'conflict' | 'unknown'; done: number }> {
    let expected = this.#head.revision;
    let done = 0;
    for (const { events, commandsDone } of appendsOf(groups)) {
      try {
        await this.log.append(expected, events);
      } catch (error) {
        if (error instanceof WrongExpectedRevision) return { outcome: 'conflict', done };
        if (!(error instanceof OutcomeUnknown)) throw error;
        // Nothing that is read back now counts as durable: the log is asked again before the next command.
        this.#stopped = new Refusal(codes.unavailable, this.id, error.message);
        return { outcome: 'unknown', done };
      }
      expected += events.length;
      done = commandsDone;
    }
    return { outcome: 'written', done: groups.length };
  }

  /** After an unknown outcome: reads what the log holds, makes it durable by the engine's own recovery, and goes on from there. */
  async #recovered(): Promise<boolean> {
    try {
      await this.#catchUp();
      this.#stopped = undefined;
      return true;
    } catch {
      return false;
    }
  }

  async #catchUp(progress?: (folded: number) => void): Promise<void> {
    const before = this.#head.revision;
    const { head: state } = this.#layers;
    for await (const events of this.log.read(before + 1, 'forwards')) {
      for (const event of events) {
        fold(this.house, state, event);
        this.register.add(event, state.journal.length);
      }
      const last = events.at(-1);
      if (last !== undefined)
        this.#head = { revision: last.revision, hash: last.hash, recordedAt: last.recordedAt };
      progress?.(this.#head.revision + 1);
    }
    if (this.#head.revision > before) this.#notify();
  }

  /**
   * A close that was begun and not ended: the state at its beginning is folded again, the run derived again, what is recorded
   * compared with it, and the rest appended. If they differ, the book stays readable and takes no commands.
   */
  async #finishClose(progress?: (folded: number) => void): Promise<void> {
    const { house, log } = this;
    let beginning = this.#head.revision;
    while (this.register.cause(beginning) !== undefined) beginning--;
    const [begun] = await log.readMany([beginning]);
    if (begun === undefined) throw new RangeError(`no event ${beginning}`);
    const state = State.empty(new Chart(house.kinds));
    let head = headBeforeAll;
    for await (const events of log.read(0, 'forwards', beginning)) {
      for (const event of events) {
        fold(house, state, event);
        head = { revision: event.revision, hash: event.hash, recordedAt: event.recordedAt };
      }
      progress?.(head.revision + 1);
    }
    const ledger = new Ledger(house, state, head, { ...nothingKnown });
    const decision = ledger.repeatClose(begun);
    const recorded: StoredEvent[] = [];
    for await (const events of log.read(beginning, 'forwards')) recorded.push(...events);
    const same =
      decision.length >= recorded.length && recorded.every(({ hash }, at) => hash === decision[at]?.hash);
    if (!same) {
      const by = begun.header?.engine ?? 'unknown';
      this.#stopped = new Refusal(
        codes.unavailable,
        this.id,
        `a close was begun by engine ${by}, and this one derives otherwise`,
      );
      return;
    }
    let expected = this.#head.revision;
    for (const { events } of appendsOf([decision.slice(recorded.length)])) {
      await log.append(expected, events);
      expected += events.length;
    }
    await this.#catchUp();
  }

  async #memory(commands: readonly Command[]): Promise<Memory> {
    const named = commands.flatMap(({ command, with: inputs }) =>
      command === 'reverse' ? [Number(inputs.event)] : [],
    );
    const there = named.filter(
      (revision) => Number.isSafeInteger(revision) && revision >= 0 && revision <= this.#head.revision,
    );
    const events = there.length === 0 ? [] : await this.log.readMany(there);
    const byRevision = new Map(events.map((event) => [event.revision, event]));
    const { register } = this;
    return {
      withKey: (key) => register.withKey(key),
      sameInput: (revision, inputHash) => register.sameInput(revision, inputHash),
      event: (revision) => byRevision.get(revision),
      reversedBy: (revision) => reversalOf(register, revision),
    };
  }

  #circumstances({ actor, correlation }: Sender, now: number | undefined): Circumstances {
    return {
      now: now ?? this.#now(),
      actor,
      engine: this.engine,
      ...(correlation === undefined ? {} : { correlation }),
    };
  }

  /** Enters events into the register; `postings` is the length of the journal after the last of them. */
  #took(events: readonly StoredEvent[], postings: number): void {
    let behind = 0;
    for (const event of events) behind += event.accounts.length;
    let length = postings - behind;
    for (const event of events) {
      length += event.accounts.length;
      this.register.add(event, length);
    }
  }

  #unavailable(detail: string): Answer {
    return { kind: 'refused', refusal: this.#stopped ?? new Refusal(codes.unavailable, this.id, detail) };
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

const notTried: Decision = { kind: 'refused', refusal: new Refusal(codes.notTried, 'a command'), events: [] };

const nothingKnown: Memory = {
  withKey: () => undefined,
  sameInput: () => false,
  event: () => undefined,
  reversedBy: () => undefined,
};

/** The revision at which an event was reversed, if it was. */
export function reversalOf(register: Register, revision: number): number | undefined {
  for (const by of register.ofSubject(`event/${revision}`, register.count)) return by;
  return undefined;
}
