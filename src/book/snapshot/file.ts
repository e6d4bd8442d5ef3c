/**
 * The file of a snapshot: a line with the header's hash and its seal, the header, and sections of bytes, each with its hash in the
 * header. It is written whole or not at all, and nothing of it counts before its hash has been found right. The seal is an HMAC
 * over the header, and so over all: only who has the secret can have written it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { isRecord } from '../../kernel/values/fields.ts';
import { syncFolder } from '../../log/port/folders.ts';
import { type Secret, sealOf, sealState } from './seal.ts';

/** Version of the layout of sections; a file of another is dropped. */
const format = 2;

/** What a snapshot is of. */
export interface SnapshotKey {
  /** Revision and hash of the last event that counts. */
  readonly revision: number;
  readonly hash: string;
  readonly recordedAt: number;
  /** The engine that folded it. */
  readonly engine: string;
}

/** A section's bytes, by name, in the order of the file. */
export type Sections = ReadonlyMap<string, Uint8Array>;

/** The file can't be used, and why. */
export class SnapshotRefused extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'SnapshotRefused';
  }
}

/** Most bytes of a header: a few hundred and a hundred a section. */
const headerBytesMax = 65_536;

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

let written = 0;

/**
 * Writes a file in place of the one before, so that a reader finds the old or the new one whole.
 *
 * @param secret what it is sealed with: for a state that was verified, and no other
 */
export async function writeSections(
  path: string,
  key: SnapshotKey,
  sections: Sections,
  secret?: Secret,
): Promise<void> {
  const list: readonly unknown[] = [...sections].map(([name, bytes]) => ({
    name,
    bytes: bytes.byteLength,
    sha256: sha256(bytes),
  }));
  const header = JSON.stringify({ format, endianness: endianness(), ...key, sections: list });
  const temporary = `${path}.${process.pid}.${written++}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.write(`${sha256(header)} ${sealOf(header, secret)}\n${header}\n`);
      for (const bytes of sections.values()) await writeAll(file, bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
  }
}

/** A header, and what comes after it. */
interface Header {
  readonly key: SnapshotKey;
  readonly hash: string;
  readonly sealed: boolean;
  readonly sections: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
  /** Where the first section begins. */
  readonly end: number;
}

/** What a file holds. */
export interface SnapshotRead {
  readonly key: SnapshotKey;
  readonly sections: Sections;
  /** The header's hash: no two snapshots have the same. */
  readonly hash: string;
  /** Whether it bears a seal of the secret. */
  readonly sealed: boolean;
}

/**
 * Reads a file; the hashes of its sections are worked out side by side.
 *
 * @throws SnapshotRefused when it is no snapshot of this form, cut off, a hash is not right, or its seal is not of the secret
 */
export async function readSections(path: string, secret?: Secret): Promise<SnapshotRead> {
  const file = await open(path, 'r');
  try {
    const header = await readHeader(file, secret);
    const sections = new Map<string, Uint8Array>();
    const checks: Promise<void>[] = [];
    let at = header.end;
    for (const { name, bytes: length, sha256: expected } of header.sections) {
      const bytes = await readAt(file, at, length);
      at += length;
      sections.set(name, bytes);
      const checked = check(name, bytes, expected);
      // It is awaited with the others; until then a failure must not count as unhandled.
      checked.catch(() => undefined);
      checks.push(checked);
    }
    await Promise.all(checks);
    const { key, hash, sealed } = header;
    return { key, sections, hash, sealed };
  } finally {
    await file.close();
  }
}

/**
 * What a snapshot of any format is of, by its header alone.
 *
 * @throws SnapshotRefused when it is no snapshot, or the header's hash is not right
 */
export async function readKey(path: string): Promise<SnapshotKey> {
  const file = await open(path, 'r');
  try {
    return keyOf((await readFirst(file)).header);
  } finally {
    await file.close();
  }
}

async function check(name: string, bytes: Uint8Array<ArrayBuffer>, expected: string): Promise<void> {
  const found = Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  if (found !== expected) throw new SnapshotRefused(`the hash of ${name} is not right`);
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let have = 0; have < length; ) {
    const { bytesRead } = await file.read(bytes, have, length - have, at + have);
    if (bytesRead === 0) throw new SnapshotRefused('it is cut off');
    have += bytesRead;
  }
  return bytes;
}

/** The two lines that a file of any format begins with: hash, and perhaps seal, of the header; and the header. */
async function readFirst(file: FileHandle) {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytesMax), 0, headerBytesMax, 0);
  const [first = '', text = ''] = buffer.toString('latin1', 0, bytesRead).split('\n', 2);
  const [hash = '', seal = ''] = first.split(' ');
  if (sha256(Buffer.from(text, 'latin1')) !== hash)
    throw new SnapshotRefused("the header's hash is not right");
  const header: unknown = JSON.parse(text);
  if (!isRecord(header)) throw new SnapshotRefused('it has no header');
  return { first, text, hash, seal, header };
}

async function readHeader(file: FileHandle, secret: Secret | undefined): Promise<Header> {
  const { first, text, hash, seal, header } = await readFirst(file);
  if (header.format !== format) throw new SnapshotRefused(`its format is ${header.format}, not ${format}`);
  if (header.endianness !== endianness()) throw new SnapshotRefused('it is from a machine of another kind');
  const state = sealState(text, seal, secret);
  if (state === 'wrong')
    throw new SnapshotRefused('its seal is not of this key: it was written under another, or forged');
  const { sections } = header;
  if (!Array.isArray(sections)) throw new SnapshotRefused('its header is not whole');
  const end = first.length + text.length + 2;
  return {
    key: keyOf(header),
    hash,
    sealed: state === 'right',
    sections: sections.map(sectionOf),
    end,
  };
}

function keyOf({ revision, hash, recordedAt, engine }: Readonly<Record<string, unknown>>): SnapshotKey {
  if (
    typeof revision === 'number' &&
    typeof hash === 'string' &&
    typeof recordedAt === 'number' &&
    typeof engine === 'string'
  )
    return { revision, hash, recordedAt, engine };
  throw new SnapshotRefused('its header is not whole');
}

function sectionOf(section: unknown): Header['sections'][number] {
  if (isRecord(section)) {
    const { name, bytes, sha256: hash } = section;
    if (typeof name === 'string' && typeof bytes === 'number' && typeof hash === 'string')
      return { name, bytes, sha256: hash };
  }
  throw new SnapshotRefused('its header is not whole');
}
