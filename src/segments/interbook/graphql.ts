/**
 * Transfers between books in the graph: one mutation that does all the steps, and those that are still on their way.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { connectionOf, pageOfAll } from '../../graphql/base/connection.ts';
import { fault } from '../../graphql/base/faults.ts';
import { Money, MoneyInput } from '../../graphql/base/money.ts';
import { defaultBook } from '../../graphql/base/point.ts';
import { RefusalRef, refusalKind, refusalTypes } from '../../graphql/base/results.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { commandValue } from '../../graphql/commands/input-fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { pointUnknown } from '../../reading/codes.ts';
import type { Sender } from '../../reading/ports.ts';
import type { Standing, TransferOrder } from './carrying.ts';
import { onTheirWay, type SentRow, type SentStage, sent, sentStages } from './state.ts';

/** Whoever carries transfers between the books of this server. */
export interface Transfers {
  /** Sends a transfer and carries it as far as it goes now; a refusal where nothing was sent. */
  send(order: TransferOrder, sender: Sender): Promise<Standing | Refusal>;
}

declare module '../../graphql/base/builder.ts' {
  interface Context {
    readonly transfers: Transfers;
  }
}

const stageDocs: Readonly<Record<SentStage, string>> = {
  sent: 'Still on its way: the money lies in suspense in the book that it leaves. It is carried on by itself.',
  completed: 'It has arrived, and is settled in both books.',
  returned: 'The other book declined it: the money is back in the wallet that it left.',
};

const StageEnum = builder.enumType('TransferStage', {
  description: 'How far a transfer between books has come.',
  values: Object.fromEntries(
    sentStages.map((stage) => [stage.toUpperCase(), { value: stage, description: stageDocs[stage] }]),
  ),
});

/** A transfer, as the book knows it that the money leaves. */
interface TransferRead {
  readonly book: string;
  readonly transfer: string;
  readonly row: SentRow;
}

const TransferRef = builder.objectRef<TransferRead>('Transfer').implement({
  description: 'Money on its way between two books, as the book knows it that it leaves.',
  fields: (t) => ({
    id: t.exposeID('transfer', { description: 'The caller’s id of it, once in the book that it leaves.' }),
    book: t.exposeID('book', { description: 'The book that it leaves.' }),
    toBook: t.id({ description: 'The book that it goes to.', resolve: ({ row }) => row.book }),
    from: t.id({ description: 'Whose wallet it leaves.', resolve: ({ row }) => row.from }),
    to: t.id({ description: 'Whose wallet it is for, in the other book.', resolve: ({ row }) => row.to }),
    amount: t.field({
      type: Money,
      description: 'How much.',
      resolve: ({ row }) => ({ minor: row.minor, currency: 'CNY' }),
    }),
    sentOn: t.field({
      type: 'Date',
      description: 'The day on which it left its wallet.',
      resolve: ({ row }) => row.on,
    }),
    stage: t.field({
      type: StageEnum,
      description: 'How far it has come.',
      resolve: ({ row }) => row.stage,
    }),
    reason: t.string({
      nullable: true,
      description: 'Of one that was returned: why the other book declined it.',
      resolve: ({ row }) => row.reason,
    }),
  }),
});

const TransferAccepted = builder.objectRef<Standing>('TransferAccepted').implement({
  description:
    'The transfer was sent, and that is durable. Its stage says how far it has come: SENT means that it goes on by itself, and that the same input with the same key tells how far.',
  fields: (t) => ({
    transfer: t.field({
      type: TransferRef,
      description: 'The transfer as it stands.',
      resolve: (standing) => standing,
    }),
    revision: t.expose('revision', {
      type: 'Revision',
      description:
        'Of its latest event in the book that it leaves: pass it as `atLeast` to read what became of it.',
    }),
    toRevision: t.expose('toRevision', {
      type: 'Revision',
      nullable: true,
      description: 'Of the event in the other book, where it arrived or was declined; null before that.',
    }),
    repeated: t.exposeBoolean('repeated', {
      description: 'It had been sent before, by an input with the same key: it was not sent again.',
    }),
    waits: t.expose('waits', {
      type: RefusalRef,
      nullable: true,
      description: 'Why it is still on its way.',
    }),
  }),
});

const TransferResult = builder.unionType('TransferResult', {
  description: 'A transfer that was sent, as it stands; or why nothing was sent.',
  types: [TransferAccepted, ...refusalTypes],
  resolveType: (value) => (value instanceof Refusal ? refusalKind(value) : 'TransferAccepted'),
});

const TransferBetweenBooksInput = builder.inputType('TransferBetweenBooksInput', {
  description: 'What transferBetweenBooks takes.',
  fields: (t) => ({
    book: t.id({ defaultValue: defaultBook, description: 'The book that the money leaves.' }),
    toBook: t.id({ required: true, description: 'The book that it goes to: another one.' }),
    transfer: t.id({
      required: true,
      description: 'Your id of the transfer, once in the book that it leaves.',
    }),
    from: t.id({ required: true, description: 'Whose wallet it leaves.' }),
    to: t.id({ required: true, description: 'Whose wallet it is for, in the other book.' }),
    amount: t.field({ type: MoneyInput, required: true, description: 'How much.' }),
    effectiveOn: t.field({
      type: 'Date',
      required: true,
      description:
        'The day on which it leaves its wallet: one that is open. In the other book it arrives on that day, or on the first that is open there.',
    }),
    idempotencyKey: t.string({
      description:
        'Makes a retry safe: the same key with the same input is sent once, carried on, and answered with where it stands; with another input it is a Conflict. 1 to 200 characters; keys never expire.',
    }),
  }),
});

builder.mutationField('transferBetweenBooks', (t) =>
  t.field({
    type: TransferResult,
    description:
      'Money goes from a wallet of one book to a wallet of another: sent, received, completed; or declined there and returned. Where the other book can’t be reached now it stays on its way, and is carried on by itself. (interbook)',
    args: {
      input: t.arg({ type: TransferBetweenBooksInput, required: true, description: 'What it takes.' }),
    },
    complexity: 30,
    resolve: (_root, { input }, { transfers, sender }) => {
      const { book, toBook, transfer, from, to, amount, effectiveOn, idempotencyKey } = input;
      return transfers.send(
        {
          book: book ?? defaultBook,
          toBook,
          transfer,
          from,
          to,
          amount: String(commandValue({ kind: 'amount' }, amount)),
          on: effectiveOn,
          key: idempotencyKey ?? undefined,
        },
        sender,
      );
    },
  }),
);

const TransferConnection = connectionOf('Transfer', TransferRef, 'transfers');

builder.objectField(LedgerRef, 'transfersInTransit', (t) =>
  t.field({
    type: TransferConnection,
    description:
      'Transfers to other books that are still on their way, those sent for the earliest day first. (interbook)',
    args: {
      first: t.arg.int({ description: 'How many.' }),
      after: t.arg.string({ description: 'From behind this cursor on.' }),
    },
    resolve: async (point, page, { signal }) => {
      if (point.asOf !== undefined)
        throw fault(
          new Refusal(
            pointUnknown,
            'transfersInTransit',
            'what is on its way is of all days: leave asOf out',
          ),
        );
      const now = point.view;
      // What is at hand is answered at once, so that no other command comes in between.
      const { state } = now.isHead ? now : await point.whole(signal);
      const found = [...onTheirWay(state)].flatMap((transfer): TransferRead[] => {
        const row = state.row(sent, transfer);
        return row === undefined ? [] : [{ book: point.source.book, transfer, row }];
      });
      return pageOfAll('transfer', page, found, ({ transfer }) => transfer);
    },
  }),
);
