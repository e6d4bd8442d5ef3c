/**
 * Errors that tell no more than they must: no suggestions of names that somebody is guessing at, and few at a time.
 *
 * @module
 */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type ValidationContext,
  type ValidationRule,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { queryLimit, turnedAway } from './codes.ts';

/** Most errors that are listed for one document. */
const errorsMax = 10;
const suggestion = / Did you mean [^?]*\?$/;

/** No "Did you mean …", in documents and in variables alike. */
export const quiet: Plugin = {
  onValidate: ({ setValidationFn }) =>
    setValidationFn((schema: GraphQLSchema, document: DocumentNode, rules?: readonly ValidationRule[]) =>
      validate(schema, document, rules, { maxErrors: errorsMax, hideSuggestions: true }),
    ),
  // The enums of graphql 16 suggest in variables whatever one asks for.
  onExecutionResult({ result, setResult }) {
    if (!result || !('errors' in result) || !result.errors?.some(({ message }) => suggestion.test(message)))
      return;
    setResult({ ...result, errors: result.errors.map(withoutSuggestion) });
  },
};

function withoutSuggestion(error: GraphQLError): GraphQLError {
  const { nodes, source, positions, path, extensions } = error;
  return new GraphQLError(error.message.replace(suggestion, ''), {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
}

/** A rule of graphql-armor throws: HTTP 200, without a code. Reported, it is a validation error like any other: HTTP 400. */
export const reported = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError): void => {
      context?.reportError(turnedAway(queryLimit, error.message.replace(/^Syntax Error: |\.$/g, '')));
    },
  ],
};
