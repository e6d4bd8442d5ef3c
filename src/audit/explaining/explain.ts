/**
 * Explaining: a figure, or its change over days, down to the events that made it: for each the rule, the values of the
 * parameters that it looked at, and where these come from.
 *
 * @module
 */

import { setImmediate } from 'node:timers/promises';
import { enter, reaction } from '../../kernel/engine/booking.ts';
import { emptyState } from '../../kernel/engine/fold.ts';
import type { House } from '../../kernel/engine/house.ts';
import { asKnown } from '../../kernel/engine/versions.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { NumberedEntry, type Overlay, type State } from '../../kernel/state/state.ts';
import { type Day, dayMax, dayMin } from '../../kernel/values/dates.ts';
import type { Money } from '../../kernel/values/money.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { EventLog } from '../../log/port/port.ts';
import { byCurrency } from '../../reading/reports.ts';
import { aligned, type Step } from '../judging/closing-run.ts';
import { bookRead, type Read, readEvent } from '../judging/envelope.ts';
import { type CloseGroup, type Group, Grouping } from '../judging/grouping.ts';
import { lookedByReaction, lookedByRule } from '../judging/looking.ts';
import { type Meant, meant } from './account-match.ts';
import { type ParameterUsed, PolicySources } from './sources.ts';

/** Lines of an explanation, unless it is asked for more or fewer; and the most that may be asked for. */
export const linesDefault = 100;
export const linesMax = 10_000;

/** What is to be explained. */
export interface ExplainOptions {
  /** An account's id, the head of one (all below it), or a prefix that ends in `*`. */
  readonly account: string;
  /** First day that counts as change; the first of all by default, and then the figure itself is explained. */
  readonly from?: Day | undefined;
  /** Last day that counts: the figure is that as of its end. */
  readonly to?: Day | undefined;
  /** The last revision that counts; the head by default. */
  readonly revision?: number | undefined;
  /** Most lines, {@link linesDefault} by default. */
  readonly limit?: number | undefined;
  /** Lines only of events after this revision: the last one of the lines that one has. */
  readonly after?: number | undefined;
  /** The overrides under which the events were made, where they are those of a run. */
  readonly overlay?: Overlay | undefined;
}

/** The rule that worked an amount out. */
export interface RuleNamed {
  /** A fact type, or a rule of the close. */
  readonly name: string;
  readonly doc: string;
}

/** One event's part in a figure. Amounts are positive on the normal side of the account, as {@link Explanation} says. */
export interface ExplainedLine {
  readonly revision: number;
  readonly day: Day;
  readonly type: string;
  readonly subject: string;
  readonly amounts: readonly Money[];
  readonly rule: RuleNamed;
  readonly parameters: readonly ParameterUsed[];
  /** The revision of the fact that it answers; null for facts. */
  readonly cause: number | null;
  /** Whether the rule, run once more, gives these amounts. */
  readonly agrees: boolean;
}

/** All events of one type together. */
export interface TypeTotal {
  readonly type: string;
  readonly events: number;
  readonly amounts: readonly Money[];
}

/** A figure, made of its parts: before + change = after, and the change is the sum of the totals. */
export interface Explanation {
  readonly account: string;
  readonly from: Day | undefined;
  readonly to: Day | undefined;
  /** The last revision that was looked at. */
  readonly revision: number;
  /** Accounts of both sides are summed debit positive, accounts of one side positive on that side. */
  readonly before: readonly Money[];
  readonly change: readonly Money[];
  readonly after: readonly Money[];
  readonly totals: readonly TypeTotal[];
  /** In the order of the log. */
  readonly lines: readonly ExplainedLine[];
  /** What stands in no line: events before `after`, and beyond the limit. */
  readonly remainder: { readonly events: number; readonly amounts: readonly Money[] };
}

/**
 * Explains a figure of a log.
 *
 * @returns a refusal when no account of the house can be meant
 * @throws UnreadableEvent, LogUnreadable when an event can't be read
 */
export async function explain(
  house: House,
  log: EventLog,
  options: ExplainOptions,
): Promise<Explanation | Refusal> {
  const of = meant(house, options.account);
  if (of instanceof Refusal) return of;
  const explaining = new Explaining(house, of, options);
  for await (const events of log.read(0, 'forwards', (options.revision ?? Number.POSITIVE_INFINITY) + 1)) {
    for (const event of events) explaining.take(event);
    await setImmediate();
  }
  return explaining.result();
}

type Sums = Map<string, bigint>;

class Explaining {
  readonly #house: House;
  readonly #meant: Meant;
  readonly #options: ExplainOptions;
  readonly #from: Day;
  readonly #to: Day;
  readonly #limit: number;
  readonly #state: State;
  readonly #grouping: Grouping;
  readonly #sources: PolicySources;
  readonly #lines: ExplainedLine[] = [];
  readonly #before: Sums = new Map();
  readonly #change: Sums = new Map();
  readonly #remaining: Sums = new Map();
  readonly #totals = new Map<string, { events: number; readonly sums: Sums }>();
  #remainingEvents = 0;
  #revision = -1;

  constructor(house: House, of: Meant, options: ExplainOptions) {
    this.#house = house;
    this.#meant = of;
    this.#options = options;
    this.#from = options.from ?? dayMin;
    this.#to = options.to ?? dayMax;
    this.#limit = Math.min(options.limit ?? linesDefault, linesMax);
    this.#state = emptyState(house, options.overlay);
    this.#grouping = new Grouping(house);
    this.#sources = new PolicySources(house);
  }

  take(event: StoredEvent): void {
    this.#revision = event.revision;
    for (const group of this.#grouping.take(asKnown(this.#house, event))) this.#group(group);
  }

  #group(group: Group): void {
    if (group.kind === 'single') this.#single(this.#read(group.event));
    else this.#close(group);
  }

  #single(read: Read): void {
    const sums = this.#sumsOf(read.entry);
    if (this.#isListed(read, sums)) this.#lines.push(this.#factLine(read, sums));
    this.#book(read, sums);
  }

  /** A close's rules are run once more only where it has a line. */
  #close({ run, events }: CloseGroup): void {
    const room = this.#lines.length < this.#limit;
    const touched = room && events.some((event) => this.#touches(event));
    if (!touched) {
      for (const event of events) this.#single(this.#read(event));
      return;
    }
    const [begun] = events;
    if (begun !== undefined) this.#single(this.#read(begun));
    for (const found of aligned(this.#house, this.#state, run)) {
      if (found.kind === 'derived only') continue;
      const read = this.#read(found.recorded);
      const sums = this.#sumsOf(read.entry);
      if (this.#isListed(read, sums))
        this.#lines.push(this.#derivedLine(read, sums, found.kind === 'both' ? found.step : undefined));
      this.#book(read, sums);
    }
    const closed = events.at(-1);
    if (closed?.type === this.#house.own.closed.name) this.#single(this.#read(closed));
  }

  #touches({ accounts, effectiveOn, revision }: StoredEvent): boolean {
    if (effectiveOn < this.#from || effectiveOn > this.#to || revision <= (this.#options.after ?? -1))
      return false;
    return accounts.some((id) => this.#meant.has(id));
  }

  #isListed({ stored, event }: Read, sums: Sums): boolean {
    if (sums.size === 0 || event.on < this.#from || event.on > this.#to) return false;
    return stored.revision > (this.#options.after ?? -1) && this.#lines.length < this.#limit;
  }

  #factLine(read: Read, sums: Sums): ExplainedLine {
    const { type, event } = read;
    if (type.kind !== 'fact' || type === this.#house.own.reversed)
      return this.#line(read, sums, type, [], type.kind === 'fact');
    const looked = lookedByReaction(this.#house, this.#state, type, event);
    const parameters = this.#sources.used(looked, this.#state, event.on);
    return this.#line(
      read,
      sums,
      type,
      parameters,
      this.#agrees(reaction(this.#house, this.#state, type, event), sums),
    );
  }

  #derivedLine(read: Read, sums: Sums, step: Step | undefined): ExplainedLine {
    const { on } = read.event;
    if (step === undefined) return this.#line(read, sums, read.type, [], false);
    const looked = lookedByRule(this.#house, step.by, step.item, this.#state, on);
    const entry = enter(this.#state, step.draft.entry, on);
    const parameters = this.#sources.used(looked, this.#state, on);
    return this.#line(read, sums, step.by.rule, parameters, this.#agrees(entry, sums));
  }

  #line(
    { stored, event }: Read,
    sums: Sums,
    { name, doc }: RuleNamed,
    parameters: readonly ParameterUsed[],
    agrees: boolean,
  ): ExplainedLine {
    return {
      revision: stored.revision,
      day: event.on,
      type: stored.type,
      subject: stored.subject,
      amounts: byCurrency(sums),
      rule: { name, doc },
      parameters,
      cause: stored.cause,
      agrees,
    };
  }

  #agrees(entry: NumberedEntry | Refusal, sums: Sums): boolean {
    if (!(entry instanceof NumberedEntry)) return false;
    const again = this.#sumsOf(entry);
    return again.size === sums.size && [...sums].every(([currency, minor]) => again.get(currency) === minor);
  }

  #book(read: Read, sums: Sums): void {
    const { event, stored } = read;
    if (sums.size > 0 && event.on < this.#from) add(this.#before, sums);
    else if (sums.size > 0 && event.on <= this.#to) this.#count(stored, sums);
    this.#sources.note(stored);
    bookRead(this.#house, this.#state, read);
  }

  #count({ type, revision }: StoredEvent, sums: Sums): void {
    add(this.#change, sums);
    let total = this.#totals.get(type);
    if (total === undefined) {
      total = { events: 0, sums: new Map() };
      this.#totals.set(type, total);
    }
    total.events++;
    add(total.sums, sums);
    if (this.#lines.at(-1)?.revision === revision) return;
    this.#remainingEvents++;
    add(this.#remaining, sums);
  }

  /** What an entry does to the accounts that are meant, by currency; no amount that is zero. */
  #sumsOf({ accounts, minors }: NumberedEntry): Sums {
    const sums: Sums = new Map();
    const { chart } = this.#state;
    accounts.forEach((account, at) => {
      if (!this.#meant.hasAccount(chart, account)) return;
      const currency = chart.currencyOf[account] ?? '';
      sums.set(currency, (sums.get(currency) ?? 0n) + this.#meant.side * (minors[at] ?? 0n));
    });
    for (const [currency, minor] of sums) if (minor === 0n) sums.delete(currency);
    return sums;
  }

  #read(event: StoredEvent): Read {
    return readEvent(this.#house, this.#state, event);
  }

  result(): Explanation {
    for (const group of this.#grouping.rest()) this.#group(group);
    const { account, from, to } = this.#options;
    const after: Sums = new Map(this.#before);
    add(after, this.#change);
    return {
      account,
      from,
      to,
      revision: this.#revision,
      before: figures(this.#before),
      change: figures(this.#change),
      after: figures(after),
      totals: [...this.#totals]
        .map(([type, { events, sums }]) => ({ type, events, amounts: figures(sums) }))
        .sort((a, b) => (a.type < b.type ? -1 : 1)),
      lines: this.#lines,
      remainder: { events: this.#remainingEvents, amounts: figures(this.#remaining) },
    };
  }
}

function add(to: Sums, sums: Sums): void {
  for (const [currency, minor] of sums) to.set(currency, (to.get(currency) ?? 0n) + minor);
}

/** Amounts by currency; zero CNY where there is nothing. */
const figures = (sums: Sums): readonly Money[] =>
  sums.size === 0 ? [{ minor: 0n, currency: 'CNY' }] : byCurrency(sums);
