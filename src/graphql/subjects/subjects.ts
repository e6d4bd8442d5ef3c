/**
 * Subjects in the graph, made of their fields: a type that is a node, a look by id, a list with filter, order, page and count, and
 * what a holder has of them.
 *
 * @module
 */
import type { Subject } from '../../kernel/contract/table.ts';
import type { House } from '../../kernel/engine/house.ts';
import type { State } from '../../kernel/state/state.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { tooLong } from '../../reading/codes.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import { builder } from '../base/builder.ts';
import { askedPage, type Connection, connectionOf, cursorOf, pageOf } from '../base/connection.ts';
import { badQuestion, fault } from '../base/faults.ts';
import { addFinder, type NodeRead, NodeRef } from '../base/node.ts';
import { HolderRef } from '../book/holder.ts';
import { LedgerRef } from '../book/ledger.ts';
import { SegmentLedger } from '../book/segment-ledger.ts';
import { EventConnection } from '../events/event.ts';
import { askedEvents } from '../events/search.ts';
import './node.ts';
import { graphFields, type RecordRead, shownOf } from './shown.ts';
import {
  comparePlaces,
  filterOf,
  matching,
  type Order,
  orderAsked,
  orderOf,
  type Place,
  placeOf,
} from './sought.ts';

/** Most rows that are looked at for one page of a list. */
export const listedMax = 1_000_000;

/** A row of a subject at a point. */
interface SubjectRead extends NodeRead, RecordRead {
  readonly id: string;
}

/** A page, and how many there are in all. */
interface Listed extends Connection<SubjectRead> {
  readonly totalCount: number;
}

interface ListArgs {
  readonly filter?: Readonly<Record<string, unknown>> | null | undefined;
  readonly orderBy?: string | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** Adds what is asked of the subjects of a house. */
export function addSubjects(house: House): void {
  for (const { id, subjects = [] } of house.segments) for (const subject of subjects) addSubject(id, subject);
}

function addSubject(segment: string, subject: Subject): void {
  const { type, prefix, list } = subject;
  const read = (point: LedgerPoint, id: string, row: Readonly<Record<string, unknown>>): SubjectRead => ({
    nodeId: `${prefix}/${id}`,
    type,
    point,
    id,
    row,
  });
  const find = (point: LedgerPoint, id: string, signal: AbortSignal) =>
    point.withRows(signal, (state) => {
      const row = state.row(subject, id);
      return row === undefined ? undefined : read(point, id, row);
    });
  addFinder(prefix, find);
  const Ref = typeOf(segment, subject);
  const Page = connectionOf<SubjectRead>(type, Ref, list);
  builder.objectField(Page, 'totalCount', (t) =>
    t.int({
      description: 'How many there are in all.',
      resolve: (page) => (page as Listed).totalCount,
    }),
  );
  const asked = listArgs(subject);
  builder.objectField(LedgerRef, type.charAt(0).toLowerCase() + type.slice(1), (t) =>
    t.field({
      type: Ref,
      nullable: true,
      description: `${subject.doc} By its id; null where there is none. (${segment})`,
      args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
      resolve: (point, { id }, { signal }) => find(point, id, signal),
    }),
  );
  builder.objectField(LedgerRef, list, (t) =>
    t.field({
      type: Page,
      description: `${subject.doc} All of them, or those that are meant. (${segment})`,
      args: asked,
      resolve: (point, args, { signal }) =>
        point.withRows(signal, (state) => listed(state, subject, args, () => true, read, point)),
    }),
  );
  const roles = shownOf(subject.fields).filter(({ field }) => field.shape.kind === 'holder');
  if (roles.length === 0) return;
  builder.objectField(HolderRef, list, (t) =>
    t.field({
      type: Page,
      description: `Those in which they are ${roles.map(({ as }) => as).join(' or ')}. ${subject.doc} (${segment})`,
      args: asked,
      resolve: ({ id, point }, args, { signal }) => {
        const theirs = (row: Readonly<Record<string, unknown>>): boolean =>
          roles.some(({ name }) => row[name] === id);
        return point.withRows(signal, (state) => listed(state, subject, args, theirs, read, point));
      },
    }),
  );
}

const listArgs = (subject: Subject) => {
  const filter = filterOf(subject);
  const order = orderOf(subject);
  return builder.args((t) => ({
    filter: t.field({ type: filter, description: 'Which are meant; all when left out.' }),
    orderBy: t.field({ type: order, description: 'In which order; by id when left out.' }),
    first: t.int({ description: 'How many.' }),
    after: t.string({
      description: 'From behind this cursor on. It holds in the order that it was given in.',
    }),
  }));
};

function typeOf(segment: string, subject: Subject) {
  const { type, prefix, fields, doc } = subject;
  return builder.objectRef<SubjectRead>(type).implement({
    description: doc,
    interfaces: [NodeRef],
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id, as commands name it.' }),
      segment: t.field({
        type: SegmentLedger,
        description: 'The line of business that it belongs to.',
        resolve: ({ point }) => segmentAt(point, segment),
      }),
      events: t.field({
        type: EventConnection,
        description: 'The events that are about it, newest first.',
        args: {
          first: t.arg.int({ description: 'How many.' }),
          after: t.arg.string({ description: 'From behind this cursor on.' }),
        },
        resolve: ({ point, id }, page, context) =>
          askedEvents(
            point.source,
            { ...page, filter: { subject: [`${prefix}/${id}`] } },
            point.revision,
            context,
          ),
      }),
      ...graphFields(t as never, type, fields),
    }),
  });
}

function segmentAt(point: LedgerPoint, id: string) {
  const segment = point.source.house.segments.find((other) => other.id === id);
  if (segment === undefined) throw new Error(`no segment ${id}`);
  return { point, segment };
}

/** A page of the rows that are meant. */
function listed(
  state: State,
  subject: Subject,
  args: ListArgs,
  also: (row: Readonly<Record<string, unknown>>) => boolean,
  read: (point: LedgerPoint, id: string, row: Readonly<Record<string, unknown>>) => SubjectRead,
  point: LedgerPoint,
): Listed {
  const { list } = subject;
  const order = orderAsked(args.orderBy);
  const asked = askedPage(list, { first: args.first, after: args.after });
  const all = state.rows.entries(subject);
  if (all.length > listedMax)
    throw fault(new Refusal(tooLong, `${list}: ${all.length} rows`, `at most ${listedMax} are looked at`));
  const meant = matching(subject, args.filter);
  const found = all
    .filter(([, row]) => also(row) && meant(row))
    .map(([id, row]) => ({ id, row, place: placeOf(order, id, row) }))
    .sort((a, b) => comparePlaces(a.place, b.place));
  const after = asked.after === undefined ? undefined : placeAfter(order, asked.after);
  const from = after === undefined ? 0 : found.findIndex(({ place }) => comparePlaces(place, after) > 0);
  const edges = (from < 0 ? [] : found.slice(from, from + asked.size + 1)).map(({ id, row, place }) => ({
    node: read(point, id, row),
    cursor: cursorOf(list, `${place.value}/${id}`),
  }));
  return { ...pageOf(asked, edges), totalCount: found.length };
}

/** The place that a cursor points at, in an order. */
function placeAfter({ field, down }: Order, cursor: string): Place {
  const [, value, id] = /^(-?\d+)\/(.*)$/s.exec(cursor) ?? [];
  if (value === undefined || id === undefined) throw badQuestion('after', 'not a cursor of this list');
  return { value: BigInt(value), id, down, byId: field === undefined };
}
