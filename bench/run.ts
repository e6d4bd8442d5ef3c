/**
 * Runs every benchmark, each in a process of its own, so that none warms another up. `node bench/run.ts whatif import` runs some.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';

/** In the order in which they are printed: a question each. */
const benchmarks = [
  'store',
  'size',
  'view',
  'import',
  'rebuild',
  'whatif',
  'credit',
  'graphql',
  'eventstoredb',
  'peers',
] as const;

const asked = process.argv.slice(2);
const wanted = asked.length === 0 ? benchmarks : benchmarks.filter((name) => asked.includes(name));
let failed = 0;
for (const name of wanted) {
  const file = new URL(`./${name}.ts`, import.meta.url).pathname;
  const { status } = spawnSync(process.execPath, ['--max-old-space-size=8192', file], { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
