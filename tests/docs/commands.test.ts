/**
 * Every command that the docs show is run, page by page and in order, as a reader would run it: in a checkout of its own.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
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
].filter((page) => page.endsWith('.md') && blocksOf(page).length > 0);

let checkout = '';

/** A checkout that shares everything with this one but its data. */
function makeCheckout(): string {
  const made = mkdtempSync(join(tmpdir(), 'formicary-docs-'));
  for (const name of readdirSync(root)) {
    if (!['.git', 'data', 'coverage'].includes(name)) symlinkSync(join(root, name), join(made, name));
  }
  return made;
}

async function shell(script: string): Promise<string> {
  const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: checkout,
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 1 << 28,
  });
  return stdout + stderr;
}

beforeAll(async () => {
  checkout = makeCheckout();
  // What `npm start` does before it serves.
  await shell('npx formicary import scenarios/histories/platform-2016.jsonl --close daily');
}, 120_000);

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

describe.each(pages)('%s', (page) => {
  test.each(blocksOf(page).filter((block) => !setUp.test(block)))(
    '%s',
    async (block) => {
      await expect(shell(block)).resolves.toBeTypeOf('string');
    },
    120_000,
  );
});
