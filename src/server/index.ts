/**
 * The server: its beginning and its schema, for the command line and for tests.
 *
 * @module
 */
export { examples } from './examples.ts';
export { printedSchema } from './schema.ts';
export { type RunningServer, type ServerSettings, startServer } from './server.ts';
