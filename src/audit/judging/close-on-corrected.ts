/**
 * A close on the corrected state, beside the same close on the recorded one: what it has come to so far.
 *
 * @module
 */

import type { EventType } from '../../kernel/contract/fact.ts';
import type { Breach } from '../../kernel/contract/rule.ts';
import { breachJson } from '../../kernel/engine/close.ts';
import type { ClosingRule } from '../../kernel/engine/house.ts';
import type { State } from '../../kernel/state/state.ts';
import type { Day } from '../../kernel/values/dates.ts';
import type { Json } from '../../kernel/values/fields.ts';
import { nameOfPlace, type Placed, type Step } from './closing-run.ts';

export class CloseOnCorrected {
  /** Events of the close that are booked. */
  booked = 0;
  readonly #breaches = new Map<ClosingRule, readonly Breach[]>();
  readonly #met = new Set<string>();
  /** Items of the rule under way, as they were when it began. */
  #items: { readonly by: ClosingRule; readonly items: ReadonlySet<unknown> } | undefined;

  /** What couldn't be paid or held, rule by rule, as the end of the close holds it. */
  get breaches(): readonly Json[] {
    return [...this.#breaches.values()].flatMap((breaches) => breaches.map(breachJson));
  }

  /** A rule has come to its end. */
  ended(by: ClosingRule, breaches: readonly Breach[]): void {
    this.#breaches.delete(by);
    this.#breaches.set(by, breaches);
  }

  /** A rule takes a step: at its first one its items are noted. */
  began({ by }: Step, corrected: State | undefined, day: Day): void {
    if (corrected === undefined || this.#items?.by === by) return;
    corrected.day = day;
    this.#items = { by, items: new Set(by.rule.items(corrected)) };
  }

  /** The items from which a step is found again: its own where it says by itself what it is, else those of its rule. */
  itemsOf({ by, item }: Step): Iterable<unknown> {
    if (this.#items?.by !== by) return [item];
    if (typeof item === 'object') return this.#items.items;
    return this.#items.items.has(item) ? [item] : [];
  }

  /** An event has found its rule. */
  met(type: EventType, place: Placed): void {
    this.#met.add(nameOfPlace(type, place));
  }

  /** Whether one in the same place has found its rule before. */
  hasMet(type: EventType, place: Placed): boolean {
    return this.#met.has(nameOfPlace(type, place));
  }
}
