/**
 * Importing: the commands of a history, line by line into a book, in bounded memory, with what each came to.
 *
 * @module
 */

import type { Sent } from '../../book/book.ts';
import { daysAheadMax } from '../../kernel/state/bounded.ts';
import type { State } from '../../kernel/state/state.ts';
import { type Day, formatDay, parseDay } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { Mistake } from '../../scenario/file/file.ts';
import type { HistoryItem } from '../../scenario/running/history.ts';
import { firstLines, type ImportKeys } from './import-keys.ts';

/** Commands that are sent together, and how many such groups are under way while the next is read. */
const groupSize = 2_048;
const groupsMax = 2;
/** Most refusals that are kept to be listed; all are counted. */
export const refusalsKeptMax = 10_000;

/** Where commands go: a book, or a rehearsal of one. */
export interface Target {
  /** The state with all that has been answered. */
  readonly state: State;
  /** Decides commands in order; after a refused one the rest are not tried, unless the import keeps going. */
  send(sent: readonly Sent[]): Promise<readonly Outcome[]>;
}

/** What became of a command. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly events: { readonly length: number } }
  | { readonly kind: 'repeated' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface ImportRules {
  /** What lines without a key get for one. */
  readonly keys: ImportKeys;
  /** Close each day before the first line of a later one. */
  readonly closeDaily: boolean;
  /** Go on after a line that is refused or malformed. */
  readonly keepGoing: boolean;
  /** Who is said to have sent a line that doesn't say it. */
  readonly actor: string;
  readonly signal: AbortSignal;
  /** Told of lines read and of the characters in them. */
  readonly onProgress: (lines: number, chars: number) => void;
  /** Given each line that is refused or malformed, with the key that it had. */
  readonly onReject?: (text: string, item: HistoryItem, key: string | undefined) => void;
}

/** A line that was refused. */
export interface RefusedLine {
  readonly line: number;
  /** What was refused, where it was not the line itself: the close of a day before it. */
  readonly closing: string | undefined;
  readonly refusal: Refusal;
}

/** What an import came to. */
export interface ImportResult {
  lines: number;
  accepted: number;
  /** Lines that had been imported before. */
  repeated: number;
  refused: number;
  malformed: number;
  daysClosed: number;
  /** What its own commands came to: others may write to the book meanwhile. */
  events: number;
  /** The first of them, in the order of the file. */
  readonly refusals: RefusedLine[];
  readonly mistakes: Mistake[];
  /** Ctrl-C came before the end of the file. */
  interrupted: boolean;
}

/** A command on its way: a line's, or the close of a day before it. */
interface Step {
  readonly sent: Sent;
  readonly item: HistoryItem;
  /** The line's number among those that are not blank. */
  readonly ordinal: number;
  readonly closing: Day | undefined;
}

/** Imports a history. It ends at the first line that is refused or malformed, unless it keeps going. */
export async function importHistory(
  items: AsyncIterable<HistoryItem>,
  target: Target,
  rules: ImportRules,
): Promise<ImportResult> {
  return await new Import(target, rules).run(items);
}

class Import {
  readonly #target: Target;
  readonly #rules: ImportRules;
  readonly #result: ImportResult = {
    lines: 0,
    accepted: 0,
    repeated: 0,
    refused: 0,
    malformed: 0,
    daysClosed: 0,
    events: 0,
    refusals: [],
    mistakes: [],
    interrupted: false,
  };
  #group: Step[] = [];
  readonly #underWay: { readonly steps: readonly Step[]; readonly answers: Promise<readonly Outcome[]> }[] =
    [];
  /** The first open day, as it will be when all that was sent has been decided; undefined before anything is dated. */
  #open: Day | undefined;
  /** Whether a day has been closed, or will be by what was sent. */
  #closed: boolean;
  /** Lines read, blank ones not counted. */
  #ordinal = 0;
  #chars = 0;
  #stopped = false;

  constructor(target: Target, rules: ImportRules) {
    this.#target = target;
    this.#rules = rules;
    this.#open = firstOpen(target.state);
    this.#closed = target.state.marks.closedThrough !== undefined;
  }

  async run(items: AsyncIterable<HistoryItem>): Promise<ImportResult> {
    // By its first lines a file is known again under another name: before any is booked.
    const first: HistoryItem[] = [];
    for await (const item of items) {
      if (first.length === firstLines) {
        if (!(await this.#goOn(item))) break;
      } else if (first.push(item) === firstLines && !(await this.#begin(first))) break;
    }
    if (first.length < firstLines) await this.#begin(first);
    await this.#settle();
    const { accepted, repeated, refused, malformed } = this.#result;
    // What was read ahead of the line that it stopped at doesn't count.
    if (this.#stopped) this.#result.lines = accepted + repeated + refused + malformed;
    return this.#result;
  }

  async #begin(first: readonly HistoryItem[]): Promise<boolean> {
    const known = this.#rules.keys.known(first);
    if (known !== undefined) {
      this.#refused(known.line, undefined, known.refusal);
      this.#stopped = true;
      return false;
    }
    for (const item of first) if (!(await this.#goOn(item))) return false;
    return true;
  }

  async #goOn(item: HistoryItem): Promise<boolean> {
    const { signal, onProgress } = this.#rules;
    await this.#take(item);
    if (this.#result.lines % 512 === 0) onProgress(this.#result.lines, this.#chars);
    if (this.#stopped) return false;
    this.#result.interrupted = signal.aborted;
    return !signal.aborted;
  }

  async #take(item: HistoryItem): Promise<void> {
    const { closeDaily, actor } = this.#rules;
    this.#result.lines++;
    this.#chars += item.text.length + 1;
    const ordinal = ++this.#ordinal;
    const key = this.#rules.keys.keyOf(item, ordinal);
    if (item.kind === 'mistake') return await this.#misread(item);
    if (key instanceof Refusal) return await this.#known(item, key);
    const { command } = item;
    const day = parseDay(command.on);
    if (closeDaily && day !== undefined) await this.#closeBefore(day, item);
    if (this.#stopped) return;
    await this.#send({
      sent: {
        command: key === undefined ? command : { ...command, key },
        sender: { actor: command.actor ?? actor },
      },
      item,
      ordinal,
      closing: undefined,
    });
    // Until a day is closed, the first open one is that of the earliest fact that stands: only an answer tells it.
    const moves = this.#open === undefined || (day ?? 0) < this.#open || command.command === 'reverse';
    if (closeDaily && day !== undefined && !this.#closed && moves) {
      await this.#settle();
      this.#open = firstOpen(this.#target.state);
    }
  }

  async #misread(item: HistoryItem & { readonly kind: 'mistake' }): Promise<void> {
    await this.#settle();
    if (this.#stopped) return;
    this.#result.malformed++;
    if (this.#result.mistakes.length < refusalsKeptMax) this.#result.mistakes.push(item.mistake);
    this.#rejected(item, undefined);
  }

  /** A line that is not sent, since what it says is in the book already, or something else in its place. */
  async #known(item: HistoryItem, refusal: Refusal): Promise<void> {
    await this.#settle();
    if (this.#stopped) return;
    this.#refused(item.line, undefined, refusal);
    this.#rejected(item, undefined);
  }

  #refused(line: number, closing: string | undefined, refusal: Refusal): void {
    this.#result.refused++;
    if (this.#result.refusals.length < refusalsKeptMax)
      this.#result.refusals.push({ line, closing, refusal });
  }

  #rejected(item: HistoryItem, key: string | undefined): void {
    if (!this.#rules.keepGoing) this.#stopped = true;
    this.#rules.onReject?.(item.text, item, key);
  }

  /** Closes the open days before a day, unless it is too far ahead of them to be let in. */
  async #closeBefore(day: Day, item: HistoryItem): Promise<void> {
    const open = this.#open;
    if (open === undefined || day <= open) return;
    if (day > open + 1) {
      await this.#settle();
      if (this.#stopped || day - open > daysAhead(this.#target.state, day)) return;
    }
    const sender = { actor: this.#rules.actor };
    for (let closing = open; closing < day; closing++) {
      const command = { on: formatDay(closing), command: 'closeDay', with: {} };
      await this.#send({ sent: { command, sender }, item, ordinal: this.#ordinal, closing });
    }
    this.#open = day;
    this.#closed = true;
  }

  async #send(step: Step): Promise<void> {
    this.#group.push(step);
    if (this.#group.length < groupSize) return;
    this.#dispatch();
    while (this.#underWay.length >= groupsMax) await this.#oldest();
  }

  #dispatch(): void {
    if (this.#group.length === 0) return;
    const steps = this.#group;
    this.#group = [];
    this.#underWay.push({ steps, answers: this.#target.send(steps.map(({ sent }) => sent)) });
  }

  /** Waits until all that was sent is answered. */
  async #settle(): Promise<void> {
    this.#dispatch();
    while (this.#underWay.length > 0) await this.#oldest();
  }

  async #oldest(): Promise<void> {
    const oldest = this.#underWay.shift();
    if (oldest === undefined) return;
    const answers = await oldest.answers;
    for (let at = 0; at < oldest.steps.length && !this.#stopped; at++) {
      const step = oldest.steps[at];
      const answer = answers[at];
      if (step !== undefined && answer !== undefined) this.#answered(step, answer);
    }
  }

  #answered({ item, ordinal, closing, sent }: Step, answer: Outcome): void {
    const result = this.#result;
    if (answer.kind === 'accepted') result.events += answer.events.length;
    if (answer.kind === 'refused') {
      const { keys, keepGoing } = this.#rules;
      const own = item.kind === 'command' && item.command.key !== undefined;
      const refusal = own ? answer.refusal : keys.explained(ordinal, answer.refusal);
      this.#refused(item.line, closing === undefined ? undefined : formatDay(closing), refusal);
      if (closing === undefined) this.#rejected(item, sent.command.key);
      else if (!keepGoing) this.#stopped = true;
    } else if (closing !== undefined) {
      if (answer.kind === 'accepted') result.daysClosed++;
    } else if (answer.kind === 'repeated') result.repeated++;
    else result.accepted++;
  }
}

const firstOpen = ({ openFrom, marks }: State): Day | undefined => openFrom ?? marks.earliest;

/** How far beyond the first open day a date may lie. */
function daysAhead(state: State, day: Day): number {
  const look = state.fork();
  look.day = day;
  return look.policy(daysAheadMax);
}
