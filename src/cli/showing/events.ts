/**
 * `formicary events`: the history of a book, oldest first.
 *
 * @module
 */

import { jsonLine } from '../../export/jsonl.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import type { EventLog } from '../../log/port/port.ts';
import { house } from '../../segments/index.ts';
import { openBookLog, trustOption } from '../books/books.ts';
import { badUsage, type Exit, exits } from '../frame/failures.ts';
import { dayOption, revisionOption, timeOption, wordOf } from '../frame/given.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';

/** Characters of an event's data that people are shown. */
const dataShownMax = 100;
/** Most events that --last holds. */
const lastMax = 100_000;

export const eventsCommand: CommandSpec = {
  name: 'events',
  summary: 'Lists the events of a book, oldest first.',
  about: ['Filters combine: an event is listed when all of them hold. With --json each event is one line.'],
  args: [],
  options: {
    type: { doc: 'Events of this type.', value: 'TYPE', many: true },
    subject: {
      doc: 'Events that are about this subject or name it, as payment/P-1042.',
      value: 'SUBJECT',
      many: true,
    },
    segment: { doc: 'Events of this line of business.', value: 'ID', many: true },
    from: { doc: 'Events with this effective date or a later one.', value: 'DATE' },
    to: { doc: 'Events with this effective date or an earlier one.', value: 'DATE' },
    revision: { doc: 'Events up to this revision.', value: 'R' },
    'known-at': { doc: 'Events recorded up to this time, as 2016-03-01T12:00:00Z.', value: 'TIME' },
    last: { doc: 'The last so many alone.', value: 'N' },
    ...trustOption,
    follow: { doc: 'Go on with what comes, until Ctrl-C.' },
  },
  settings: ['store', 'book'],
  examples: [
    'formicary events --type DayClosed --last 7',
    'formicary events --subject payment/P-1042',
    'formicary events --follow --json',
  ],
  run: listEvents,
};

/** Which events are listed. */
interface Filter {
  readonly types: ReadonlySet<string>;
  readonly subjects: ReadonlySet<string>;
  readonly segments: ReadonlySet<string>;
  readonly from: Day | undefined;
  readonly to: Day | undefined;
  readonly knownAt: number | undefined;
}

async function listEvents(call: Call): Promise<Exit> {
  const filter = filterOf(call);
  const revision = revisionOption(call, 'revision');
  const last = revisionOption(call, 'last');
  const follow = call.flag('follow');
  if (follow && (revision !== undefined || filter.knownAt !== undefined))
    throw badUsage('--follow', 'not together with --revision or --known-at, which say where to end');
  if (last !== undefined && (last < 1 || last > lastMax)) throw badUsage(`--last ${last}`, `1 to ${lastMax}`);
  const log = await openBookLog(call, false);
  try {
    const head = (await log.head()).revision;
    const upTo = Math.min(revision ?? head, head);
    await list(call, matching(log.read(0, 'forwards', upTo + 1), filter), last);
    if (follow) await list(call, matching(log.subscribe(head + 1, call.signal), filter), undefined);
  } finally {
    await log.close();
  }
  return exits.done;
}

function filterOf(call: Call): Filter {
  const types = house.types.map(({ name }) => name);
  const segments = house.segments.map(({ id }) => id);
  return {
    types: new Set(call.values('type').map((name) => wordOf(name, types, `--type ${name}`))),
    subjects: new Set(call.values('subject')),
    segments: new Set(call.values('segment').map((id) => wordOf(id, segments, `--segment ${id}`))),
    from: dayOption(call, 'from'),
    to: dayOption(call, 'to'),
    knownAt: timeOption(call, 'known-at'),
  };
}

async function* matching(batches: ReturnType<EventLog['read']>, filter: Filter): AsyncGenerator<StoredEvent> {
  for await (const events of batches) {
    for (const event of events) {
      // Recorded times never run backwards.
      if (filter.knownAt !== undefined && event.recordedAt > filter.knownAt) return;
      if (matches(event, filter)) yield event;
    }
  }
}

const matches = (event: StoredEvent, { types, subjects, segments, from, to }: Filter): boolean =>
  (types.size === 0 || types.has(event.type)) &&
  (segments.size === 0 || segments.has(event.segment)) &&
  (subjects.size === 0 || subjects.has(event.subject) || event.refs.some((ref) => subjects.has(ref))) &&
  (from === undefined || event.effectiveOn >= from) &&
  (to === undefined || event.effectiveOn <= to);

async function list(call: Call, events: AsyncIterable<StoredEvent>, last: number | undefined): Promise<void> {
  if (last === undefined) {
    for await (const event of events) {
      await call.out.stream(line(call, event));
      if (call.signal.aborted) return;
    }
    return;
  }
  const kept: StoredEvent[] = [];
  for await (const event of events) {
    kept.push(event);
    if (kept.length >= 2 * last) kept.splice(0, kept.length - last);
  }
  for (const event of kept.slice(-last)) await call.out.stream(line(call, event));
}

function line({ out }: Call, event: StoredEvent): string {
  if (out.json) return jsonLine(event);
  const data = JSON.stringify(event.data);
  const shown = data.length > dataShownMax ? `${data.slice(0, dataShownMax)}…` : data;
  const { revision, effectiveOn, type, subject } = event;
  return `${String(revision).padStart(8)}  ${formatDay(effectiveOn)}  ${type.padEnd(20)}  ${subject}  ${out.paint('dim', shown)}\n`;
}
