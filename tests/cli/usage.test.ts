import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { settingsFrom } from '../../src/cli/frame/settings.ts';
import { readGiven } from '../../src/cli/frame/spec.ts';
import { ended, Place, parsed } from './program.ts';

describe('the program', () => {
  it('lists its commands, and none that it does not have', async () => {
    using place = new Place();
    const { code, stdout } = await place.run('--help');
    expect(code).toBe(0);
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const name of ['new segment', 'seal']) expect(stdout).not.toContain(name);
  });

  it.each(commands.map(({ name }) => name))('%s --help has an example', async (name) => {
    using place = new Place();
    const { code, stdout } = await place.run(name, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`\n  formicary ${name}`);
  });

  it('says what is wrong with a command line, and what was meant', async () => {
    using place = new Place();
    expect(await place.run('imprt')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('did you mean import?'),
    });
    expect(await place.run('import')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FILE is missing'),
    });
    const { code, said } = await place.json('report', '--as-off', '2016-01-01');
    expect(code).toBe(2);
    expect(said).toEqual({
      error: {
        code: 'BAD_USAGE',
        message: expect.stringContaining('did you mean --as-of?'),
        value: '--as-off',
        hint: expect.stringContaining('--help'),
      },
    });
    expect((await place.run('report', '--as-of', '2016-13-01')).code).toBe(2);
  });

  it('runs every example of its help as far as the command line goes', () => {
    for (const spec of commands) {
      for (const example of spec.examples) {
        const [first = ''] = example.split(' | ');
        const [, name, ...argv] = first.replaceAll("'", '').split(' ');
        expect(name).toBe(spec.name);
        expect(() => readGiven(spec, argv)).not.toThrow();
      }
    }
  });

  it('can’t write where it must not', async () => {
    using place = new Place();
    place.write('file', '');
    place.history('march.jsonl', []);
    const { code, said } = await place.json('import', 'march.jsonl', '--store', 'sqlite:file/below');
    expect(code).toBe(3);
    expect(said.error).toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});

describe('settings', () => {
  const none = { options: {}, environment: {}, file: undefined };

  it('come from options, the environment, the file and defaults, in this order', async () => {
    using place = new Place();
    place.write('formicary.yaml', 'store: sqlite:from-file\nport: 4001\nhost: localhost\n');
    const child = place.start(['serve', '--print-config', '--host', '127.0.0.2', '--json'], {
      FORMICARY_STORE: '',
      FORMICARY_PORT: '4002',
    });
    const { code, stdout } = await ended(child);
    expect(code).toBe(0);
    expect(parsed(stdout).settings).toEqual([
      { name: 'store', value: 'sqlite:from-file', from: 'formicary.yaml' },
      { name: 'snapshots', value: './data/snapshots', from: 'default' },
      { name: 'snapshot-key-file', value: '', from: 'default' },
      { name: 'port', value: 4002, from: 'environment FORMICARY_PORT' },
      { name: 'host', value: '127.0.0.2', from: 'option --host' },
      { name: 'introspection', value: 'on', from: 'default' },
      { name: 'runs', value: 0, from: 'default' },
      { name: 'run-memory', value: 2048, from: 'default' },
    ]);
  });

  it.each([
    [{ store: 'mysql:x' }, 'store: mysql:x'],
    [{ book: 'no such/book' }, 'book: no such/book'],
    [{ port: '70000' }, 'port: 70000'],
    [{ host: 'a b' }, 'host: a b'],
  ])('%j is refused', (options, value) => {
    expect(() => settingsFrom({ ...none, options })).toThrow(value);
  });

  it('a file with a key that is no setting is refused, with the nearest', async () => {
    using place = new Place();
    place.write('mine.yaml', 'prt: 4001\n');
    const { code, stderr } = await place.run('serve', '--print-config', '--config', 'mine.yaml');
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean port?');
  });
});
