/** Transfers between books, asked for over HTTP of a server that has several. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Book } from '../../src/book/book.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { openLog } from '../../src/log/open.ts';
import { house } from '../../src/segments/index.ts';
import { Served } from '../server/served.ts';
import { closeDay, topUp } from '../support/commands.ts';

const folder = mkdtempSync(join(tmpdir(), 'formicary-'));
const store = `sqlite:${folder}`;

/** Makes a book in the store. */
async function make(id: string, ...commands: readonly Command[]): Promise<void> {
  const log = await openLog(store, id);
  const book = await Book.open({ id, house, log, now: () => 0, engine: 'test' });
  for (const command of commands) await book.execute(command, { actor: 'test' });
  await book.close();
}

let served: Served;
beforeAll(async () => {
  await make('north', topUp('2016-03-01', 'user-2', '10.00'), closeDay('2016-03-01'));
  await make('full', topUp('2016-03-01', 'rich', '10000000000000000.00'));
  await make('main', topUp('2016-03-01', 'user-1', '100.00'));
  served = await Served.start([], { store });
});
afterAll(async () => {
  await served.server.close();
  rmSync(folder, { recursive: true, force: true });
});

const input = {
  toBook: 'north',
  transfer: 'T-1',
  from: 'user-1',
  to: 'user-9',
  amount: { amount: '30.00', currency: 'CNY' },
  effectiveOn: '2016-03-01',
  idempotencyKey: 'k-1',
};

/** Asks for a transfer; what it is answered with. */
const send = async (given: object = {}) =>
  (
    await served.data(
      `mutation($input: TransferBetweenBooksInput!) { transferBetweenBooks(input: $input) { __typename
        ... on TransferAccepted { revision toRevision repeated waits { code } transfer { id book toBook from to amount { amount currency } sentOn stage reason } }
        ... on Refusal { code value } } }`,
      { input: { ...input, ...given } },
    )
  ).transferBetweenBooks;

const wallet = async (book: string, holder: string): Promise<string> =>
  (
    await served.data(
      `{ ledger(book: "${book}") { balance(of: "platform:liability:payments:wallet:${holder}:CNY") { amount } } }`,
    )
  ).ledger.balance[0].amount;

describe('transferBetweenBooks', () => {
  it('is completed, and says where both books stand; a repeat says the same', async () => {
    const found = await send();
    expect(found).toEqual({
      __typename: 'TransferAccepted',
      revision: '3',
      toRevision: '5',
      repeated: false,
      waits: null,
      transfer: {
        id: 'T-1',
        book: 'main',
        toBook: 'north',
        from: 'user-1',
        to: 'user-9',
        amount: { amount: '30.00', currency: 'CNY' },
        sentOn: '2016-03-01',
        stage: 'COMPLETED',
        reason: null,
      },
    });
    expect(await send()).toEqual({ ...found, repeated: true });
    expect(await wallet('main', 'user-1')).toBe('70.00');
    expect(await wallet('north', 'user-9')).toBe('30.00');
    const { event } = await served.data(
      '{ event(book: "north", at: "5") { type effectiveOn subject actor correlation } }',
    );
    expect(event).toMatchObject({
      type: 'TransferArrived',
      effectiveOn: '2016-03-02',
      subject: 'transfer/main/T-1',
      actor: 'anonymous',
    });
  });

  it('is returned where the other book declines, with the reason', async () => {
    const found = await send({ toBook: 'full', transfer: 'T-2', idempotencyKey: 'k-2' });
    expect(found.transfer).toMatchObject({
      stage: 'RETURNED',
      reason: expect.stringMatching(/^AMOUNT_TOO_LARGE: /),
    });
    expect(found.toRevision).toBe('2');
    expect(await wallet('main', 'user-1')).toBe('70.00');
  });

  it.each([
    ['its own book', { toBook: 'main' }, 'Rejected', 'SAME_BOOK'],
    ['an unknown book', { toBook: 'nroth' }, 'NotFound', 'BOOK_UNKNOWN'],
    ['from an unknown book', { book: 'mian' }, 'NotFound', 'BOOK_UNKNOWN'],
    ['too much', { amount: { amount: '70.01', currency: 'CNY' } }, 'Rejected', 'INSUFFICIENT_FUNDS'],
    ['an id again', { transfer: 'T-1' }, 'Rejected', 'TRANSFER_EXISTS'],
    ['a key for something else', { idempotencyKey: 'k-1' }, 'Conflict', 'KEY_REUSED'],
    ['other money', { amount: { amount: '1.00', currency: 'USD' } }, 'InvalidInput', 'INVALID_INPUT'],
  ])('%s is refused', async (_what, given, kind, code) => {
    const before = await wallet('main', 'user-1');
    const asked = { transfer: 'T-9', idempotencyKey: null, ...given };
    expect(await send(asked)).toMatchObject({ __typename: kind, code });
    expect(await wallet('main', 'user-1')).toBe(before);
  });
});

describe('transfersInTransit', () => {
  const list = async (args = '') =>
    (
      await served.data(
        `{ ledger { transfersInTransit${args} { pageInfo { hasNextPage endCursor } nodes { id toBook stage amount { amount } } } } }`,
      )
    ).ledger.transfersInTransit;

  /** Sent by hand, to a book that isn't there yet. */
  const sendByHand = async (transfer: string, effectiveOn: string) =>
    (
      await served.data(
        'mutation($input: SendTransferInput!) { sendTransfer(input: $input) { ... on CommandAccepted { revision } ... on Refusal { code } } }',
        {
          input: {
            transfer,
            from: 'user-1',
            otherBook: 'later',
            to: 'user-9',
            amount: { amount: '1.00', currency: 'CNY' },
            effectiveOn,
          },
        },
      )
    ).sendTransfer;

  it('lists what is on its way, the earliest day first, a page at a time', async () => {
    expect((await list()).nodes).toEqual([]);
    await sendByHand('H-1', '2016-03-05');
    await sendByHand('H-2', '2016-03-04');
    await sendByHand('H-3', '2016-03-05');
    const all = await list();
    expect(all.nodes.map(({ id }: { id: string }) => id)).toEqual(['H-2', 'H-1', 'H-3']);
    expect(all.nodes[0]).toEqual({ id: 'H-2', toBook: 'later', stage: 'SENT', amount: { amount: '1.00' } });
    const page = await list('(first: 2)');
    expect(page.pageInfo.hasNextPage).toBe(true);
    expect((await list(`(first: 2, after: "${page.pageInfo.endCursor}")`)).nodes).toHaveLength(1);
  });

  it('at an older revision, and in a sandbox, is what it was there', async () => {
    const { sandboxId } = await served
      .data('mutation { openSandbox(input: {}) { ... on Sandbox { id } } }')
      .then((data) => ({ sandboxId: data.openSandbox.id }));
    const input = `input: { sandbox: "${sandboxId}", transfer: "H-1", effectiveOn: "2016-03-05" }`;
    await served.data(`mutation { completeTransfer(${input}) { __typename } }`);
    const there = await served.data(
      `{ ledger(sandbox: "${sandboxId}") { transfersInTransit { nodes { id } } } }`,
    );
    expect(there.ledger.transfersInTransit.nodes).toHaveLength(2);
    expect((await list()).nodes).toHaveLength(3);
    const { ledger } = await served.data('{ ledger { revision } }');
    const before = await served.data(
      `{ ledger(revision: "${Number(ledger.revision) - 1}") { transfersInTransit { nodes { id } } } }`,
    );
    expect(before.ledger.transfersInTransit.nodes).toHaveLength(2);
    const { errors } = await served.ask(
      '{ ledger(asOf: "2016-03-05") { transfersInTransit { nodes { id } } } }',
    );
    expect(errors[0]?.extensions.code).toBe('POINT_UNKNOWN');
  });

  it('is carried on by a server that finds the other book', async () => {
    const { revision } = (await served.data('{ ledger { revision } }')).ledger;
    await served.server.close();
    await make('later', topUp('2016-03-01', 'user-2', '10.00'));
    served = await Served.start([], { store });
    // Its three ends come by themselves.
    await served.data(`{ ledger(atLeast: "${Number(revision) + 3}") { revision } }`);
    expect((await list()).nodes).toEqual([]);
    expect(await wallet('later', 'user-9')).toBe('3.00');
    const { events } = await served.data('{ events(book: "later", first: 1) { nodes { type actor } } }');
    expect(events.nodes).toEqual([{ type: 'TransferArrived', actor: 'carrier' }]);
  });
});
