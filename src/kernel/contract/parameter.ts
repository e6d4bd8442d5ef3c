/**
 * Parameters: named, typed, dated values with unit, default, bounds, description and source.
 *
 * @module
 */

import { type Json, show } from '../values/fields.ts';

import { codes, Refusal } from '../values/refusals.ts';

/** How values of a parameter are read, written and bounded. */
export interface ParameterType<T> {
  /** `share`, `rate a year`, `multiple`, `CNY`, `days`, `yes or no`, `id`, `shares by class`. */
  readonly unit: string;
  readonly bounds: string;
  /** The value of text or JSON from outside, or a sentence that says what is wrong. */
  parse(raw: unknown): T | string;
  /** The one way in which a value is written: equal values, equal text. */
  format(value: T): Json;
}

/** A value that a parameter has from a day on, by default. */
export interface DatedDefault<T> {
  readonly from?: string;
  readonly value: T;
  /** Where the figure comes from, and how sure it is. */
  readonly source: string;
}

/** A parameter as a segment declares it. */
export interface Parameter<T> {
  readonly ordinal: number;
  /** `payments.merchantFeeRate`. */
  readonly name: string;
  readonly doc: string;
  readonly type: ParameterType<T>;
  readonly keyed: boolean;
  readonly defaults: readonly DatedDefault<T>[];
}

let parameters = 0;

/** What a line says of a parameter. */
export interface ParameterSpec<T> {
  readonly doc: string;
  readonly type: ParameterType<T>;
  /** Whether keys (merchants, products) may have values of their own. */
  readonly keyed?: boolean;
  readonly defaults: readonly {
    readonly from?: string;
    readonly value: unknown;
    readonly source: string;
  }[];
}

/** Declares a parameter; its defaults are values as users write them, the first without a date. */
export function parameter<T>(name: string, spec: ParameterSpec<T>): Parameter<T> {
  const defaults = spec.defaults.map((given) => {
    const parsed = spec.type.parse(given.value);
    if (typeof parsed === 'string') throw new Error(`${name}: ${parsed}`);
    return { ...given, value: parsed };
  });
  return {
    ordinal: parameters++,
    name,
    doc: spec.doc,
    type: spec.type,
    keyed: spec.keyed ?? false,
    defaults,
  };
}

/** A parameter's name in text: plain, one key of it, or every key. */
export interface ParameterName {
  readonly name: string;
  readonly key: string | undefined;
}

const namePattern = /^([a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*)(?:\[(\*|[A-Za-z0-9._-]{1,64})\])?$/;

/** `payments.merchantFeeRate[merchant-7]` as name and key, or undefined. */
export function parseParameterName(text: string): ParameterName | undefined {
  const found = namePattern.exec(text);
  return found?.[1] === undefined ? undefined : { name: found[1], key: found[2] };
}

/** Parses the value of a parameter, refusing what is not one of its values. */
export function parseValue(of: Parameter<unknown>, raw: unknown): { readonly value: unknown } | Refusal {
  const parsed = of.type.parse(raw);
  return typeof parsed === 'string'
    ? new Refusal(codes.invalidInput, `${of.name}: ${show(raw)}`, parsed)
    : { value: parsed };
}

/** Where parameters are looked up by name. */
export interface ParameterIndex {
  readonly parameters: readonly Parameter<unknown>[];
  parameter(name: string): Parameter<unknown> | undefined;
}
