/**
 * The ledger: one type for books, sandboxes and what-ifs. Whatever can be asked of one can be asked of all.
 *
 * @module
 */
import { balanceDigest, digest } from '../../kernel/state/digest.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { pointUnknown } from '../../reading/codes.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import type { Source, Verified } from '../../reading/ports.ts';
import { builder } from '../base/builder.ts';
import { PeriodEnum } from '../base/enums.ts';
import { fault, orFault } from '../base/faults.ts';
import { Money } from '../base/money.ts';
import { bookArgs, knownArgs, pointOf } from '../base/point.ts';
import { AccountConnection, AccountFilterInput, AccountRef, accountPage } from './account.ts';
import { HolderRef, holderOf } from './holder.ts';
import { BalanceSheetRef, IncomeStatementRef, TrialBalanceRef } from './reports.ts';
import { SegmentLedger } from './segment-ledger.ts';

/** What each state means, worst last. */
const verificationStates = {
  VERIFIED: {
    description:
      'Every event’s hash was worked out again and folded: by this server, or by the one that sealed the snapshot that it began from.',
  },
  HASHES_ONLY: {
    description:
      'Every event’s hash was worked out again. The snapshot that the figures began from was not compared: folding the log takes more memory than the bound.',
  },
  SNAPSHOT_UNPROVED: {
    description:
      'The figures began from a snapshot without a seal, which is being compared with the log. What was recorded after it is verified.',
  },
  UNVERIFIED: { description: 'The server was started with --trust: no hash was worked out.' },
  BROKEN: {
    description:
      'The log or the snapshot is not as it was written. The book takes no commands, and holds up to `through`.',
  },
} as const;

const VerificationState = builder.enumType('VerificationState', {
  description: 'What vouches for a ledger’s figures.',
  values: verificationStates,
});

const LedgerVerification = builder.objectRef<Verified>('LedgerVerification').implement({
  description: 'Up to where something vouches for a ledger’s figures, and what.',
  fields: (t) => ({
    through: t.field({
      type: 'Revision',
      description: 'The last revision that the state holds for; "-1" for none.',
      resolve: ({ through }) => through,
    }),
    state: t.field({
      type: VerificationState,
      description: 'What vouches for it.',
      resolve: ({ state }) => state,
    }),
    why: t.string({
      nullable: true,
      description: 'What was found, where it is broken.',
      resolve: ({ why }) => why,
    }),
  }),
});

/** A ledger at a point. */
export const LedgerRef = builder.objectRef<LedgerPoint>('Ledger');

const entityArg = builder.args((t) => ({
  entity: t.id({ description: 'Whose books: platform, fund …; all when left out.' }),
}));

/** Whether a revision lies inside a close that is being written. */
function settlingAt(source: Source, revision: number): boolean {
  const { house, state, head } = source;
  if (revision === head.revision) return state.marks.settling !== undefined;
  if (revision < 0) return false;
  const { lookups } = source;
  const beginning = lookups.type(revision) === house.own.closing.name ? revision : lookups.cause(revision);
  return (
    beginning !== undefined &&
    lookups.type(beginning) === house.own.closing.name &&
    lookups.type(revision) !== house.own.closed.name
  );
}

/** The first day that was not closed at a revision. */
function openFromAt(source: Source, revision: number): number | undefined {
  const { house, state, head } = source;
  if (revision === head.revision) return state.openFrom;
  const { lookups } = source;
  for (const at of lookups.ofSubject('day', revision)) {
    if (lookups.type(at) === house.own.closed.name) return lookups.day(at) + 1;
  }
  return undefined;
}

/** A hash of the whole state at a point. */
async function digestAt(point: LedgerPoint, of: typeof digest, signal: AbortSignal): Promise<string> {
  if (point.asOf !== undefined)
    throw fault(new Refusal(pointUnknown, 'digest', 'a digest is of all days: leave asOf out'));
  const { house } = point.source;
  const view = point.view.isHead ? point.view : await point.whole(signal);
  return of(house, view.state);
}

LedgerRef.implement({
  description:
    'A book, a sandbox or a what-if at a point of both axes. Every figure of it is of the same revision.',
  fields: (t) => ({
    book: t.id({
      description: 'The book that it is, or is made from.',
      resolve: ({ source }) => source.book,
    }),
    revision: t.field({
      type: 'Revision',
      description: 'What it was computed at; "-1" for a book without events.',
      resolve: (point) => point.revision,
    }),
    asOf: t.field({
      type: 'Date',
      nullable: true,
      description: 'The last day that counts; null: all days.',
      resolve: ({ asOf }) => asOf,
    }),
    verified: t.field({
      type: LedgerVerification,
      nullable: true,
      description:
        'What vouches for its figures, as of now. Of a sandbox: for those of the book that it is made from. Null for a what-if, whose figures are derived.',
      resolve: ({ source }) => source.verified,
    }),
    settling: t.boolean({
      description: 'A day’s close is being written: figures of that day are not final.',
      resolve: (point) => settlingAt(point.source, point.revision),
    }),
    openFrom: t.field({
      type: 'Date',
      nullable: true,
      description: 'The first day that is not closed; null before the first close: all days are open then.',
      resolve: (point) => openFromAt(point.source, point.revision),
    }),
    segments: t.field({
      type: [SegmentLedger],
      description: 'The lines of business, by id.',
      resolve: (point) => segmentsOf(point).map((segment) => ({ point, segment })),
    }),
    segment: t.field({
      type: SegmentLedger,
      nullable: true,
      description: 'One line of business; null where this server knows none of that id.',
      args: { id: t.arg.id({ required: true, description: 'payments, yuebao …' }) },
      resolve: (point, { id }) => {
        const segment = segmentsOf(point).find((other) => other.id === id);
        return segment === undefined ? null : { point, segment };
      },
    }),
  }),
});

builder.objectFields(LedgerRef, (t) => ({
  account: t.field({
    type: AccountRef,
    nullable: true,
    description: 'One account; null where nothing was ever posted on it.',
    args: {
      id: t.arg.id({ required: true, description: 'platform:liability:payments:wallet:user-42:CNY' }),
    },
    resolve: (point, { id }) => {
      const reading = point.view.account(id);
      return reading === undefined ? null : { point, reading };
    },
  }),
  accounts: t.field({
    type: AccountConnection,
    description: 'The accounts that something was posted on, by id.',
    args: {
      filter: t.arg({
        type: AccountFilterInput,
        description: 'Which accounts are meant; all when left out.',
      }),
      first: t.arg.int({ description: 'How many.' }),
      after: t.arg.string({ description: 'From behind this cursor on.' }),
    },
    resolve: (point, { filter, first, after }) => accountPage(point, filter, { first, after }),
  }),
  balance: t.field({
    type: [Money],
    description:
      'What an account holds; or all below the head of an id (fund:asset:yuebao); or all whose ids begin with what stands before a * (fund:asset:yuebao:deposit-*). An amount a currency.',
    args: {
      of: t.arg.string({
        required: true,
        description: 'An account id, the head of one, or a prefix ending in *.',
      }),
    },
    resolve: (point, { of }) => [...orFault(point.view.balance(of))],
  }),
  trialBalance: t.field({
    type: TrialBalanceRef,
    description: 'All balances in two columns.',
    args: entityArg,
    resolve: (point, { entity }) => point.view.trialBalance(entity ?? undefined),
  }),
  incomeStatement: t.field({
    type: IncomeStatementRef,
    description: 'What was earned and spent, period by period.',
    args: {
      from: t.arg({ type: 'Date', required: true, description: 'First day.' }),
      to: t.arg({ type: 'Date', required: true, description: 'Last day.' }),
      by: t.arg({ type: PeriodEnum, defaultValue: 'MONTH', description: 'The length of a period.' }),
      ...entityArg,
    },
    resolve: (point, { from, to, by, entity }) =>
      orFault(point.view.incomeStatement(from, to, by ?? 'MONTH', entity ?? undefined)),
  }),
  balanceSheet: t.field({
    type: BalanceSheetRef,
    description: 'What there is and what is owed.',
    args: entityArg,
    resolve: (point, { entity }) => point.view.balanceSheet(entity ?? undefined),
  }),
  holder: t.field({
    type: HolderRef,
    nullable: true,
    description:
      'A person or firm across all lines of business; null where nothing was ever posted for them.',
    args: { id: t.arg.id({ required: true, description: 'user-42' }) },
    resolve: (point, { id }) => holderOf(point, id),
  }),
  digest: t.string({
    description:
      'Hash of everything folded (balances, cubes, tables) at the revision: equal digests, equal books.',
    complexity: 100,
    resolve: (point, _args, { signal }) => digestAt(point, digest, signal),
  }),
  balanceDigest: t.string({
    description: 'Hash of the balances alone.',
    complexity: 100,
    resolve: (point, _args, { signal }) => digestAt(point, balanceDigest, signal),
  }),
}));

const segmentsOf = ({ source }: LedgerPoint) =>
  source.house.segments.filter(({ accounts }) => accounts.length > 0);

builder.queryField('ledger', (t) =>
  t.field({
    type: LedgerRef,
    description:
      'A book as it stands, or as it stood: on the effective axis (asOf), on the recorded axis (revision, or knownAt as a time: one of them), or on both.',
    args: {
      ...bookArgs,
      asOf: t.arg({ type: 'Date', description: 'Only what counts up to this day.' }),
      ...knownArgs,
      atLeast: t.arg({
        type: 'Revision',
        description: 'Waits until this revision is here, or fails with NOT_REACHED.',
      }),
    },
    resolve: (_root, args, context) => pointOf(args, context),
  }),
);
