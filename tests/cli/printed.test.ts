import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventJsonSchema } from '../../src/cli/printing/event-schema.ts';
import { jsonLine } from '../../src/export/jsonl.ts';
import { house } from '../../src/segments/index.ts';
import { eventAfter } from '../store/events.ts';
import { parsed } from './program.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('what is generated is as the code says: else run `npm run schema`', () => {
  const said = execFileSync('node_modules/.bin/node', ['src/cli/printing/print-schemas.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(said).toContain('as the code says');
});

it('every code has its line in docs/errors.md', () => {
  const page = readFileSync(`${root}docs/errors.md`, 'utf8');
  for (const code of [
    'INSUFFICIENT_FUNDS',
    'ACCOUNT_UNKNOWN',
    'DEPENDS_ON_SKIPPED',
    'BAD_USAGE',
    'HOST_REFUSED',
  ])
    expect(page).toContain(`\`${code}\``);
});

it('the schema of an event names what is printed of one', () => {
  const { required } = eventJsonSchema(house);
  expect(Object.keys(parsed(jsonLine(eventAfter()))).sort()).toEqual(
    [...(Array.isArray(required) ? required : [])].sort(),
  );
});
