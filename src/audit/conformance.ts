/**
 * Conformance: each rule once more, on the recorded state before each event and under the policy then in force and known; its
 * answer is compared with the record and thrown away.
 *
 * @module
 */

import { setImmediate } from 'node:timers/promises';
import type { House } from '../kernel/engine/house.ts';
import { asKnown } from '../kernel/engine/versions.ts';
import type { StoredEvent } from '../kernel/state/events.ts';
import type { EventLog } from '../log/port/port.ts';
import type { Finding } from './judging/findings.ts';
import { type Group, Grouping } from './judging/grouping.ts';
import { Judge } from './judging/judge.ts';

/** Most findings that are listed; beyond them they are counted. */
export const findingsMax = 10_000;

/** What is held against the rules. */
export interface ConformanceOptions {
  /** First revision that is judged; what comes before is only folded. */
  readonly from?: number | undefined;
  /** Last revision that is judged; the head by default. */
  readonly to?: number | undefined;
  /** Only events of this line of business are counted and listed. What others did still counts as a cause. */
  readonly segment?: string | undefined;
  /** Whose rules are asked, if not those of the house that reads the log: one of the same types and tables. */
  readonly rules?: House | undefined;
  /** Most findings that are listed, {@link findingsMax} by default. */
  readonly findingsMax?: number | undefined;
  /** Told how many events have been passed. */
  readonly onProgress?: ((passed: number) => void) | undefined;
}

/** Recorded against recomputed. */
export interface Conformance {
  /** No finding at all. */
  readonly clean: boolean;
  /** How many events were judged: facts, and what closes derived. */
  readonly checked: number;
  readonly facts: number;
  readonly derived: number;
  /** In the order of the log. */
  readonly findings: readonly Finding[];
  /** All findings, also those beyond the list; and how many of them are roots, that is, follow from no other. */
  readonly findingCount: number;
  readonly rootCount: number;
}

/**
 * Holds a log against the rules.
 *
 * @throws UnreadableEvent, LogUnreadable when an event can't be read
 */
export async function conformance(
  house: House,
  log: EventLog,
  options: ConformanceOptions = {},
): Promise<Conformance> {
  const pass = new Pass(house, options);
  for await (const events of log.read(0, 'forwards', (options.to ?? Number.POSITIVE_INFINITY) + 1)) {
    const reversals = events.flatMap(({ type, data }) =>
      type === house.own.reversed.name ? [targetOf(data)] : [],
    );
    const known = reversals.filter((revision) => revision <= (events.at(-1)?.revision ?? -1));
    pass.recall(known.length === 0 ? [] : await log.readMany(known));
    for (const event of events) pass.take(event);
    options.onProgress?.(pass.passed);
    await setImmediate();
  }
  return pass.result();
}

/** The revision that a reversal names; beyond every log where it names none. */
function targetOf(data: StoredEvent['data']): number {
  const named = typeof data === 'object' && data !== null && 'event' in data ? data.event : undefined;
  return typeof named === 'number' && Number.isSafeInteger(named) && named >= 0
    ? named
    : Number.POSITIVE_INFINITY;
}

/** One pass over a log. A close is judged when all of it has been read. */
class Pass {
  passed = 0;
  readonly judge: Judge;
  readonly #house: House;
  readonly #grouping: Grouping;
  readonly #options: ConformanceOptions;
  readonly #findings: Finding[] = [];
  readonly #originals = new Map<number, StoredEvent>();
  #facts = 0;
  #derived = 0;
  #findingCount = 0;
  #rootCount = 0;

  constructor(house: House, options: ConformanceOptions) {
    this.#house = house;
    this.#grouping = new Grouping(house);
    this.#options = options;
    this.judge = new Judge(house, options.rules ?? house, (finding) => this.#found(finding));
  }

  /** Facts that the next events reverse. */
  recall(originals: readonly StoredEvent[]): void {
    this.#originals.clear();
    for (const original of originals) this.#originals.set(original.revision, original);
  }

  take(event: StoredEvent): void {
    this.passed++;
    for (const group of this.#grouping.take(asKnown(this.#house, event))) this.#judge(group);
  }

  #judge(group: Group): void {
    const events = group.kind === 'close' ? group.events : [group.event];
    for (const event of events) this.#count(event);
    const { judge } = this;
    if (!this.#judged(events.at(-1)?.revision ?? 0)) for (const event of events) judge.fold(event);
    else if (group.kind === 'close') judge.close(group.begun, group.run, group.closed);
    else if (group.event.kind === 'derived') judge.stray(group.event);
    else judge.fact(group.event, this.#originals.get(targetOf(group.event.data)));
  }

  result(): Conformance {
    for (const group of this.#grouping.rest()) this.#judge(group);
    return {
      clean: this.#findingCount === 0,
      checked: this.#facts + this.#derived,
      facts: this.#facts,
      derived: this.#derived,
      findings: this.#findings,
      findingCount: this.#findingCount,
      rootCount: this.#rootCount,
    };
  }

  #judged(revision: number): boolean {
    return revision >= (this.#options.from ?? 0);
  }

  #listed(revision: number, segment: string): boolean {
    return this.#judged(revision) && (this.#options.segment ?? segment) === segment;
  }

  #count({ revision, segment, kind }: StoredEvent): void {
    if (!this.#listed(revision, segment)) return;
    if (kind === 'fact') this.#facts++;
    else this.#derived++;
  }

  #found(finding: Finding): void {
    if (!this.#listed(finding.revision, finding.segment)) return;
    this.#findingCount++;
    if (finding.followsFrom === undefined) this.#rootCount++;
    if (this.#findings.length < (this.#options.findingsMax ?? findingsMax)) this.#findings.push(finding);
  }
}
