/**
 * Ways to change a book's file and its snapshot behind the program's back.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { decodeBody, encodeBody } from '../../src/log/sqlite/codec.ts';

interface Row {
  readonly first: number;
  readonly count: number;
  readonly previous_hash: string;
  readonly body: string;
}

/**
 * Changes an event in a book's file. Counts and links stay right.
 *
 * @param rehash works out the hashes anew to the end of the row, and to the end of the log where `all`
 */
export function tamper(
  path: string,
  revision: number,
  change: Partial<StoredEvent>,
  rehash: 'none' | 'row' | 'all' = 'none',
): void {
  const database = new Database(path);
  const rows = database
    .prepare<[number], Row>('SELECT * FROM batch WHERE first + count > ? ORDER BY first')
    .all(revision);
  let previous = rows[0]?.previous_hash ?? '';
  for (const row of rows) {
    const isFirst = row === rows[0];
    if (!isFirst && rehash === 'none') break;
    const events = decodeBody(row.body, row.first, row.count).map((event): StoredEvent => {
      const { hash, ...fields } = event.revision === revision ? { ...event, ...change } : event;
      const isAfter = event.revision >= revision;
      const made =
        rehash === 'none' || !isAfter || (!isFirst && rehash === 'row')
          ? { ...fields, hash }
          : sealed(fields, previous);
      previous = made.hash;
      return made;
    });
    const before = isFirst ? row.previous_hash : undefined;
    database
      .prepare('UPDATE batch SET body = ?, last_hash = ? WHERE first = ?')
      .run(encodeBody(events), events.at(-1)?.hash ?? '', row.first);
    if (before === undefined && rehash === 'row') break;
    database
      .prepare('UPDATE batch SET previous_hash = ? WHERE first = ?')
      .run(events.at(-1)?.hash ?? '', row.first + row.count);
  }
  database.close();
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Changes a section of a snapshot, and works out its hashes anew.
 *
 * @param seal what stands in the place of the seal; by default what stood there
 */
export function forge(
  path: string,
  section: string,
  change: (bytes: Uint8Array<ArrayBuffer>) => void,
  seal?: string,
): void {
  const bytes = readFileSync(path);
  const first = bytes.indexOf('\n');
  const second = bytes.indexOf('\n', first + 1);
  const [, oldSeal = ''] = bytes.toString('latin1', 0, first).split(' ');
  const header: unknown = JSON.parse(bytes.toString('latin1', first + 1, second));
  if (!isRecord(header) || !Array.isArray(header.sections)) throw new Error('no snapshot');
  let at = second + 1;
  const parts: Uint8Array[] = [];
  const sections = header.sections.map((each: unknown) => {
    if (!isRecord(each)) throw new Error('no section');
    const part = new Uint8Array(bytes.subarray(at, at + Number(each.bytes)));
    at += part.byteLength;
    if (each.name === section) change(part);
    parts.push(part);
    return { ...each, sha256: sha256(part) };
  });
  const text = JSON.stringify({ ...header, sections });
  writeFileSync(
    path,
    Buffer.concat([Buffer.from(`${sha256(text)} ${seal ?? oldSeal}\n${text}\n`, 'latin1'), ...parts]),
  );
}

/** Doubles every amount of a column of them. */
export function doubled(bytes: Uint8Array<ArrayBuffer>): void {
  const amounts = new BigInt64Array(bytes.buffer);
  amounts.forEach((minor, at) => {
    amounts[at] = 2n * minor;
  });
}

/** Moves every recorded time on by a second. */
export function later(bytes: Uint8Array<ArrayBuffer>): void {
  const times = new Float64Array(bytes.buffer);
  times.forEach((ms, at) => {
    times[at] = ms + 1_000;
  });
}
