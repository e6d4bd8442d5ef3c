/**
 * What an accepted command answers with: its events, and what closing a day or changing policy came to.
 *
 * @module
 */
import { isRecord } from '../../kernel/values/fields.ts';
import { parseMoney } from '../../kernel/values/money.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { LedgerPoint } from '../../reading/point.ts';
import type { CommandAnswer, Source } from '../../reading/ports.ts';
import { builder, type Context } from '../base/builder.ts';
import { askedPage, type Connection, cursorOf, pageOf } from '../base/connection.ts';
import { badQuestion } from '../base/faults.ts';
import { pageLimits } from '../base/limits.ts';
import { Money } from '../base/money.ts';
import { type NodeRead, NodeRef, nodeOf } from '../base/node.ts';
import { refusalKind, refusalTypes } from '../base/results.ts';
import { EventConnection, type EventRead, EventRef } from '../events/event.ts';
import { changeOf, type PolicyChange, PolicyChangeRef } from '../policy/change.ts';

/** A command that was carried out, now or before. */
export interface Accepted {
  readonly source: Source;
  readonly answer: Exclude<CommandAnswer, { readonly kind: 'refused' }>;
  /** The close that it asked for is found by its day: it may have been closed by another command. */
  readonly closedDay: number | undefined;
}

interface BreachRead {
  readonly rule: string;
  readonly detail: string;
  readonly minor: bigint;
  readonly currency: string;
}

const Breach = builder.objectRef<BreachRead>('Breach').implement({
  description:
    'Something that could not be paid or held at a close: it stays owed, and is first in line at the next.',
  fields: (t) => ({
    rule: t.exposeString('rule', { description: 'The rule of the close that says so.' }),
    detail: t.exposeString('detail', { description: 'In words.' }),
    amount: t.field({ type: Money, description: 'How much.', resolve: (breach) => breach }),
  }),
});

const DayClosed = builder.objectRef<EventRead>('DayClosed').implement({
  description: 'A day that is closed, and what its close came to.',
  fields: (t) => ({
    day: t.field({ type: 'Date', description: 'The day.', resolve: ({ event }) => event.effectiveOn }),
    eventCount: t.int({
      description: 'Events that the close derived.',
      resolve: ({ event }) => countIn(event.data),
    }),
    breaches: t.field({
      type: [Breach],
      description: 'What could not be paid or held.',
      resolve: ({ event }) => breachesIn(event.data),
    }),
    event: t.field({
      type: EventRef,
      description: 'The event that ends the close.',
      resolve: (read) => read,
    }),
  }),
});

const countIn = (data: unknown): number => (isRecord(data) ? Number(data.events) : 0);

function breachesIn(data: unknown): BreachRead[] {
  const listed: unknown = isRecord(data) ? data.breaches : [];
  if (!Array.isArray(listed)) return [];
  return listed.filter(isRecord).flatMap(({ rule, detail, amount }) => {
    const money = parseMoney(String(amount));
    return typeof money === 'string' ? [] : [{ rule: String(rule), detail: String(detail), ...money }];
  });
}

/** Revisions of the command's events. */
function revisionsOf({ answer, closedDay, source }: Accepted): {
  readonly first: number;
  readonly last: number;
} {
  if (closedDay === undefined || answer.kind === 'accepted') return answer;
  // A day that was closed before: its run, found by its end.
  const last = closeOf(source, closedDay);
  if (last === undefined) return { first: 0, last: -1 };
  return { first: source.lookups.cause(last) ?? last, last };
}

/** The revision at which a day's close ended. */
function closeOf({ lookups, head, house }: Source, day: number): number | undefined {
  const { closed } = house.own;
  for (const at of lookups.ofSubject('day', head.revision)) {
    if (lookups.type(at) === closed.name && lookups.day(at) === day) return at;
  }
  return undefined;
}

async function eventsOf(
  accepted: Accepted,
  first: number,
  after: string | null | undefined,
): Promise<Connection<EventRead>> {
  const { source, answer } = accepted;
  const asked = askedPage('accepted', { first, after });
  const { first: from, last } = revisionsOf(accepted);
  const start = asked.after === undefined ? from : Math.max(from, Number(asked.after) + 1);
  if (Number.isNaN(start)) throw badQuestion('after', 'not a cursor of this list');
  const end = Math.min(last, start + asked.size);
  const events =
    answer.kind === 'accepted'
      ? answer.events.slice(start - from, end - from + 1)
      : await source.events(Array.from({ length: Math.max(0, end - start + 1) }, (_, at) => start + at));
  const edges = events.map((event) => ({
    node: { event, source },
    cursor: cursorOf('accepted', String(event.revision)),
  }));
  return pageOf(asked, edges);
}

/** What the command's fact is about, at the head. */
async function subjectOf(accepted: Accepted, _args: object, { signal }: Context): Promise<NodeRead | null> {
  const { answer, source } = accepted;
  const { first, last } = revisionsOf(accepted);
  const events =
    answer.kind === 'accepted' ? answer.events : await source.events(last < first ? [] : [first, last]);
  const { opened, extended } = source.house.own;
  const fact = events.find(
    ({ cause, type }) => cause === null && type !== opened.name && type !== extended.name,
  );
  return fact === undefined
    ? null
    : await nodeOf(new LedgerPoint(source, undefined, undefined), fact.subject, signal);
}

const CommandAccepted = builder.objectRef<Accepted>('CommandAccepted').implement({
  description: 'The command was carried out, and what it did is durable.',
  fields: (t) => ({
    revision: t.field({
      type: 'Revision',
      description: 'Of its last event: pass it as `atLeast` to read what you wrote.',
      resolve: (accepted) => {
        const { last } = revisionsOf(accepted);
        return last < 0 ? accepted.answer.last : last;
      },
    }),
    subject: t.field({
      type: NodeRef,
      nullable: true,
      description:
        'What it was about, as it stands now: the payment, the loan … null where that is nothing with an id of its own, as a day or a policy.',
      resolve: subjectOf,
    }),
    repeated: t.boolean({
      description:
        'It had been carried out before, by a command with the same key and input: nothing was booked now.',
      resolve: ({ answer }) => answer.kind === 'repeated',
    }),
    eventCount: t.int({
      description: 'How many events it made, those of the rules included.',
      resolve: (accepted) => {
        const { first, last } = revisionsOf(accepted);
        return last - first + 1;
      },
    }),
    events: t.field({
      type: EventConnection,
      description: 'The events that it made, in the order of the log.',
      args: {
        first: t.arg.int({
          defaultValue: 100,
          required: true,
          description: `How many, at most ${pageLimits.sizeMax}.`,
        }),
        after: t.arg.string({ description: 'From behind this cursor on.' }),
      },
      resolve: (accepted, { first, after }) => eventsOf(accepted, first, after),
    }),
    dayClosed: t.field({
      type: DayClosed,
      nullable: true,
      description: 'Of closeDay: the day, and what its close came to.',
      resolve: async ({ source, closedDay }) => {
        const at = closedDay === undefined ? undefined : closeOf(source, closedDay);
        if (at === undefined) return null;
        const [event] = await source.events([at]);
        return event === undefined ? null : { event, source };
      },
    }),
    policyChange: t.field({
      type: PolicyChangeRef,
      nullable: true,
      description: 'Of changePolicy: the parameter’s values over time, before and after.',
      resolve: async ({ source, answer }): Promise<PolicyChange | null> => {
        const at = policyRevision(source, answer);
        return at === undefined ? null : await changeOf(source, at);
      },
    }),
  }),
});

function policyRevision({ lookups, house }: Source, { first, last }: Accepted['answer']): number | undefined {
  for (let at = first; at <= Math.min(last, first + 1); at++) {
    if (lookups.type(at) === house.own.policyChanged.name) return at;
  }
  return undefined;
}

/** A command's answer: accepted, or a refusal. */
export const CommandResult = builder.unionType('CommandResult', {
  description: 'What a command is answered with: done, or why not.',
  types: [CommandAccepted, ...refusalTypes],
  resolveType: (value) => (value instanceof Refusal ? refusalKind(value) : 'CommandAccepted'),
});
