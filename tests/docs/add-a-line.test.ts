/** docs/how-to/add-a-line.md, done block by block in a copy of the program: its line runs, is tested, and is in the graph. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CopiedProgram, node } from '../support/copied-program.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/how-to/add-a-line.md'), 'utf8');
/** The blocks that are files: their paths and texts. */
const files = [...page.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, path = '', text = '']) => [path, text] as const,
);
const folder = 'src/segments/pot';

let copy: CopiedProgram;

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(node, [...args], { cwd: copy.folder, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}
const vitest = () => run('node_modules/vitest/vitest.mjs', 'run', folder);
const formicary = (...args: readonly string[]) => run('bin/formicary.js', ...args);

beforeAll(() => {
  copy = new CopiedProgram();
  for (const name of ['tests', 'docs', 'schema', 'vitest.config.ts', 'tsconfig.json'])
    cpSync(join(root, name), copy.path(name), { recursive: true });
}, 60_000);
afterAll(() => copy[Symbol.dispose]());

describe('a line of business', () => {
  it('begins as a folder that runs', () => {
    const made = formicary('new', 'segment', 'pot');
    expect(made.said).toContain("export { pot } from './pot/index.ts';");
    expect(made.status).toBe(0);
    expect(vitest().said).toMatch(/Tests .*7 passed/);
    expect(formicary('new', 'segment', 'pot').said).toContain('NOT_MADE');
    expect(formicary('new', 'segment', 'Pot!').status).toBe(2);
    expect(formicary('new', 'line', 'pot').said).toContain('what can be made is a segment');
  });

  it('is made one’s own by the blocks of the page, and one line outside the folder', () => {
    for (const name of ['setting-aside.ts', 'giving-back.ts']) rmSync(copy.path(`${folder}/${name}`));
    for (const [path, text] of files) {
      if (path === 'src/segments/lines.ts') copy.append(path, text);
      else writeFileSync(copy.path(path), text);
    }
    expect(files.length).toBe(13);
    const tested = vitest();
    expect(tested.said).toMatch(/Tests .*6 passed/);
    expect(tested.status).toBe(0);
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['--noEmit'], {
      cwd: copy.folder,
      encoding: 'utf8',
    });
    expect(stdout.split('\n').filter((line) => line.startsWith('src/'))).toEqual([]);
  });

  it('has commands, parameters and a screen in what is generated', () => {
    expect(run('src/cli/printing/print-schemas.ts').status).toBe(0);
    const schema = readFileSync(copy.path('schema/schema.graphql'), 'utf8');
    for (const part of [
      'type Pot implements Node',
      'input FundPotInput',
      'pots(',
      'PotConnection',
      'POT_SHORT',
    ])
      expect(schema).toContain(part);
    expect(readFileSync(copy.path('docs/commands.md'), 'utf8')).toContain('`PotFunded`');
    expect(readFileSync(copy.path('docs/parameters.md'), 'utf8')).toContain('`pot.cashbackRate`');
    expect(formicary('parameters', '--store', 'memory:').said).toContain('pot.expiryDays');
  });

  it.each([
    [
      'a claim that is not marked as one',
      'accounts.ts',
      "  backing: 'claim',\n",
      '',
      'customers’ money is backed',
    ],
    [
      'an account that is not used',
      'accounts.ts',
      "line.uses('platform:liability:payments:wallet')",
      "(await import('../../kernel/contract/account.ts')).borrow('platform:liability:payments:wallet')",
      'pot posts on platform:liability:payments:wallet, which it neither declares nor uses',
    ],
    [
      'a row that is kept',
      'expiring.ts',
      '    if (pot !== undefined) s.set(pots, data.merchant, { ...pot, left: 0n });',
      '    if (pot !== undefined) s.set(pots, data.merchant, { ...pot, left: 0n });\n    if (pot?.left === 1n) return;',
      'the row shop of pot.pots was kept past the next write',
    ],
  ])('with %s is told so by its own tests', (_what, file, before, after, said) => {
    const path = copy.path(`${folder}/${file}`);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(before);
    writeFileSync(path, text.replace(before, after));
    const tested = vitest();
    writeFileSync(path, text);
    expect(tested.said).toContain(said);
    expect(tested.status).toBe(1);
  });
});
