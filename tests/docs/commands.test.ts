/**
 * Every command that the docs show is run, page by page and in order, as a reader would run it: in a checkout of its own. The README's
 * are run with npx itself; on other pages npx is one that starts the program at once, and a scenario that was run is not run again.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** What a reader runs once, before anything else; a stranger's first steps are tried on whole clones instead. */
const setUp = /^npm ci\b/;

/** The shell blocks of a page, in order. */
function blocksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());
}

const pages = [
  'README.md',
  ...['how-to', 'explanation'].flatMap((folder) =>
    readdirSync(join(root, 'docs', folder)).map((name) => `docs/${folder}/${name}`),
  ),
]
  // That one adds to the program itself: add-a-line.test.ts does what it says, in a copy.
  .filter((page) => page !== 'docs/how-to/add-a-line.md')
  .filter((page) => page.endsWith('.md') && blocksOf(page).length > 0);

/** Blocks that only read the files that are shipped with the program, and so come to the same wherever they stand. */
const pure = /^npx formicary run scenarios\/[\w.-]+\.yaml$/;

/** The pages with their blocks, each pure one where it stands first. */
function allBlocks(): readonly (readonly [page: string, blocks: readonly string[]])[] {
  const seen = new Set<string>();
  return pages.map((page) => [
    page,
    blocksOf(page).filter((block) => {
      if (setUp.test(block) || seen.has(block)) return false;
      if (pure.test(block)) seen.add(block);
      return true;
    }),
  ]);
}

let checkout = '';
/** A folder with an npx that starts the program, or Node, at once. */
let quick = '';

function makeQuick(): string {
  const made = mkdtempSync(join(tmpdir(), 'formicary-npx-'));
  const node = join(root, 'node_modules/.bin/node');
  const script = `#!/bin/sh
case $1 in
  formicary) shift; exec '${node}' '${join(root, 'bin/formicary.js')}' "$@" ;;
  node) shift; exec '${node}' "$@" ;;
  *) echo "no npx for $1 here" >&2; exit 1 ;;
esac
`;
  writeFileSync(join(made, 'npx'), script, { mode: 0o755 });
  return made;
}

/** A checkout that shares everything with this one but its data. */
function makeCheckout(): string {
  const made = mkdtempSync(join(tmpdir(), 'formicary-docs-'));
  for (const name of readdirSync(root)) {
    if (!['.git', 'data', 'coverage'].includes(name)) symlinkSync(join(root, name), join(made, name));
  }
  return made;
}

async function shell(script: string, path = `${quick}:${process.env.PATH}`): Promise<string> {
  const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: checkout,
    env: { ...process.env, NO_COLOR: '1', PATH: path },
    maxBuffer: 1 << 28,
  });
  return stdout + stderr;
}

beforeAll(async () => {
  checkout = makeCheckout();
  quick = makeQuick();
  // What `npm start` does before it serves.
  await shell('npx formicary import scenarios/histories/platform-2016.jsonl --close daily');
}, 120_000);

afterAll(() => {
  for (const folder of [checkout, quick]) rmSync(folder, { recursive: true, force: true });
});

describe.each(allBlocks())('%s', (page, blocks) => {
  test.each(blocks)(
    '%s',
    async (block) => {
      const path = page === 'README.md' ? process.env.PATH : undefined;
      await expect(shell(block, path)).resolves.toBeTypeOf('string');
    },
    120_000,
  );
});
