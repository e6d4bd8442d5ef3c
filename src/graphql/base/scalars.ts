/**
 * Scalars, all of them text: never a JSON number, neither in a literal nor in a variable, so that no figure is ever a float.
 *
 * @module
 */
import { GraphQLError, Kind, print as printNode, type ValueNode } from 'graphql';
import { formatDay, parseDay } from '../../kernel/values/dates.ts';
import { show } from '../../kernel/values/fields.ts';
import { builder } from './builder.ts';

const refused = (scalar: string, shown: string, expected: string): GraphQLError =>
  new GraphQLError(`${scalar} cannot represent ${shown}: ${expected}`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });

/** How a text scalar reads: undefined is no value of it. */
function reading<T>(scalar: string, expected: string, parse: (text: string) => T | undefined) {
  const read = (text: string | undefined, shown: string): T => {
    const value = text === undefined ? undefined : parse(text);
    if (value === undefined) throw refused(scalar, shown, expected);
    return value;
  };
  return {
    parseValue: (given: unknown): T => read(typeof given === 'string' ? given : undefined, show(given)),
    // Without it a literal 1.10 would become a float before it is looked at.
    parseLiteral: (node: ValueNode): T =>
      read(node.kind === Kind.STRING ? node.value : undefined, printNode(node)),
  };
}

builder.scalarType('Decimal', {
  specifiedByURL: 'https://www.w3.org/TR/xmlschema-2/#decimal',
  description: 'An exact decimal, as text: "1234.56". At most 30 digits before and 18 after the point.',
  serialize: (value) => value,
  ...reading('Decimal', 'text of a decimal, like "1234.56"', (text) =>
    /^-?\d{1,30}(\.\d{1,18})?$/.test(text) ? text : undefined,
  ),
});

builder.scalarType('Date', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  description: 'A calendar day of the effective axis (when something counts): "2016-11-11".',
  serialize: (day) => formatDay(day),
  ...reading('Date', 'a day, like "2016-11-11"', parseDay),
});

const timePattern = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

builder.scalarType('DateTime', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  description:
    'A moment of recorded time (when something was known), RFC 3339; given in UTC: "2016-11-11T00:00:00.000Z".',
  serialize: (ms) => new Date(ms).toISOString(),
  ...reading('DateTime', 'a moment, like "2016-11-11T00:00:00Z"', (text) => {
    const ms =
      timePattern.test(text) && parseDay(text.slice(0, 10)) !== undefined ? Date.parse(text) : Number.NaN;
    return Number.isNaN(ms) ? undefined : ms;
  }),
});

builder.scalarType('Revision', {
  specifiedByURL: 'https://www.w3.org/TR/xmlschema-2/#integer',
  description:
    'The number of an event in its log, counted from 0, as text: "42". "-1" stands before the first.',
  serialize: (revision) => String(revision),
  ...reading('Revision', 'the number of an event as text, like "42"', (text) =>
    /^(-1|0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined,
  ),
});

builder.scalarType('JSON', {
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
});
