/**
 * Transfers between books, as a consolidation sees them. A transfer is two halves and an answer, and no append reaches two books:
 * between the second half and the answer both books hold the money, and it must count once.
 *
 * @module
 */

import type { Day } from '../../../kernel/values/dates.ts';
import { type BookView, type Consolidation, consolidate } from '../../../reading/consolidation.ts';
import { inTransit, setAside } from '../accounts.ts';
import { sentSubject } from '../sending.ts';
import { type ArrivedRow, arrivalKey, arrived, type SentRow, sent } from '../state.ts';

/** Fewest and most books of a consolidation: each must be open at the same time. */
export const consolidatedBooks = { min: 2, max: 64 } as const;

/** How often books are looked at again where one seems to lag behind another. */
const looksMax = 3;

/** What of a book's events is known without reading them. */
interface Known {
  day(revision: number): Day;
  /** The events that name a subject, newest first, at or below a revision. */
  ofSubject(subject: string, from: number): Iterable<number>;
}

/** A book at its head, as of all days or of one: the same for all books of a consolidation. */
export interface ConsolidatedBook extends BookView {
  readonly lookups: Known;
}

/**
 * How two books hold the money of a transfer:
 *
 * - `in transit`: the book that it leaves holds it, in suspense, and the other has yet to say whether it takes it;
 * - `declined`: the same, and it goes back into the wallet that it left;
 * - `held twice`: in suspense in the one, in a wallet of the other. This is what is eliminated;
 * - `in both`: in wallets of both, or arrived from nowhere;
 * - `in neither`: settled in the book that it leaves, and not there in the other.
 *
 * The last two are differences. As of a day they come from dates that two books give the halves of one transfer, each by its own
 * open days; as of all days from a book that lags behind, or from halves given by hand.
 */
export type Holding = 'in transit' | 'declined' | 'held twice' | 'in both' | 'in neither';

/** A transfer between two of the books that is not settled in both. */
export interface BetweenBooks {
  readonly transfer: string;
  /** The book that it leaves, and the one that it goes to. */
  readonly from: string;
  readonly to: string;
  readonly minor: bigint;
  readonly currency: 'CNY';
  /** Undefined where the book that it leaves knows nothing of it. */
  readonly sentOn: Day | undefined;
  /** The day on which it arrived, or was declined. */
  readonly decidedOn: Day | undefined;
  readonly holding: Holding;
}

/** Several books as if they were one, and the transfers between them that are not settled in both. */
export interface ConsolidatedBooks<B extends ConsolidatedBook> extends Consolidation {
  /** As they were read. */
  readonly books: readonly B[];
  readonly eliminations: readonly BetweenBooks[];
  /** In transit and declined: held once, by the book that the money leaves. */
  readonly inTransit: readonly BetweenBooks[];
  readonly differences: readonly BetweenBooks[];
}

/**
 * Consolidates books. Where one of them seems to lag behind another they are brought up to date and read again: what two books
 * say of a transfer fits together only where both have come as far.
 *
 * @param read the books, each at its head: all at once, so that nothing is recorded in between
 * @param refresh folds what others have appended to the books' logs
 */
export async function consolidated<B extends ConsolidatedBook>(
  read: () => readonly B[],
  refresh: () => Promise<void>,
): Promise<ConsolidatedBooks<B>> {
  let books = read();
  let pairs = pairsOf(books);
  for (let look = 0; look < looksMax; look++) {
    if (!pairs.some((pair) => unsettled(pair, undefined).some(isDifference))) break;
    await refresh();
    books = read();
    pairs = pairsOf(books);
  }
  const asOf = books[0]?.view.point.asOf;
  // Halves that the book which they leave knows nothing of come after the others.
  const transfers = pairs.flatMap((pair) => unsettled(pair, asOf));
  const eliminations = transfers.filter(({ holding }) => holding === 'held twice');
  const twice = eliminations.flatMap(({ currency, minor }) => [
    { kind: setAside, currency, minor },
    { kind: inTransit, currency, minor },
  ]);
  return {
    ...consolidate(books, twice),
    books,
    eliminations,
    inTransit: transfers.filter(({ holding }) => holding === 'in transit' || holding === 'declined'),
    differences: transfers.filter(isDifference),
  };
}

/** What a book has of a transfer, as of a day: how far it has come, and how much it is. */
interface HomeHalf {
  readonly stage: 'unknown' | SentRow['stage'];
  readonly minor: bigint;
}
interface OtherHalf {
  readonly stage: 'unknown' | ArrivedRow['stage'];
  readonly minor: bigint;
}

/**
 * How the money of a transfer is held. What left wallets of the one book is in wallets of the other or on its way; and of what is
 * on its way, that which is in wallets of the other is held twice. Whatever is left over is a difference.
 */
function* holdingsOf(home: HomeHalf, other: OtherHalf): Generator<readonly [Holding, bigint], void, void> {
  const left = home.stage === 'sent' || home.stage === 'completed' ? home.minor : 0n;
  const suspended = home.stage === 'sent' ? home.minor : 0n;
  const come = other.stage === 'arrived' ? other.minor : 0n;
  const twice = come < suspended ? come : suspended;
  const onItsWay = suspended - twice;
  const missing = left - come - onItsWay;
  if (twice > 0n) yield ['held twice', twice];
  if (onItsWay > 0n) yield [other.stage === 'declined' ? 'declined' : 'in transit', onItsWay];
  if (missing > 0n) yield ['in neither', missing];
  if (missing < 0n) yield ['in both', -missing];
}

/** What two of the books know of a transfer. */
interface Pair {
  readonly transfer: string;
  /** The book that it leaves. */
  readonly home: ConsolidatedBook;
  /** The one that it goes to, by its id. */
  readonly to: string;
  readonly row: SentRow | undefined;
  readonly there: ArrivedRow | undefined;
}

/** Every transfer between some books. It looks at each once: about a quarter of a second for a hundred thousand of them. */
function pairsOf(books: readonly ConsolidatedBook[]): readonly Pair[] {
  const found: Pair[] = [];
  const byId = new Map(books.map((book) => [book.id, book]));
  for (const home of books) {
    for (const [transfer, row] of home.view.state.rows.entries(sent)) {
      const other = byId.get(row.book);
      // To a book that is not among them it is on its way like anything else that is owed.
      if (other === undefined) continue;
      const there = other.view.state.row(arrived, arrivalKey(home.id, transfer));
      found.push({ transfer, home, to: row.book, row, there });
    }
  }
  for (const { id, view } of books) {
    for (const [key, there] of view.state.rows.entries(arrived)) {
      const [from = '', transfer = ''] = key.split('/');
      const home = byId.get(from);
      // What the other book knows of it has been asked above.
      if (home === undefined || home.view.state.row(sent, transfer)?.book === id) continue;
      found.push({ transfer, home, to: id, row: undefined, there });
    }
  }
  return found;
}

/** What of a transfer is not settled in both books, as of a day or of all; nothing for most. */
function unsettled({ transfer, home, to, row, there }: Pair, asOf: Day | undefined): readonly BetweenBooks[] {
  const half: HomeHalf =
    row === undefined
      ? { stage: 'unknown', minor: 0n }
      : { stage: homeStage(home, transfer, row, asOf), minor: row.minor };
  const days = { sentOn: row?.on, decidedOn: there?.on };
  return [...holdingsOf(half, otherHalf(there, asOf))].map(([holding, minor]) => ({
    transfer,
    from: home.id,
    to,
    minor,
    currency: 'CNY',
    ...days,
    holding,
  }));
}

const isDifference = ({ holding }: BetweenBooks): boolean =>
  holding === 'in both' || holding === 'in neither';

function homeStage(
  { lookups, view }: ConsolidatedBook,
  transfer: string,
  { stage, on }: SentRow,
  asOf: Day | undefined,
): HomeHalf['stage'] {
  if (asOf === undefined) return stage;
  if (on > asOf) return 'unknown';
  if (stage === 'sent') return stage;
  // The row doesn't hold the day on which it came to its end: that is the day of the newest event about it.
  for (const revision of lookups.ofSubject(sentSubject(transfer), view.point.revision))
    return lookups.day(revision) > asOf ? 'sent' : stage;
  return stage;
}

const otherHalf = (row: ArrivedRow | undefined, asOf: Day | undefined): OtherHalf =>
  row === undefined || (asOf !== undefined && row.on > asOf) ? { stage: 'unknown', minor: 0n } : row;
