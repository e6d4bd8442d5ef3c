import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { examples } from '../../src/server/index.ts';
import { ended, Place, parsed, part } from './program.ts';
import { served } from './serving.ts';

describe('serve', () => {
  it('fills an empty book with the demo history, every day closed, and keeps it', async () => {
    using place = new Place();
    const first = await served(place);
    const { data } = Object(await first.ask('{ ledger { revision openFrom digest } }'));
    expect(part(data, 'ledger')).toMatchObject({ openFrom: '2017-01-01' });
    for (const { query } of examples.filter(({ query }) => query.includes('(book: "credit")'))) {
      const shown = Object(await first.ask(query));
      expect(shown.errors).toBeUndefined();
      expect(JSON.stringify(shown.data)).toContain('huabei');
    }
    const { code, stderr } = await first.stop('SIGTERM');
    expect(code).toBe(0);
    const head = await place.head();
    // Off a terminal the log is one stream of JSON; the anchor of a close is a field of it.
    const log = stderr.trim().split('\n').map(parsed);
    const anchor = `${head.revision}:${head.hash}`;
    expect(log).toContainEqual(
      expect.objectContaining({ book: 'main', closedThrough: '2016-12-31', anchor }),
    );
    expect(log.filter(({ msg, time, level }) => !msg || !time || !level)).toEqual([]);
    const second = await served(place);
    expect(Object(await second.ask('{ ledger { revision openFrom digest } }')).data).toEqual(data);
    expect((await second.stop('SIGINT')).code).toBe(0);
    expect(await place.head()).toEqual(head);
    expect((await place.json('audit', '--head', `${head.revision}:${head.hash}`)).said).toMatchObject({
      chain: { holds: true, remarks: [] },
    });
  });

  it('says everything in one stream of JSON off a terminal, also why it can’t serve', async () => {
    using place = new Place();
    const child = place.start(['serve', '--port', '0', '--no-demo']);
    const end = ended(child);
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (text: string) => {
        if (text.includes('formicary serves')) resolve();
      });
    });
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await end;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const log = stderr.trim().split('\n').map(parsed);
    expect(log).toContainEqual(
      expect.objectContaining({ store: 'sqlite:store', url: expect.stringContaining('http://127.0.0.1:') }),
    );
    const refused = await place.run('serve', '--host', '0.0.0.0', '--no-demo');
    expect(refused.code).toBe(2);
    expect(refused.stderr.trim().split('\n').map(parsed)).toMatchObject([
      { level: 50, code: 'HOST_REFUSED' },
    ]);
  });

  it.runIf(existsSync('/usr/bin/script'))('speaks in sentences on a terminal', async () => {
    using place = new Place();
    const { stdout } = await place.onTerminal(['serve', '--port', '0', '--no-demo'], 'formicary serves');
    expect(stdout).toMatch(/^formicary serves sqlite:store at http:\/\/127\.0\.0\.1:\d+$/m);
    expect(stdout).not.toContain('{');
  });

  it('begins empty where it is asked to', async () => {
    using place = new Place();
    const { ask, stop } = await served(place, '--no-demo', '--store', 'memory:');
    expect(Object(await ask('{ ledger { revision } }')).data).toEqual({ ledger: { revision: '-1' } });
    expect((await stop('SIGTERM')).code).toBe(0);
  });

  it('says what keeps it from listening', async () => {
    using place = new Place();
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      const taken = await place.json('serve', '--port', String(port), '--no-demo');
      expect(taken).toMatchObject({
        code: 3,
        said: { error: { code: 'NOT_LISTENING', value: `127.0.0.1:${port}` } },
      });
    } finally {
      other.close();
    }
    const open = await place.json('serve', '--host', '0.0.0.0', '--no-demo');
    expect(open).toMatchObject({ code: 2, said: { error: { code: 'HOST_REFUSED' } } });
  });
});
