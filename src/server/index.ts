/**
 * The server: its beginning and its schema, for the command line and for tests.
 *
 * @module
 */

export { printedSchema } from './http/schema.ts';
export { examples } from './playground/examples.ts';
export { startServer } from './server.ts';
