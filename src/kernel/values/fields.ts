/**
 * Fields: the typed inputs of facts. From one declaration come the parser of a command's input, the text of an event's data,
 * the JSON Schema of a history line and the GraphQL input.
 *
 * @module
 */
import { type Day, formatDay, parseDay } from './dates.ts';
import { formatMoney, parseMoney, writtenMinor } from './money.ts';
import {
  type Fraction,
  formatRate,
  fractionText,
  oneFraction,
  parseFraction,
  parseRate,
  type RatePeriod,
} from './rates.ts';
import { type Code, codes, firstOf, Refusal } from './refusals.ts';

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The shapes that inputs have in GraphQL and in JSON Schema. */
export type FieldShape =
  | { readonly kind: 'id' | 'text' | 'amount' | 'size' | 'rate' | 'date' | 'flag' }
  | { readonly kind: 'repayment'; readonly words: readonly RepaymentWord[] }
  | { readonly kind: 'revision' | 'value' }
  | WholeShape
  | { readonly kind: 'choice'; readonly of: readonly string[] };

/** A whole number within bounds; or one of a few, of which the bounds are the first and the last. */
export interface WholeShape {
  readonly kind: 'whole';
  readonly least: number;
  readonly most: number;
  readonly of?: readonly number[];
}

/** One named input of a fact. */
export interface Field<T> {
  readonly doc: string;
  readonly shape: FieldShape;
  readonly optional: boolean;
  /** The typed value of what came from outside, or a refusal that names it. */
  parse(raw: unknown, name: string): T | Refusal;
  /** The value as it stands in an event's data. */
  encode(value: T): Json;
  /** The value of an event's data, which {@link encode} wrote. */
  decode(json: Json): T;
}

export type Fields = { readonly [name: string]: Field<unknown> };

/** The typed data of a set of fields. */
export type DataOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

const bad = (name: string, raw: unknown, detail: string, code: Code = codes.invalidInput): Refusal =>
  new Refusal(code, `${name}: ${show(raw)}`, detail);

/** A value from outside, cut to a length that an error can carry. */
export function show(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? String(raw));
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

const idPattern = /^[A-Za-z0-9._-]{1,64}$/;
/** Longest text that an input takes, in characters. */
export const textLengthMax = 1000;

/** Whether a text can be the id of a holder, a payment, a loan. */
export const isId = (text: string): boolean => idPattern.test(text);

/** A date on the effective axis. */
export const date = (doc: string): Field<Day> => ({
  doc,
  shape: { kind: 'date' },
  optional: false,
  parse: (raw, name) => {
    const day = typeof raw === 'string' ? parseDay(raw) : undefined;
    return day ?? bad(name, raw, 'a date is like 2016-03-01');
  },
  encode: (value) => formatDay(value),
  decode: (json) => parseDay(String(json)) ?? 0,
});

/** The caller's id of a holder or of a thing. */
export const id = (doc: string): Field<string> => ({
  doc,
  shape: { kind: 'id' },
  optional: false,
  parse: (raw, name) =>
    typeof raw === 'string' && idPattern.test(raw)
      ? raw
      : bad(name, raw, 'an id matches [A-Za-z0-9._-]{1,64}'),
  encode: (value) => value,
  decode: (json) => String(json),
});

/** Free text, for people. */
export const text = (doc: string): Field<string> => ({
  doc,
  shape: { kind: 'text' },
  optional: false,
  parse: (raw, name) =>
    typeof raw === 'string' && raw.length > 0 && raw.length <= textLengthMax && raw.isWellFormed()
      ? raw
      : bad(name, raw, `a text of 1 to ${textLengthMax} characters`),
  encode: (value) => value,
  decode: (json) => String(json),
});

/** One of a few words. A code of its own where the word names something that may not exist. */
export const choice = <const W extends string>(doc: string, of: readonly W[], unknown?: Code): Field<W> => ({
  doc,
  shape: { kind: 'choice', of },
  optional: false,
  parse: (raw, name) => {
    const found = of.find((word) => word === raw);
    if (found !== undefined) return found;
    return bad(name, raw, `one of ${of.join(', ')}`, typeof raw === 'string' ? unknown : undefined);
  },
  encode: (value) => value,
  decode: (json) => {
    const found = of.find((word) => word === json);
    if (found === undefined) throw new RangeError(`not one of ${of.join(', ')}: ${show(json)}`);
    return found;
  },
});

/** Yes or no. */
export const flag = (doc: string): Field<boolean> => ({
  doc,
  shape: { kind: 'flag' },
  optional: false,
  parse: (raw, name) => (typeof raw === 'boolean' ? raw : bad(name, raw, 'true or false')),
  encode: (value) => value,
  decode: (json) => json === true,
});

/** Minor units of money from text, above zero, or a sentence that says what is wrong. */
function minorAbove(raw: unknown, currency: string): bigint | string {
  if (typeof raw !== 'string') return `an amount is text, as in 12.34 ${currency}`;
  const money = parseMoney(raw);
  if (typeof money === 'string') return money;
  if (money.currency !== currency) return `this amount must be in ${currency}`;
  return money.minor > 0n ? money.minor : 'an amount is above zero';
}

/** An amount above zero in one currency, in minor units; text outside: `12.34 CNY`. */
export const amount = (doc: string, currency = 'CNY'): Field<bigint> => ({
  doc,
  shape: { kind: 'amount' },
  optional: false,
  parse: (raw, name) => {
    const minor = minorAbove(raw, currency);
    return typeof minor === 'string' ? bad(name, raw, minor) : minor;
  },
  encode: (value) => formatMoney(value, currency),
  decode: (json) => writtenMinor(String(json)),
});

/** A share of what is held, an intent whose size is found when the fact is decided. */
export interface Share {
  readonly text: string;
  readonly share: Fraction;
}
/** An amount in minor units, or a share (`all`, `10%`) of what is held. */
export type Size = bigint | Share;

const everything: Share = { text: 'all', share: oneFraction };

/** An amount, `all`, or a share of what is held. */
export const size = (doc: string, currency = 'CNY'): Field<Size> => ({
  doc,
  shape: { kind: 'size' },
  optional: false,
  parse: (raw, name) => {
    if (raw === 'all') return everything;
    if (typeof raw === 'string' && raw.endsWith('%')) {
      const share = parseRate(raw, 'none');
      if (typeof share === 'string') return bad(name, raw, share);
      return share.num === 0n ? bad(name, raw, 'a share is above zero') : { text: formatRate(share), share };
    }
    const minor = minorAbove(raw, currency);
    return typeof minor === 'string' ? bad(name, raw, `${minor}; or all, or a share as in 10%`) : minor;
  },
  encode: (value) => (typeof value === 'bigint' ? formatMoney(value, currency) : value.text),
  decode: (json) => {
    const text = String(json);
    if (text === 'all') return everything;
    if (!text.endsWith('%')) return writtenMinor(text);
    const share = parseRate(text, 'none');
    if (typeof share === 'string') throw new RangeError(share);
    return { text, share };
  },
});

/**
 * What a repayment may be of instead of an amount: what is due, the least of it that must be paid, or all that is owed; sized when
 * the fact is decided.
 */
export const repaymentWords = ['due', 'minimum', 'all'] as const;
export type RepaymentWord = (typeof repaymentWords)[number];
/** An amount in minor units, or an intent whose size is found when the fact is decided. */
export type Repayment = bigint | RepaymentWord;

/** An amount above zero, or one of some words: `due`, `minimum`, `all`. */
export const repayment = (
  doc: string,
  words: readonly RepaymentWord[] = repaymentWords,
  currency = 'CNY',
): Field<Repayment> => ({
  doc,
  shape: { kind: 'repayment', words },
  optional: false,
  parse: (raw, name) => {
    const word = words.find((known) => known === raw);
    if (word !== undefined) return word;
    const minor = minorAbove(raw, currency);
    return typeof minor === 'string' ? bad(name, raw, `${minor}; or ${words.join(', or ')}`) : minor;
  },
  encode: (value) => (typeof value === 'bigint' ? formatMoney(value, currency) : value),
  decode: (json) => repaymentWords.find((known) => known === json) ?? writtenMinor(String(json)),
});

/** A rate between 0 and 100 %. */
export const rate = (doc: string, period: RatePeriod): Field<Fraction> => ({
  doc,
  shape: { kind: 'rate' },
  optional: false,
  parse: (raw, name) => {
    const parsed = typeof raw === 'string' ? parseRate(raw, period) : 'a rate is text, as in 2.5%';
    return typeof parsed === 'string' ? bad(name, raw, parsed) : parsed;
  },
  encode: (value) => formatRate(value),
  decode: (json) => {
    const parsed = parseRate(String(json), period);
    if (typeof parsed === 'string') throw new RangeError(parsed);
    return parsed;
  },
});

/** The revision of an event. */
export const revision = (doc: string): Field<number> => ({
  doc,
  shape: { kind: 'revision' },
  optional: false,
  parse: (raw, name) => {
    const found = typeof raw === 'string' && /^\d{1,15}$/.test(raw) ? Number(raw) : raw;
    return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0
      ? found
      : bad(name, raw, 'a revision is a whole number');
  },
  encode: (value) => value,
  decode: (json) => Number(json),
});

/** An exact fraction of a minor unit that is carried on, `n/d`. */
export const exact = (doc: string): Field<Fraction> => ({
  doc,
  shape: { kind: 'text' },
  optional: false,
  parse: (raw, name) =>
    typeof raw === 'string' && /^-?\d{1,80}(\/\d{1,80})?$/.test(raw) && !/\/0+$/.test(raw)
      ? parseFraction(raw)
      : bad(name, raw, 'a fraction is like 3/365'),
  encode: (value) => fractionText(value),
  decode: (json) => parseFraction(String(json)),
});

/** An amount that a rule worked out: zero and below zero too. */
export const figure = (doc: string, currency = 'CNY'): Field<bigint> => ({
  doc,
  shape: { kind: 'amount' },
  optional: false,
  parse: (raw, name) => {
    const money = typeof raw === 'string' ? parseMoney(raw) : 'an amount is text';
    return typeof money === 'string' ? bad(name, raw, money) : money.minor;
  },
  encode: (value) => formatMoney(value, currency),
  decode: (json) => writtenMinor(String(json)),
});

/** A whole number. */
export const count = (doc: string): Field<number> => ({
  doc,
  shape: { kind: 'revision' },
  optional: false,
  parse: (raw, name) =>
    typeof raw === 'number' && Number.isSafeInteger(raw) ? raw : bad(name, raw, 'a whole number'),
  encode: (value) => value,
  decode: (json) => Number(json),
});

/**
 * A whole number within bounds, both included; a JSON number, or digits as text.
 *
 * @param code with which a whole number out of the bounds is refused; what is no whole number is INVALID_INPUT
 */
export const whole = (
  doc: string,
  least: number,
  most: number,
  code: Code = codes.invalidInput,
): Field<number> =>
  wholeField(doc, { kind: 'whole', least, most }, `a whole number from ${least} to ${most}`, code);

/** One of a few whole numbers, in ascending order; otherwise as {@link whole}. */
export const wholeOf = (doc: string, of: readonly number[], code: Code = codes.invalidInput): Field<number> =>
  wholeField(
    doc,
    { kind: 'whole', least: Math.min(...of), most: Math.max(...of), of },
    `one of ${of.join(', ')}`,
    code,
  );

function wholeField(doc: string, shape: WholeShape, expected: string, code: Code): Field<number> {
  const { least, most, of } = shape;
  return {
    doc,
    shape,
    optional: false,
    parse: (raw, name) => {
      const found = typeof raw === 'string' && /^-?\d{1,15}$/.test(raw) ? Number(raw) : raw;
      if (typeof found !== 'number' || !Number.isSafeInteger(found)) return bad(name, raw, expected);
      // -0 is no number of its own.
      return found >= least && found <= most && (of?.includes(found) ?? true)
        ? found + 0
        : bad(name, raw, expected, code);
    },
    encode: (value) => value,
    decode: (json) => Number(json),
  };
}

/** Any JSON (the value of a parameter). */
export const value = (doc: string): Field<Json> => ({
  doc,
  shape: { kind: 'value' },
  optional: false,
  parse: (raw, name) => (isJson(raw, 8) ? raw : bad(name, raw, 'a JSON value')),
  encode: (json) => json,
  decode: (json) => json,
});

/** A field that may be left out. */
export const optional = <T>(field: Field<T>): Field<T | undefined> => ({
  doc: field.doc,
  shape: field.shape,
  optional: true,
  parse: (raw, name) => (raw === undefined || raw === null ? undefined : field.parse(raw, name)),
  encode: (given) => (given === undefined ? null : field.encode(given)),
  decode: (json) => (json === undefined || json === null ? undefined : field.decode(json)),
});

/** Whether a value is JSON of at most a given depth. */
export function isJson(raw: unknown, depth: number): raw is Json {
  if (raw === null || typeof raw === 'string' || typeof raw === 'boolean') return true;
  if (typeof raw === 'number') return Number.isFinite(raw);
  if (typeof raw !== 'object' || depth === 0) return false;
  return Object.values(raw).every((part) => isJson(part, depth - 1));
}

/** Whether a JSON value is an object. */
export const isJsonRecord = (json: Json): json is { readonly [key: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Whether a value is an object with string keys. */
export const isRecord = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

const entriesOf = new WeakMap<Fields, readonly (readonly [string, Field<unknown>])[]>();

/** Names and fields, by name in alphabetical order: the order in which data are written. */
function fieldEntries(fields: Fields): readonly (readonly [string, Field<unknown>])[] {
  let entries = entriesOf.get(fields);
  if (entries === undefined) {
    entries = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
    entriesOf.set(fields, entries);
  }
  return entries;
}

/** The typed data of inputs from outside, or the first refusal by stage. Inputs that no field knows are refused. */
export function parseData<F extends Fields>(fields: F, raw: unknown): DataOf<F> | Refusal {
  if (!isRecord(raw)) return new Refusal(codes.invalidInput, show(raw), 'inputs are an object');
  const data: Record<string, unknown> = {};
  let refusal: Refusal | undefined;
  for (const [name, field] of fieldEntries(fields)) {
    const given = raw[name];
    if (given === undefined && field.optional) continue;
    const value =
      given === undefined
        ? new Refusal(codes.invalidInput, name, 'this input is missing')
        : field.parse(given, name);
    if (value instanceof Refusal) refusal = firstOf(refusal, value);
    else data[name] = value;
  }
  for (const name in raw) {
    if (!Object.hasOwn(fields, name)) {
      refusal = firstOf(
        refusal,
        new Refusal(codes.invalidInput, name, `no such input; there are ${Object.keys(fields).join(', ')}`),
      );
    }
  }
  return refusal ?? asData<F>(data);
}

/** Data as they stand in an event, keys in alphabetical order; what was left out stays out. */
export function encodeData<F extends Fields>(fields: F, data: DataOf<F>): { readonly [key: string]: Json } {
  const json: Record<string, Json> = {};
  const given: Readonly<Record<string, unknown>> = data;
  for (const [name, field] of fieldEntries(fields)) {
    const value = given[name];
    if (value !== undefined) json[name] = field.encode(value);
  }
  return json;
}

/** The typed data of an event's data. */
export function decodeData<F extends Fields>(fields: F, json: Json): DataOf<F> {
  const data: Record<string, unknown> = {};
  if (isJsonRecord(json)) {
    for (const [name, field] of fieldEntries(fields)) {
      const given = json[name];
      if (given !== undefined) data[name] = field.decode(given);
    }
  }
  return asData<F>(data);
}

/** A record whose every value came from the field of its name. */
const asData = <F extends Fields>(data: Readonly<Record<string, unknown>>): DataOf<F> => data as DataOf<F>;
