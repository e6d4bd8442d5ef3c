/**
 * The spine of the graph: importing this adds its types to the builder.
 *
 * @module
 */
import './base/scalars.ts';
import './book/books.ts';
import './catalogue.ts';
import './events/search.ts';
import './book/ledger.ts';
import './policy/parameter.ts';
import './book/sandbox.ts';
import './events/subscription.ts';

export { builder, type Context } from './base/builder.ts';
export { addReasons } from './base/results.ts';
export { addCommands } from './commands/commands.ts';
export { addSubjects } from './subjects/subjects.ts';
