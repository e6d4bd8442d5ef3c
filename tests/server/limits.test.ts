import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamLimits } from '../../src/graphql/base/limits.ts';
import { requestLimits } from '../../src/server/guarding/limits.ts';
import { Served } from './served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

const causes = (depth: number): string => (depth === 0 ? '{ revision }' : `{ cause ${causes(depth - 1)} }`);
const many = (count: number, of: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => of(at)).join(' ');

describe('a query beyond a limit', () => {
  it.each([
    ['depth', `{ event(at: "1") ${causes(requestLimits.depth)} }`, 'depth'],
    [
      'depth, by fragments',
      `{ event(at: "1") { ...A } } fragment A on Event { cause { cause { cause { cause { cause { cause { cause { ...B } } } } } } } } fragment B on Event ${causes(requestLimits.depth - 6)}`,
      'depth',
    ],
    ['aliases', `{ ${many(requestLimits.aliases + 1, (at) => `a${at}: __typename`)} }`, 'Aliases'],
    [
      'directives',
      `{ __typename ${many(requestLimits.directives + 1, () => '@include(if: true)')} }`,
      'irectives',
    ],
    ['cost', '{ events(first: 500) { nodes { consequences(first: 500) { revision } } } }', 'costs'],
  ])('%s is refused', async (_what, query, message) => {
    const { status, errors, data } = await served.ask(query);
    expect(status).toBe(400);
    expect(errors[0]?.extensions.code).toBe('QUERY_LIMIT');
    expect(errors[0]?.message).toContain(message);
    expect(data ?? null).toBeNull();
  });

  it('in tokens is refused before it is parsed', async () => {
    const { status, errors } = await served.ask(`{ ${'__typename '.repeat(requestLimits.tokens)} }`);
    expect(status).toBe(400);
    expect(errors[0]?.message).toContain('tokens');
  });

  it('in bytes is refused before it is read', async () => {
    const { status } = await served.ask('{ __typename }', { padding: 'x'.repeat(requestLimits.bodyBytes) });
    expect(status).toBe(413);
  });

  it('by its variables is found out, whatever was asked before with the same text', async () => {
    const query = 'query($n: Int) { events(first: $n) { nodes { consequences(first: 100) { revision } } } }';
    expect((await served.ask(query, { n: 2 })).errors).toEqual([]);
    expect((await served.ask(query, { n: 500 })).errors[0]?.extensions.code).toBe('QUERY_LIMIT');
    expect((await served.ask(query, { n: 2 })).errors).toEqual([]);
  });

  it('within all of them is answered, and says what it cost', async () => {
    const { extensions } = await served.ask('{ events(first: 10) { nodes { revision } } }');
    expect(extensions.cost).toMatchObject({ of: requestLimits.cost, used: expect.any(Number) });
  });

  it('as a list of queries is refused', async () => {
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '[{"query":"{ __typename }"}]',
    });
    expect(response.status).toBe(400);
  });
});

describe('streams', () => {
  it('are bounded in number', async () => {
    const places = Array.from({ length: streamLimits.openMax }, () => new AbortController());
    const open = (signal: AbortSignal) =>
      fetch(`${served.url}/graphql`, {
        method: 'POST',
        signal,
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: 'subscription { events(from: "0") { revision } }' }),
      });
    const opened = await Promise.all(places.map(({ signal }) => open(signal)));
    expect(opened.every(({ status }) => status === 200)).toBe(true);
    const refused = await (await open(AbortSignal.timeout(5_000))).text();
    expect(refused).toContain('TOO_MANY');
    for (const place of places) place.abort();
  });

  it('cost what they ask for', async () => {
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query:
          'subscription { events { consequences(first: 500) { consequences(first: 500) { revision } } } }',
      }),
    });
    expect(await response.text()).toContain('QUERY_LIMIT');
  });
});

describe('errors', () => {
  it('suggest nothing', async () => {
    const { errors } = await served.ask('{ ledgr { revision } }');
    expect(errors[0]?.message).toBe('Cannot query field "ledgr" on type "Query".');
    const wrong = await served.ask(
      'query($by: Period) { ledger { segments { revenue(by: $by) { period } } } }',
      { by: 'MONT' },
    );
    expect(wrong.errors[0]?.message).not.toContain('Did you mean');
  });
});
