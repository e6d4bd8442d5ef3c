/**
 * The audit in the graph: verification of the chain, conformance with the rules, and explanations of figures.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { fault, orFault, segmentUnknown } from '../../graphql/base/faults.ts';
import { pageLimits } from '../../graphql/base/limits.ts';
import { bookArgs, defaultBook } from '../../graphql/base/point.ts';
import { sizeDoc, sizeOf } from '../../graphql/base/sizes.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { EventLog } from '../../log/port/port.ts';
import { type ChainProblem, type Verification, verifyChain } from '../chain.ts';
import { conformance } from '../conformance.ts';
import { explain } from '../explaining/explain.ts';
import { ConformanceRef } from './conformance.ts';
import { ExplanationRef } from './explain.ts';

/** Where the audit finds logs, and a place for each of its passes over one. */
export interface Auditing {
  log(book: string): Promise<EventLog | Refusal>;
  /** Runs a pass when there is a place for it; each reads a whole log. */
  pass<T>(of: () => Promise<T>): Promise<T | Refusal>;
}

declare module '../../graphql/base/builder.ts' {
  interface Context {
    readonly auditing: Auditing;
  }
}

const ProblemRef = builder.objectRef<ChainProblem>('ChainProblem').implement({
  description: 'An event that can’t be vouched for.',
  fields: (t) => ({
    revision: t.expose('revision', { type: 'Revision', description: 'Which one.' }),
    reason: t.exposeString('reason', { description: 'What does not hold.' }),
  }),
});

const VerificationRef = builder.objectRef<Verification>('Verification').implement({
  description:
    'What a verification found: every event’s hash, its link to the one before, and the balance of its entry.',
  fields: (t) => ({
    holds: t.exposeBoolean('holds', { description: 'No problem was found. Remarks don’t count.' }),
    from: t.expose('from', { type: 'Revision', description: 'The first event that was checked.' }),
    to: t.expose('to', { type: 'Revision', description: 'The last event that was checked.' }),
    eventCount: t.int({ description: 'How many were checked.', resolve: ({ events }) => events }),
    headHash: t.string({
      description: 'The hash of the last one: an anchor for the next time.',
      resolve: ({ head }) => head.hash,
    }),
    firstBad: t.expose('firstBad', {
      type: 'Revision',
      nullable: true,
      description: 'The first event that can’t be vouched for.',
    }),
    problems: t.field({
      type: [ProblemRef],
      description: 'What does not hold, by revision: the first of them.',
      resolve: ({ problems }) => problems.slice(0, pageLimits.sizeMax),
    }),
    problemCount: t.exposeInt('problemCount', { description: 'How many there are.' }),
    remarks: t.stringList({
      description: 'What could not be checked: a tail that is not anchored.',
      resolve: ({ remarks }) => [...remarks],
    }),
  }),
});

/** A book under audit. */
interface Audit {
  readonly book: string;
  readonly log: EventLog;
}

const AuditRef = builder.objectRef<Audit>('Audit').implement({
  description: 'What can be proved of a book. Each field reads the whole log: ask for one at a time.',
  fields: (t) => ({
    book: t.exposeID('book', { description: 'The book.' }),
    verify: t.field({
      type: VerificationRef,
      description: 'The chain: every hash, every link, the balance of every entry.',
      complexity: 1_000,
      args: {
        from: t.arg({ type: 'Revision', description: 'First event; the first of all when left out.' }),
        to: t.arg({ type: 'Revision', description: 'Last event; the newest when left out.' }),
      },
      resolve: async ({ log }, { from, to }, { auditing }) => {
        const range = await rangeOf(log, from, to);
        return orFault(await auditing.pass(() => verifyChain(log, range)));
      },
    }),
    conformance: t.field({
      type: ConformanceRef,
      description: 'Recorded against recomputed, difference by difference.',
      complexity: 1_000,
      args: {
        from: t.arg({ type: 'Revision', description: 'First event that is judged.' }),
        to: t.arg({ type: 'Revision', description: 'Last event that is judged.' }),
        segment: t.arg.id({ description: 'Judge the events of one line of business.' }),
      },
      resolve: async ({ log }, { from, to, segment }, { auditing, library }) => {
        const { house } = library;
        if (typeof segment === 'string' && !house.segments.some(({ id }) => id === segment))
          throw fault(new Refusal(segmentUnknown, segment));
        const range = await rangeOf(log, from, to);
        return orFault(
          await auditing.pass(() => conformance(house, log, { ...range, segment: segment ?? undefined })),
        );
      },
    }),
    explain: t.field({
      type: ExplanationRef,
      description:
        'A figure, or its change over days, down to events, rules, values of parameters and their sources.',
      complexity: 1_000,
      args: {
        account: t.arg.id({
          required: true,
          description: 'An account id, the head of one, or a prefix ending in *.',
        }),
        from: t.arg({ type: 'Date', description: 'First day of the change; all days when left out.' }),
        to: t.arg({ type: 'Date', description: 'Last day.' }),
        first: t.arg.int({
          defaultValue: pageLimits.defaultSize,
          required: true,
          description: sizeDoc,
        }),
        after: t.arg({ type: 'Revision', description: 'Lines of events after this one.' }),
      },
      resolve: async ({ log }, { account, from, to, first, after }, { auditing, library }) => {
        const options = {
          account,
          from: from ?? undefined,
          to: to ?? undefined,
          limit: sizeOf(first),
          after: after ?? undefined,
        };
        return orFault(orFault(await auditing.pass(() => explain(library.house, log, options))));
      },
    }),
  }),
});

/** A range of a log, which must be there. */
async function rangeOf(log: EventLog, from: number | null | undefined, to: number | null | undefined) {
  const { revision } = await log.head();
  for (const [name, at] of Object.entries({ from, to })) {
    if (typeof at === 'number' && (at < 0 || at > revision))
      throw fault(new Refusal(codes.eventUnknown, `${name}: ${at}`, `the log ends at ${revision}`));
  }
  return { from: from ?? undefined, to: to ?? undefined };
}

builder.queryField('audit', (t) =>
  t.field({
    type: AuditRef,
    description: 'What can be proved of a book.',
    args: { book: bookArgs.book },
    resolve: async (_root, { book }, { auditing }) => ({
      book: book ?? defaultBook,
      log: orFault(await auditing.log(book ?? defaultBook)),
    }),
  }),
);
