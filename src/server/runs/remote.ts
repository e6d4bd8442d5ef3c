/**
 * Runs and comparisons of runs that threads hold, as the graph of the server sees them: what is known of a run is answered here,
 * and every other field by its thread.
 *
 * @module
 */
import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import {
  answered,
  Elsewhere,
  type FieldAnswer,
  fieldAround,
  type Question,
  questionOf,
} from '../../graphql/base/elsewhere.ts';
import { isRecord } from '../../kernel/values/fields.ts';
import { Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import type { Compared } from '../../scenario/comparing/compare.ts';
import { type Comparison, partingVariant } from '../../scenario/graphql/comparison.ts';
import type { RunRead } from '../../scenario/holding/held-run.ts';
import type { RunOutline } from './protocol.ts';

/** Asks the thread of a run. */
type Ask = (
  asked: { readonly question: Question; readonly others: readonly RunOutline[] },
  signal: AbortSignal | undefined,
) => Promise<FieldAnswer | Refusal>;

/** A run that a thread holds. */
export class RemoteRun extends Elsewhere implements RunRead {
  readonly outline: RunOutline;
  readonly #known: ReadonlyMap<string, unknown>;
  readonly #ask: Ask;

  constructor(outline: RunOutline, engine: string, ask: Ask) {
    super();
    this.outline = outline;
    this.#ask = ask;
    const { id, base, seed, digest } = outline;
    this.#known = new Map<string, unknown>(Object.entries({ id, base, seed, digest, engine }));
  }

  get id(): string {
    return this.outline.id;
  }

  get run(): never {
    throw new Error(`run ${this.id} is held by its thread`);
  }

  get expected(): never {
    return this.run;
  }

  source(): never {
    return this.run;
  }

  field(info: GraphQLResolveInfo, context: object): unknown {
    const known = this.#known.get(info.fieldName);
    if (known !== undefined) return known;
    return this.ask(info, context, (field) => fieldAround('run', { id: this.id }, field));
  }

  /** Asks the thread for a field. */
  async ask(
    info: GraphQLResolveInfo,
    context: object,
    around: (field: FieldNode) => FieldNode,
    others: readonly RunOutline[] = [],
  ): Promise<unknown> {
    const question = questionOf(info, variablesOf(context), around);
    const answer = await this.#ask({ question, others }, signalOf(context));
    if (answer instanceof Refusal) throw new RefusedError(answer);
    return answered(info, answer);
  }
}

/** A comparison of runs that threads hold. One of them is asked, and asks the others for what it needs. */
export class RemoteComparison extends Elsewhere implements Comparison {
  readonly #runs: readonly RemoteRun[];

  constructor(runs: readonly RemoteRun[]) {
    super();
    this.#runs = runs;
  }

  get runs(): readonly Compared[] {
    throw new Error('the runs are held by their threads');
  }

  field(info: GraphQLResolveInfo, context: object): unknown {
    const asked = this.#asked(info);
    if (asked === undefined) return null;
    const others = this.#runs.filter((run) => run !== asked).map(({ outline }) => outline);
    const ids = this.#runs.map(({ id }) => id);
    return asked.ask(info, context, (field) => fieldAround('compare', { runs: ids }, field), others);
  }

  /** Who is asked: where a history parts from another, who holds it; else the first. */
  #asked({ fieldName, fieldNodes, variableValues }: GraphQLResolveInfo): RemoteRun | undefined {
    if (fieldName !== 'firstDivergence') return this.#runs[0];
    const given = fieldNodes[0]?.arguments?.find(({ name }) => name.value === 'variant')?.value;
    const name =
      given?.kind === 'StringValue'
        ? given.value
        : given?.kind === 'Variable'
          ? variableValues[given.name.value]
          : undefined;
    const runs = this.#runs.map((run) => ({ run, variants: run.outline.variants }));
    return partingVariant(runs, typeof name === 'string' ? name : undefined)?.of.run;
  }
}

/** A request's variables as they were given. */
const variablesOf = (context: object): Readonly<Record<string, unknown>> =>
  'params' in context && isRecord(context.params) && isRecord(context.params.variables)
    ? context.params.variables
    : {};

const signalOf = (context: object): AbortSignal | undefined =>
  'signal' in context && context.signal instanceof AbortSignal ? context.signal : undefined;
