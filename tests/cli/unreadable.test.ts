/** A book with an event that a newer version wrote, as every command of the program meets it. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLog } from '../../src/log/open.ts';
import { eventAfter } from '../store/events.ts';
import { Place } from './program.ts';

let place: Place;
beforeAll(async () => {
  place = new Place();
  const line = { on: '2016-03-01', command: 'topUp', with: { holder: 'user-1', amount: '1.00 CNY' } };
  writeFileSync(place.path('a.jsonl'), `${JSON.stringify(line)}\n`);
  writeFileSync(
    place.path('a.yaml'),
    'scenario: a\nbase: { book: main }\nhorizon: { from: 2016-03-01, to: 2016-03-05 }\n',
  );
  await place.run('import', 'a.jsonl');
  const log = await openLog(`sqlite:${place.path('store')}`, 'main');
  const head = await log.head();
  await log.append(head.revision, [
    eventAfter(head, { type: 'Unheard', recordedAt: head.recordedAt, accounts: [], minors: [] }),
  ]);
  await log.close();
});
afterAll(() => place[Symbol.dispose]());

describe('a book with an event of a newer version', () => {
  it.each([
    ['audit', '--conformance'],
    ['explain', 'platform:asset:treasury:own-cash:CNY'],
    ['rebuild'],
    ['rebuild', '--verify'],
    ['run', 'a.yaml'],
    ['import', 'a.jsonl'],
  ])('%s says LOG_UNREADABLE, where, and what to do', async (...args) => {
    const { code, said } = await place.json(...args);
    expect(code).toBe(3);
    expect(said.error).toMatchObject({
      code: 'LOG_UNREADABLE',
      value: expect.stringMatching(/^revision \d+, Unheard of version 1$/),
      hint: expect.stringContaining('A newer version'),
      type: 'Unheard',
      version: 1,
      revision: expect.any(Number),
    });
  });

  it.each([['report', 'balance'], ['parameters']])(
    '%s tells of what lies before it, and says LOG_UNREADABLE',
    async (...args) => {
      const { code, stdout, stderr } = await place.run(...args);
      expect(code).toBe(1);
      expect(stdout).not.toBe('');
      expect(stderr).toMatch(
        /^LOG_UNREADABLE: book main is broken and holds through revision \d+: event \d+/m,
      );
      expect(stderr).toContain('A newer version');
    },
  );

  it.each([['events'], ['export', '--format', 'jsonl'], ['audit']])(
    '%s tells of it all the same: it takes the log as it is',
    async (...args) => {
      const { code, stderr } = await place.run(...args);
      expect(stderr).not.toContain('    at ');
      expect(code).toBe(0);
    },
  );
});
