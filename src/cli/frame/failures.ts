/**
 * Failures: why the program can't do what it was asked, as people and as other programs read it; and the exit codes.
 *
 * @module
 */

import { UnreadableEvent } from '../../kernel/engine/fold.ts';
import { declareCode, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { AddressRefused } from '../../log/port/address.ts';
import { LogLost } from '../../log/port/lost.ts';
import {
  LogClosed,
  LogFormatRefused,
  LogUnavailable,
  LogUnreadable,
  OutcomeUnknown,
} from '../../log/port/port.ts';
import { scenarioMistaken } from '../../scenario/format/codes.ts';

/** What the program's end says. */
export const exits = {
  done: 0,
  /** The answer is no: an expectation failed, an audit doesn't hold, a command was refused. */
  no: 1,
  /** Bad usage or input. */
  input: 2,
  /** Something could not be reached or written. */
  unreachable: 3,
  /** Stopped by Ctrl-C, as shells say it. */
  interrupted: 130,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

/** The codes of the command line. */
export const cliCodes = {
  usage: declareCode(
    'BAD_USAGE',
    'file',
    'the command line is not as it must be',
    '`formicary --help` lists the commands, `formicary COMMAND --help` what each takes.',
  ),
  setting: declareCode(
    'BAD_SETTING',
    'file',
    'a setting is not as it must be',
    '`formicary serve --print-config` shows the settings and where they come from.',
  ),
  file: declareCode('FILE_UNREADABLE', 'file', 'the file cannot be read', 'Check its name and its rights.'),
  line: declareCode(
    'LINE_MALFORMED',
    'file',
    'a line of the file is not a command',
    'See schema/history.schema.json for what a line looks like.',
  ),
  scenario: scenarioMistaken,
  store: declareCode(
    'STORE_UNREACHABLE',
    'file',
    'the store cannot be reached',
    'Check --store, and that no other program keeps the file busy.',
  ),
  server: declareCode(
    'SERVER_UNREACHABLE',
    'file',
    'the server does not answer',
    'Check its address, and that it serves this book.',
  ),
  output: declareCode(
    'NOT_WRITTEN',
    'file',
    'a file could not be written',
    'Check the folder, its rights and the disk.',
  ),
  listen: declareCode(
    'NOT_LISTENING',
    'file',
    'the server could not listen at that address',
    'Choose another --port, or --host.',
  ),
  interrupted: declareCode(
    'INTERRUPTED',
    'file',
    'the program was stopped',
    'What was done is kept; run it again to go on.',
  ),
} as const;

/** The codes of importing. */
export const importCodes = {
  otherwise: declareCode(
    'IMPORTED_OTHERWISE',
    'file',
    'the line was imported before, and said something else then',
    'See docs/how-to/import.md: what was booked stays booked until it is reversed.',
  ),
  elsewhere: declareCode(
    'IMPORTED_ELSEWHERE',
    'file',
    'the file’s first lines were imported before, from another source',
    'Give --source: the name it was imported under, or a new one where it is another file.',
  ),
} as const;

/** Ends the program with a refusal and an exit code. */
export class Failure extends Error {
  readonly refusal: Refusal;
  readonly exit: Exit;
  /** Where in a file, and the like: added to the object that --json prints. */
  readonly where: { readonly [name: string]: unknown };

  constructor(refusal: Refusal, exit: Exit, where: { readonly [name: string]: unknown } = {}) {
    super(`${refusal.code}: ${refusal.message}`);
    this.name = 'Failure';
    this.refusal = refusal;
    this.exit = exit;
    this.where = where;
  }
}

/** Bad usage: what was given, and what was expected. */
export const badUsage = (value: string, detail = '', hint?: string): Failure =>
  new Failure(new Refusal(cliCodes.usage, value, detail, hint), exits.input);

/** Gives up on a refusal: input that can't be. */
export function orFail<T>(found: T | Refusal): T {
  if (found instanceof Refusal) throw new Failure(found, exits.input);
  return found;
}

/** The failure that an error stands for; undefined for a fault of the program. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  if (error instanceof LogLost) return new Failure(error.refusal, exits.unreachable);
  if (error instanceof UnreadableEvent) {
    const { refusal, revision, type, version } = error;
    return new Failure(refusal, exits.unreachable, { revision, type, version });
  }
  if (error instanceof LogFormatRefused) return new Failure(error.refusal, exits.unreachable);
  if (error instanceof LogUnreadable)
    return new Failure(error.refusal, exits.unreachable, { revision: error.revision });
  if (error instanceof RefusedError) return new Failure(error.refusal, exits.input);
  if (error instanceof AddressRefused)
    return new Failure(new Refusal(cliCodes.setting, error.message), exits.input);
  if (error instanceof LogUnavailable || error instanceof OutcomeUnknown || error instanceof LogClosed) {
    return new Failure(new Refusal(cliCodes.store, error.message), exits.unreachable);
  }
  return undefined;
}
