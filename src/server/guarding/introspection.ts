/**
 * Introspection, where it is switched off: the schema is not told, by whatever field it is asked for.
 *
 * @module
 */
import type { ValidationRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { introspectionOff, turnedAway } from './codes.ts';

const fields: ReadonlySet<string> = new Set(['__schema', '__type']);

const noIntrospection: ValidationRule = (context) => ({
  Field: ({ name: { value } }) => {
    if (fields.has(value)) context.reportError(turnedAway(introspectionOff, value));
  },
});

/** Refuses what asks for the schema. The names of types in answers (`__typename`) stay: clients go by them. */
export const introspectionOffPlugin: Plugin = {
  onValidate({ addValidationRule }) {
    addValidationRule(noIntrospection);
  },
};
