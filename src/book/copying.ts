/**
 * Copying a book's log to another store, event by event as each is: the same revisions, the same hashes. It is written against the
 * port alone, so that any two engines will do, reads and appends in bounded memory, and can be stopped anywhere and run again: what
 * the target holds of the source is taken as done.
 *
 * @module
 */
import { setImmediate } from 'node:timers/promises';
import { genesisHash, hashHolds, type StoredEvent } from '../kernel/state/events.ts';
import { type Code, declareCode, Refusal, RefusedError } from '../kernel/values/refusals.ts';
import {
  AppendTooLarge,
  type EventLog,
  emptyHead,
  headAt,
  type LogHead,
  LogUnreadable,
  OutcomeUnknown,
  WrongExpectedRevision,
} from '../log/port/port.ts';
import { appendBytesMax, appendFilled, appendsOf } from './appends.ts';

/** Why a log is not copied, or not further. */
export const copyCodes = {
  targetDiffers: declareCode(
    'TARGET_DIFFERS',
    'file',
    'the target holds another history',
    'Copy to another book, with --as, or to another store. The target was left as it was.',
  ),
  targetAhead: declareCode(
    'TARGET_AHEAD',
    'file',
    'the target holds all of the source, and has gone on',
    'The book lives on in the target: use it there. The target was left as it was.',
  ),
  sourceBroken: declareCode(
    'SOURCE_BROKEN',
    'file',
    'an event of the source is not as it was written',
    '`formicary audit` of the source lists what is wrong. Nothing from there on was copied.',
  ),
  targetBroken: declareCode(
    'TARGET_BROKEN',
    'file',
    'an event of the target is not that of the source',
    'Do not use the target; copy anew, to another book or store.',
  ),
  commandTooLarge: declareCode(
    'COMMAND_TOO_LARGE',
    'file',
    'the events of one command are more than the target takes in one append',
    'A target with a larger limit takes them. What was copied is kept.',
  ),
  targetWritten: declareCode(
    'TARGET_WRITTEN',
    'file',
    'somebody else writes to the target',
    'Stop what writes to it, and run it again: it goes on where the target ends.',
  ),
} as const;

/** A few pages or a few thousand events are gathered before they are appended: a handful of appends of the usual size. */
const windowPagesMax = 16;
const windowEventsMax = 4_096;
/**
 * Most events of a command that can't be split. An event takes more than eighty bytes wherever it is stored (its hash alone is 64
 * digits), and no engine takes more than 8 MiB at once.
 */
const commandEventsMax = 100_000;

/** What a copy goes by. */
export interface CopyRules {
  /** Most bytes of an append. Default: {@link appendBytesMax}. A target that takes less is given less. */
  readonly bytesMax?: number;
  /** Stops it after the append that is under way. */
  readonly signal?: AbortSignal;
  /** Told how many events have been done, and of how many. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** What a copy came to. */
export interface Copied {
  /** Events that were in the target before. */
  readonly present: number;
  /** Events that were appended. */
  readonly events: number;
  /** Where the target ends: where the source ended when the copy began, unless it was interrupted. */
  readonly head: LogHead;
  /** Events that the source holds beyond: those that it has gained in the meantime, and those that were not come to. */
  readonly left: number;
  /** The signal came before the end. */
  readonly interrupted: boolean;
}

/** What a comparison came to. */
export interface Compared {
  /** Events of the target that were read, each with the hash that its fields give and that the source has. */
  readonly events: number;
  readonly interrupted: boolean;
}

/**
 * Copies what a log holds now into another that is empty, or holds a beginning of it. Every event's hash is worked out on the way:
 * from the first that doesn't hold on nothing is appended. Appends end between commands, but for a close's run.
 *
 * @throws RefusedError with one of {@link copyCodes}
 * @throws LogUnavailable, OutcomeUnknown, LogClosed as the logs do; what was appended stays, and a second call goes on from there
 * @throws LogUnreadable the target can't be read
 */
export async function copyLog(source: EventLog, target: EventLog, rules: CopyRules = {}): Promise<Copied> {
  const end = await ofSource(source.head());
  const start = await sharedHead(source, end, target);
  const of = end.revision - start.revision;
  const writer = new Writer(target, start, rules);
  if (of > 0) await writer.write(commandsOf(source.read(start.revision + 1, 'forwards', of), start), of);
  const { head, stopped } = writer;
  const interrupted = stopped && head.revision < end.revision;
  if (!interrupted) checkEnd(head, end);
  checkTarget(await target.head(), head);
  const left = (await ofSource(source.head())).revision - head.revision;
  return { present: start.revision + 1, events: head.revision - start.revision, head, left, interrupted };
}

/**
 * Reads a copy whole, up to the event that it ended in, and its source beside it: each event's hash must be the one that its own
 * fields give, and the one that stands in the source.
 *
 * @throws RefusedError with one of {@link copyCodes}
 * @throws LogUnavailable, LogClosed as the logs do
 */
export async function compareLogs(
  source: EventLog,
  target: EventLog,
  { revision: last }: Pick<LogHead, 'revision'>,
  { signal, onProgress }: Pick<CopyRules, 'signal' | 'onProgress'> = {},
): Promise<Compared> {
  const originals = oneByOne(source.read(0, 'forwards', last + 1));
  let next = 0;
  let previousHash = genesisHash;
  try {
    for await (const page of target.read(0, 'forwards', last + 1)) {
      for (const event of page) {
        const original = await ofSource(originals.next());
        if (original.done === true) throw refused(copyCodes.sourceBroken, next, 'it is missing');
        const { hash } = original.value;
        if (event.revision !== next || event.hash !== hash)
          throw refused(copyCodes.targetBroken, next, `source ${hash}, target ${event.hash}`);
        if (!hashHolds(event, previousHash))
          throw refused(copyCodes.targetBroken, next, `its fields do not give its hash ${hash}`);
        previousHash = hash;
        next++;
      }
      onProgress?.(next, last + 1);
      await othersTurn();
      if (signal?.aborted === true) return { events: next, interrupted: next <= last };
    }
  } catch (error) {
    throw error instanceof LogUnreadable
      ? refused(copyCodes.targetBroken, error.revision, error.message)
      : error;
  } finally {
    await originals.return();
  }
  if (next <= last) throw refused(copyCodes.targetBroken, next, 'it is missing');
  return { events: next, interrupted: false };
}

const refused = (code: Code, revision: number, detail: string): RefusedError =>
  new RefusedError(new Refusal(code, `revision ${revision}`, detail));

/** What the source gives; that it can't be read is the source's fault, and not the target's. */
const ofSource = async <T>(given: Promise<T>): Promise<T> =>
  await given.catch((error: unknown) => {
    throw sourceFault(error);
  });

const sourceFault = (error: unknown): unknown =>
  error instanceof LogUnreadable ? refused(copyCodes.sourceBroken, error.revision, error.message) : error;

/**
 * Where the target ends, which must be an event of the source, too.
 *
 * @throws RefusedError when it holds anything else
 */
async function sharedHead(source: EventLog, end: LogHead, target: EventLog): Promise<LogHead> {
  const there = await target.head();
  const last = Math.min(there.revision, end.revision);
  const sourceHash = await ofSource(hashAt(source, last));
  const targetHash = await hashAt(target, last);
  if (sourceHash !== targetHash) throw await parting(source, target, last);
  if (there.revision <= end.revision) return there;
  const detail = `the source ends at ${end.revision}:${end.hash}, the target at ${there.revision}:${there.hash}`;
  throw refused(copyCodes.targetAhead, end.revision + 1, detail);
}

/** The hash of an event; before the first it is that of an empty log. */
async function hashAt(log: EventLog, revision: number): Promise<string> {
  if (revision < 0) return emptyHead.hash;
  const [event] = await log.readMany([revision]);
  return event?.hash ?? '';
}

/** Where two logs part whose events at a revision differ: equal hashes mean that all before them is equal, so halving finds it. */
async function parting(source: EventLog, target: EventLog, differing: number): Promise<RefusedError> {
  let low = 0;
  let high = differing;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const equal = (await ofSource(hashAt(source, middle))) === (await hashAt(target, middle));
    if (equal) low = middle + 1;
    else high = middle;
  }
  const [ours, theirs] = [await ofSource(hashAt(source, high)), await hashAt(target, high)];
  return refused(copyCodes.targetDiffers, high, `source ${ours}, target ${theirs}`);
}

/** The source has to end as it said when the copy began. */
function checkEnd(reached: LogHead, end: LogHead): void {
  if (reached.revision < end.revision)
    throw refused(copyCodes.sourceBroken, reached.revision + 1, 'it is missing');
  if (reached.hash !== end.hash)
    throw refused(copyCodes.sourceBroken, end.revision, `it is ${reached.hash}, and was ${end.hash}`);
}

/** The target has to end in what was appended last. */
function checkTarget(found: LogHead, reached: LogHead): void {
  if (found.hash === reached.hash && found.revision === reached.revision) return;
  const detail = `it ends at ${found.revision}:${found.hash}, and ${reached.revision}:${reached.hash} was copied`;
  if (found.revision > reached.revision) throw refused(copyCodes.targetWritten, reached.revision + 1, detail);
  throw refused(copyCodes.targetBroken, Math.min(found.revision + 1, reached.revision), detail);
}

/** The events of one command, or one event of a close's run: what an append holds whole. */
type Command = readonly StoredEvent[];

/** The source's events, each checked, by commands, a window at a time. What was whole before a fault is given before it is thrown. */
async function* commandsOf(
  pages: AsyncIterable<readonly StoredEvent[]>,
  after: LogHead,
): AsyncGenerator<readonly Command[], void, void> {
  const gathered = new Commands(after);
  try {
    for await (const page of pages) {
      gathered.add(page);
      if (gathered.enough) yield gathered.take();
    }
  } catch (error) {
    yield gathered.take();
    throw sourceFault(error);
  }
  gathered.end();
  yield gathered.take();
}

/** Types of facts that a book records before the fact of the command that it was opened or extended for. */
export const preludes: ReadonlySet<string> = new Set(['BookOpened', 'PolicyExtended']);

/** Gathers events into commands: a fact, what opened or extended the book for it, and what it caused. */
class Commands {
  #revision: number;
  #hash: string;
  #whole: Command[] = [];
  #wholeEvents = 0;
  #pages = 0;
  /** The command that may go on with the next event. */
  #open: StoredEvent[] = [];
  /** The beginning of the run that may go on with the next event. */
  #run: number | undefined;

  constructor(after: LogHead) {
    this.#revision = after.revision;
    this.#hash = after.hash;
  }

  get enough(): boolean {
    return this.#wholeEvents > 0 && (this.#wholeEvents >= windowEventsMax || this.#pages >= windowPagesMax);
  }

  /** What is whole; the last command stays behind while it may go on. */
  take(): readonly Command[] {
    const taken = this.#whole;
    this.#whole = [];
    this.#wholeEvents = 0;
    this.#pages = 0;
    return taken;
  }

  /** There are no more events: the last command is whole. */
  end(): void {
    if (this.#open.length === 0) return;
    this.#whole.push(this.#open);
    this.#wholeEvents += this.#open.length;
    this.#open = [];
  }

  add(page: readonly StoredEvent[]): void {
    this.#pages++;
    for (const event of page) {
      this.#check(event);
      const inRun = event.cause !== null && event.cause === this.#run;
      if (!inRun) this.#run = undefined;
      // A run, from the beginning that announces it, may be split anywhere.
      if (inRun || event.header !== null || !this.#goesOn(event)) this.end();
      this.#open.push(event);
      if (event.header !== null) this.#run = event.revision;
      if (this.#open.length > commandEventsMax)
        throw refused(copyCodes.commandTooLarge, event.revision, `over ${commandEventsMax} events`);
    }
  }

  #goesOn({ cause }: StoredEvent): boolean {
    const [first] = this.#open;
    if (first === undefined) return true;
    return cause === null ? this.#open.every(({ type }) => preludes.has(type)) : cause >= first.revision;
  }

  #check(event: StoredEvent): void {
    const next = this.#revision + 1;
    const { revision, hash } = event;
    if (revision !== next) throw refused(copyCodes.sourceBroken, next, `event ${revision} stands there`);
    if (!hashHolds(event, this.#hash)) {
      const detail = `its hash ${hash} is not that of its fields and of the event before it, ${this.#hash}`;
      throw refused(copyCodes.sourceBroken, revision, detail);
    }
    this.#revision = revision;
    this.#hash = hash;
  }
}

/** Appends commands to a target, as many at once as it takes. */
class Writer {
  readonly #target: EventLog;
  readonly #began: number;
  readonly #rules: CopyRules;
  #bytesMax: number;
  /** Where the target ends. */
  head: LogHead;

  constructor(target: EventLog, head: LogHead, rules: CopyRules) {
    this.#target = target;
    this.head = head;
    this.#began = head.revision;
    this.#rules = rules;
    this.#bytesMax = Math.min(rules.bytesMax ?? appendBytesMax, target.appendBytesMax * appendFilled);
  }

  /** Whether it was told to stop. */
  get stopped(): boolean {
    return this.#rules.signal?.aborted === true;
  }

  /** Appends all that comes, or what comes before it is stopped. */
  async write(windows: AsyncIterable<readonly Command[]>, of: number): Promise<void> {
    for await (const commands of windows) {
      for (let left = commands; left.length > 0 && !this.stopped; )
        left = left.slice(await this.#append(left, of));
      if (this.stopped) return;
    }
  }

  /** Appends commands until it is stopped or the target takes no append as large. Gives how many were appended. */
  async #append(commands: readonly Command[], of: number): Promise<number> {
    let done = 0;
    for (const { events, commandsDone } of appendsOf(commands, this.#bytesMax)) {
      try {
        await this.#appendOnce(events);
      } catch (error) {
        if (!(error instanceof AppendTooLarge)) throw error;
        const [first] = events;
        if (commandsDone - done === 1 && first !== undefined)
          throw refused(copyCodes.commandTooLarge, first.revision, error.message);
        // The sizes that appends are packed by are estimates: fewer at once, from here on.
        this.#bytesMax /= 2;
        return done;
      }
      done = commandsDone;
      this.#rules.onProgress?.(this.head.revision - this.#began, of);
      await othersTurn();
      if (this.stopped) return done;
    }
    return done;
  }

  async #appendOnce(events: readonly StoredEvent[]): Promise<void> {
    const { revision } = this.head;
    try {
      // The identical events may be sent again where it isn't known what became of them.
      await this.#target.append(revision, events).catch(async (error: unknown) => {
        if (!(error instanceof OutcomeUnknown)) throw error;
        await this.#target.append(revision, events);
      });
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      throw refused(copyCodes.targetWritten, revision + 1, `it ends at ${error.actual}`);
    }
    const last = events.at(-1);
    if (last !== undefined) this.head = headAt(last);
  }
}

/** Two embedded logs never wait for anything: without a turn for others no signal would come through. */
const othersTurn = (): Promise<void> => setImmediate();

/** The events of pages one by one. */
async function* oneByOne(
  pages: AsyncIterable<readonly StoredEvent[]>,
): AsyncGenerator<StoredEvent, void, void> {
  for await (const page of pages) yield* page;
}
