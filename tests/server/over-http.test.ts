import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from './served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start([]);
});
afterAll(async () => {
  await served.server.close();
});

/** Queries by GET need the header that no page elsewhere can send. */
const asOurs = (url: string | URL | Request, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, headers: { ...init.headers, 'x-formicary-csrf': '1' } });

describe('GraphQL over HTTP', () => {
  it('passes every audit of the specification', async () => {
    const results = await auditServer({ url: `${served.url}/graphql`, fetchFn: asOurs });
    const failed = results.filter(({ status }) => status !== 'ok');
    expect(failed.map(({ id, name, status }) => `${id} ${status}: ${name}`)).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
  });
});
