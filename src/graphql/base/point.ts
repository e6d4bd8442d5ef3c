/**
 * The arguments that name a book or a sandbox, and a point in it; and the ledger that they give.
 *
 * @module
 */

import type { Day } from '../../kernel/values/dates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { notReached, sandboxUnknown } from '../../reading/codes.ts';
import { LedgerPoint, type Recorded, revisionAsked } from '../../reading/point.ts';
import type { Desk, Source } from '../../reading/ports.ts';
import { builder, type Context } from './builder.ts';
import { fault, orFault } from './faults.ts';
import { waitMsMax } from './limits.ts';

/** The book that is meant when none is named. */
export const defaultBook = 'main';

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

interface PointNamed extends BookNamed, Recorded {
  readonly asOf?: Day | null | undefined;
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
export const revisionOf = (source: Source, named: Recorded, { library }: Context): number | undefined =>
  orFault(revisionAsked(source, named, library.now()));
