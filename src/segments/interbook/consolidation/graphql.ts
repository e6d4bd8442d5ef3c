/**
 * Several books as if they were one, in the graph.
 *
 * @module
 */
import { builder } from '../../../graphql/base/builder.ts';
import { AccountClassEnum } from '../../../graphql/base/enums.ts';
import { badQuestion, orFault } from '../../../graphql/base/faults.ts';
import { pageLimits } from '../../../graphql/base/limits.ts';
import { Money } from '../../../graphql/base/money.ts';
import { sizeDoc, sizeOf } from '../../../graphql/base/sizes.ts';
import { LedgerRef } from '../../../graphql/book/ledger.ts';
import type { Money as KernelMoney } from '../../../kernel/values/money.ts';
import type { ConsolidatedLine, ConsolidatedTotals } from '../../../reading/consolidation.ts';
import { LedgerPoint } from '../../../reading/point.ts';
import type { Desk } from '../../../reading/ports.ts';
import {
  type BetweenBooks,
  type ConsolidatedBook,
  type ConsolidatedBooks,
  consolidated,
  consolidatedBooks,
  type Holding,
} from './consolidating.ts';

/** A book of a consolidation, with the ledger that its figures are of. */
interface BookRead extends ConsolidatedBook {
  readonly point: LedgerPoint;
}

type Read = ConsolidatedBooks<BookRead>;

const BookRef = builder.objectRef<BookRead>('ConsolidatedBook').implement({
  description: 'A book of a consolidation.',
  fields: (t) => ({
    book: t.id({ description: 'The book.', resolve: ({ id }) => id }),
    revision: t.field({
      type: 'Revision',
      description: 'What its figures were computed at: its newest event then.',
      resolve: ({ view }) => view.point.revision,
    }),
    ledger: t.field({
      type: LedgerRef,
      description: 'It as a ledger, at that revision.',
      resolve: ({ point }) => point,
    }),
  }),
});

interface LineRead {
  readonly line: ConsolidatedLine;
  readonly books: Read['books'];
}

const AmountRef = builder
  .objectRef<{ readonly book: string; readonly amount: KernelMoney }>('BookAmount')
  .implement({
    description: 'What one book says.',
    fields: (t) => ({
      book: t.exposeID('book', { description: 'The book.' }),
      amount: t.field({ type: Money, description: 'How much.', resolve: ({ amount }) => amount }),
    }),
  });

const LineRef = builder.objectRef<LineRead>('ConsolidatedLine').implement({
  description:
    'A control account in all books: book by book, what is eliminated, and what is left. Amounts are positive on its normal side.',
  fields: (t) => ({
    account: t.id({
      description: 'The head of its accounts’ ids: platform:liability:payments:wallet.',
      resolve: ({ line }) => line.kind.path,
    }),
    entity: t.id({ description: 'Whose books.', resolve: ({ line }) => line.kind.entity }),
    class: t.field({
      type: AccountClassEnum,
      description: 'Of the five classes.',
      resolve: ({ line }) => line.kind.class,
    }),
    books: t.field({
      type: [AmountRef],
      description: 'Its balance in each book, in the order in which the books were named.',
      resolve: ({ line: { books, currency }, books: named }) =>
        books.map((minor, at) => ({ book: named[at]?.id ?? '', amount: { minor, currency } })),
    }),
    eliminated: t.field({
      type: Money,
      description: 'What another book holds, too.',
      resolve: ({ line: { eliminated: minor, currency } }) => ({ minor, currency }),
    }),
    total: t.field({
      type: Money,
      description: 'The sum over the books less what is eliminated.',
      resolve: ({ line: { total: minor, currency } }) => ({ minor, currency }),
    }),
  }),
});

const TotalsRef = builder.objectRef<ConsolidatedTotals>('ConsolidatedTotal').implement({
  description:
    'The sums of an entity in a currency over all books, after eliminations. What is overdrawn in one book is owed, whatever there is in another.',
  fields: (t) => {
    const money = (name: Exclude<keyof ConsolidatedTotals, 'entity' | 'currency'>, description: string) =>
      t.field({
        type: Money,
        description,
        resolve: (totals) => ({ minor: totals[name], currency: totals.currency }),
      });
    return {
      entity: t.exposeID('entity', { description: 'Whose books.' }),
      debit: money('debit', 'Sum of the debits of the trial balance.'),
      credit: money('credit', 'Sum of its credits: they agree.'),
      assets: money('assets', 'What there is.'),
      liabilities: money('liabilities', 'What is owed, overdrafts included.'),
      equity: money('equity', 'What owners paid in.'),
      income: money('income', 'What was earned since the books began.'),
      expenses: money('expenses', 'What was spent since then.'),
      result: money('result', 'Income less expenses: assets are liabilities, equity and result together.'),
    };
  },
});

const holdingDocs: Readonly<Record<Holding, string>> = {
  'in transit': 'In suspense in the book that it leaves; the other has yet to say whether it takes it.',
  declined: 'In suspense in the book that it leaves; the other declined it, and it goes back.',
  'held twice': 'In suspense in the book that it leaves, and in a wallet of the other: eliminated.',
  'in both': 'In wallets of both books, or come from nowhere: not eliminated.',
  'in neither': 'Settled in the book that it leaves, and not there in the other.',
};

const HoldingEnum = builder.enumType('TransferHolding', {
  description: 'How two books hold the money of a transfer.',
  values: Object.fromEntries(
    Object.entries(holdingDocs).map(([value, description]) => [
      value.toUpperCase().replaceAll(' ', '_'),
      { value, description },
    ]),
  ),
});

const TransferRef = builder.objectRef<BetweenBooks>('UnsettledTransfer').implement({
  description: 'A transfer between two books of a consolidation that is not settled in both.',
  fields: (t) => ({
    id: t.exposeID('transfer', { description: 'Its id in the book that it leaves.' }),
    book: t.exposeID('from', { description: 'The book that it leaves.' }),
    toBook: t.exposeID('to', { description: 'The book that it goes to.' }),
    amount: t.field({ type: Money, description: 'How much of it.', resolve: (transfer) => transfer }),
    sentOn: t.expose('sentOn', {
      type: 'Date',
      nullable: true,
      description: 'The day on which it left; null where the book that it leaves does not know it.',
    }),
    decidedOn: t.expose('decidedOn', {
      type: 'Date',
      nullable: true,
      description: 'The day on which it arrived or was declined; null before that.',
    }),
    holding: t.field({
      type: HoldingEnum,
      description: 'How the two books hold its money.',
      resolve: ({ holding }) => holding,
    }),
  }),
});

const firstArg = builder.args((t) => ({
  first: t.int({ defaultValue: pageLimits.defaultSize, required: true, description: sizeDoc }),
}));

const sumOf = (transfers: readonly BetweenBooks[]): KernelMoney => ({
  minor: transfers.reduce((sum, { minor }) => sum + minor, 0n),
  currency: 'CNY',
});

const ConsolidationRef = builder.objectRef<Read>('Consolidation').implement({
  description:
    'Several books as if they were one: their trial balances side by side and summed, less what two of them hold at once.',
  fields: (t) => ({
    books: t.field({
      type: [BookRef],
      description: 'The books, in the order in which they were named.',
      resolve: ({ books }) => [...books],
    }),
    asOf: t.field({
      type: 'Date',
      nullable: true,
      description: 'The last day that counts; null: all days.',
      resolve: ({ books }) => books[0]?.view.point.asOf,
    }),
    lines: t.field({
      type: [LineRef],
      description:
        'Every control account that has a balance in any of the books, a currency each, by account.',
      resolve: ({ lines, books }) => lines.map((line) => ({ line, books })),
    }),
    totals: t.field({
      type: [TotalsRef],
      description: 'By entity and currency.',
      resolve: ({ totals }) => [...totals],
    }),
    eliminations: t.field({
      type: [TransferRef],
      description: 'What two books hold at once, transfer by transfer: the first of them.',
      args: firstArg,
      resolve: ({ eliminations }, { first }) => eliminations.slice(0, sizeOf(first)),
    }),
    eliminationCount: t.int({
      description: 'How many there are.',
      resolve: ({ eliminations }) => eliminations.length,
    }),
    eliminated: t.field({
      type: Money,
      description: 'The sum of all of them: taken off what is set aside, and off what is in transit.',
      resolve: ({ eliminations }) => sumOf(eliminations),
    }),
    inTransit: t.field({
      type: [TransferRef],
      description:
        'What is on its way between these books and held once, by the one that it leaves; or on its way back: the first of them.',
      args: firstArg,
      resolve: ({ inTransit }, { first }) => inTransit.slice(0, sizeOf(first)),
    }),
    inTransitCount: t.int({
      description: 'How many there are.',
      resolve: ({ inTransit }) => inTransit.length,
    }),
    inTransitTotal: t.field({
      type: Money,
      description: 'The sum of all of them.',
      resolve: ({ inTransit }) => sumOf(inTransit),
    }),
    differences: t.field({
      type: [TransferRef],
      description:
        'What the books don’t agree on: the first of them. As of a day they come from halves of a transfer that the two books date otherwise; as of all days from halves given by hand.',
      args: firstArg,
      resolve: ({ differences }, { first }) => differences.slice(0, sizeOf(first)),
    }),
    differenceCount: t.int({
      description: 'How many there are.',
      resolve: ({ differences }) => differences.length,
    }),
  }),
});

/** Refuses what can't be consolidated before anything is opened. */
function checkNames(books: readonly string[]): void {
  const { min, max } = consolidatedBooks;
  if (books.length < min || books.length > max)
    throw badQuestion(`books: ${books.length}`, `${min} to ${max}`);
  const twice = books.find((id, at) => books.indexOf(id) !== at);
  if (twice !== undefined) throw badQuestion(`books: ${twice}`, 'it is named twice');
}

builder.queryField('consolidation', (t) =>
  t.field({
    type: ConsolidationRef,
    description:
      'Several books as if they were one, each at its newest event: balances side by side and summed, without what two of them hold at once; and what is on its way between them. (interbook)',
    complexity: ({ books }) => ({ field: 20 * books.length, multiplier: 1 }),
    args: {
      books: t.arg.idList({
        required: true,
        description: `The books, ${consolidatedBooks.min} to ${consolidatedBooks.max} of them. All are open at the same time.`,
      }),
      asOf: t.arg({ type: 'Date', description: 'Only what counts up to this day, in each book.' }),
    },
    resolve: async (_root, { books, asOf }, { library, signal }) => {
      checkNames(books);
      const desks: Desk[] = [];
      for (const id of books) {
        signal.throwIfAborted();
        desks.push(orFault(await library.book(id)));
      }
      const read = (): readonly BookRead[] =>
        desks.map((desk) => {
          const point = new LedgerPoint(desk, undefined, asOf ?? undefined);
          return { id: desk.book, view: point.view, lookups: desk.lookups, point };
        });
      // Asked for an event that isn't there, without the patience to wait for it, a desk reads what its log has.
      const refresh = async (): Promise<void> => {
        for (const { head, reached } of desks) await reached(head.revision + 1, AbortSignal.abort());
      };
      return await consolidated(read, refresh);
    },
  }),
);
