/** The scenarios that are shipped, and the histories that they start from. */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { formatMistakes, isMistaken, parseScenario, type Scenario } from '../../src/scenario/file/file.ts';
import { type BaseRecord, HistoryBook } from '../../src/scenario/running/base.ts';
import { readHistoryFile } from '../../src/scenario/running/history.ts';
import { house } from '../../src/segments/index.ts';

export const engine = 'test';

const folder = new URL('../../scenarios/', import.meta.url);

/** Ids of the shipped scenarios, which their files are named after. */
export const shipped: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length))
  .sort();

/** The history that a shipped scenario starts from, by its name. */
export function historyOf({ base }: Scenario): string {
  if (base.kind !== 'history') throw new Error(`a base of another kind: ${base.kind}`);
  return base.path.slice('histories/'.length, -'.jsonl'.length);
}

/** A shipped scenario, parsed; its mistakes are thrown. */
export function scenarioOf(id: string): Scenario {
  const file = `${id}.yaml`;
  const parsed = parseScenario(readFileSync(new URL(file, folder), 'utf8'), { file, house });
  if (isMistaken(parsed)) throw new Error(formatMistakes(parsed));
  return parsed;
}

const bases = new Map<string, Promise<BaseRecord>>();

/** The history that a scenario starts from, decided once up to its horizon's end; a refused line is thrown. */
export function baseOf(scenario: Scenario): Promise<BaseRecord> {
  const { close, to } = scenario.horizon;
  const asked = JSON.stringify([scenario.base, close, to]);
  const found = bases.get(asked) ?? newBaseOf(scenario);
  bases.set(asked, found);
  return found;
}

/** The same, decided now. */
export async function newBaseOf({ base, horizon }: Scenario): Promise<BaseRecord> {
  if (base.kind !== 'history') throw new Error(`a base of another kind: ${base.kind}`);
  const { path, refused } = base;
  const { close, to } = horizon;
  const book = new HistoryBook({ house, engine, title: path, refused, close, to });
  const open = (name: string) => createReadStream(fileURLToPath(new URL(name, folder)));
  for await (const item of readHistoryFile(path, open, house)) {
    if (item.kind === 'mistake') throw new Error(`line ${item.line}: ${item.mistake.message}`);
    const wrong = book.take(item, dayOf(item.command.on));
    if (wrong !== undefined) throw new Error(`line ${wrong.line}: ${wrong.refusal.message}`);
  }
  return book.finish();
}
