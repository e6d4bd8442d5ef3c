/** What a stranger sees of `npm ci` under an older Node than the one that runs the scripts. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

it('npm says nothing of packages that need a newer Node than its own: another runs them', () => {
  const root = resolve(import.meta.dirname, '../..');
  const level = execFileSync('npm', ['config', 'get', 'loglevel'], { cwd: root, encoding: 'utf8' });
  expect(level.trim()).toBe('error');
});
