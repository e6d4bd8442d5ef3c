/**
 * Refusals: the closed set of codes with which a command, a fact or a file is answered when it can't be done.
 *
 * @module
 */

/** A code, what it means, and what to do about it. Codes are asked in the order of their rank: the first that applies is the answer. */
export interface Code {
  readonly code: string;
  readonly rank: number;
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

/** Declares a code. Ranks order the codes across all segments; equal codes can't be declared twice. */
export function declareCode(code: string, rank: number, meaning: string, hint: string): Code {
  if (made.some((other) => other.code === code)) throw new Error(`code ${code} is declared twice`);
  const spec: Code = { code, rank, meaning, hint };
  made.push(spec);
  return spec;
}

/** Every code that has been declared by what is loaded, by rank. */
export const declaredCodes = (): readonly Code[] => [...made].sort((a, b) => a.rank - b.rank);

/** The one of lower rank, that is, the one to answer with. */
export const firstOf = (a: Refusal | undefined, b: Refusal | undefined): Refusal | undefined =>
  a === undefined ? b : b === undefined || a.spec.rank <= b.spec.rank ? a : b;

/** The kernel's own codes. */
export const codes = {
  keyReused: declareCode(
    'KEY_REUSED',
    10,
    'the key was used for another input',
    'Use a new key, or send the first input again.',
  ),
  unknownCommand: declareCode(
    'UNKNOWN_COMMAND',
    20,
    'there is no such command',
    'See docs/commands.md for the commands.',
  ),
  unknownFund: declareCode(
    'UNKNOWN_FUND',
    30,
    'there is no such fund',
    'Name a fund that a line of business runs: yuebao.',
  ),
  unknownEntity: declareCode(
    'UNKNOWN_ENTITY',
    40,
    'there is no such entity',
    'Name an entity that has own cash.',
  ),
  unknownParameter: declareCode(
    'UNKNOWN_PARAMETER',
    50,
    'there is no such parameter',
    '`formicary parameters` lists them.',
  ),
  invalidInput: declareCode(
    'INVALID_INPUT',
    60,
    'an input is not as it must be',
    'See the command in docs/commands.md.',
  ),
  dayClosed: declareCode('DAY_CLOSED', 70, 'the day is closed', 'Date it on the first open day or later.'),
  dayNotNext: declareCode(
    'DAY_NOT_NEXT',
    75,
    'days close in order, without a gap',
    'Close the first open day first.',
  ),
  dateTooEarly: declareCode(
    'DATE_TOO_EARLY',
    78,
    'the date is too early',
    'Date it later. Where a fact was dated far ahead by mistake, reverse it first.',
  ),
  dateTooFar: declareCode(
    'DATE_TOO_FAR',
    80,
    'the date is too far ahead of the first open day',
    'See kernel.daysAheadMax, or close days first.',
  ),
  beforeLatest: declareCode(
    'BEFORE_LATEST',
    90,
    'the subject has a fact of a later date',
    'Date it on the day of the latest fact or later.',
  ),
  sameParty: declareCode('SAME_PARTY', 100, 'the two parties are the same', 'Name two different holders.'),
  nothingToDo: declareCode(
    'NOTHING_TO_DO',
    170,
    'there is nothing to do',
    'What is asked for comes to nothing.',
  ),
  eventUnknown: declareCode(
    'EVENT_UNKNOWN',
    300,
    'there is no such event',
    'Name the revision of a fact of this book.',
  ),
  notReversible: declareCode(
    'NOT_REVERSIBLE',
    310,
    'the event cannot be reversed',
    'Only facts of open days can be reversed.',
  ),
  alreadyReversed: declareCode(
    'ALREADY_REVERSED',
    320,
    'the event has been reversed',
    'A fact is reversed once.',
  ),
  reversalDoesNotFit: declareCode(
    'REVERSAL_DOES_NOT_FIT',
    330,
    'the mirror entry does not fit',
    'Undo first what came after it.',
  ),
  amountTooLarge: declareCode(
    'AMOUNT_TOO_LARGE',
    340,
    'a figure would be too large',
    'Use smaller amounts; see kernel.amountMax.',
  ),
  unbalanced: declareCode(
    'UNBALANCED',
    350,
    'the entry does not balance',
    'Each entity and currency must sum to zero.',
  ),
  bookSettling: declareCode('BOOK_SETTLING', 360, 'a close is being written', 'Try again when it is done.'),
  notTried: declareCode(
    'NOT_TRIED',
    365,
    'a command before it in the same series was refused',
    'Mend that one, and send the rest again.',
  ),
  unavailable: declareCode('UNAVAILABLE', 370, 'the book takes no commands', 'See the server log.'),
  tooMany: declareCode('TOO_MANY', 380, 'a limit is reached', 'See docs/limits.md.'),
  logUnreadable: declareCode(
    'LOG_UNREADABLE',
    935,
    'the log cannot be read',
    '`formicary audit` names the first revision that is not as it was written.',
  ),
} as const;
