/**
 * The engine's version: the package's, and a hash of the sources that decide what a book or a run comes to. Two builds with other
 * rules never share one.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecord } from '../kernel/fields.ts';

/** The rooms whose sources decide what facts come to. */
const rooms = ['kernel', 'segments', 'scenario'];
const hashDigits = 12;

let known: string | undefined;

/** `0.1.0+3f9c…`: the package's version, and the first digits of a SHA-256 over paths and bytes of the rules' sources. Read once. */
export function engineVersion(): string {
  known ??= `${packageVersion()}+${sourcesHash()}`;
  return known;
}

/** The package's version. */
export function packageVersion(): string {
  const read: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return isRecord(read) && typeof read.version === 'string' ? read.version : '0.0.0';
}

function sourcesHash(): string {
  const root = fileURLToPath(new URL('../', import.meta.url));
  const hash = createHash('sha256');
  for (const path of rooms.flatMap((room) => filesBelow(join(root, room))).sort()) {
    const bytes = readFileSync(path);
    // Lengths before contents, so that no two sets of files give the same bytes.
    hash.update(`${relative(root, path).replaceAll('\\', '/')}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex').slice(0, hashDigits);
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
