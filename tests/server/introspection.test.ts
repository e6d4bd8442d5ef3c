import { getIntrospectionQuery } from 'graphql';
import { expect, it } from 'vitest';
import { Served } from './served.ts';

it('the schema is told to those who ask, as whole as any tool asks for it', async () => {
  await using served = await Served.start([]);
  const { __schema } = await served.data(getIntrospectionQuery({ inputValueDeprecation: true }));
  expect(__schema.types.length).toBeGreaterThan(100);
});

it('or to nobody, by a setting', async () => {
  await using served = await Served.start([], { introspection: false });
  for (const query of [
    getIntrospectionQuery(),
    '{ ...a } fragment a on Query { b: __schema { types { name } } }',
    '{ __type(name: "Ledger") { name } }',
  ]) {
    const { status, errors, data } = await served.ask(query);
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(errors[0]?.extensions.code).toBe('INTROSPECTION_OFF');
  }
  expect(await served.data('{ __typename ledger { __typename } }')).toEqual({
    __typename: 'Query',
    ledger: { __typename: 'Ledger' },
  });
  const { errors } = await served.ask('{ ledgr { revision } }');
  expect(errors[0]?.message).toBe('Cannot query field "ledgr" on type "Query".');
});

it('the playground says so', async () => {
  const page = async (introspection: boolean): Promise<string> => {
    await using served = await Served.start([], { introspection });
    return await (await fetch(served.url, { headers: { 'accept-encoding': 'identity' } })).text();
  };
  expect(await page(false)).toContain('This server does not tell its schema');
  expect(await page(true)).not.toContain('This server does not tell its schema');
});
