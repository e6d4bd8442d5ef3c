/**
 * The spine of the graph: importing this adds its types to the builder.
 *
 * @module
 */
import './scalars.ts';
import './books.ts';
import './catalogue.ts';
import './event-search.ts';
import './ledger.ts';
import './parameter.ts';
import './sandbox.ts';
import './subscription.ts';

export { builder, type Context } from './builder.ts';
export { addCommands } from './commands.ts';
