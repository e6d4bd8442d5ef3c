/**
 * A day's close, beside its record: the rules run over the recorded state, and each event that they would derive is laid next to
 * the recorded one that it is. What stands on one side only is said, and the rest still finds its match.
 *
 * @module
 */
import type { EventType } from '../../kernel/contract/fact.ts';
import { type Breach, type Draft, phases } from '../../kernel/contract/rule.ts';
import { leaves64Bits } from '../../kernel/engine/booking.ts';
import { breachesOf, type Drafted, derivedBy, type LeftOut, leftOutWith } from '../../kernel/engine/close.ts';
import type { ClosingRule, House } from '../../kernel/engine/house.ts';
import { canonical } from '../../kernel/state/digest.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { State } from '../../kernel/state/state.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { encodeData, type Fields, isJsonRecord, type Json } from '../../kernel/values/fields.ts';

/** What a rule would derive, and from what. */
export interface Step {
  readonly by: ClosingRule;
  readonly item: unknown;
  readonly draft: Drafted;
}

/** A recorded event and what the rules say in its place; one of them may be wanting. */
export type Aligned =
  | { readonly kind: 'both'; readonly recorded: StoredEvent; readonly step: Step }
  | { readonly kind: 'recorded only'; readonly recorded: StoredEvent }
  /** It should have stood before a revision. */
  | { readonly kind: 'derived only'; readonly before: number; readonly step: Step };

/** A close as it is recorded: the events between its beginning and its end. */
export interface RecordedRun {
  readonly day: Day;
  readonly events: readonly StoredEvent[];
  /** The revision after the last of them. */
  readonly end: number;
  /** Whether its end is known: else what the rules derive beyond the last recorded event is not missed. */
  readonly whole: boolean;
}

/** Told when a rule has been asked for all its items, what it couldn't pay or hold, and what was left out of it. */
export type RuleEnded = (by: ClosingRule, breaches: readonly Breach[], left: LeftOut | undefined) => void;

/**
 * Lays the events of a close beside what the rules derive. The caller books what was recorded before it asks for the next.
 *
 * @returns the breaches that the rules see, where the close is whole
 */
export function* aligned(
  rules: House,
  s: State,
  run: RecordedRun,
  ended?: RuleEnded,
): Generator<Aligned, readonly Breach[] | undefined, void> {
  const queue = new Queue(run.events);
  const walk = new Walk(rules, s, run.day, ended);
  for (;;) {
    if (!run.whole && queue.done) return undefined;
    const step = walk.next();
    if (step === undefined && queue.done) return walk.breaches;
    const at = step === undefined ? queue.at + 1 : queue.find(step.draft);
    if (step !== undefined && at === queue.at) {
      const recorded = queue.take();
      if (recorded !== undefined) yield { kind: 'both', recorded, step };
      walk.settle();
    } else if (step !== undefined && at === undefined && !walk.isPast(queue.next)) {
      yield { kind: 'derived only', before: queue.next?.revision ?? run.end, step };
      walk.settle();
    } else {
      // No rule derives it. What it did may change what the rules say that found nothing, or something else, just now.
      const recorded = queue.take();
      if (recorded !== undefined) yield { kind: 'recorded only', recorded };
      walk.again();
    }
  }
}

/** The rules of a close, asked in their order; those that were asked in vain since the last match can be asked again. */
class Walk {
  readonly #house: House;
  readonly #s: State;
  readonly #day: Day;
  readonly #rules: readonly ClosingRule[];
  readonly #ended: RuleEnded | undefined;
  /** The place of the rule that derives a type, as far as it has been seen to. */
  readonly #known: Map<string, number>;
  readonly #breaches: (readonly Breach[])[] = [];
  #rule = 0;
  #items: readonly unknown[] | undefined;
  #item = 0;
  /** What the rule under way left out. */
  #left: LeftOut | undefined;
  /** Where the walk stood after the last step that was settled. */
  #settled: {
    readonly rule: number;
    readonly items: readonly unknown[] | undefined;
    readonly item: number;
    readonly left: LeftOut | undefined;
  } = { rule: 0, items: undefined, item: 0, left: undefined };

  constructor(rules: House, s: State, day: Day, ended: RuleEnded | undefined) {
    this.#house = rules;
    this.#s = s;
    this.#day = day;
    this.#ended = ended;
    this.#rules = phases.flatMap((phase) => rules.closing(phase));
    this.#known = knownOf(rules);
  }

  /** Whether the rule that would derive an event has been asked for all that it has to say of it. */
  isPast(event: StoredEvent | undefined): boolean {
    const by = this.#rules[this.#rule];
    const place = event === undefined ? undefined : this.#known.get(event.type);
    if (event === undefined || by === undefined || place === undefined || place > this.#rule) return false;
    const left = place < this.#rule ? [] : (this.#items ?? []).slice(this.#item);
    return derivedLike(this.#house, by, left, this.#s, this.#day, event) === undefined;
  }

  /** What couldn't be paid or held, rule by rule. */
  get breaches(): readonly Breach[] {
    return this.#breaches.flat();
  }

  /** The next event that a rule derives from the state as it stands. */
  next(): Step | undefined {
    const s = this.#s;
    for (; this.#rule < this.#rules.length; this.#rule++) {
      const by = this.#rules[this.#rule];
      if (by === undefined) break;
      s.day = this.#day;
      this.#items ??= [...by.rule.items(s)];
      while (this.#item < this.#items.length) {
        const item = this.#items[this.#item++];
        s.day = this.#day;
        const draft = derivedBy(this.#house, by, item, s, s.chart);
        if (draft === undefined) continue;
        if (leaves64Bits(s, draft.entry, this.#day)) {
          this.#left = leftOutWith(this.#left, draft);
          continue;
        }
        this.#known.set(draft.type.name, this.#rule);
        return { by, item, draft };
      }
      s.day = this.#day;
      const breaches = breachesOf(by, s, this.#left);
      this.#breaches[this.#rule] = breaches;
      this.#ended?.(by, breaches, this.#left);
      this.#left = undefined;
      this.#items = undefined;
      this.#item = 0;
    }
    return undefined;
  }

  /** The last step has found its place. */
  settle(): void {
    this.#settled = { rule: this.#rule, items: this.#items, item: this.#item, left: this.#left };
  }

  /** Goes back to after the last step that was settled. */
  again(): void {
    const { rule, items, item, left } = this.#settled;
    this.#rule = rule;
    this.#left = left;
    this.#items = items;
    this.#item = item;
  }
}

const known = new WeakMap<House, Map<string, number>>();

/** Which rule of a house derives which type: known once it has done so. */
function knownOf(rules: House): Map<string, number> {
  let found = known.get(rules);
  if (found === undefined) {
    found = new Map();
    known.set(rules, found);
  }
  return found;
}

/** Most items of a rule that are tried to find one that derives a given event. */
const itemsTriedMax = 1_000;

/** What tells an event of a close from the others, as one text: its type, its subject, the words in its data, a holder. */
export function nameOfPlace({ fields }: EventType, { type, subject, data, accounts }: Placed): string {
  const stored = isJsonRecord(data) ? data : {};
  const words = tellingFields(fields).map((name) => stored[name] ?? '');
  return [type, subject, ...words, accounts.find((id) => id.split(':').length > 5) ?? ''].join(' ');
}

/** What tells an event of a close from the others. */
export type Placed = Pick<StoredEvent, 'type' | 'subject' | 'data' | 'accounts'>;

/** What a draft would be told by as an event. */
export const placeOf = (draft: Drafted): Placed => ({
  type: draft.type.name,
  subject: draft.type.subject(draft.data),
  data: dataOf(draft),
  accounts: draft.entry.accounts.map((account) => draft.entry.chart.id(account)),
});

/** What a rule derives from some items that has a given event's place. */
export function derivedLike(
  rules: House,
  by: ClosingRule,
  items: Iterable<unknown>,
  s: State,
  day: Day,
  place: Placed,
): Step | undefined {
  let tried = 0;
  for (const item of items) {
    if (tried++ >= itemsTriedMax) return undefined;
    s.day = day;
    const draft = derivedBy(rules, by, item, s, s.chart);
    if (draft !== undefined && isOf(draft, place)) return { by, item, draft };
  }
  return undefined;
}

/** The data of a draft as an event has them. */
export const dataOf = ({ type, data }: Draft): { readonly [name: string]: Json } =>
  encodeData(type.fields, data);

/** Whether a draft's data are those of a recorded event. */
export function sameData(draft: Draft, { data }: StoredEvent): boolean {
  const made = dataOf(draft);
  if (!isJsonRecord(data)) return false;
  const names = Object.keys(made);
  if (names.length !== Object.keys(data).length) return false;
  for (const name of names) {
    const [a, b] = [made[name], data[name]];
    if (a === b) continue;
    if (typeof a !== 'object' || b === undefined || canonical(a) !== canonical(b)) return false;
  }
  return true;
}

/** Recorded events that wait for what derives them. */
class Queue {
  readonly #events: readonly StoredEvent[];
  /** Places by what tells events apart; made when something is out of place. */
  #places: ReadonlyMap<string, readonly number[]> | undefined;
  #at = 0;

  constructor(events: readonly StoredEvent[]) {
    this.#events = events;
  }

  get at(): number {
    return this.#at;
  }

  get done(): boolean {
    return this.#at >= this.#events.length;
  }

  /** The next event. */
  get next(): StoredEvent | undefined {
    return this.#events[this.#at];
  }

  take(): StoredEvent | undefined {
    const event = this.#events[this.#at];
    if (event !== undefined) this.#at++;
    return event;
  }

  /** The place of the first event that a draft would be. */
  find(draft: Drafted): number | undefined {
    const next = this.#events[this.#at];
    if (next === undefined) return undefined;
    if (isOf(draft, next)) return this.#at;
    this.#places ??= placesOf(this.#events);
    const found = this.#places.get(nameOf(draft.type.name, draft.type.subject(draft.data)));
    return found?.find((at) => {
      const event = at > this.#at ? this.#events[at] : undefined;
      return event !== undefined && isOf(draft, event);
    });
  }
}

const nameOf = (type: string, subject: string): string => `${type} ${subject}`;

function placesOf(events: readonly StoredEvent[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  events.forEach(({ type, subject }, at) => {
    const name = nameOf(type, subject);
    const known = places.get(name);
    if (known === undefined) places.set(name, [at]);
    else known.push(at);
  });
  return places;
}

/**
 * Whether a recorded event is what a draft would become: of its type, its subject, with the same words in its data; and where
 * both post on holders, on one that they share (a distribution has a part for each few hundred of them).
 */
export function isOf(draft: Drafted, recorded: Placed): boolean {
  const { type, data, entry } = draft;
  if (type.name !== recorded.type || type.subject(data) !== recorded.subject) return false;
  const given: Readonly<Record<string, unknown>> = data;
  const stored = isJsonRecord(recorded.data) ? recorded.data : {};
  for (const name of tellingFields(type.fields)) {
    const field = type.fields[name];
    const value = given[name];
    if (field !== undefined && value !== undefined && field.encode(value) !== stored[name]) return false;
  }
  const { chart } = entry;
  const held = entry.accounts.filter((account) => chart.holderOf[account] !== '');
  const [first] = held;
  if (first === undefined || recorded.accounts.includes(chart.id(first))) return true;
  const ids = new Set(recorded.accounts);
  if (held.some((account) => ids.has(chart.id(account)))) return true;
  return !recorded.accounts.some((id) =>
    held.some((account) => id.startsWith(`${chart.kindOf[account]?.path}:`)),
  );
}

const telling = new WeakMap<Fields, readonly string[]>();

/**
 * The fields whose values are words: ids, choices, dates, the number of an instalment. Figures may be wrong in an event that is
 * still the same.
 */
function tellingFields(fields: Fields): readonly string[] {
  let names = telling.get(fields);
  if (names === undefined) {
    const words = ['id', 'choice', 'date', 'flag', 'whole'];
    names = Object.entries(fields).flatMap(([name, { shape }]) => (words.includes(shape.kind) ? [name] : []));
    telling.set(fields, names);
  }
  return names;
}
