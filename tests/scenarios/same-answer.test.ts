/** The same question has the same answer, wherever and whenever it is asked; and a what-if without overrides can fail. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { NewEntry } from '../../src/kernel/contract/reading.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { recordOfLog } from '../../src/scenario/running/base.ts';
import { runScenario } from '../../src/scenario/running/run.ts';
import { segments } from '../../src/segments/index.ts';
import { shifting } from '../support/altering.ts';
import { baseOf, engine, scenarioOf } from './shipped.ts';

const root = resolve(import.meta.dirname, '../..');
const node = join(root, 'node_modules/.bin/node');
const elsewhere = mkdtempSync(join(tmpdir(), 'formicary-elsewhere-'));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

/** Puts a process's clock ahead by four hundred days. */
const laterClock = `data:text/javascript,${encodeURIComponent(`
  const now = Date.now.bind(Date);
  Date.now = () => now() + 400 * 86_400_000;
`)}`;

/** What a process of its own answers: ids and digests of the runs of a scenario file. */
async function asked(folder: string, file: string, words: readonly string[]): Promise<unknown> {
  const args = [...words, join(root, 'bin/formicary.js'), 'run', file, '--json'];
  const { stdout } = await promisify(execFile)(node, args, { cwd: folder, maxBuffer: 1 << 28 });
  const answer: { runs: { id: string; digest: string; variants: { name: string; digest: string }[] }[] } =
    JSON.parse(stdout);
  return answer.runs.map(({ id, digest, variants }) => ({
    id,
    digest,
    variants: variants.map((one) => [one.name, one.digest]),
  }));
}

/** The merchant's fee, a fen larger. */
const aFenMore = (entry: NewEntry): NewEntry => shifting(entry, 'wallet', 'merchant-fee');

describe('a question asked twice', () => {
  test('in another folder and on another day has the same id and the same digests', async () => {
    cpSync(join(root, 'scenarios'), join(elsewhere, 'copied'), { recursive: true });
    const here = await asked(root, 'scenarios/holding-cap-early.yaml', []);
    const there = await asked(elsewhere, 'copied/holding-cap-early.yaml', ['--import', laterClock]);
    expect(there).toEqual(here);
  });
});

describe('a what-if without overrides', () => {
  test('does not give the record with one rule altered, and says so', async () => {
    const altered = new House(
      segments.map((segment) => ({
        ...segment,
        facts: segment.facts.map((type) =>
          type.name === 'ReceiptConfirmed'
            ? { ...type, react: (event, s, entry) => type.react?.(event, s, aFenMore(entry)) }
            : type,
        ),
      })),
    );
    const scenario = scenarioOf('no-change');
    const recorded = await baseOf(scenarioOf('no-change'));
    const log = new MemoryLog();
    await log.append(-1, recorded.events);
    const base = await recordOfLog(altered, log, 'main', recorded.revision);
    const run = await runScenario({ house: altered, scenario, base, engine, full: true });
    expect(run.variants[0]?.evaluated).toBe(base.facts.length);
    expect(run.variants[0]?.digest).not.toBe(run.recordDigest);
    expect(run.warnings.map(({ code }) => code)).toEqual(['BASELINE_DIFFERS']);
  });
});
