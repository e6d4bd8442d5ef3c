/**
 * Connections: lists a page at a time, with cursors that stay valid while the list grows.
 *
 * @module
 */

import type { ObjectRef } from '@pothos/core';
import { Refusal } from '../../kernel/values/refusals.ts';
import { tooLong } from '../../reading/codes.ts';
import { builder } from './builder.ts';
import { badQuestion, fault } from './faults.ts';
import { pageLimits } from './limits.ts';

/** Where a page lies in its list. */
export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | undefined;
  readonly endCursor: string | undefined;
}

/** An item of a page, and the cursor that points at it. */
export interface Edge<T> {
  readonly node: T;
  readonly cursor: string;
}

/** A page of a list. */
export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly pageInfo: PageInfo;
}

const PageInfoRef = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {
      description: 'Whether there may be more after this page.',
    }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether there is something before this page.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Pass it as `before` for the page before.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description:
        'Pass it as `after` for the next page. A page of a rare filter may be short, or empty, and yet have more after it.',
    }),
  }),
});

/** The connection type of a node type: `EventConnection` and `EventEdge` of `Event`. */
export function connectionOf<T>(
  name: string,
  node: ObjectRef<typeof builder.$inferSchemaTypes, T>,
  plural: string,
) {
  const EdgeRef = builder.objectRef<Edge<T>>(`${name}Edge`).implement({
    description: 'An item of a page.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Points at this item.' }),
      // The builder can't see that what a type variable stands for is what the node's type takes.
      node: t.field({ type: node, description: 'The item.', resolve: (edge) => edge.node as never }),
    }),
  });
  return builder.objectRef<Connection<T>>(`${name}Connection`).implement({
    description: `A page of ${plural}.`,
    fields: (t) => ({
      edges: t.field({
        type: [EdgeRef],
        description: 'The items, each with its cursor.',
        resolve: ({ edges }) => [...edges],
      }),
      nodes: t.field({
        type: [node],
        description: 'The items alone.',
        resolve: ({ edges }) => edges.map((edge) => edge.node),
      }),
      pageInfo: t.field({
        type: PageInfoRef,
        description: 'Where the page lies.',
        resolve: ({ pageInfo }) => pageInfo,
      }),
    }),
  });
}

/** A page that is asked for, checked. */
export interface PageAsked {
  /** From the beginning of the list, or from its end. */
  readonly side: 'first' | 'last';
  readonly size: number;
  /** What the cursors point at. */
  readonly after: string | undefined;
  readonly before: string | undefined;
}

interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/**
 * Checks the arguments of a page.
 *
 * @param kind what its cursors are of: a cursor of another list is refused
 */
export function askedPage(kind: string, { first, after, last, before }: PageArgs): PageAsked {
  if (typeof first === 'number' && typeof last === 'number')
    throw badQuestion(`first: ${first}, last: ${last}`, 'one of the two');
  const side = typeof last === 'number' ? 'last' : 'first';
  const size = first ?? last ?? pageLimits.defaultSize;
  if (size < 0) throw badQuestion(`${side}: ${size}`, 'zero or more');
  if (size > pageLimits.sizeMax)
    throw fault(new Refusal(tooLong, `${side}: ${size}`, `at most ${pageLimits.sizeMax}`));
  return { side, size, after: readCursor(kind, 'after', after), before: readCursor(kind, 'before', before) };
}

/** A cursor that points at an item of a list by its key. */
export const cursorOf = (kind: string, key: string): string =>
  Buffer.from(`${kind}:${key}`).toString('base64url');

function readCursor(kind: string, name: string, cursor: string | null | undefined): string | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!text.startsWith(`${kind}:`)) throw badQuestion(`${name}: ${cursor}`, 'not a cursor of this list');
  return text.slice(kind.length + 1);
}

/** A page of edges that were found, at most one more than asked for: the one too many says that there is more. */
export function pageOf<T>(
  asked: PageAsked,
  found: readonly Edge<T>[],
  more = found.length > asked.size,
): Connection<T> {
  const edges =
    asked.side === 'first' ? found.slice(0, asked.size) : found.slice(Math.max(0, found.length - asked.size));
  const { side, after, before } = asked;
  return {
    edges,
    pageInfo: {
      hasNextPage: side === 'first' ? more : before !== undefined,
      hasPreviousPage: side === 'last' ? more : after !== undefined,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
  };
}

/** A page of a list that is at hand whole. */
export function pageOfAll<T>(
  kind: string,
  args: PageArgs,
  all: readonly T[],
  keyOf: (item: T, at: number) => string,
): Connection<T> {
  const asked = askedPage(kind, args);
  const edges = all.map((node, at) => ({ node, cursor: cursorOf(kind, keyOf(node, at)) }));
  const place = (key: string | undefined): number =>
    key === undefined ? -1 : all.findIndex((item, at) => keyOf(item, at) === key);
  const from = place(asked.after) + 1;
  const to = asked.before === undefined ? edges.length : place(asked.before);
  const within = edges.slice(from, to < 0 ? edges.length : to);
  return pageOf(
    asked,
    asked.side === 'first' ? within.slice(0, asked.size + 1) : within.slice(-asked.size - 1),
  );
}

/**
 * A page of rows in the order of their keys. Only what is on it is read, and a cursor goes on to hold where its row is gone.
 *
 * @param kind what its cursors are of: a cursor of another list is refused
 */
export function pageOfRows<R, T>(
  kind: string,
  page: PageArgs,
  rows: readonly (readonly [key: string, row: R])[],
  read: (key: string, row: R) => T,
): Connection<T> {
  const asked = askedPage(kind, page);
  const from = asked.after === undefined ? 0 : firstAfter(rows, asked.after);
  const edges = rows
    .slice(from, from + asked.size + 1)
    .map(([key, row]) => ({ node: read(key, row), cursor: cursorOf(kind, key) }));
  return pageOf(asked, edges);
}

/** The place of the first row whose key comes after one. */
export function firstAfter(rows: readonly (readonly [string, unknown])[], after: string): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.[0] ?? '') > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
