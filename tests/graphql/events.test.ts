import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

interface Page {
  readonly nodes: readonly { readonly revision: string; readonly type: string }[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string;
    readonly endCursor: string;
  };
}

const page = async (args: string): Promise<Page> =>
  (
    await served.data(
      `{ events(${args}) { nodes { revision type } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    )
  ).events;
const revisions = ({ nodes }: Page) => nodes.map(({ revision }) => Number(revision));
const types = ({ nodes }: Page) => [...new Set(nodes.map(({ type }) => type))].sort();

describe('events', () => {
  it('come newest first, page by page, each once', async () => {
    const { ledger } = await served.data('{ ledger { revision } }');
    const seen: number[] = [];
    let after = '';
    for (;;) {
      const found = await page(`first: 150${after}`);
      seen.push(...revisions(found));
      if (!found.pageInfo.hasNextPage) break;
      after = `, after: "${found.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(
      Array.from({ length: Number(ledger.revision) + 1 }, (_, at) => Number(ledger.revision) - at),
    );
  });

  it('can be read from the end of the list', async () => {
    const oldest = await page('last: 3');
    expect(revisions(oldest)).toEqual([2, 1, 0]);
    expect(oldest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const before = await page(`last: 2, before: "${oldest.pageInfo.startCursor}"`);
    expect(revisions(before)).toEqual([4, 3]);
    expect(before.pageInfo.hasNextPage).toBe(true);
  });

  it('a cursor stays where it is while the list grows', async () => {
    const first = await page('first: 2');
    await served.data(
      'mutation { topUp(input: { holder: "user-9", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03" }) { __typename } }',
    );
    const next = await page(`first: 1, after: "${first.pageInfo.endCursor}"`);
    expect(revisions(next)).toEqual([(revisions(first)[1] ?? 0) - 1]);
  });

  it.each([
    ['type', 'type: ["ToppedUp", "Transferred"]', ['ToppedUp', 'Transferred']],
    ['kind', 'kind: DERIVED, to: "2016-03-01"', undefined],
    ['segment', 'segment: "treasury"', ['CapitalContributed']],
    ['subject', 'subject: "payment/P-1"', ['PaymentInitiated', 'ReceiptConfirmed']],
    ['what they name besides', 'subject: "wallet/merchant-1", kind: FACT', ['PaymentInitiated', 'Withdrawn']],
    ['holder', 'holder: "user-1"', ['PaymentInitiated', 'ToppedUp', 'Transferred']],
    ['days', 'from: "2016-03-20", to: "2016-03-20", kind: FACT', ['DayClosing', 'Transferred']],
    ['actor', 'actor: ["nobody"]', []],
    [
      'all of these',
      'type: ["ToppedUp", "Transferred"], holder: "user-1", from: "2016-03-02"',
      ['Transferred'],
    ],
  ])('are filtered by %s', async (_by, filter, expected) => {
    const found = await page(`first: 100, filter: { ${filter} }, revision: "411"`);
    if (expected === undefined) expect(types(found)).not.toContain('ToppedUp');
    else expect(types(found)).toEqual(expected);
    expect(found.pageInfo.hasNextPage).toBe(false);
  });

  it('filtered from both ends are the same', async () => {
    const filter = 'filter: { holder: ["user-1", "user-2"], kind: FACT }';
    const all = revisions(await page(`first: 50, ${filter}`));
    expect(all.length).toBeGreaterThan(4);
    expect(revisions(await page(`last: 50, ${filter}`))).toEqual(all);
    expect(revisions(await page(`last: 2, ${filter}`))).toEqual(all.slice(-2));
    expect(revisions(await page(`first: 2, ${filter}`))).toEqual(all.slice(0, 2));
  });

  it('as known at a revision', async () => {
    expect(revisions(await page('first: 1, revision: "7"'))).toEqual([7]);
    expect(revisions(await page('first: 1, revision: "-1"'))).toEqual([]);
    // A cursor from beyond it leads to it, not past it.
    const { pageInfo } = await page('first: 1');
    expect(revisions(await page(`first: 1, revision: "7", after: "${pageInfo.endCursor}"`))).toEqual([7]);
  });

  it('lead from cause to consequence and back', async () => {
    const { events } = await served.data(
      '{ events(first: 1, filter: { type: "DayClosing", to: "2016-03-11" }) { nodes { revision consequenceCount consequences(first: 400) { revision type cause { revision } } } } }',
    );
    const [closing] = events.nodes;
    expect(closing.consequences).toHaveLength(closing.consequenceCount);
    expect(closing.consequences.at(-1)?.type).toBe('DayClosed');
    for (const { cause } of closing.consequences) expect(cause.revision).toBe(closing.revision);
  });

  it('show the whole record, and their entries sum to zero', async () => {
    const { event } = await served.data(
      '{ event(at: "4") { revision id type schemaVersion kind subject refs segment effectiveOn recordedAt actor correlation idempotencyKey data entry { account amount currency } cause { revision } hash } }',
    );
    expect(event).toMatchObject({
      revision: '4',
      type: 'PaymentInitiated',
      schemaVersion: 1,
      kind: 'FACT',
      subject: 'payment/P-1',
      segment: 'payments',
      effectiveOn: '2016-03-01',
      actor: 'history',
      cause: null,
      entry: [
        { account: 'platform:liability:payments:wallet:user-1:CNY', amount: '120.00', currency: 'CNY' },
        { account: 'platform:liability:payments:escrow:CNY', amount: '-120.00', currency: 'CNY' },
      ],
    });
    expect(event.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect((await served.data('{ event(at: "99999") { revision } }')).event).toBeNull();
  });

  it('refuse what is not there, and pages that are too large', async () => {
    const code = async (args: string) =>
      (await served.ask(`{ events(${args}) { nodes { revision } } }`)).errors[0]?.extensions.code;
    expect(await code('filter: { type: "ToppedDown" }')).toBe('INVALID_INPUT');
    expect(await code('filter: { segment: "nothing" }')).toBe('INVALID_INPUT');
    expect(await code('first: 501')).toBe('TOO_LONG');
    expect(await code('first: -1')).toBe('INVALID_INPUT');
    expect(await code('first: 1, last: 1')).toBe('INVALID_INPUT');
    expect(await code('after: "bm9uZQ"')).toBe('INVALID_INPUT');
    expect(await code(`filter: { holder: [${'"u",'.repeat(101)}] }`)).toBe('TOO_LONG');
  });
});
