/** A later version of the program, as a user meets it: a copy with a changed rule, on a store whose close an earlier one was cut in. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CopiedProgram, node } from '../support/copied-program.ts';
import type { StoreKept } from './record.ts';

const version = '0.1.0';
const fixture = join(import.meta.dirname, 'fixtures', version);
const { cut }: StoreKept = JSON.parse(readFileSync(join(fixture, 'kept.json'), 'utf8'));

let later: CopiedProgram;

beforeAll(() => {
  later = new CopiedProgram();
  // A rule that lines of business share: interest twice as high.
  later.write('src/lending/debt/accruing.ts', (text) =>
    text.replace(
      'const { num, den } = row.rate;',
      'const { num, den } = { num: row.rate.num * 2n, den: row.rate.den };',
    ),
  );
  cpSync(fixture, later.path('store'), { recursive: true });
});

afterAll(() => later[Symbol.dispose]());

function formicary(...args: readonly string[]) {
  const given = [
    later.path('bin/formicary.js'),
    ...args,
    '--book',
    'cut',
    '--store',
    `sqlite:${later.path('store')}`,
  ];
  const { status, stdout, stderr } = spawnSync(node, given, { encoding: 'utf8', cwd: later.folder });
  return { status, stdout, stderr };
}

it('it reads the book, takes no command, and says which version finishes the close', () => {
  const told = [
    `a close was begun by engine ${cut.begunBy}, and this one, ${version}+`,
    `Start engine ${cut.begunBy} on this store once: it finishes the close. Then start this one.`,
  ];
  const report = formicary('report', 'balance', '--as-of', '2016-03-01', '--json');
  expect(report.status).toBe(0);
  for (const text of told) expect(report.stderr).toContain(text);
  expect(JSON.parse(report.stdout)).toMatchObject({ revision: cut.revision });

  later.append(
    'more.jsonl',
    '{"on":"2016-03-03","command":"topUp","with":{"holder":"user-1","amount":"1.00 CNY"}}',
  );
  const refused = formicary('import', later.path('more.jsonl'));
  expect(refused.status).toBe(1);
  for (const text of told) expect(refused.stderr).toContain(text);
  // Its own name is another: the rules that lines share are part of it.
  expect(refused.stderr).not.toContain(`and this one, ${cut.begunBy}`);
  expect(formicary('audit').stdout).toContain(`${cut.revision}:${cut.hash}`);
});
