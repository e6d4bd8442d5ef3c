import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/kernel/values/refusals.ts';
import { startServer } from '../../src/server/index.ts';
import { Served } from './served.ts';

let served: Served;
const log: string[] = [];
beforeAll(async () => {
  served = await Served.start(undefined, { log: { write: (line) => void log.push(line) } });
});
afterAll(async () => {
  await served.server.close();
});

const at = (path: string, init: RequestInit = {}) => fetch(`${served.url}${path}`, init);

/** A request with a Host header of its own, which fetch does not allow. */
const asHost = (host: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${served.url}/health`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });

describe('the door', () => {
  it('opens to this machine only', async () => {
    await expect(startServer({ store: 'memory:', port: 0, host: '0.0.0.0' })).rejects.toThrow(RefusedError);
    await expect(startServer({ store: 'memory:', port: 0, host: '0.0.0.0' })).rejects.toThrow('HOST_REFUSED');
  });

  it('answers only to names of this machine, so that no page can point its own name here', async () => {
    const { port } = new URL(served.url);
    expect(await asHost(`localhost:${port}`)).toBe(200);
    expect(await asHost(`127.0.0.1:${port}`)).toBe(200);
    expect(await asHost(`evil.example:${port}`)).toBe(421);
    expect(await asHost(`127.0.0.1.evil.example`)).toBe(421);
  });

  it('tells health and readiness', async () => {
    expect(await (await at('/health')).json()).toMatchObject({ status: 'ok' });
    expect(await (await at('/ready')).json()).toMatchObject({ status: 'ready', book: 'main' });
  });

  it.each([
    [
      'a form',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'query=%7B__typename%7D',
      },
    ],
    [
      'plain text',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"query":"{ __typename }"}' },
    ],
    ['no content type', { method: 'POST', body: new Uint8Array([123, 125]) }],
    ['a link', { method: 'GET' }],
  ])('takes no query from %s, which any page could send', async (_what, init) => {
    const response = await at(init.method === 'GET' ? '/graphql?query=%7B__typename%7D' : '/graphql', init);
    expect(response.status).toBe(403);
    const { errors } = await response.json();
    expect(errors).toMatchObject([{ extensions: { code: 'HEADER_MISSING' } }]);
    expect(errors[0].extensions.hint).toContain('x-formicary-csrf: 1');
    expect(errors[0].extensions.value).toContain(init.method);
  });

  it('takes no mutation by GET', async () => {
    const query = encodeURIComponent('mutation { discardSandbox(id: "none") { __typename } }');
    const response = await at(`/graphql?query=${query}`, { headers: { 'x-formicary-csrf': '1' } });
    expect(response.status).toBe(405);
  });

  it('lets no other origin read', async () => {
    const response = await at('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: '{"query":"{ __typename }"}',
    });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('takes no multipart form, even with the header', async () => {
    const form = new FormData();
    form.set('operations', '{"query":"{ __typename }"}');
    const response = await at('/graphql', {
      method: 'POST',
      body: form,
      headers: { 'x-formicary-csrf': '1' },
    });
    expect(response.status).toBe(415);
  });

  it('gives each request a correlation id, the caller’s where he has one', async () => {
    expect(
      (await served.ask('{ __typename }', {}, { 'x-correlation-id': 'mine-1' })).headers.get(
        'x-correlation-id',
      ),
    ).toBe('mine-1');
    const made = (await served.ask('{ __typename }', {}, { 'x-correlation-id': 'a b\u00e4' })).headers.get(
      'x-correlation-id',
    );
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    const lines = log.map((line) => JSON.parse(line));
    expect(lines).toContainEqual(
      expect.objectContaining({ correlation: 'mine-1', msg: 'operation', kind: 'query' }),
    );
  });
});

describe('the playground', () => {
  it('is one page at / and at /graphql, compressed, and sent again only when it changed', async () => {
    const page = await at('/', { headers: { accept: 'text/html', 'accept-encoding': 'gzip, br' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-encoding')).toBe('br');
    const text = await page.text();
    expect(text).not.toMatch(/(src|href)="https?:/);
    const again = await at('/', {
      headers: { 'accept-encoding': 'br', 'if-none-match': page.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
    const other = await at('/graphql', { headers: { accept: 'text/html' } });
    expect(await other.text()).toBe(text);
  });
});
