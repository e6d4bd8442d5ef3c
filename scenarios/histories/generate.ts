/**
 * Writes the histories anew: `npx node scenarios/histories/generate.ts`. A test compares them with what is checked in.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { credit2016 } from './credit-2016.ts';
import { platform2016 } from './platform-2016.ts';

const histories: Readonly<Record<string, () => readonly Command[]>> = {
  'credit-2016': credit2016,
  'platform-2016': platform2016,
};

for (const [name, commands] of Object.entries(histories)) {
  const text = commands()
    .map((command) => `${JSON.stringify(command)}\n`)
    .join('');
  writeFileSync(new URL(`${name}.jsonl`, import.meta.url), text);
}
