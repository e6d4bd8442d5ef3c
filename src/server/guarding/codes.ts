/**
 * Codes of what is turned away at the door, before anything of it is carried out.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import { type Code, declareCode, Refusal } from '../../kernel/values/refusals.ts';

/** A request that is no question at all: its body, or one of its parameters. */
export const badRequest = declareCode(
  'BAD_REQUEST',
  'question',
  'the request is not as it must be',
  'Send an object of JSON in UTF-8 with query, and where needed variables and operationName.',
);

/** What a page of another site could make a browser send: there is no sign that the sender is a program or this server's own page. */
export const headerMissing = declareCode(
  'HEADER_MISSING',
  'question',
  'a request like this needs a header of its own',
  'Send the header x-formicary-csrf: 1, as in curl -H "x-formicary-csrf: 1"; or POST with content-type: application/json.',
);

/** A query that is beyond a limit of its shape or its cost. */
export const queryLimit = declareCode(
  'QUERY_LIMIT',
  'question',
  'the query is beyond a limit',
  'Ask for less at once; see docs/limits.md.',
);

/** The schema was asked for where that is switched off. */
export const introspectionOff = declareCode(
  'INTROSPECTION_OFF',
  'question',
  'this server does not tell its schema',
  'schema/schema.graphql of the program holds it; --introspection on lets a server tell it.',
);

/** What is turned away, with the status of HTTP whatever the client accepts. */
export function turnedAway(code: Code, value: string, detail = '', status = 400): GraphQLError {
  const { message, hint } = new Refusal(code, value, detail);
  // Not as the specification of GraphQL over HTTP has it for mistakes in a query: 200 where the client accepts plain JSON.
  const http = { status, spec: false };
  return new GraphQLError(message, { extensions: { code: code.code, value, hint, http } });
}
