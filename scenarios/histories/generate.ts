/**
 * Writes `platform-2016.jsonl` anew: `npx node scenarios/histories/generate.ts`. A test compares it with what is checked in.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { platform2016 } from './platform-2016.ts';

const text = platform2016()
  .map((command) => `${JSON.stringify(command)}\n`)
  .join('');

writeFileSync(new URL('platform-2016.jsonl', import.meta.url), text);
