/**
 * The server: its beginning and its schema, for the command line and for tests.
 *
 * @module
 */
export { examples } from './examples.ts';
export { printedSchema } from './schema.ts';
export { startServer } from './server.ts';
