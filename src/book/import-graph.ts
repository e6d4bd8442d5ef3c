/**
 * The import graph: which files a module loads, directly and through others, read off their sources. What Node loads counts:
 * imports of types alone are taken away before it runs, and don't.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Modules that are loaded. */
export interface Loaded {
  /** Bytes of each file, by its path below the root with `/` between names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Packages that they import, by name in alphabetical order; what comes with Node is left out. */
  readonly packages: readonly string[];
}

/**
 * What is named by a statement `import … from`, `export … from` or `import` without names, and by an `import()` of a literal. A
 * line of text that looks like such a statement, names and all, would count as one: a test holds the outcome against Node's own.
 */
const statements =
  /^(?:import|export)\s+(?!type\s)(?:(?:[\w$]+\s*,?\s*)?(?:\{[^{}'`]*\}|\*(?:\s+as\s+[\w$]+)?)?\s*from\s+)?'([^'\n]+)'/gm;
const calls = /\bimport\('([^'\n]+)'\)/g;

/**
 * All that some modules load.
 *
 * @param entries paths below the root
 * @throws Error a file can't be read
 */
export function loadedBy(root: string, entries: readonly string[]): Loaded {
  const files = new Map<string, Uint8Array>();
  const packages = new Set<string>();
  const seen = new Set(entries);
  // A set gives what is added while it is gone through, too.
  for (const name of seen) {
    const bytes = readFileSync(join(root, name));
    files.set(name, bytes);
    const folder = name.slice(0, name.lastIndexOf('/'));
    // Names of modules are ASCII, and bytes as they are take a third of the time to read.
    for (const specifier of importsOf(bytes.toString('latin1'))) {
      if (specifier.startsWith('.')) seen.add(seenFrom(folder, specifier));
      else if (!specifier.startsWith('node:')) packages.add(packageOf(specifier));
    }
  }
  return { files, packages: [...packages].sort() };
}

/** What a source imports, as it is written there. */
function* importsOf(source: string): Generator<string, void, void> {
  for (const pattern of [statements, calls])
    for (const [, specifier = ''] of source.matchAll(pattern)) yield specifier;
}

/** A path below the root, from one that begins with a folder's place. By hand: a start-up makes hundreds, and `posix.join` is slow. */
function seenFrom(folder: string, specifier: string): string {
  let from = folder;
  let rest = specifier;
  for (;;) {
    if (rest.startsWith('./')) rest = rest.slice(2);
    else if (rest.startsWith('../')) {
      from = from.slice(0, Math.max(0, from.lastIndexOf('/')));
      rest = rest.slice(3);
    } else return from === '' ? rest : `${from}/${rest}`;
  }
}

/** `zod` of `zod/v4`, `@scope/name` of `@scope/name/part`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
