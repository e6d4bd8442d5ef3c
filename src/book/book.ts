/**
 * A book: one log, the state folded from it, and the one line in which its commands are decided. Commands that arrive while
 * an append is under way are decided together, on a fork, and appended together; each is answered when its append is durable.
 *
 * @module
 */

import { setImmediate, setTimeout as wait } from 'node:timers/promises';
import type { Command } from '../kernel/deciding/commands.ts';
import {
  type Circumstances,
  type Decision,
  type Head,
  headBeforeAll,
  Ledger,
  type Memory,
} from '../kernel/deciding/ledger.ts';
import { emptyState } from '../kernel/engine/fold.ts';
import type { House } from '../kernel/engine/house.ts';
import { hashHolds, type StoredEvent } from '../kernel/state/events.ts';
import { Register } from '../kernel/state/register.ts';
import type { State } from '../kernel/state/state.ts';
import type { Override } from '../kernel/state/timeline.ts';
import { codes, Refusal } from '../kernel/values/refusals.ts';
import { ChainedLog, chained, readable } from '../log/port/chained.ts';
import {
  AppendTooLarge,
  type EventLog,
  LogClosed,
  LogUnavailable,
  LogUnreadable,
  OutcomeUnknown,
  WrongExpectedRevision,
} from '../log/port/port.ts';
import { appendBytesMax, appendFilled, appendsOf, isDivisible, largestOf } from './appends.ts';
import { eventsAround, reversalOf } from './consequences.ts';
import { derivedAgain } from './cut-close.ts';
import { EventTorn, foldInto, foldLog, isLogFault, type LogFault } from './folding.ts';
import { Layers, type Pin } from './layers.ts';
import { Standing, type Verified } from './standing.ts';

/** What a book needs from outside. */
export interface BookSettings {
  readonly id: string;
  readonly house: House;
  readonly log: EventLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Engine version: stands at the head of every run of appends. */
  readonly engine: string;
  /** Most bytes of an append. Default: {@link appendBytesMax}. */
  readonly appendBytesMax?: number;
  /** Told how many events have been folded, from time to time. */
  readonly progress?: (folded: number) => void;
  /** Where to begin instead of at the first event. */
  readonly snapshot?: Restored;
  /** The assumptions under which its events were evaluated, where it is a history told again. */
  readonly overrides?: readonly Override[];
  /** Waits so many milliseconds. Default: by the clock. */
  readonly wait?: (ms: number) => Promise<void>;
  /** Works out no hashes: what is read counts as it stands, and the book says that it is unverified. */
  readonly trust?: boolean;
  /** What is known to be wrong with the log before it is read: the book takes no commands until an audit has looked at it. */
  readonly finding?: string | undefined;
  /** Asked whether an audit has found the log clean since something was found. Without it nothing clears that. */
  readonly cleared?: () => Promise<boolean>;
  /** Told when the log can't be read on as it was written, or something else was found. */
  readonly broken?: (refusal: Refusal) => void;
}

/** What a book has done since it was opened. */
export interface BookCounts {
  /** Batches appended. */
  batches: number;
  /** Commands answered. */
  commands: number;
  /** Events appended. */
  events: number;
  /** Batches that were decided again since somebody else had appended first. */
  conflicts: number;
  /** Appends of which it was not known whether they had been written. */
  unknownOutcomes: number;
  /** Events folded that others had appended. */
  followed: number;
}

/** A state that a snapshot restored, checked against the log by whoever read it. */
export interface Restored {
  readonly state: State;
  readonly register: Register;
  readonly head: Head;
  /** Whether it is known to be what the log folds to: folded with its hashes, or written by a process that had. */
  readonly proved: boolean;
}

/** What a book has done that has done nothing yet. */
export const noCounts: Readonly<BookCounts> = {
  batches: 0,
  commands: 0,
  events: 0,
  conflicts: 0,
  unknownOutcomes: 0,
  followed: 0,
};

/** Who sends a command. */
export interface Sender {
  readonly actor: string;
  /**
   * Another one for each request: where two writers decide equal commands without a key at the same time, it alone tells their
   * events apart. Equal bytes at one place in a log count as one event that was sent again.
   */
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
/**
 * After a conflict half as many commands are decided together, after a success so many times as many: as long as one attempt in four
 * gets in, batches grow. A small batch is hardly faster than a middling one, since it waits for the log just as long.
 */
const batchGrowth = 8;
/** How often a command that is decided alone is decided again when others append in between: some ten seconds, mostly of waiting. */
const conflictRetriesMax = 300;
/** Before it is decided again for the second time and later, a writer waits: at most so long, in milliseconds, at random. */
const conflictWaitMsMax = 64;
/** For so many batches after a conflict the log is held while they are decided, where it can be: each attempt in vain costs a batch. */
const heldBatches = 32;
/** Most commands that are decided while the log is held, and how long it is left to others afterwards, in milliseconds. */
const heldBatchMax = 512;
const heldPauseMs = 10;
/** After a page of so many events, catching up lets others in. */
const turnEventsMin = 256;
/** A close that another writer is about to write is left to it, unless nothing more of it comes for so many looks. */
const othersCloseLooks = 20;
const othersCloseWaitMs = 50;

export class Book {
  readonly id: string;
  readonly house: House;
  /** The log. Reading from it fails where an event's hash does not hold, and stops the book, unless the book trusts it. */
  readonly log: EventLog;
  readonly engine: string;
  readonly overrides: readonly Override[];
  /** The log as it is, for the book itself: it holds what it reads against its head. */
  readonly #raw: EventLog;
  readonly #trust: boolean;
  readonly #standing: Standing;
  readonly #cleared: () => Promise<boolean>;
  readonly #broken: (refusal: Refusal) => void;
  /** An event could be booked in part only: what was folded so far has to be folded again. */
  #torn = false;
  /** How often all was folded anew: states taken before that are none of this book any more. */
  #foldings = 0;
  #register: Register;
  readonly #layers: Layers;
  readonly #now: () => number;
  #appendBytesMax: number;
  #head: Head;
  #queue: Waiting[] = [];
  #draining = false;
  /** How many commands are decided together: fewer after a conflict, more after a success. */
  #together = batchMax;
  /** How many batches are still to be decided while the log is held. */
  #toHold = 0;
  /** What was begun last of all that changes the state: one after the other, never two at once. */
  #line: Promise<unknown> = Promise.resolve();
  #stopped: Refusal | undefined;
  /** A close that this engine derives otherwise, and the head at which that was found. */
  #otherwise: { readonly head: number; readonly refusal: Refusal } | undefined;
  #closed = false;
  readonly #listeners = new Set<() => void>();
  readonly #wait: (ms: number) => Promise<void>;
  readonly counts: BookCounts = { ...noCounts };

  private constructor(settings: BookSettings) {
    const { snapshot } = settings;
    this.id = settings.id;
    this.house = settings.house;
    this.#raw = ChainedLog.rawOf(settings.log);
    this.#trust = settings.trust ?? false;
    this.log = this.#trust ? this.#raw : new ChainedLog(this.#raw, (fault) => this.#faulted(fault));
    this.engine = settings.engine;
    this.#now = settings.now;
    this.#appendBytesMax = Math.min(
      settings.appendBytesMax ?? appendBytesMax,
      settings.log.appendBytesMax * appendFilled,
    );
    this.#wait = settings.wait ?? ((ms) => wait(ms));
    this.#register = snapshot?.register ?? new Register();
    const proved = snapshot?.proved ?? true;
    this.#standing = new Standing(
      settings.id,
      this.#trust ? 'UNVERIFIED' : proved ? 'VERIFIED' : 'SNAPSHOT_UNPROVED',
    );
    this.#cleared = settings.cleared ?? (async () => false);
    this.#broken = settings.broken ?? (() => {});
    this.overrides = settings.overrides ?? [];
    this.#layers = new Layers(snapshot?.state ?? this.emptyState());
    this.#head = snapshot?.head ?? headBeforeAll;
  }

  /**
   * Opens a book: folds its log, from a snapshot where there is one, and finishes a close that was begun and not ended. Where the
   * log can't be read on as it was written, the book is what lies before that, and takes no commands until the rest can be read.
   *
   * @throws LogUnreadable, UnreadableEvent when not even the first event can be read
   */
  static async open(settings: BookSettings): Promise<Book> {
    const book = new Book(settings);
    if (settings.finding !== undefined) book.#found(settings.finding, false);
    await book.#begin(settings.progress);
    return book;
  }

  async #begin(progress: BookSettings['progress']): Promise<void> {
    try {
      await this.#catchUp(progress);
      this.counts.followed = 0;
      if (this.#stopped === undefined && this.state.marks.settling !== undefined)
        await this.#finishClose(progress);
    } catch (error) {
      if (!isLogFault(error) || this.#head.revision < 0) throw error;
      this.#faulted(error);
      await this.#mend();
      this.counts.followed = 0;
    }
  }

  /** The state before any event: what the book's events are folded into. */
  emptyState(): State {
    const { house, overrides } = this;
    return emptyState(house, overrides.length === 0 ? undefined : { overrides, used: [] });
  }

  /** The state as of the last durable event. */
  get state(): State {
    return this.#layers.head;
  }

  get head(): Head {
    return this.#head;
  }

  /** What is known of each event without reading it. */
  get register(): Register {
    return this.#register;
  }

  /** Up to where something vouches for what the book serves, and how. */
  get verified(): Verified {
    return this.#standing.verified(this.#head.revision);
  }

  /** How often all was folded anew since it was opened: a state taken before is none of this book any more. */
  get foldings(): number {
    return this.#foldings;
  }

  /** What is in the way of reading the log on, if anything is. */
  get fault(): LogFault | undefined {
    return this.#standing.fault;
  }

  /** Why the book takes no commands, if so. */
  get stopped(): Refusal | undefined {
    return this.#stopped;
  }

  /** Decides a command and answers when what it came to is durable. A time stands for the clock where a history gives its own. */
  execute(command: Command, sender: Sender, now?: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#enqueue({ command, sender, now, series: undefined, resolve, reject });
    });
  }

  /**
   * Decides commands in their order, in as few batches as they fit in. In a series those after a refused one are not tried: their
   * answers are {@link codes.notTried}.
   */
  executeAll(sent: readonly Sent[], series?: Series): Promise<readonly Answer[]> {
    if (sent.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const answers: Answer[] = [];
      let left = sent.length;
      sent.forEach(({ command, sender }, at) => {
        const answered = (answer: Answer): void => {
          answers[at] = answer;
          if (--left === 0) resolve(answers);
        };
        this.#enqueue({ command, sender, now: undefined, series, resolve: answered, reject });
      });
    });
  }

  #enqueue(waiting: Waiting): void {
    if (this.#closed) {
      waiting.resolve(this.#unavailable('the book is being closed'));
      return;
    }
    if (this.#queue.length >= queueMax) {
      const refusal = new Refusal(codes.tooMany, `${queueMax} commands are waiting`);
      waiting.resolve({ kind: 'refused', refusal });
      return;
    }
    this.#queue.push(waiting);
    if (this.#draining) return;
    this.#draining = true;
    // One turn of the event loop, so that what has arrived with this command is decided with it.
    void setImmediate().then(() => this.#drain());
  }

  /** Decides commands as they would be now, one after the other, and forgets them. Amid a close all are refused. */
  async rehearse(commands: readonly Command[], sender: Sender): Promise<readonly Decision[]> {
    const memory = await this.#memory(commands);
    if (this.state.marks.settling !== undefined) {
      const refusal = new Refusal(codes.bookSettling, this.id);
      return commands.map(() => ({ kind: 'refused', refusal, events: [] }));
    }
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
    await this.#alone(() => this.#catchUp());
  }

  /**
   * Folds what others append, as it becomes durable, until the signal aborts. A log that can't be read stops the book.
   *
   * @throws LogUnavailable, LogUnreadable when the log can't be followed any more
   */
  async follow(signal: AbortSignal): Promise<void> {
    await this.recover();
    try {
      for await (const events of this.#raw.subscribe(this.#head.revision + 1, signal)) {
        const last = events.at(-1)?.revision ?? -1;
        // What this book has appended itself is folded already.
        if (last > this.#head.revision) await this.#alone(() => this.#followed(events));
      }
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /**
   * Looks again where the book is stopped: whether the log can be read as it was written by now, or an audit was clean. A close that
   * this engine derives otherwise stays what it is.
   */
  async recover(): Promise<void> {
    const isOtherwise = this.#stopped === this.#otherwise?.refusal;
    if (this.#stopped !== undefined && !isOtherwise) await this.#alone(() => this.#recovered());
  }

  /** Says that the state at or before the head was compared with what the log folds to; or that its hashes alone were looked at. */
  proved(how: 'fold' | 'hashes'): void {
    if (how === 'fold') this.#standing.folded();
    else this.#standing.hashesHold();
  }

  /**
   * Takes no commands from now on, since what was folded so far can't be right, and folds the log anew.
   *
   * @param why what was found
   * @throws LogUnavailable, LogClosed as the log does: it is folded anew before the next command then
   */
  async distrust(why: string): Promise<void> {
    this.#found(why, true);
    await this.#alone(() => this.#foldAnew());
  }

  /** Takes no more commands, decides and answers what waits, then lets go of the log. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#draining) await setImmediate();
    await this.#alone(() => this.#raw.close());
  }

  /**
   * Does something that goes on from the head, when all that was begun before it is done: two at once would fold events twice.
   * Nobody gets a pin meanwhile.
   */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#line.then(async () => {
      this.#layers.hold();
      try {
        return await work();
      } finally {
        await this.#mend().finally(() => this.#layers.release());
      }
    });
    this.#line = done.catch(() => undefined);
    return done;
  }

  async #drain(): Promise<void> {
    // Attempts in a row of which nothing became durable, and those of them that were of one command.
    const inVain = { tries: 0, alone: 0 };
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, this.#together);
      try {
        const { answers, again } = await this.#alone(() => this.#decideHeld(batch));
        this.counts.commands += answers.length;
        const vain = again && answers.length === 0;
        inVain.tries = vain ? inVain.tries + 1 : 0;
        inVain.alone = vain && batch.length === 1 ? inVain.alone + 1 : 0;
        if (inVain.alone > conflictRetriesMax)
          answers.push(this.#unavailable('other writers were faster, again and again'));
        this.#queue.splice(0, answers.length);
        answers.forEach((answer, at) => {
          const waiting = batch[at];
          if (answer.kind === 'refused' && waiting?.series !== undefined) waiting.series.stopped = true;
          waiting?.resolve(answer);
        });
        await this.#adapt(batch.length, again, inVain.tries);
      } catch (error) {
        this.#queue.splice(0, batch.length);
        const refusal = this.#failed(error);
        for (const { series, resolve, reject } of batch) {
          if (series !== undefined) series.stopped = true;
          if (refusal === undefined) reject(error);
          else resolve({ kind: 'refused', refusal });
        }
      }
    }
    this.#draining = false;
  }

  /**
   * After a batch: how many commands are decided together from now on, whether the log is held meanwhile, and how long others have
   * it to themselves before.
   *
   * @param tries attempts in a row of which nothing became durable
   */
  async #adapt(size: number, again: boolean, tries: number): Promise<void> {
    const held = this.#isHolding;
    this.#toHold = again ? heldBatches : Math.max(0, this.#toHold - 1);
    const most = this.#isHolding ? heldBatchMax : batchMax;
    this.#together = Math.min(most, again ? Math.max(1, Math.floor(size / 2)) : this.#together * batchGrowth);
    if (tries > 1) await this.#wait(Math.random() * Math.min(conflictWaitMsMax, 2 ** tries));
    else if (held && this.#queue.length > 0) await this.#wait(heldPauseMs);
    // Others get their turn: on an engine that blocks, commands could come one after the other without one.
    else if (this.#queue.length > 0) await setImmediate();
  }

  /** Whether the log is held while a batch is decided: others have appended in between lately, and it can be. */
  get #isHolding(): boolean {
    return this.#toHold > 0 && this.#raw.hold !== undefined;
  }

  /** Decides a batch; where the log is held, others append before or after, and never in between. */
  async #decideHeld(batch: readonly Waiting[]): Promise<{ answers: Answer[]; again: boolean }> {
    const isSettling = (): boolean => this.state.marks.settling !== undefined;
    // Somebody else's close can only go on while nobody holds the log.
    const log = this.#raw;
    if (!this.#isHolding || log.hold === undefined || this.#stopped !== undefined || isSettling())
      return await this.#decideAll(batch);
    return await log.hold(async () => {
      await this.#catchUp();
      return isSettling() ? { answers: [], again: true } : await this.#decideAll(batch);
    });
  }

  /**
   * What commands are answered with when the log failed; undefined for an error that isn't the log's. Where it isn't known what
   * the log holds, or can't be read, the book is stopped: the log is asked again before the next command.
   */
  #failed(error: unknown): Refusal | undefined {
    if (error instanceof LogUnavailable || error instanceof AppendTooLarge || error instanceof LogClosed)
      return new Refusal(codes.unavailable, this.id, error.message);
    if (isLogFault(error)) return this.#faulted(error);
    if (!(error instanceof OutcomeUnknown)) return undefined;
    this.counts.unknownOutcomes++;
    this.#stopped = new Refusal(codes.unavailable, this.id, error.message);
    return this.#stopped;
  }

  /** The log can't be read as it was written: commands are refused until it can. */
  #faulted(fault: LogFault): Refusal {
    const isNew = this.#standing.fault?.revision !== fault.revision;
    this.#stopped = this.#standing.broken(fault);
    if (isNew) this.#broken(this.#stopped);
    return this.#stopped;
  }

  /** Something was found: commands are refused until an audit has looked at it. */
  #found(why: string, suspect: boolean): void {
    this.#stopped = this.#standing.found(why, suspect);
    this.#broken(this.#stopped);
  }

  /** Decides a batch and answers as much of it as became durable; the rest is decided again where others appended in between. */
  async #decideAll(batch: readonly Waiting[]): Promise<{ answers: Answer[]; again: boolean }> {
    const unavailable = (detail: string) => ({
      answers: batch.map(() => this.#unavailable(detail)),
      again: false,
    });
    if (this.#stopped !== undefined && !(await this.#recovered())) return unavailable('the log failed');
    if (this.state.marks.settling !== undefined) await this.#othersClose();
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
    // An append that succeeds shows that this was the head. Where there is none, the log is asked: a refusal, too, is of the head.
    if (groups.every(({ length }) => length === 0) && !(await this.#isAtHead()))
      return { answers: [], again: true };
    const { outcome, done, refusal, end = -1 } = await this.#append(groups);
    if (outcome === 'written') {
      fork.publish();
      this.#took(ledger.events, this.state.journal.length);
      this.#head = ledger.head;
      this.#notify();
      return { answers: decisions.map((decision) => this.#answer(decision)), again: false };
    }
    const again = outcome === 'conflict' || outcome === 'smaller';
    let unread = outcome === 'conflict' || done > 0 ? await this.#caughtUp() : undefined;
    if (unread === undefined && this.#head.revision < end) unread = this.#unseen(end);
    const answers = decisions.slice(0, done).map((decision) => this.#answer(decision));
    if (outcome === 'too-large' && refusal !== undefined && unread === undefined) {
      answers.push({ kind: 'refused', refusal });
      return { answers, again: answers.length < batch.length };
    }
    if (again && unread === undefined) return { answers, again };
    const why = refusal ?? unread ?? new Refusal(codes.unavailable, this.id);
    const rest = batch.slice(done).map((): Answer => ({ kind: 'refused', refusal: why }));
    return { answers: [...answers, ...rest], again: false };
  }

  #answer(decision: Decision): Answer {
    if (decision.kind === 'refused') return decision;
    if (decision.kind === 'accepted') {
      const last = decision.events.at(-1)?.revision ?? decision.first;
      return { kind: 'accepted', first: decision.first, last, events: decision.events };
    }
    // A day that was closed before answers with the head: it has no fact of its own to point at.
    const revision = decision.revision < 0 ? this.#head.revision : decision.revision;
    return { kind: 'repeated', ...eventsAround(this.house, this.register, revision, this.#head.revision) };
  }

  /** Whether nobody has appended since this book last looked; else what there is has been folded. */
  async #isAtHead(): Promise<boolean> {
    const { revision } = await this.#raw.head();
    // Whoever answers for the log may be behind this book: a node that follows the one that took its last append.
    if (revision <= this.#head.revision) return true;
    await this.#catchUp();
    return false;
  }

  /** Appends the events of each command; `done` commands are durable when it can't go on. */
  async #append(groups: readonly (readonly StoredEvent[])[]): Promise<Appended> {
    let expected = this.#head.revision;
    let done = 0;
    let tooLarge: number;
    try {
      tooLarge = await this.#beyondLog(groups);
    } catch (error) {
      const refusal = this.#failed(error);
      if (refusal === undefined) throw error;
      return { outcome: 'failed', done, refusal };
    }
    const fitting = tooLarge < 0 ? groups : groups.slice(0, tooLarge);
    for (const { events, commandsDone } of appendsOf(fitting, this.#appendBytesMax)) {
      try {
        await this.#raw.append(expected, events);
        this.counts.batches++;
        this.counts.events += events.length;
      } catch (error) {
        if (error instanceof WrongExpectedRevision && error.actual >= this.#head.revision) {
          this.counts.conflicts++;
          return { outcome: 'conflict', done, end: error.actual };
        }
        if (error instanceof WrongExpectedRevision)
          return { outcome: 'failed', done, refusal: this.#lost(error) };
        // Between commands it can be cut, and amid a close's run.
        const divisible =
          commandsDone - done > 1 || (events.length > 1 && events.some(({ header }) => header));
        if (error instanceof AppendTooLarge && this.#canBeSmaller(error, divisible))
          return { outcome: 'smaller', done };
        const refusal = this.#failed(error);
        if (refusal === undefined) throw error;
        return { outcome: 'failed', done, refusal };
      }
      expected += events.length;
      done = commandsDone;
    }
    if (tooLarge < 0) return { outcome: 'written', done: groups.length };
    return { outcome: 'too-large', done: tooLarge, refusal: beyondAppend(this.id) };
  }

  /** The first of some commands that would begin a run with an event that the log can't take; -1 where there is none. */
  async #beyondLog(groups: readonly (readonly StoredEvent[])[]): Promise<number> {
    for (const [at, group] of groups.entries()) {
      const largest = isDivisible(group) ? largestOf(group) : undefined;
      if (largest !== undefined && (await this.#raw.takes?.(largest)) === false) return at;
    }
    return -1;
  }

  /** The log ends before what was read of it: somebody has put an older one in its place, or it has lost its end. */
  #lost({ actual }: WrongExpectedRevision): Refusal {
    const detail = `the log ends at revision ${actual}, and ${this.#head.revision} has been read of it`;
    this.#stopped = new Refusal(
      codes.unavailable,
      this.id,
      detail,
      'Put the newest log back, and start again.',
    );
    return this.#stopped;
  }

  /** The log goes on, and what it goes on with can't be read: no other writer's events, and nothing to wait for. */
  #unseen(end: number): Refusal {
    const detail = `the log says that it ends at revision ${end}, and can't be read after ${this.#head.revision}`;
    this.#stopped = new Refusal(codes.unavailable, this.id, detail);
    return this.#stopped;
  }

  /** After an append that the engine finds too large: whether smaller ones would do, which are then made from now on. */
  #canBeSmaller({ bytesMax }: AppendTooLarge, divisible: boolean): boolean {
    if (divisible) this.#appendBytesMax = Math.min(this.#appendBytesMax / 2, bytesMax * appendFilled);
    return divisible;
  }

  /**
   * After an unknown outcome: reads what the log holds, makes it durable by the engine's own recovery, and goes on from there. After
   * a fault: looks whether it is gone. What only an audit can clear stays until one has.
   */
  async #recovered(): Promise<boolean> {
    const standing = this.#standing;
    if (standing.suspect && (await this.#caughtUp(() => this.#foldAnew())) !== undefined) return false;
    if (standing.finding !== undefined && !(await this.#cleared())) return false;
    standing.cleared();
    if ((await this.#caughtUp(() => this.#catchUpAgain())) !== undefined) return false;
    standing.mended();
    this.#stopped = undefined;
    return true;
  }

  /** Catches up; an event that was folded before and could not be read since has to be there again as it was written. */
  async #catchUpAgain(): Promise<void> {
    const revision = this.#standing.fault?.revision ?? -1;
    if (revision >= 0 && revision <= this.#head.revision)
      await new ChainedLog(this.#raw).readMany([revision]);
    await this.#catchUp();
  }

  /** Catches up, and says what commands are answered with if that can't be done. */
  async #caughtUp(work: () => Promise<void> = () => this.#catchUp()): Promise<Refusal | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      const refusal = this.#failed(error);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }

  async #catchUp(progress?: (folded: number) => void): Promise<void> {
    const before = this.#head;
    const batches = readable(this.#raw, before.revision + 1);
    try {
      for await (const events of this.#trust ? batches : chained(batches, before)) {
        if (this.#head === before) this.#checkFollows(events[0]);
        for (const event of events) this.#fold(event);
        progress?.(this.#head.revision + 1);
        // Others get their turn: there may be any number of pages.
        if (events.length >= turnEventsMin) await setImmediate();
      }
    } finally {
      this.#progressed(before.revision);
    }
  }

  /** Folds what a subscription has brought; where that doesn't go on from the head, the log is read. */
  async #followed(events: readonly StoredEvent[]): Promise<void> {
    const before = this.#head;
    const fresh = events.filter(({ revision }) => revision > before.revision);
    const [first] = fresh;
    if (first === undefined) return;
    if (first.revision !== before.revision + 1) {
      await this.#catchUp();
      return;
    }
    try {
      this.#checkFollows(first);
      for await (const held of this.#trust ? [fresh] : chained([fresh], before))
        for (const event of held) this.#fold(event);
    } finally {
      this.#progressed(before.revision);
    }
  }

  /** Even a log that is trusted has to go on from what was read of it. */
  #checkFollows(event: StoredEvent | undefined): void {
    if (!this.#trust || event === undefined || hashHolds(event, this.#head.hash)) return;
    throw new LogUnreadable(event.revision, `it does not follow the event with hash ${this.#head.hash}`);
  }

  #fold(event: StoredEvent): void {
    try {
      foldInto(this.house, this.#layers.head, this.#register, event);
    } catch (error) {
      this.#torn = error instanceof EventTorn;
      throw error;
    }
    this.#head = { revision: event.revision, hash: event.hash, recordedAt: event.recordedAt };
  }

  /** Folds again what an event has torn that could be booked in part only. */
  async #mend(): Promise<void> {
    if (!this.#torn) return;
    await this.#foldAnew(this.#head.revision);
    this.#torn = false;
  }

  /** Folds the log from its first event on, aside, and puts what that comes to in place of what there is. */
  async #foldAnew(through?: number): Promise<void> {
    const { house } = this;
    const trust = this.#trust;
    const { folded, fault } = await foldLog(house, this.#raw, { through, empty: this.emptyState(), trust });
    if (fault instanceof EventTorn && through === undefined) await this.#foldAnew(fault.revision - 1);
    else {
      this.#layers.restart(folded.state);
      this.#register = folded.register;
      this.#head = folded.head;
      this.#foldings++;
      if (!trust) this.#standing.folded();
      this.#notify();
    }
    if (fault !== undefined) this.#faulted(fault);
  }

  /** Counts and tells of what has been folded since a revision. */
  #progressed(since: number): void {
    const folded = this.#head.revision - since;
    if (folded === 0) return;
    this.counts.followed += folded;
    this.#notify();
  }

  /** A close that somebody else has begun: it is left to that writer as long as something comes, and finished when nothing does. */
  async #othersClose(): Promise<void> {
    const refused = this.#otherwise?.head === this.#head.revision;
    for (let looks = 0; !refused && looks < othersCloseLooks; looks++) {
      const before = this.#head.revision;
      if ((await this.#caughtUp()) !== undefined) return;
      if (this.state.marks.settling === undefined) return;
      if (this.#head.revision > before) looks = 0;
      await this.#wait(othersCloseWaitMs);
    }
    await this.#finishClose();
  }

  /**
   * A close that was begun and not ended: the state at its beginning is folded again, the run derived again, what is recorded
   * compared with it, and the rest appended. If they differ, the book stays readable and takes no commands. Another writer may be
   * about to append the very same events: what is there is read again then.
   */
  async #finishClose(progress?: (folded: number) => void): Promise<void> {
    const { house, log } = this;
    if (this.#otherwise?.head === this.#head.revision) {
      this.#stopped = this.#otherwise.refusal;
      return;
    }
    let beginning = this.#head.revision;
    while (this.register.cause(beginning) !== undefined) beginning--;
    const { begun, run } = await derivedAgain(house, log, beginning, progress);
    for (let there = -1; there < run.length; ) {
      const recorded: StoredEvent[] = [];
      for await (const events of log.read(beginning, 'forwards', run.length)) recorded.push(...events);
      if (recorded.length === there || !recorded.every(({ hash }, at) => hash === run[at]?.hash)) {
        this.#derivesOtherwise(begun);
        return;
      }
      there = recorded.length;
      if (await this.#appendRest(beginning + there - 1, run.slice(there))) break;
    }
    await this.#catchUp();
  }

  /** Appends the rest of a run; false when somebody else appended in between. */
  async #appendRest(after: number, rest: readonly StoredEvent[]): Promise<boolean> {
    let expected = after;
    // Its beginning, which says that it may be cut anywhere, is there already: so each event stands for itself.
    const alone = rest.map((event) => [event]);
    for (const { events } of appendsOf(alone, this.#appendBytesMax)) {
      try {
        await this.#raw.append(expected, events);
      } catch (error) {
        if (error instanceof WrongExpectedRevision) return false;
        if (error instanceof AppendTooLarge && this.#canBeSmaller(error, events.length > 1))
          return await this.#appendRest(expected, rest.slice(expected - after));
        if (!(error instanceof AppendTooLarge)) throw error;
        this.#stopped = unendable(this.id, error);
        return true;
      }
      expected += events.length;
    }
    return true;
  }

  #derivesOtherwise({ header }: StoredEvent): void {
    const by = header?.engine ?? 'unknown';
    const detail = `a close was begun by engine ${by}, and this one, ${this.engine}, derives otherwise`;
    const hint = `Start engine ${by} on this store once: it finishes the close. Then start this one. See docs/how-to/upgrade.md.`;
    this.#stopped = new Refusal(codes.unavailable, this.id, detail, hint);
    this.#otherwise = { head: this.#head.revision, refusal: this.#stopped };
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

/** What became of the events of some commands: those of `done` commands are durable. */
interface Appended {
  readonly outcome: 'written' | 'conflict' | 'smaller' | 'failed' | 'too-large';
  readonly done: number;
  readonly refusal?: Refusal;
  /** After a conflict: where the log says that it ends. */
  readonly end?: number;
}

/** A close that was begun and can't be ended would block its book: so it isn't begun. */
const beyondAppend = (book: string): Refusal =>
  new Refusal(
    codes.tooMany,
    book,
    'an event of this close is larger than what the store takes at once, so it was not begun',
    'Let the store take more (MaxAppendSize of EventStoreDB), or copy the book to one that does: formicary copy.',
  );

/** A close that was begun before, by a program that did not look ahead, or at a store that took more. */
const unendable = (book: string, { message }: AppendTooLarge): Refusal =>
  new Refusal(
    codes.unavailable,
    book,
    `a close was begun and can't be ended: ${message}`,
    'Let the store take more at once (MaxAppendSize of EventStoreDB), and send a command again.',
  );

const notTried: Decision = { kind: 'refused', refusal: new Refusal(codes.notTried, 'a command'), events: [] };
