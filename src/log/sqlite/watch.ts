/**
 * Whether the files that a connection has open are the ones that others find by their names. A file that was deleted or replaced
 * under a connection goes on taking what is written to it, and nobody finds it again.
 *
 * @module
 */
import { type BigIntStats, realpathSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/** The files that a connection has open are not those that its path names any more, or hold something else. */
export class FileChanged extends Error {
  constructor(what: string) {
    super(`${what}; put the file back, or stop what has it open before you restore a backup`);
    this.name = 'FileChanged';
  }
}

/** Which file it is, whatever its name. */
type Identity = Pick<BigIntStats, 'dev' | 'ino'>;

const statOf = (path: string): BigIntStats | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false });

/** Which file a path names now; undefined where there is none. */
export const identityOf = (path: string): Identity | undefined => statOf(path);

const areSame = (a: Identity, b: Identity): boolean => a.ino === b.ino && a.dev === b.dev;

/** The file of a name. @throws FileChanged there is none, or it is not the one that was opened */
function fileAt(path: string, opened: Identity | undefined): BigIntStats {
  const found = statOf(path);
  if (found === undefined) throw new FileChanged(`${basename(path)} was deleted or moved`);
  if (opened !== undefined && !areSame(found, opened))
    throw new FileChanged(`another file was put in the place of ${basename(path)}`);
  return found;
}

/** The files that a connection has open, as they were last seen. */
export class FileWatch {
  readonly #path: string;
  readonly #walPath: string;
  readonly #indexPath: string;
  /** Shared by all connections: locks are taken on it. */
  readonly #index: Identity;
  #main: BigIntStats;
  #wal: BigIntStats;

  /**
   * @param path a book's file that a connection has open, with a write-ahead log
   * @param before what the path named before it was opened; undefined where there was no file
   * @throws FileChanged
   */
  constructor(path: string, before: Identity | undefined) {
    this.#path = path;
    // SQLite keeps its own files beside the one that a symbolic link leads to.
    const real = realpathSync(path);
    this.#walPath = `${real}-wal`;
    this.#indexPath = `${real}-shm`;
    this.#main = fileAt(path, before);
    this.#wal = fileAt(this.#walPath, undefined);
    this.#index = fileAt(this.#indexPath, undefined);
  }

  /**
   * Looks at the files. A book's file grows when the write-ahead log is copied into it, and never shrinks. Where it was written to
   * since the last look, or the write-ahead log was cut, that may have been a checkpoint, or somebody who copied another file over it.
   *
   * @param readAnew called then: reads the file through another connection, since this one may hold pages that are gone
   * @throws FileChanged, and what `readAnew` throws; the next look finds the same again until it is put right
   */
  look(readAnew: () => void): void {
    const main = fileAt(this.#path, this.#main);
    const wal = fileAt(this.#walPath, this.#wal);
    fileAt(this.#indexPath, this.#index);
    if (main.size < this.#main.size)
      throw new FileChanged(
        `${basename(this.#path)} has been cut: it has ${main.size} bytes, and had ${this.#main.size}`,
      );
    const written = main.ctimeNs !== this.#main.ctimeNs || main.size !== this.#main.size;
    if (written || wal.size < this.#wal.size) readAnew();
    this.#main = main;
    this.#wal = wal;
  }
}
