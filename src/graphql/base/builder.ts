/**
 * The schema builder that every room adds its types to, and what a resolver is given.
 *
 * @module
 */
import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import type { Day } from '../../kernel/values/dates.ts';
import type { Library, Sender } from '../../reading/ports.ts';
import { pageLimits } from './limits.ts';

/** What a resolver is given beside its arguments. */
export interface Context {
  readonly library: Library;
  /** Who asks: recorded with each command. */
  readonly sender: Sender;
  /** Aborts when nobody waits for the answer any more, or time is up. */
  readonly signal: AbortSignal;
}

interface Scalar<T> {
  Input: T;
  Output: T;
}

/** One builder for all rooms. Fields are non-null unless they say otherwise. */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: Scalar<string>;
    /** Text of a decimal. */
    Decimal: Scalar<string>;
    Date: Scalar<Day>;
    /** Milliseconds since the epoch. */
    DateTime: Scalar<number>;
    Revision: Scalar<number>;
    JSON: Scalar<unknown>;
  };
}>({
  plugins: [ComplexityPlugin],
  defaultFieldNullability: false,
  complexity: {
    // Resolvers are not wrapped: the cost of a whole operation is worked out before it runs (server/cost.ts).
    disabled: true,
    fieldComplexity: (args, _context, field) => {
      // A connection's page has been counted by the connection.
      if (field.name === 'edges' || field.name === 'nodes') return { field: 0, multiplier: 1 };
      if (!field.args.some(({ name }) => name === 'first')) return 1;
      const asked = Number(args.first ?? args.last ?? pageLimits.defaultSize);
      return { field: 1, multiplier: Math.min(Math.max(asked, 1), pageLimits.sizeMax) };
    },
  },
});

builder.queryType({ description: 'Everything that can be asked. No query changes anything.' });
builder.mutationType({
  description:
    'Commands, each decided by the rules of its line of business and answered when it is durable, and what opens and discards sandboxes. A business rule that says no is an answer, not an error.',
});
builder.subscriptionType({ description: 'Streams, over server-sent events.' });
