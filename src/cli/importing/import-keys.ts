/**
 * The keys of lines that bring none: the source of the file and the line's number among those that are not blank. By them a line is
 * booked once, however often and however edited its file is imported.
 *
 * @module
 */
import type { Command } from '../../kernel/deciding/commands.ts';
import { isSameInput, meaningHash, readCommand } from '../../kernel/deciding/meaning.ts';
import type { House } from '../../kernel/engine/house.ts';
import { inputHead, type Register } from '../../kernel/state/register.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { HistoryItem } from '../../scenario/running/history.ts';
import { importCodes } from '../frame/failures.ts';
import { isOlderKey, type Line, OlderKeys } from './older-keys.ts';

/** By how many of its first lines a file is known again under another name. */
export const firstLines = 8;
/** Longest name of a source, in characters: a key holds it beside the rest. */
export const sourceLengthMax = 120;

const keyOf = (source: string, ordinal: number): string => `import/${source}/${ordinal}`;

/** A line as it is looked for: none where it is no command, or brings its key. */
const lineOf = (item: HistoryItem, ordinal: number): Line | undefined =>
  item.kind === 'mistake' || item.command.key !== undefined
    ? undefined
    : { number: item.line, ordinal, command: item.command };

/** A key made by this version: `import/SOURCE/7`. A source may hold slashes. */
const keyPattern = /^import\/(.+)\/([1-9]\d*)$/s;

/** A file that is not to be imported as it is called, and the line by which it is known. */
interface RefusedFile {
  readonly line: number;
  readonly refusal: Refusal;
}

/** Where a line was imported before. */
interface Taken {
  readonly revision: number;
  readonly source: string;
  readonly ordinal: number;
}

/** A book, as far as it is looked into here. */
interface Holding {
  readonly house: House;
  readonly register: Register;
}

/** What a book holds of imports. */
export class ImportKeys {
  readonly #house: House;
  readonly #register: Register;
  readonly #source: string;
  /** Whether the source was named by the user: then what other sources hold doesn't count. */
  readonly #named: boolean;
  /** The last line that was taken from this source, or 0. */
  #last = 0;
  /** First lines of other sources, by the heads of their inputs' hashes. */
  readonly #elsewhere = new Map<bigint, Taken>();
  readonly #older: OlderKeys | undefined;
  /** The last line of this source that holds an input, by the head of its hash; made when it is first asked for. */
  #held: Map<bigint, Taken> | undefined;

  constructor({ house, register }: Holding, source: string, named = false) {
    this.#house = house;
    this.#register = register;
    this.#source = source;
    this.#named = named;
    const older: string[] = [];
    for (const [key, revision] of register.keys()) {
      if (!key.startsWith('import/')) continue;
      if (isOlderKey(key)) older.push(key);
      else this.#note(key, revision);
    }
    if (older.length > 0) this.#older = new OlderKeys(register, older);
  }

  #note(key: string, revision: number): void {
    const [, source, digits] = keyPattern.exec(key) ?? [];
    if (source === undefined) return;
    const ordinal = Number(digits);
    if (source === this.#source) this.#last = Math.max(this.#last, ordinal);
    else if (ordinal <= firstLines)
      this.#elsewhere.set(this.#register.input(revision), { revision, source, ordinal });
  }

  /** Why a file that begins with these lines is not to be imported, if so. Asked before {@link keyOf}. */
  known(items: readonly HistoryItem[]): RefusedFile | undefined {
    const lines = items.flatMap((item, at) => lineOf(item, at + 1) ?? []);
    const changed = this.#older?.known(items, lines);
    if (this.#named) return undefined;
    if (changed !== undefined) {
      const { line, revision } = changed;
      const same = 'If this is the same file, edited: import its new lines alone. ';
      return elsewhere(
        line,
        `event ${revision}, by an earlier version, which kept no source`,
        this.#source,
        same,
      );
    }
    if (this.#last > 0 || this.#elsewhere.size === 0) return undefined;
    for (const line of lines) {
      const taken = this.#among(this.#elsewhere, line.command);
      if (taken === undefined) continue;
      const { source, ordinal, revision } = taken;
      const same = `If this is that file under another name: --source ${quoted(source)}. `;
      return elsewhere(line, `line ${ordinal} of ${source}, event ${revision}`, this.#source, same);
    }
    return undefined;
  }

  /**
   * The key of a line, or why it is not to be booked. Every line of the file is asked for, in order.
   *
   * @param ordinal number among the lines that are not blank, from 1
   * @returns undefined for a line that brings one, or that is no command
   */
  keyOf(item: HistoryItem, ordinal: number): string | Refusal | undefined {
    this.#older?.pass(item.text);
    const line = lineOf(item, ordinal);
    if (line === undefined) return undefined;
    const older = this.#older?.find(line);
    if (typeof older === 'string') return older;
    if (older !== undefined)
      return otherwise(line.ordinal, older, 'from it by an earlier version', 'give its lines keys');
    const key = keyOf(this.#source, line.ordinal);
    // What was taken from a later line may have moved here: it must not be booked again.
    if (line.ordinal < this.#last && this.#register.withKey(key) === undefined) {
      const moved = this.#among(this.#heldHere(), line.command);
      if (moved !== undefined && moved.ordinal > line.ordinal)
        return otherwise(line.ordinal, moved.revision, `from line ${moved.ordinal} of ${moved.source}`);
    }
    return key;
  }

  /** The refusal of a line, said of the line where its key was used for another. */
  explained(ordinal: number, refusal: Refusal): Refusal {
    const revision = this.#register.withKey(refusal.value);
    return refusal.spec !== codes.keyReused || revision === undefined
      ? refusal
      : otherwise(ordinal, revision, `from line ${ordinal} of ${this.#source}`);
  }

  #among(lines: ReadonlyMap<bigint, Taken>, command: Command): Taken | undefined {
    const read = readCommand(this.#house, command);
    let found: Taken | undefined;
    isSameInput(command, read instanceof Refusal ? undefined : meaningHash(read), (hash) => {
      found = lines.get(inputHead(hash));
      return found !== undefined;
    });
    return found;
  }

  #heldHere(): ReadonlyMap<bigint, Taken> {
    if (this.#held === undefined) {
      this.#held = new Map();
      for (let ordinal = 1; ordinal <= this.#last; ordinal++) {
        const revision = this.#register.withKey(keyOf(this.#source, ordinal));
        if (revision === undefined) continue;
        this.#held.set(this.#register.input(revision), { revision, source: this.#source, ordinal });
      }
    }
    return this.#held;
  }
}

/** A name as a shell takes it for one word. */
const quoted = (name: string): string =>
  /^[\w./:@+-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;

const otherwise = (ordinal: number, revision: number, how: string, another = '--source NAME'): Refusal =>
  new Refusal(
    importCodes.otherwise,
    `line ${ordinal}`,
    `event ${revision} was taken ${how}`,
    `To mend what was booked: reverse event ${revision}, and give the line a key of its own. If this is another file: ${another}. See docs/how-to/import.md.`,
  );

const elsewhere = ({ number, ordinal }: Line, how: string, source: string, same = ''): RefusedFile => ({
  line: number,
  refusal: new Refusal(
    importCodes.elsewhere,
    `line ${ordinal}`,
    `it is ${how}`,
    `${same}If this is another file: --source ${quoted(source)}, and all its lines are booked besides. See docs/how-to/import.md.`,
  ),
});
