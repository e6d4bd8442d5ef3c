/**
 * Refusals: the closed set of codes with which a command, a fact or a file is answered when it can't be done.
 *
 * @module
 */

/**
 * When a code is asked, of whoever takes part in a command: its key and name, its inputs, its date; then the rules, in stages; last
 * what is asked of figures and of the book. Where several apply, the first stage is the answer; within one, the owner's comes before
 * those of who answers it.
 */
export const stages = [
  'key',
  'command',
  'name',
  'input',
  'value',
  'date',
  // Rules: what stands on the subject whatever the date, or of a later one; who takes part, whether it is there, how far it has come, how much of it, what there is to pay it.
  'latest',
  'parties',
  'existence',
  'state',
  'size',
  'funds',
  'reversal',
  'book',
  // What is answered beside commands: questions, the log, files.
  'question',
  'log',
  'file',
] as const;
export type Stage = (typeof stages)[number];

/** A code, what it means, and what to do about it. */
export interface Code {
  readonly code: string;
  readonly stage: Stage;
  readonly meaning: string;
  readonly hint: string;
}

/** Why something can't be done: a code, the offending value, and what to do. A value, not an exception. */
export class Refusal {
  readonly spec: Code;
  /** The offending value, as text. */
  readonly value: string;
  readonly hint: string;
  readonly detail: string;

  constructor(spec: Code, value: string, detail = '', hint = spec.hint) {
    this.spec = spec;
    this.value = value;
    this.detail = detail;
    this.hint = hint;
  }

  get code(): string {
    return this.spec.code;
  }

  /** A sentence for people: meaning, value, and what was found. */
  get message(): string {
    const detail = this.detail === '' ? '' : ` (${this.detail})`;
    return `${this.spec.meaning}: ${this.value}${detail}`;
  }
}

/** A refusal on its way up through code that can't return it (parsers called by libraries). */
export class RefusedError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal, message = `${refusal.code}: ${refusal.message}`, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}

const made: Code[] = [];

/** Declares a code, of which there is but one. */
export function declareCode(code: string, stage: Stage, meaning: string, hint: string): Code {
  if (made.some((other) => other.code === code)) throw new Error(`code ${code} is declared twice`);
  const spec: Code = { code, stage, meaning, hint };
  made.push(spec);
  return spec;
}

/** The place of a stage among all. */
const placeOf = (stage: Stage): number => stages.indexOf(stage);

/** Whether a code is asked before a stage, or after it. */
export const isBefore = ({ stage }: Code, other: Stage): boolean => placeOf(stage) < placeOf(other);
export const isAfter = ({ stage }: Code, other: Stage): boolean => placeOf(stage) > placeOf(other);

/** Every code that has been declared by what is loaded, by stage and name. */
export const declaredCodes = (): readonly Code[] =>
  [...made].sort((a, b) => placeOf(a.stage) - placeOf(b.stage) || (a.code < b.code ? -1 : 1));

/** The one to answer with: that of the earlier stage, else the first. */
export const firstOf = (a: Refusal | undefined, b: Refusal | undefined): Refusal | undefined =>
  a === undefined ? b : b === undefined || !isBefore(b.spec, a.spec.stage) ? a : b;

/** The kernel's own codes. */
export const codes = {
  keyReused: declareCode(
    'KEY_REUSED',
    'key',
    'the key was used for another input',
    'Use a new key, or send the first input again.',
  ),
  unknownCommand: declareCode(
    'UNKNOWN_COMMAND',
    'command',
    'there is no such command',
    'See docs/commands.md for the commands.',
  ),
  unknownFund: declareCode(
    'UNKNOWN_FUND',
    'name',
    'there is no such fund',
    'Name a fund that a line of business runs: yuebao.',
  ),
  unknownEntity: declareCode(
    'UNKNOWN_ENTITY',
    'name',
    'there is no such entity',
    'Name an entity that has own cash.',
  ),
  unknownParameter: declareCode(
    'UNKNOWN_PARAMETER',
    'name',
    'there is no such parameter',
    '`formicary parameters` lists them.',
  ),
  invalidInput: declareCode(
    'INVALID_INPUT',
    'input',
    'an input is not as it must be',
    'See the command in docs/commands.md.',
  ),
  dayClosed: declareCode(
    'DAY_CLOSED',
    'date',
    'the day is closed',
    'Date it on the first open day or later.',
  ),
  dayNotNext: declareCode(
    'DAY_NOT_NEXT',
    'date',
    'days close in order, without a gap',
    'Close the first open day first.',
  ),
  dateTooEarly: declareCode(
    'DATE_TOO_EARLY',
    'date',
    'the date is too early',
    'Date it later. Where a fact was dated far ahead by mistake, reverse it first.',
  ),
  dateTooFar: declareCode(
    'DATE_TOO_FAR',
    'date',
    'the date is too far ahead of the first open day',
    'See kernel.daysAheadMax, or close days first.',
  ),
  beforeLatest: declareCode(
    'BEFORE_LATEST',
    'latest',
    'the subject has a fact of a later date',
    'Date it on the day of the latest fact or later.',
  ),
  sameParty: declareCode(
    'SAME_PARTY',
    'parties',
    'the two parties are the same',
    'Name two different holders.',
  ),
  nothingToDo: declareCode(
    'NOTHING_TO_DO',
    'size',
    'there is nothing to do',
    'What is asked for comes to nothing.',
  ),
  eventUnknown: declareCode(
    'EVENT_UNKNOWN',
    'reversal',
    'there is no such event',
    'Name the revision of a fact of this book.',
  ),
  notReversible: declareCode(
    'NOT_REVERSIBLE',
    'reversal',
    'the event cannot be reversed',
    'Only facts of open days can be reversed.',
  ),
  alreadyReversed: declareCode(
    'ALREADY_REVERSED',
    'reversal',
    'the event has been reversed',
    'A fact is reversed once.',
  ),
  reversalDoesNotFit: declareCode(
    'REVERSAL_DOES_NOT_FIT',
    'reversal',
    'the mirror entry does not fit',
    'Undo first what came after it.',
  ),
  amountTooLarge: declareCode(
    'AMOUNT_TOO_LARGE',
    'reversal',
    'a figure would be too large',
    'Use smaller amounts; see kernel.amountMax.',
  ),
  unbalanced: declareCode(
    'UNBALANCED',
    'reversal',
    'the entry does not balance',
    'Each entity and currency must sum to zero.',
  ),
  bookSettling: declareCode(
    'BOOK_SETTLING',
    'book',
    'a close is being written',
    'Try again when it is done.',
  ),
  notTried: declareCode(
    'NOT_TRIED',
    'book',
    'a command before it in the same series was refused',
    'Mend that one, and send the rest again.',
  ),
  unavailable: declareCode('UNAVAILABLE', 'book', 'the book takes no commands', 'See the server log.'),
  tooMany: declareCode('TOO_MANY', 'book', 'a limit is reached', 'See docs/limits.md.'),
  logUnreadable: declareCode(
    'LOG_UNREADABLE',
    'log',
    'the log cannot be read',
    '`formicary audit` names the first revision that is not as it was written.',
  ),
} as const;
