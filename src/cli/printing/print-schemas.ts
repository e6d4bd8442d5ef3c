/**
 * `npm run schema`: prints what is generated from the code. With --check nothing is written: it ends with 1 and the names of the
 * files that are not what would be printed.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declaredCodes } from '../../kernel/values/refusals.ts';
import { historyJsonSchema, scenarioJsonSchema } from '../../scenario/file/schema.ts';
import { house } from '../../segments/index.ts';
import { printedSchema } from '../../server/index.ts';
import { commands } from '../commands.ts';
import { exits } from '../frame/failures.ts';
import { eventJsonSchema } from './event-schema.ts';
import { cliPage, commandsPage, errorsPage, parametersPage } from './reference.ts';
import { subjectsJsonSchema, subjectsPage } from './subjects.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const files: { readonly [path: string]: () => string } = {
  'schema/schema.graphql': printedSchema,
  'schema/scenario.schema.json': () => json(scenarioJsonSchema(house)),
  'schema/history.schema.json': () => json(historyJsonSchema(house)),
  'schema/event.schema.json': () => json(eventJsonSchema(house)),
  'schema/subjects.schema.json': () => json(subjectsJsonSchema(house)),
  'docs/subjects.md': () => subjectsPage(house),
  'docs/parameters.md': () => parametersPage(house),
  'docs/errors.md': () => errorsPage(declaredCodes()),
  'docs/commands.md': () => commandsPage(house),
  'docs/cli.md': () => cliPage(commands),
};

function held(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const check = process.argv.includes('--check');
const stale: string[] = [];
for (const [name, print] of Object.entries(files)) {
  const path = fileURLToPath(new URL(`../../../${name}`, import.meta.url));
  const text = print();
  if (held(path) === text) continue;
  stale.push(name);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
if (stale.length === 0) console.log('all that is generated is as the code says');
else console.log(`${check ? 'stale' : 'printed'}: ${stale.join(', ')}`);
if (check && stale.length > 0) {
  console.log('run `npm run schema`, and read the difference');
  process.exitCode = exits.no;
}
