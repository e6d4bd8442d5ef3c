/**
 * What segments add to the graph beyond their commands, and what a server runs for them: importing this adds their types to the
 * builder.
 *
 * @module
 */
import './interbook/consolidation-graphql.ts';
import './interbook/graphql.ts';

export { Carrier, type HeldBook } from './interbook/carrying.ts';
export { onTheirWay } from './interbook/state.ts';
