import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../src/server/index.ts';
import { Served } from './served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

/** Whether an answer holds a figure or a name at all: an empty list in every place would be no example. */
const saysSomething = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(saysSomething)
    : typeof value === 'object' && value !== null
      ? Object.values(value).some(saysSomething)
      : value !== null;

describe('an example of the playground', () => {
  it.each(
    examples.filter(({ name }) => name !== 'Follow').map((example) => [example.name, example] as const),
  )('%s answers', async (_name, { query, variables }) => {
    // The book that shows credit is made by `formicary serve`: tests/cli/serve.test.ts asks it there.
    const { data, errors } = await served.ask(query.replace('(book: "credit")', ''), variables);
    expect(errors).toEqual([]);
    expect(saysSomething(data)).toBe(true);
    expect(JSON.stringify(data)).not.toContain('"code"');
  });

  it.each(examples.map((example) => [example.name, example] as const))(
    '%s begins with what it shows, and is named as its tab',
    (name, { query }) => {
      expect(query).toMatch(/^# [A-Z]/);
      // The playground's pane is as wide.
      expect(query.split('\n').filter((line) => line.length > 58)).toEqual([]);
      const [operation] = parse(query).definitions;
      expect(operation?.kind === 'OperationDefinition' && operation.name?.value).toBe(name);
    },
  );

  it('shows revenue by month first', async () => {
    const [first] = examples;
    const { ledger } = await served.data(first?.query ?? '');
    expect(ledger.payments.revenue[0]).toEqual({
      period: '2016-03',
      amount: { amount: '4.94', currency: 'CNY' },
    });
  });
});
