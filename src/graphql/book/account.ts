/**
 * Accounts: what they hold, and their statements.
 *
 * @module
 */
import type { Day } from '../../kernel/values/dates.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { type StatementLine, statement } from '../../reading/statement.ts';
import type { AccountFilter, AccountReading } from '../../reading/view.ts';
import { builder } from '../base/builder.ts';
import { askedPage, type Connection, connectionOf, cursorOf, pageOf } from '../base/connection.ts';
import { AccountClassEnum } from '../base/enums.ts';
import { orFault } from '../base/faults.ts';
import { Money } from '../base/money.ts';
import { EventRef } from '../events/event.ts';

/** An account at a point. */
export interface AccountRead {
  readonly point: LedgerPoint;
  readonly reading: AccountReading;
}

interface LineRead {
  readonly line: StatementLine;
  readonly of: AccountRead;
}

const Line = builder.objectRef<LineRead>('StatementLine').implement({
  description: 'A posting as its account sees it.',
  fields: (t) => ({
    day: t.field({
      type: 'Date',
      description: 'The day on which it counts.',
      resolve: ({ line }) => line.day,
    }),
    amount: t.field({
      type: Money,
      description: 'Positive where it makes the account larger on its normal side.',
      resolve: ({ line, of }) => ({ minor: line.minor, currency: of.reading.currency }),
    }),
    balance: t.field({
      type: Money,
      description: 'Of the account after this line, in the order of the statement.',
      resolve: ({ line, of }) => ({ minor: line.balance, currency: of.reading.currency }),
    }),
    revision: t.field({
      type: 'Revision',
      description: 'The event that posted it.',
      resolve: ({ line }) => line.revision,
    }),
    event: t.field({
      type: EventRef,
      description: 'The event that posted it.',
      resolve: async ({ line, of }) => {
        const { source } = of.point;
        const [event] = await source.events([line.revision]);
        if (event === undefined) throw new RangeError(`no event ${line.revision}`);
        return { event, source };
      },
    }),
  }),
});

const StatementConnection = connectionOf(
  'Statement',
  Line,
  'a statement: lines by effective date, those of one day in the order of the log',
);

/** An account. */
export const AccountRef = builder.objectRef<AccountRead>('Account');

AccountRef.implement({
  description: 'An account at a point: a kind, a holder where the kind has one for each, and a currency.',
  fields: (t) => ({
    id: t.id({
      description: 'platform:liability:payments:wallet:user-42:CNY',
      resolve: ({ reading }) => reading.id,
    }),
    entity: t.id({
      description: 'Whose books: platform, fund …',
      resolve: ({ reading }) => reading.kind.entity,
    }),
    class: t.field({
      type: AccountClassEnum,
      description: 'Of the five classes.',
      resolve: ({ reading }) => reading.kind.class,
    }),
    segment: t.id({
      description: 'The line of business that declares it.',
      resolve: ({ reading }) => reading.kind.segment,
    }),
    name: t.string({
      description: 'wallet, escrow, merchant-fee …',
      resolve: ({ reading }) => reading.kind.name,
    }),
    holder: t.id({
      nullable: true,
      description: 'Whose it is; null where there is only one of its kind.',
      resolve: ({ reading }) => reading.holder,
    }),
    doc: t.string({ description: 'What it holds.', resolve: ({ reading }) => reading.kind.doc }),
    balance: t.field({
      type: Money,
      description: 'Positive on the account’s normal side: a wallet with money in it shows 80.00.',
      resolve: ({ reading }) => reading,
    }),
    statement: t.field({
      type: StatementConnection,
      description: 'Its postings by effective date, each with the balance after it.',
      args: {
        from: t.arg({
          type: 'Date',
          description: 'First day; the lines before it are in the first balance.',
        }),
        to: t.arg({ type: 'Date', description: 'Last day.' }),
        first: t.arg.int({ description: 'How many lines.' }),
        after: t.arg.string({ description: 'From behind this cursor on.' }),
      },
      resolve: (of, args) => statementPage(of, args),
    }),
  }),
});

interface StatementArgs {
  readonly from?: Day | null | undefined;
  readonly to?: Day | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

function statementPage(of: AccountRead, { from, to, ...page }: StatementArgs): Connection<LineRead> {
  const asked = askedPage('statement', page);
  const { lines, more } = orFault(
    statement(of.point.view, of.reading, {
      from: from ?? undefined,
      to: to ?? undefined,
      first: asked.size,
      after: asked.after,
    }),
  );
  const edges = lines.map((line) => ({ node: { line, of }, cursor: cursorOf('statement', line.cursor) }));
  return pageOf(asked, edges, more);
}

/** A page of accounts. */
export const AccountConnection = connectionOf('Account', AccountRef, 'accounts, by id');

/** Which accounts are meant. */
export const AccountFilterInput = builder.inputType('AccountFilter', {
  description: 'Which accounts are meant: all that is given must hold.',
  fields: (t) => ({
    entity: t.id({ description: 'Whose books: platform, fund …' }),
    class: t.field({ type: AccountClassEnum, description: 'Of the five classes.' }),
    segment: t.id({ description: 'The line of business that declares them.' }),
    name: t.string({ description: 'wallet, escrow …' }),
    holder: t.id({ description: 'Whose they are.' }),
    prefix: t.string({ description: 'What their ids begin with.' }),
  }),
});

/** The accounts of a point that a filter means, a page at a time. */
export function accountPage(
  point: LedgerPoint,
  filter: typeof AccountFilterInput.$inferInput | null | undefined,
  page: { readonly first?: number | null | undefined; readonly after?: string | null | undefined },
): Connection<AccountRead> {
  const asked = askedPage('account', page);
  const { entity, class: of, segment, name, holder, prefix } = filter ?? {};
  const meant: AccountFilter = {
    entity: entity ?? undefined,
    class: of ?? undefined,
    segment: segment ?? undefined,
    name: name ?? undefined,
    holder: holder ?? undefined,
    prefix: prefix ?? undefined,
  };
  const found = point.view.accounts(meant, { first: asked.size + 1, after: asked.after });
  return pageOf(
    asked,
    found.map((reading) => ({ node: { point, reading }, cursor: cursorOf('account', reading.id) })),
  );
}
