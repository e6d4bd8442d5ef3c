/**
 * Which rows of a subject are meant, and in which order: filters and orders, by the fields that people see.
 *
 * @module
 */
import type { InputObjectRef } from '@pothos/core';
import type { Subject } from '../../kernel/contract/table.ts';
import { parseMoney } from '../../kernel/values/money.ts';
import { builder } from '../base/builder.ts';
import { badQuestion } from '../base/faults.ts';
import { listMax } from '../base/limits.ts';
import { MoneyInput } from '../base/money.ts';
import { enumName, enumOf, nameOf, type Shown, shownOf } from './shown.ts';

type Row = Readonly<Record<string, unknown>>;
type Given = Readonly<Record<string, unknown>>;

const DateRange = builder.inputType('DateRange', {
  description: 'Days, both ends included.',
  fields: (t) => ({
    from: t.field({ type: 'Date', description: 'The first day.' }),
    to: t.field({ type: 'Date', description: 'The last day.' }),
  }),
});

const MoneyRange = builder.inputType('MoneyRange', {
  description: 'Amounts, both ends included.',
  fields: (t) => ({
    least: t.field({ type: MoneyInput, description: 'As much or more.' }),
    most: t.field({ type: MoneyInput, description: 'As much or less.' }),
  }),
});

const CountRange = builder.inputType('CountRange', {
  description: 'Whole numbers, both ends included.',
  fields: (t) => ({
    least: t.int({ description: 'As many or more.' }),
    most: t.int({ description: 'As many or fewer.' }),
  }),
});

/** The kinds of fields that a filter takes. */
const sought = new Set(['id', 'holder', 'choice', 'flag', 'date', 'amount', 'count', 'record']);
/** Those that an order takes. */
const ordered = new Set(['date', 'amount', 'count']);

const seekable = ({ fields }: Subject): readonly Shown[] =>
  shownOf(fields).filter(({ field }) =>
    field.shape.kind === 'record' ? field.nullable : sought.has(field.shape.kind),
  );

/** The filter of a subject's list. */
export function filterOf(subject: Subject): InputObjectRef<typeof builder.$inferSchemaTypes, Given> {
  const { type } = subject;
  return builder.inputType(`${type}Filter`, {
    description: `Which are meant: all that is given must hold. Lists: any one of them, at most ${listMax}.`,
    fields: (t) =>
      Object.fromEntries(
        seekable(subject).map(({ as, field: { doc, shape } }) => {
          const description = doc;
          switch (shape.kind) {
            case 'choice':
              return [as, t.field({ type: [enumOf(nameOf(type, as), doc, shape.of)], description })];
            case 'flag':
              return [as, t.boolean({ description })];
            case 'record':
              return [as, t.boolean({ description: `Whether it is there. ${doc}` })];
            case 'date':
              return [as, t.field({ type: DateRange, description })];
            case 'amount':
              return [as, t.field({ type: MoneyRange, description })];
            case 'count':
              return [as, t.field({ type: CountRange, description })];
            default:
              return [as, t.idList({ description })];
          }
        }),
      ),
  }) as InputObjectRef<typeof builder.$inferSchemaTypes, Given>;
}

/** Whether a row is meant by a filter. */
export function matching(subject: Subject, filter: Given | null | undefined): (row: Row) => boolean {
  const tests = seekable(subject).flatMap(({ name, as, field }) => {
    const given = filter?.[as];
    return given === undefined || given === null ? [] : [testOf(name, field.shape.kind, given)];
  });
  return (row) => tests.every((test) => test(row));
}

function testOf(name: string, kind: string, given: unknown): (row: Row) => boolean {
  if (kind === 'flag') return (row) => row[name] === given;
  if (kind === 'record') return (row) => (row[name] !== null) === given;
  if (Array.isArray(given)) {
    if (given.length > listMax) throw badQuestion(`${name}: ${given.length} values`, `at most ${listMax}`);
    const any = new Set<unknown>(given);
    return (row) => any.has(row[name]);
  }
  const range = Object(given) as Given;
  const least = boundOf(range.least ?? range.from);
  const most = boundOf(range.most ?? range.to);
  return (row) => {
    const value = row[name];
    if (typeof value !== 'bigint' && typeof value !== 'number') return false;
    return (least === undefined || value >= least) && (most === undefined || value <= most);
  };
}

/** A bound as rows hold it: minor units, a day, a number. */
function boundOf(given: unknown): bigint | number | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === 'number') return given;
  const { amount, currency } = Object(given) as Given;
  const money = parseMoney(`${String(amount)} ${String(currency)}`);
  if (typeof money === 'string') throw badQuestion(`${String(amount)} ${String(currency)}`, money);
  return money.minor;
}

/** An order: by a field, or by id; down or up. */
export interface Order {
  /** In the row; undefined: by id. */
  readonly field: string | undefined;
  readonly down: boolean;
}

const byId: Order = { field: undefined, down: false };

/** The orders of a subject's list. */
export function orderOf(subject: Subject) {
  const fields = shownOf(subject.fields).filter(
    ({ field }) => ordered.has(field.shape.kind) && !field.nullable,
  );
  const named = [{ as: 'id', name: undefined }, ...fields].flatMap(({ as, name }) => {
    const word = enumName(as.replaceAll(/([A-Z])/g, '-$1'));
    return [
      [`${word}_ASC`, { value: `${name ?? ''}/up`, description: `By ${as}, upwards.` }],
      [`${word}_DESC`, { value: `${name ?? ''}/down`, description: `By ${as}, downwards.` }],
    ] as const;
  });
  return builder.enumType(`${subject.type}Order`, {
    description: 'In which order a list is; what is equal is in the order of ids.',
    values: Object.fromEntries(named) as Record<string, { value: string; description: string }>,
  });
}

/** Where a row stands in an order, as a text that sorts as it does. */
export function placeOf({ field, down }: Order, id: string, row: Row): Place {
  return {
    value: field === undefined ? 0n : BigInt(String(row[field])),
    id,
    down,
    byId: field === undefined,
  };
}

export interface Place {
  readonly value: bigint;
  readonly id: string;
  readonly down: boolean;
  readonly byId: boolean;
}

/** Compares places of one order. */
export function comparePlaces(a: Place, b: Place): number {
  const sign = a.down ? -1 : 1;
  if (a.value !== b.value) return a.value < b.value ? -sign : sign;
  if (a.id === b.id) return 0;
  return (a.id < b.id ? -1 : 1) * (a.byId ? sign : 1);
}

/** An order that was asked for, by the value of its enum, or the usual one. */
export function orderAsked(given: string | null | undefined): Order {
  if (given === null || given === undefined) return byId;
  const [field = '', way] = given.split('/');
  return { field: field === '' ? undefined : field, down: way === 'down' };
}
