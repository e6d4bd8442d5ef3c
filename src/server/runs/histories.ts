/**
 * The histories of a server: files below the folder of its scenarios. Nothing outside that folder is read.
 *
 * @module
 */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { Scenario } from '../../scenario/file/file.ts';
import { historyUnknown } from '../../scenario/format/codes.ts';
import type { LookUp } from '../../scenario/running/base.ts';
import { historyHash, type PinnedBase, pinnedEmpty } from '../../scenario/running/bases.ts';
import type { Chunks } from '../../scenario/running/history.ts';
import { house } from '../../segments/index.ts';

/** Largest history, in bytes. */
const historyBytesMax = 200_000_000;
/** Most histories of which it is remembered what they are. */
const knownMax = 64;

interface HistoryFile {
  readonly path: string;
  /** Changes when the file does. */
  readonly version: string;
}

export class Histories {
  readonly #folder: string;
  /** What histories are, by file, version and how they are read. */
  readonly #known = new Map<string, string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What a scenario starts from, where that is no book. */
  async pinned(scenario: Scenario, signal: AbortSignal, lookUp: LookUp): Promise<PinnedBase | Refusal> {
    const { base, horizon } = scenario;
    if (base.kind === 'empty') return pinnedEmpty(base.from);
    if (base.kind === 'book') throw new Error('a book is pinned by who has it open');
    const found = await this.#find(base.path);
    if (found instanceof Refusal) return found;
    const { path: file, version } = found;
    const key = JSON.stringify([file, version, base.refused, horizon.close, horizon.to]);
    const known = this.#known.get(key);
    if (known !== undefined) return { kind: 'history', file, hash: known };
    const sources = { house, history: async () => this.open(file) };
    const hash = await historyHash(sources, scenario, base, signal, lookUp);
    if (hash instanceof Refusal) return hash;
    this.#known.set(key, hash);
    for (const old of [...this.#known.keys()].slice(0, -knownMax)) this.#known.delete(old);
    return { kind: 'history', file, hash };
  }

  /** The bytes of a history's file. */
  open(file: string): Chunks {
    return createReadStream(file);
  }

  /** A history's place on the disk, which must lie below the folder whatever links there are. */
  async #find(named: string): Promise<HistoryFile | Refusal> {
    const root = await realpath(this.#folder).catch(() => undefined);
    const path = await realpath(resolve(this.#folder, named)).catch(() => undefined);
    if (root === undefined || path === undefined || !path.startsWith(`${root}${sep}`))
      return new Refusal(historyUnknown, named);
    const about = await stat(path);
    if (!about.isFile()) return new Refusal(historyUnknown, named, 'it is no file');
    const { size, mtimeMs, ino } = about;
    return size > historyBytesMax
      ? new Refusal(historyUnknown, named, `${size} bytes, more than ${historyBytesMax}`)
      : { path, version: `${ino} ${size} ${mtimeMs}` };
  }
}
