/**
 * The cost of an operation, worked out before it runs: fields, each times the size of the pages that it lies in.
 *
 * @module
 */
import { createComplexityRule } from '@pothos/plugin-complexity';
import { type ExecutionArgs, GraphQLError, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { queryLimit, turnedAway } from './codes.ts';

interface Weighed {
  readonly cost: number;
  readonly errors: readonly GraphQLError[];
}

/** Worked out at execution, not at validation: validated documents are kept, and cost depends on variables. */
function weigh(
  { schema, document, variableValues, operationName, contextValue }: ExecutionArgs,
  costMax: number,
): Weighed {
  let cost = 0;
  const rule = createComplexityRule({
    context: typeof contextValue === 'object' && contextValue !== null ? contextValue : {},
    variableValues: { ...variableValues },
    operationName: operationName ?? null,
    maxComplexity: costMax,
    onResult: ({ complexity }) => {
      cost = complexity;
    },
  });
  // Errors of the variables are left to execution, which reports them too, without suggestions.
  const errors = validate(schema, document, [rule])
    .filter(({ extensions }) => extensions.code === 'QUERY_COMPLEXITY')
    .map(() => tooCostly(cost, costMax));
  return { cost, errors };
}

function tooCostly(cost: number, costMax: number): GraphQLError {
  const { message, extensions } = turnedAway(
    queryLimit,
    `it costs ${cost}`,
    `at most ${costMax}: ask for smaller pages`,
  );
  return new GraphQLError(message, { extensions: { ...extensions, cost: { of: costMax, used: cost } } });
}

/** Refuses what costs too much, and says what each answer cost in `extensions.cost`. */
export const costPlugin = (costMax: number): Plugin => ({
  onExecute({ args, setResultAndStopExecution }) {
    Object.assign(args, { hideSuggestions: true });
    const { cost, errors } = weigh(args, costMax);
    if (errors.length > 0) {
      setResultAndStopExecution({ errors });
      return undefined;
    }
    return {
      onExecuteDone({ result, setResult }) {
        if (Symbol.asyncIterator in result) return;
        setResult({ ...result, extensions: { ...result.extensions, cost: { of: costMax, used: cost } } });
      },
    };
  },
  onSubscribe({ args, setResultAndStopExecution }) {
    Object.assign(args, { hideSuggestions: true });
    const { errors } = weigh(args, costMax);
    if (errors.length > 0) setResultAndStopExecution({ errors });
  },
});
