/**
 * A what-if told as a history: its events, in a chain of their own, made by evaluating it again. Runs keep balances and tables,
 * not events; whoever wants to see events asks for them here.
 *
 * @module
 */

import { emptyState } from '../../kernel/engine/fold.ts';
import type { House } from '../../kernel/engine/house.ts';
import { genesisHash, type StoredEvent, sealed } from '../../kernel/state/events.ts';
import type { Override } from '../../kernel/state/timeline.ts';
import { dayMax, dayMin, startOfDayMs } from '../../kernel/values/dates.ts';
import { encodeData } from '../../kernel/values/fields.ts';
import { codes, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import type { Edit, Horizon } from '../file/file.ts';
import type { BaseRecord } from './base.ts';
import { type Divergence, Evaluation, type Sink } from './evaluate.ts';
import { planOf } from './plan.ts';
import { inSlices } from './slices.ts';

/** Most events that are told at once: each is held in memory whole. */
export const retoldMax = 200_000;
/** Who did what a what-if tells of. */
const actor = 'what-if';

/** A horizon that leaves a record as it is: every fact counts, and no day is closed besides. */
export const asRecorded: Horizon = { from: dayMin, to: dayMax, close: 'recorded' };

/** What is to be told. */
export interface Telling {
  readonly house: House;
  readonly base: BaseRecord;
  readonly overrides: readonly Override[];
  readonly edits: readonly Edit[];
  readonly horizon: Horizon;
  readonly signal: AbortSignal;
}

/** A what-if, told. */
export interface Retold {
  /** Numbered from 0; recorded at 00:00 UTC of their effective dates, or when the one before was, where that is later. */
  readonly events: readonly StoredEvent[];
  readonly divergences: readonly Divergence[];
}

/**
 * Tells a what-if from its beginning.
 *
 * @throws RefusedError when it has more events than {@link retoldMax}
 * @throws the signal's reason when it is stopped
 */
export async function retell({ house, base, overrides, edits, horizon, signal }: Telling): Promise<Retold> {
  const plan = planOf(base, horizon, edits, overrides);
  const overlay = overrides.length === 0 ? undefined : { overrides, used: [] };
  const teller = new Teller(house);
  const evaluation = new Evaluation(house, emptyState(house, overlay), plan, teller.sink);
  await inSlices(evaluation.finishing(), () => signal.throwIfAborted());
  return { events: teller.events, divergences: evaluation.divergences };
}

/** Puts what an evaluation books into a chain. */
class Teller {
  readonly events: StoredEvent[] = [];
  readonly #house: House;
  /** Revision of the last fact: what is derived answers it. */
  #fact = 0;

  constructor(house: House) {
    this.#house = house;
  }

  readonly sink: Sink = (type, { data, on }, entry, cause) => {
    const revision = this.events.length;
    if (revision >= retoldMax)
      throw new RefusedError(
        new Refusal(codes.tooMany, `${revision} events`, 'more than can be told of a what-if'),
      );
    if (cause === undefined) this.#fact = revision;
    const before = this.events.at(-1);
    const event = sealed(
      {
        revision,
        type: type.name,
        schemaVersion: type.version,
        kind: type.kind,
        segment: this.#house.segmentOf(type),
        subject: type.subject(data),
        refs: type.refs?.(data) ?? [],
        effectiveOn: on,
        recordedAt: Math.max(startOfDayMs(on), before?.recordedAt ?? 0),
        actor,
        cause: cause === undefined ? null : this.#fact,
        correlation: null,
        key: null,
        inputHash: null,
        header: null,
        data: encodeData(type.fields, data),
        accounts: entry.accounts.map((account) => entry.chart.id(account)),
        minors: entry.minors,
      },
      before?.hash ?? genesisHash,
    );
    this.events.push(event);
  };
}
