/**
 * The arguments that name a book or a sandbox, and a point in it; and the ledger that they give.
 *
 * @module
 */

import type { State } from '../../kernel/state/state.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { Desk, Source } from '../../reading/ports.ts';
import { LedgerView } from '../../reading/view.ts';
import { builder, type Context } from './builder.ts';
import { badQuestion, fault, notReached, orFault, pointUnknown, sandboxUnknown } from './faults.ts';
import { waitMsMax } from './limits.ts';

/** The book that is meant when none is named. */
export const defaultBook = 'main';

/** A source at a point of both axes. At the head the point is settled when it is first looked at. */
export class LedgerPoint {
  readonly source: Source;
  readonly asOf: Day | undefined;
  readonly #revision: number | undefined;
  #view: LedgerView | undefined;
  #whole: Promise<LedgerView> | undefined;

  constructor(source: Source, revision: number | undefined, asOf: Day | undefined) {
    this.source = source;
    this.asOf = asOf;
    this.#revision = revision;
  }

  get view(): LedgerView {
    if (this.#view === undefined) {
      const { head, house, state } = this.source;
      const revision = this.#revision ?? head.revision;
      this.#view = new LedgerView(house, state, {
        revision,
        postings:
          revision === head.revision ? state.journal.length : this.source.lookups.postingsAfter(revision),
        asOf: this.asOf,
      });
    }
    return this.#view;
  }

  get revision(): number {
    return this.view.point.revision;
  }

  /** A view whose tables, too, say what they said at the point: folded again where the source has moved on. */
  whole(signal: AbortSignal): LedgerView | Promise<LedgerView> {
    if (this.view.isHead) return this.view;
    this.#whole ??= this.source
      .stateAt(this.revision, signal)
      .then((state) => viewOfAll(this.source, state, this.revision, this.asOf));
    return this.#whole;
  }
}

const viewOfAll = ({ house }: Source, state: State, revision: number, asOf: Day | undefined): LedgerView =>
  new LedgerView(house, state, { revision, postings: state.journal.length, asOf });

/** The arguments that name a book or a sandbox. */
export const bookArgs = builder.args((t) => ({
  book: t.id({ defaultValue: defaultBook, description: 'The book.' }),
  sandbox: t.id({ description: 'A sandbox instead of a book: its own events on top of its book’s.' }),
}));

/** The arguments that name a point of the recorded axis. */
export const knownArgs = builder.args((t) => ({
  revision: t.field({
    type: 'Revision',
    description: 'As recorded up to this event; the newest when left out.',
  }),
  knownAt: t.field({
    type: 'DateTime',
    description: 'As recorded up to this time. One of revision and knownAt.',
  }),
}));

interface BookNamed {
  readonly book?: string | null | undefined;
  readonly sandbox?: string | null | undefined;
}

/** The desk that arguments or an input name. */
export async function deskOf({ book, sandbox }: BookNamed, { library }: Context): Promise<Desk | Refusal> {
  if (sandbox === null || sandbox === undefined) return await library.book(book ?? defaultBook);
  const found = library.sandbox(sandbox);
  if (found === undefined) return new Refusal(sandboxUnknown, sandbox);
  if (typeof book === 'string' && book !== defaultBook && book !== found.book)
    return new Refusal(sandboxUnknown, sandbox, `it is one of book ${found.book}, not of ${book}`);
  return found;
}

interface PointNamed extends BookNamed {
  readonly asOf?: Day | null | undefined;
  readonly revision?: number | null | undefined;
  readonly knownAt?: number | null | undefined;
  readonly atLeast?: number | null | undefined;
}

/** The point that arguments name. It fails rather than answer from something nearby. */
export async function pointOf(args: PointNamed, context: Context): Promise<LedgerPoint> {
  const source = orFault(await deskOf(args, context));
  const { atLeast } = args;
  if (typeof atLeast === 'number') await reach(source, atLeast, context.signal);
  return new LedgerPoint(source, revisionOf(source, args, context), args.asOf ?? undefined);
}

async function reach(source: Source, revision: number, signal: AbortSignal): Promise<void> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(waitMsMax)]);
  if (await source.reached(revision, soon)) return;
  throw fault(
    new Refusal(
      notReached,
      `atLeast: ${revision}`,
      `${source.title} is at ${source.head.revision} after ${waitMsMax} ms`,
    ),
  );
}

/** The revision that is meant; undefined for the head. */
export function revisionOf(
  source: Source,
  { revision, knownAt }: Pick<PointNamed, 'revision' | 'knownAt'>,
  { library }: Context,
): number | undefined {
  if (typeof revision === 'number' && typeof knownAt === 'number')
    throw badQuestion('revision and knownAt', 'one of the two');
  const { head, readableFrom, title } = source;
  if (typeof knownAt === 'number' && knownAt > library.now())
    throw fault(
      new Refusal(pointUnknown, `knownAt: ${new Date(knownAt).toISOString()}`, 'that time is still to come'),
    );
  const asked = typeof knownAt === 'number' ? source.lookups.knownAt(knownAt) : revision;
  if (asked === null || asked === undefined) return undefined;
  if (asked > head.revision)
    throw fault(new Refusal(pointUnknown, `revision: ${asked}`, `${title} ends at ${head.revision}`));
  if (asked < readableFrom)
    throw fault(
      new Refusal(pointUnknown, `revision: ${asked}`, `${title} can be read from ${readableFrom} on`),
    );
  return asked;
}
