/** The engine's version: which sources it is a hash of, and that it is the same wherever the program runs. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineVersion, packageVersion, rulesHash } from '../../src/book/engine-version.ts';
import { loadedBy } from '../../src/book/import-graph.ts';
import { CopiedProgram, node } from '../support/copied-program.ts';

const run = promisify(execFile);
const sources = resolve(import.meta.dirname, '../../src');
const engine = resolve(sources, 'book/engine-version.ts');

/** Whether folders are listed the other way round. */
const listing = vi.hoisted(() => ({ reversed: false }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readdirSync = (path: string, options: { withFileTypes: true }) => {
    const entries = fs.readdirSync(path, options);
    return listing.reversed ? entries.reverse() : entries;
  };
  return { ...fs, readdirSync };
});

const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

/** What Node itself loads when a module is imported: files below src, and packages. */
async function loadedByNode(entries: readonly string[]): Promise<{ files: string[]; packages: string[] }> {
  const paths = JSON.stringify(entries.map((entry) => resolve(sources, entry)));
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load: (url, context, next) => (loaded.add(url), next(url, context)) });
    for (const entry of ${paths}) await import(entry);
    console.log(JSON.stringify([...loaded]));`;
  const { stdout } = await run(node, ['--input-type=module', '-e', script]);
  const urls: readonly string[] = JSON.parse(stdout);
  const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
  const packages = files
    .flatMap((path) => path.split('/node_modules/').slice(-1))
    .filter((path) => path[0] !== '/');
  return {
    files: files
      .filter((path) => path.startsWith(`${sources}/`))
      .map((path) => relative(sources, path))
      .sort(),
    packages: [...new Set(packages.map(packageOf))],
  };
}

describe('the import graph', () => {
  it.each([
    [['scenario/running/run.ts', 'scenario/running/bases.ts', 'segments/index.ts']],
    [['book/snapshot/snapshot.ts', 'reading/metrics.ts']],
    [['segments/graphql.ts']],
  ])('of %j is what Node loads', async (entries) => {
    const { files, packages } = loadedBy(sources, entries);
    const byNode = await loadedByNode(entries);
    expect([...files.keys()].sort()).toEqual(byNode.files);
    for (const name of packages) expect(byNode.packages).toContain(name);
  });

  it('takes a literal import() in, and neither types nor text that looks like an import', () => {
    using copy = new CopiedProgram();
    copy.append(
      'src/extra/entry.ts',
      "import type { A } from './types.ts';\nimport {\n  type B,\n  b,\n} from '../extra/b.ts';",
    );
    copy.append(
      'src/extra/entry.ts',
      "export * from './c.ts';\nimport './d.ts';\nexport const later = () => import('./e.ts');",
    );
    copy.append(
      'src/extra/entry.ts',
      "export const hint = `\nexport what is from './text.ts'\n`;\nimport z from '@scope/pack/part';",
    );
    for (const name of ['b', 'c', 'd', 'e']) copy.append(`src/extra/${name}.ts`);
    const { files, packages } = loadedBy(copy.sources, ['extra/entry.ts']);
    const names = [...files.keys()].map((name) => name.slice('extra/'.length));
    expect(names.sort()).toEqual(['b.ts', 'c.ts', 'd.ts', 'e.ts', 'entry.ts']);
    expect(packages).toEqual(['@scope/pack']);
  });
});

describe('the hash of the rules', () => {
  let copy: CopiedProgram;
  let before: string;

  beforeEach(() => {
    copy = new CopiedProgram();
    before = rulesHash(copy.sources);
  });

  afterEach(() => {
    listing.reversed = false;
    copy[Symbol.dispose]();
  });

  it('is that of the sources, wherever they lie and in whatever order their folders list them', () => {
    expect(before).toBe(rulesHash(sources));
    listing.reversed = true;
    expect(rulesHash(copy.sources)).toBe(before);
  });

  it.each([
    'lending/debt/accruing.ts',
    'lending/schedule/contract/walk.ts',
    'kernel/engine/close.ts',
    'reading/metrics.ts',
    'segments/huabei/paying.ts',
    'scenario/running/evaluate.ts',
    'scenario/comparing/figures.ts',
  ])('is another when %s is', (name) => {
    copy.append(`src/${name}`);
    expect(rulesHash(copy.sources)).not.toBe(before);
  });

  it.each([
    'server/server.ts',
    'cli/importing/import.ts',
    'graphql/base/money.ts',
    'audit/chain.ts',
    'log/sqlite/sqlite-log.ts',
  ])('is the same when %s is another, which no run loads', (name) => {
    copy.append(`src/${name}`);
    expect(rulesHash(copy.sources)).toBe(before);
  });

  it('is another with a file more or less, or under another name', () => {
    copy.append('src/lending/more.ts');
    const more = rulesHash(copy.sources);
    rmSync(copy.path('src/lending/more.ts'));
    copy.append('src/lending/moved.ts');
    const moved = rulesHash(copy.sources);
    expect(new Set([before, more, moved]).size).toBe(3);
  });

  it('takes in a new room as soon as a run loads it', () => {
    copy.append('src/insurance/rules.ts');
    expect(rulesHash(copy.sources)).toBe(before);
    copy.write('src/kernel/engine/close.ts', (text) => `import '../../insurance/rules.ts';\n${text}`);
    const loaded = rulesHash(copy.sources);
    copy.append('src/insurance/rules.ts');
    expect(new Set([before, loaded, rulesHash(copy.sources)]).size).toBe(3);
  });

  it('takes in the versions of the packages that a run loads, and of no others', () => {
    copy.write('package.json', (text) => text.replace(/"fastify": "[^"]+"/, '"fastify": "0.0.1"'));
    expect(rulesHash(copy.sources)).toBe(before);
    copy.write('package.json', (text) => text.replace(/"decimal\.js": "[^"]+"/, '"decimal.js": "0.0.1"'));
    expect(rulesHash(copy.sources)).not.toBe(before);
  });
});

describe('the version', () => {
  it('is the package’s, and the beginning of that hash', () => {
    expect(engineVersion()).toBe(`${packageVersion()}+${rulesHash(sources).slice(0, 12)}`);
  });

  it('is the same in a process and in a worker thread', async () => {
    const script = `import(${JSON.stringify(engine)}).then(({ engineVersion }) => `;
    const { stdout } = await run(node, ['-e', `${script}console.log(engineVersion()))`]);
    expect(stdout.trim()).toBe(engineVersion());
    const ofWorker = `new (require('node:worker_threads').Worker)(${JSON.stringify(
      `${script}require('node:worker_threads').parentPort.postMessage(engineVersion()))`,
    )}, { eval: true }).on('message', (version) => console.log(version))`;
    const threaded = await run(node, ['-e', ofWorker]);
    expect(threaded.stdout.trim()).toBe(engineVersion());
  });
});
