/** What the command line says of what it reads: verified, or not, and why. */
import { copyFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closeDay, keyed, topUp, transfer } from '../support/commands.ts';
import { tamper } from '../support/tampering.ts';
import { ended, Place, parsed, part } from './program.ts';
import { served } from './serving.ts';

const lines = [
  keyed(topUp('2016-03-01', 'user-1', '200.00'), 'a'),
  keyed(closeDay('2016-03-01'), 'b'),
  keyed(transfer('2016-03-02', 'user-1', 'user-2', '5.00'), 'c'),
];

/** A place with a book in it. */
async function made(): Promise<Place> {
  const place = new Place();
  place.history('lines.jsonl', lines);
  const { code, stderr } = await place.run('import', 'lines.jsonl');
  if (code !== 0) throw new Error(stderr);
  return place;
}

const file = (place: Place): string => place.path('store/main.formicary');

describe('on a book whose event 3 was changed', () => {
  it('reports say up to where it holds, and with --trust that nothing is verified', async () => {
    using place = await made();
    tamper(file(place), 3, { actor: 'other' });
    const held = await place.run('report');
    expect(held.code).toBe(1);
    expect(held.stdout).toContain('platform:');
    expect(held.stderr).toContain('book main is broken and holds through revision 2');
    const trusted = await place.run('report', '--trust');
    expect(trusted.stderr).toContain('book main is unverified: --trust skips the hashes');
    expect(trusted.code).toBe(0);
    const { code, stderr } = await place.run('import', 'lines.jsonl');
    expect(code).not.toBe(0);
    expect(stderr).toContain('UNAVAILABLE');
    expect(stderr).toContain('formicary audit');
  });

  it.each([['events'], ['explain', 'platform:liability'], ['export', '--format', 'jsonl']])(
    '%s does not read on, unless it trusts',
    async (...command) => {
      using place = await made();
      tamper(file(place), 3, { actor: 'other' });
      const { code, stderr } = await place.run(...command);
      expect([code, stderr.includes('LOG_UNREADABLE'), stderr.includes('revision 3')]).toEqual([
        3,
        true,
        true,
      ]);
      const trusted = await place.run(...command, '--trust');
      expect([trusted.code, trusted.stderr]).toEqual([0, expect.stringContaining('unverified')]);
    },
  );

  it('an audit is not clean, and leaves no mark', async () => {
    using place = await made();
    tamper(file(place), 3, { actor: 'other' });
    expect((await place.run('audit')).code).toBe(1);
    expect(readdirSync(place.path('store')).filter((name) => name.endsWith('.verified'))).toEqual([]);
  });
});

describe('the key of snapshots', () => {
  const key = 'k'.repeat(32);

  it('comes from a file or the environment, and is never shown', async () => {
    using place = new Place();
    place.write('key', `${key}\n`);
    const show = async (args: readonly string[], environment: { readonly [name: string]: string } = {}) =>
      await ended(place.start(['serve', '--print-config', '--json', ...args], environment));
    const fromFile = await show(['--snapshot-key-file', 'key']);
    expect(part(parsed(fromFile.stdout), 'settings')).toContainEqual({
      name: 'snapshot-key-file',
      value: 'key',
      from: 'option --snapshot-key-file',
    });
    const fromVariable = await show([], { FORMICARY_SNAPSHOT_KEY: key });
    expect(part(parsed(fromVariable.stdout), 'settings')).toContainEqual({
      name: 'snapshot-key',
      value: '(not shown)',
      from: 'environment FORMICARY_SNAPSHOT_KEY',
    });
    for (const { stdout, stderr } of [fromFile, fromVariable]) expect(stdout + stderr).not.toContain(key);
  });

  it('has 32 bytes or more, and one source', async () => {
    using place = new Place();
    place.write('short', 'abc\n');
    place.write('key', key);
    const failed = async (args: readonly string[], environment: { readonly [name: string]: string } = {}) => {
      const { code, stderr } = await ended(place.start(['serve', '--print-config', ...args], environment));
      expect([code, stderr.includes('BAD_SETTING')]).toEqual([2, true]);
      return stderr;
    };
    expect(await failed(['--snapshot-key-file', 'short'])).toContain('3 bytes; expected at least 32');
    expect(await failed([], { FORMICARY_SNAPSHOT_KEY: 'secret' })).not.toContain('secret');
    expect(await failed(['--snapshot-key-file', 'none'])).toContain('no such file');
    expect(await failed(['--snapshot-key-file', 'key'], { FORMICARY_SNAPSHOT_KEY: key })).toContain('one of');
  });
});

describe('an older copy in place of a book that was audited under the key', () => {
  /** The head of the copy, and a place where the book has lost what came after it. */
  async function cutShort(): Promise<{ place: Place; head: string }> {
    const place = await made();
    place.write('key', 'k'.repeat(32));
    const { revision, hash } = await place.head();
    copyFileSync(file(place), place.path('older'));
    place.history('more.jsonl', [keyed(topUp('2016-03-03', 'user-2', '7.00'), 'd')]);
    expect((await place.run('import', 'more.jsonl')).code).toBe(0);
    expect((await audit(place)).code).toBe(0);
    copyFileSync(place.path('older'), file(place));
    return { place, head: `${revision}:${hash}` };
  }
  const audit = (place: Place, ...options: string[]) =>
    place.run('audit', '--snapshot-key-file', 'key', ...options);

  it('is a finding, whatever else is known to have been in the book', async () => {
    const { place, head } = await cutShort();
    using _ = place;
    const lost = `the log ends at ${head.split(':')[0]}, but event`;
    for (const options of [[], ['--head', head]]) {
      const { code, stdout } = await audit(place, ...options);
      expect([options, code, stdout.includes(lost)]).toEqual([options, 1, true]);
    }
  });

  it('counts once its loss is accepted', async () => {
    const { place } = await cutShort();
    using _ = place;
    expect((await audit(place, '--accept-loss')).code).toBe(0);
    expect((await audit(place)).code).toBe(0);
  });
});

it('a server that trusts says so, and a clean audit leaves its mark', async () => {
  using place = await made();
  const { ask, stop } = await served(place, '--trust');
  expect(part(await ask('{ ledger { verified { state } } }'), 'data', 'ledger', 'verified', 'state')).toBe(
    'UNVERIFIED',
  );
  expect((await stop('SIGTERM')).stderr).toContain('everything served is unverified');
  const { code } = await place.run('audit');
  expect(code).toBe(0);
  const [seal, text = ''] = place.read('store/main.verified').split('\n');
  expect([seal, parsed(text).by, parsed(text).revision]).toEqual([
    '-',
    'audit',
    (await place.head()).revision,
  ]);
});
