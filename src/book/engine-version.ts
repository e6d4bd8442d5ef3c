/**
 * The engine's version: the package's, and a hash of the sources that decide what a book or a run comes to. Two builds with other
 * rules never share one.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecord } from '../kernel/values/fields.ts';
import { type Loaded, loadedBy } from './import-graph.ts';

/** Where a run begins: what it does, what it starts from, and the rules. Whatever room these load from, all of it is hashed. */
const entries = ['scenario/running/run.ts', 'scenario/running/bases.ts', 'segments/index.ts'];
const hashDigits = 12;

const sources = fileURLToPath(new URL('../', import.meta.url));
let known: string | undefined;

/** `0.1.0+3f9c…`: the package's version, and the first digits of {@link rulesHash}. Worked out once. */
export function engineVersion(): string {
  known ??= `${packageVersion()}+${rulesHash(sources).slice(0, hashDigits)}`;
  return known;
}

/** The package's version. */
export function packageVersion(): string {
  const { version } = manifestOf(sources);
  return typeof version === 'string' ? version : '0.0.0';
}

/**
 * SHA-256, in hexadecimal digits, over paths and bytes of all files in the rooms that a run loads from, and over names and versions
 * of the packages that it loads. A room that is loaded for its types alone doesn't count: these are gone when the program runs.
 *
 * @param root the folder of the rooms; the package's manifest lies in the one above
 */
export function rulesHash(root: string): string {
  const loaded = loadedBy(root, entries);
  const hash = createHash('sha256');
  for (const [name, bytes] of filesOf(root, loaded)) {
    // Lengths before contents, so that no two sets of files give the same bytes.
    hash.update(`${name}\n${bytes.length}\n`).update(bytes);
  }
  const { dependencies } = manifestOf(root);
  for (const name of loaded.packages)
    hash.update(`${name} ${isRecord(dependencies) ? dependencies[name] : undefined}\n`);
  return hash.digest('hex');
}

/** Every file of the rooms that files were loaded from, in an order that the file system has no say in. */
function filesOf(root: string, { files }: Loaded): readonly (readonly [name: string, bytes: Uint8Array])[] {
  const rooms = new Set([...files.keys()].map((name) => name.slice(0, name.indexOf('/'))));
  return [...rooms]
    .flatMap((room) => filesBelow(root, room))
    .sort()
    .map((name) => [name, files.get(name) ?? readFileSync(join(root, name))] as const);
}

/** The files of a folder and of those in it, by their paths below the root. */
const filesBelow = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, name) : [name];
  });

function manifestOf(root: string): { readonly [name: string]: unknown } {
  const read: unknown = JSON.parse(readFileSync(join(root, '../package.json'), 'utf8'));
  return isRecord(read) ? read : {};
}
