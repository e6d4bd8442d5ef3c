/**
 * The scenarios of a server: files in one folder, and the histories below it. Nothing outside that folder is read.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { bookUnknown } from '../graphql/faults.ts';
import { declareCode, Refusal } from '../kernel/refusals.ts';
import type { BaseRecord } from '../scenario/base.ts';
import { type BaseSources, readBase } from '../scenario/bases.ts';
import { formatMistakes, isMistaken, parseScenario, type Scenario } from '../scenario/file.ts';
import type { Books } from './books.ts';

/** A history that is not among the server's. */
export const historyUnknown = declareCode(
  'HISTORY_UNKNOWN',
  441,
  'there is no such history',
  'Histories lie below the folder of the server’s scenarios.',
);

/** Largest scenario file, and largest history, in bytes. */
const scenarioBytesMax = 1_000_000;
const historyBytesMax = 200_000_000;

/** With what scenarios are read. */
export interface ScenarioFilesSettings extends Pick<BaseSources, 'house' | 'engine'> {
  readonly folder: string;
  readonly books: Books;
  readonly note: (text: string, about: object) => void;
}

export class ScenarioFiles {
  readonly #settings: ScenarioFilesSettings;
  /** The last base that was read from a history: files are read again when they have changed. */
  #last: { readonly key: string; readonly base: BaseRecord } | undefined;

  constructor(settings: ScenarioFilesSettings) {
    this.#settings = settings;
  }

  /** Every scenario that can be read, by name; the others are noted. */
  async list(): Promise<readonly Scenario[]> {
    const { folder, house, note } = this.#settings;
    const names = await readdir(folder).catch(() => []);
    const found: Scenario[] = [];
    for (const name of names.filter((each) => /\.ya?ml$/.test(each)).sort()) {
      const path = join(folder, name);
      if ((await stat(path)).size > scenarioBytesMax) continue;
      const parsed = parseScenario(await readFile(path, 'utf8'), { file: name, house });
      if (isMistaken(parsed)) note('scenario not read', { file: name, why: formatMistakes(parsed) });
      else found.push(parsed);
    }
    return found;
  }

  /** What a scenario starts from. */
  async base(scenario: Scenario, signal: AbortSignal): Promise<BaseRecord | Refusal> {
    const { house, engine, books } = this.#settings;
    const { base, horizon } = scenario;
    const path = base.kind === 'history' ? await this.#path(base.path) : undefined;
    if (path instanceof Refusal) return path;
    const key =
      path === undefined ? undefined : JSON.stringify([path, (await stat(path)).mtimeMs, base, horizon]);
    if (key !== undefined && this.#last?.key === key) return this.#last.base;
    const sources = (log: BaseSources['log']): BaseSources => ({
      house,
      engine,
      history: async (of) => (path === undefined ? new Refusal(historyUnknown, of) : createReadStream(path)),
      log,
    });
    // A base holds what it was read from itself: the book is needed for no longer than it is read.
    const found =
      base.kind === 'book'
        ? await books.use(base.book, ({ book }) =>
            readBase(
              sources(async () => book.log),
              scenario,
              signal,
            ),
          )
        : await readBase(
            sources(async (id) => new Refusal(bookUnknown, id)),
            scenario,
            signal,
          );
    if (key !== undefined && !(found instanceof Refusal)) this.#last = { key, base: found };
    return found;
  }

  /** A history's place on the disk, which must lie below the folder whatever links there are. */
  async #path(named: string): Promise<string | Refusal> {
    const { folder } = this.#settings;
    const root = await realpath(folder).catch(() => undefined);
    const path = await realpath(resolve(folder, named)).catch(() => undefined);
    if (root === undefined || path === undefined || !path.startsWith(`${root}${sep}`))
      return new Refusal(historyUnknown, named);
    const { size } = await stat(path);
    return size > historyBytesMax
      ? new Refusal(historyUnknown, named, `${size} bytes, more than ${historyBytesMax}`)
      : path;
  }
}
