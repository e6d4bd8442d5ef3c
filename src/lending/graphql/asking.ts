/**
 * Arguments that questions about credit share, and events that name a thing.
 *
 * @module
 */
import { builder, type Context } from '../../graphql/base/builder.ts';
import { askedEvents } from '../../graphql/events/search.ts';
import type { LedgerPoint } from '../../reading/point.ts';

/** The argument of the day that a debt is worked out for. */
export const onArg = builder.args((t) => ({
  on: t.field({
    type: 'Date',
    description:
      'The day that figures are worked out for, the latest event of each debt or later: 2016-04-30. When left out see Debt.on.',
  }),
}));
/** The arguments of a page. */
export const pageArgs = builder.args((t) => ({
  first: t.int({ description: 'How many: 20.' }),
  after: t.string({ description: 'From behind this cursor on.' }),
}));

interface EventsAsked {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly type?: readonly string[];
}

/** Events that name a subject up to a point, newest first. */
export const subjectEvents = (
  point: LedgerPoint,
  subject: string,
  { first, after, type }: EventsAsked,
  context: Context,
) =>
  askedEvents(
    point.source,
    {
      first,
      after,
      filter: {
        subject: [subject],
        ...(type === undefined ? {} : { type: [...type] }),
        ...(point.asOf === undefined ? {} : { to: point.asOf }),
      },
    },
    point.revision,
    context,
  );
