/**
 * Answers questions on a run that this thread holds: the schema of the server, executed on it.
 *
 * @module
 */
import { execute, type GraphQLError } from 'graphql';
import { answerKey, type FieldAnswer, faultsOf, type Question } from '../../graphql/base/elsewhere.ts';
import { fault } from '../../graphql/base/faults.ts';
import type { Context } from '../../graphql/index.ts';
import { isRecord } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import type { Compared } from '../../scenario/comparing/compare.ts';
import { runUnknown } from '../../scenario/format/codes.ts';
import type { HeldRun } from '../../scenario/holding/held-run.ts';
import { house } from '../../segments/index.ts';
import { isUnexpected } from '../http/masking.ts';
import { schema } from '../http/schema.ts';

/** What questions are answered from. */
export interface Answering {
  readonly held: HeldRun;
  /** Runs that other threads hold. */
  readonly others: readonly Compared[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

/** Depth of the answer below the root: `run { answer }`, `compare { answer }`. */
const depth = 2;

/** Executes a question; what it is about lies under one field of the root. */
export async function answerOf(
  { document, variables }: Question,
  answering: Answering,
): Promise<FieldAnswer> {
  const { data, errors = [] } = await execute({
    schema,
    document,
    variableValues: variables,
    contextValue: contextOf(answering),
  });
  const [root] = Object.values(data ?? {});
  return {
    value: isRecord(root) ? (root[answerKey] ?? null) : null,
    faults: faultsOf(errors, depth, (error: GraphQLError) => isUnexpected(error)),
  };
}

/** What the graph is given here: runs, and neither books nor sandboxes. */
function contextOf({ held, others, now, signal }: Answering): Context {
  const none = new Refusal(codes.unavailable, 'books', 'the thread of a run has none');
  const found = (id: string): Compared => {
    const run = id === held.id ? held : others.find((other) => other.id === id);
    if (run === undefined) throw fault(new Refusal(runUnknown, id));
    return run;
  };
  return {
    signal,
    sender: { actor: 'what-if', correlation: '' },
    library: {
      house,
      now: () => now,
      book: async () => none,
      books: async () => [],
      sandbox: () => undefined,
      sandboxes: [],
      openSandbox: async () => none,
      discardSandbox: () => undefined,
      enterStream: () => none,
    },
    auditing: { log: async () => none, pass: async () => none },
    transfers: { send: async () => none },
    whatIfs: {
      run: (id) => (id === held.id ? held : undefined),
      runs: [],
      start: async () => none,
      cancel: () => undefined,
      progress: () => undefined,
      scenarios: async () => [],
      compare: (ids) => ({ runs: ids.map(found) }),
    },
  };
}
