/**
 * `formicary report consolidated`: several books as if they were one.
 *
 * @module
 */

import type { Book } from '../../book/book.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { formatMinor } from '../../kernel/values/money.ts';
import type { ConsolidatedTotals } from '../../reading/consolidation.ts';
import { LedgerView } from '../../reading/view.ts';
import {
  type BetweenBooks,
  type ConsolidatedBook,
  type ConsolidatedBooks,
  consolidated,
  consolidatedBooks,
} from '../../segments/index.ts';
import { type OpenBook, openBook, readExit } from '../books/books.ts';
import { badUsage, type Exit } from '../frame/failures.ts';
import type { Cell } from '../frame/fitting.ts';
import { dayOption } from '../frame/given.ts';
import { csvText } from '../frame/output.ts';
import type { Call } from '../frame/spec.ts';

type Consolidated = ConsolidatedBooks<ConsolidatedBook>;

/** The ids that --books names. */
function namesOf(call: Call): readonly string[] {
  const { min, max } = consolidatedBooks;
  const given = call.value('books');
  if (given === undefined) throw badUsage('report consolidated', '--books is missing: --books main,north');
  const ids = given.split(',').map((id) => id.trim());
  if (ids.length < min || ids.length > max) throw badUsage(`--books ${given}`, `${min} to ${max} books`);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) throw badUsage(`--books ${given}`, `${twice} is named twice`);
  return ids;
}

/** Prints the consolidation of the books that --books names, each at its newest event. */
export async function reportConsolidated(call: Call): Promise<Exit> {
  const ids = namesOf(call);
  const asOf = dayOption(call, 'as-of');
  if (call.flag('csv') && call.out.json) throw badUsage('--json, --csv', 'one of them');
  const opened: OpenBook[] = [];
  try {
    for (const book of ids) opened.push(await openBook({ ...call, settings: { ...call.settings, book } }));
    const found = await consolidated(
      () => opened.map(({ book }) => readBook(book, asOf)),
      async () => {
        for (const { book } of opened) await book.refresh();
      },
    );
    if (call.out.json) call.out.document(documentOf(found, asOf));
    else if (call.flag('csv')) call.out.write(csvOf(found));
    else print(call, found, asOf);
    return readExit(...opened.map(({ book }) => book));
  } finally {
    for (const { close } of opened) await close();
  }
}

function readBook({ id, house, state, head, register }: Book, asOf: Day | undefined): ConsolidatedBook {
  const { revision } = head;
  const view = new LedgerView(house, state, { revision, postings: state.journal.length, asOf });
  return { id, view, lookups: register };
}

const dayText = (day: Day | undefined): string | null => (day === undefined ? null : formatDay(day));

const transferOf = ({ transfer, from, to, minor, currency, sentOn, decidedOn, holding }: BetweenBooks) => ({
  transfer,
  book: from,
  toBook: to,
  amount: formatMinor(minor, currency),
  currency,
  sentOn: dayText(sentOn),
  decidedOn: dayText(decidedOn),
  holding,
});

const totalNames = [
  'debit',
  'credit',
  'assets',
  'liabilities',
  'equity',
  'income',
  'expenses',
  'result',
] as const satisfies readonly (keyof ConsolidatedTotals)[];

function documentOf(found: Consolidated, asOf: Day | undefined): unknown {
  const { books, lines, totals, eliminations, inTransit, differences } = found;
  return {
    report: 'consolidated',
    asOf: dayText(asOf),
    books: books.map(({ id, view }) => ({ book: id, revision: view.point.revision })),
    lines: lines.map(({ kind, currency, books: each, eliminated, total }) => ({
      account: `${kind.path}:${currency}`,
      books: Object.fromEntries(books.map(({ id }, at) => [id, formatMinor(each[at] ?? 0n, currency)])),
      eliminated: formatMinor(eliminated, currency),
      total: formatMinor(total, currency),
      currency,
    })),
    totals: totals.map((of) => ({
      entity: of.entity,
      currency: of.currency,
      ...Object.fromEntries(totalNames.map((name) => [name, formatMinor(of[name], of.currency)])),
    })),
    eliminations: eliminations.map(transferOf),
    inTransit: inTransit.map(transferOf),
    differences: differences.map(transferOf),
  };
}

/** The figures of a line, in the order of the columns. */
const figuresOf = ({ currency, books, eliminated, total }: Consolidated['lines'][number]): string[] =>
  [...books, eliminated, total].map((minor) => formatMinor(minor, currency));

const csvOf = ({ books, lines }: Consolidated): string =>
  csvText([
    ['account', 'currency', ...books.map(({ id }) => id), 'eliminated', 'total'],
    ...lines.map((line) => [line.kind.path, line.currency, ...figuresOf(line)]),
  ]);

function print(call: Call, found: Consolidated, asOf: Day | undefined): void {
  const { out } = call;
  const { books, lines, totals, eliminations, inTransit, differences } = found;
  const right = (text: string): Cell => ({ right: text });
  const at = books.map(({ id, view }) => `${id} at revision ${view.point.revision}`).join(', ');
  out.line(out.paint('dim', `${at}${asOf === undefined ? '' : `, as of ${formatDay(asOf)}`}`));
  out.table([
    ['account', ...[...books.map(({ id }) => id), 'eliminated', 'total'].map(right)],
    ...lines.map((line): Cell[] => [`${line.kind.path}:${line.currency}`, ...figuresOf(line).map(right)]),
  ]);
  out.line();
  out.table([
    ['entity', 'currency', ...totalNames.map(right)],
    ...totals.map((of): Cell[] => [
      of.entity,
      of.currency,
      ...totalNames.map((name) => right(formatMinor(of[name], of.currency))),
    ]),
  ]);
  const transfers = [...eliminations, ...inTransit, ...differences];
  if (transfers.length === 0) return;
  out.line();
  out.table([
    ['transfer', 'book', 'to', right('amount'), 'sent on', 'decided on', 'holding'],
    ...transfers
      .map(transferOf)
      .map((of): Cell[] => [
        of.transfer,
        of.book,
        of.toBook,
        right(of.amount),
        of.sentOn ?? '',
        of.decidedOn ?? '',
        of.holding,
      ]),
  ]);
}
