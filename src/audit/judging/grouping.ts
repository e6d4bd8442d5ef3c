/**
 * Grouping: the events of a log one by one, but a day's close as one, from its beginning to its end.
 *
 * @module
 */

import type { House } from '../../kernel/engine/house.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { RecordedRun } from './closing-run.ts';

/** A close as it stands in a log; without an end where another fact, or nothing more, follows. */
export interface CloseGroup {
  readonly kind: 'close';
  readonly begun: StoredEvent;
  readonly run: RecordedRun;
  readonly closed: StoredEvent | undefined;
  /** All of its events, in order. */
  readonly events: readonly StoredEvent[];
}

/** An event by itself, or a close. */
export type Group = { readonly kind: 'single'; readonly event: StoredEvent } | CloseGroup;

/** Takes the events of a log, in order, and gives each group when it is whole. */
export class Grouping {
  readonly #closing: string;
  readonly #closed: string;
  #begun: StoredEvent | undefined;
  #run: StoredEvent[] = [];

  constructor({ own }: House) {
    this.#closing = own.closing.name;
    this.#closed = own.closed.name;
  }

  *take(event: StoredEvent): Generator<Group, void, void> {
    const begun = this.#begun;
    if (begun !== undefined && event.type === this.#closed) {
      yield this.#group(begun, event, event.revision, true);
      return;
    }
    if (begun !== undefined && event.kind === 'derived') {
      this.#run.push(event);
      return;
    }
    if (begun !== undefined) yield this.#group(begun, undefined, event.revision, true);
    if (event.type === this.#closing) this.#begun = event;
    else yield { kind: 'single', event };
  }

  /** A close that is not at its end: the book is settling, or what was read ends in it. */
  *rest(): Generator<Group, void, void> {
    const begun = this.#begun;
    if (begun === undefined) return;
    const last = this.#run.at(-1) ?? begun;
    yield this.#group(begun, undefined, last.revision + 1, false);
  }

  #group(begun: StoredEvent, closed: StoredEvent | undefined, end: number, whole: boolean): CloseGroup {
    const events = this.#run;
    this.#begun = undefined;
    this.#run = [];
    return {
      kind: 'close',
      begun,
      run: { day: begun.effectiveOn, events, end, whole },
      closed,
      events: closed === undefined ? [begun, ...events] : [begun, ...events, closed],
    };
  }
}
