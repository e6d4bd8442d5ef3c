import { fdatasync, fsync, ftruncate } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

/** Resolves when all that was written to a file is on disk. */
export type Sync = (fd: number) => Promise<void>;

const syncData: Sync = promisify(fdatasync);
const syncAll = promisify(fsync);
const truncate = promisify(ftruncate);

/** The one file in the folder. */
export const JOURNAL = 'events.journal';

/** Length and checksum, four bytes each, stand before a record. */
const HEADER_BYTES = 8;

/** Above the largest append that the protocol can carry, so that a damaged length is not taken for a long record. */
const RECORD_BYTES_MAX = 64 * 1024 * 1024;

/** Bytes read at once when a journal is opened. */
const READ_BYTES = 8 * 1024 * 1024;

/** The file has a damaged record before its end: what was acknowledged is lost, and no start may hide it. */
export class DamagedJournal extends Error {
  override readonly name = 'DamagedJournal';
}

/**
 * An append-only file of records. A record is on disk when its promise resolves; records that come while the disk is
 * busy share the next `fdatasync`.
 */
export class Journal {
  readonly #file: FileHandle;
  readonly #sync: Sync;
  #waiting: { parts: readonly Buffer[]; done: () => void; failed: (reason: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;

  private constructor(file: FileHandle, sync: Sync) {
    this.#file = file;
    this.#sync = sync;
  }

  /**
   * Opens the journal of a folder, which is made if need be, and gives every record to `replay` in order. A record that
   * was cut off at the end was never acknowledged, and is removed.
   *
   * @throws DamagedJournal
   */
  static async open(folder: string, replay: (record: Buffer) => void, sync = syncData): Promise<Journal> {
    await mkdir(folder, { recursive: true });
    const file = await open(join(folder, JOURNAL), 'a+');
    try {
      const end = await replayFile(file, replay);
      const { size } = await file.stat();
      if (size > end) await truncate(file.fd, end);
      await syncAll(file.fd);
      await syncFolder(folder);
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Journal(file, sync);
  }

  /** Resolves when the record is on disk; rejects for good once the disk has failed. */
  write(body: Buffer): Promise<void> {
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt32LE(body.length, 0);
    header.writeUInt32LE(crc32(body), 4);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ parts: [header, body], done: resolve, failed: reject });
    this.#writing ??= this.#writeAll();
    return promise;
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failure !== undefined) throw this.#failure;
        await this.#writeGroup(group.flatMap(({ parts }) => parts));
        for (const { done } of group) done();
      } catch (error) {
        // After a failed write or sync nobody knows what is on disk: nothing may be acknowledged after it.
        this.#failure = error;
        for (const { failed } of group) failed(error);
      }
    }
    this.#writing = undefined;
  }

  async #writeGroup(parts: readonly Buffer[]): Promise<void> {
    const bytes = parts.reduce((sum, { length }) => sum + length, 0);
    const { bytesWritten } = await this.#file.writev(parts);
    if (bytesWritten !== bytes) throw new Error(`the disk took ${bytesWritten} of ${bytes} bytes`);
    await this.#sync(this.#file.fd);
  }
}

/** Returns where the last whole record ends. */
async function replayFile(file: FileHandle, replay: (record: Buffer) => void): Promise<number> {
  const { size } = await file.stat();
  let offset = 0;
  let held: Buffer = Buffer.alloc(0);
  while (offset < size) {
    const need = held.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + held.readUInt32LE(0);
    if (need > held.length) {
      if (need > RECORD_BYTES_MAX) throw damaged(offset, size);
      if (offset + need > size) return offset;
      held = await readMore(file, held, offset, Math.min(size - offset, Math.max(need, READ_BYTES)));
      continue;
    }
    const body = held.subarray(HEADER_BYTES, need);
    if (body.length === 0 || crc32(body) !== held.readUInt32LE(4)) {
      if (offset + need === size || (await isZeroFrom(file, offset, size))) return offset;
      throw damaged(offset, size);
    }
    replay(body);
    offset += need;
    held = held.subarray(need);
  }
  return offset;
}

function damaged(offset: number, size: number): DamagedJournal {
  return new DamagedJournal(`the record at byte ${offset} of ${size} is damaged`);
}

/** What is held, which stands at the offset, continued to so many bytes. */
async function readMore(file: FileHandle, held: Buffer, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  held.copy(bytes);
  for (let at = held.length; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0) throw new DamagedJournal(`the file ends at byte ${offset + at} while it is read`);
    at += bytesRead;
  }
  return bytes;
}

/** Whether nothing but zeros follows: a file may have grown before its bytes came to disk. */
async function isZeroFrom(file: FileHandle, offset: number, size: number): Promise<boolean> {
  for (let at = offset; at < size; at += READ_BYTES) {
    const bytes = await readMore(file, Buffer.alloc(0), at, Math.min(size - at, READ_BYTES));
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** Without it, a file that was just made may be missing after a loss of power. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await syncAll(handle.fd);
  await handle.close();
}
