/**
 * A variant of a run as the graph reads it: its state as it came out, and its events once somebody asks for them.
 *
 * @module
 */

import type { Head } from '../../kernel/deciding/ledger.ts';
import type { House } from '../../kernel/engine/house.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import { Register } from '../../kernel/state/register.ts';
import type { State } from '../../kernel/state/state.ts';
import { Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { pointUnknown } from '../../reading/codes.ts';
import type { Source } from '../../reading/ports.ts';
import type { BaseRecord } from '../running/base.ts';
import { retell } from '../running/retold.ts';
import type { Run, VariantRun } from '../running/run.ts';

/** A variant's events, and what is known of each. */
interface Told {
  readonly events: readonly StoredEvent[];
  readonly register: Register;
}

/** The variants whose events are held, the last asked for at the end; each may hold as many as a telling has. */
const holding: VariantSource[] = [];
const holdingMax = 3;

export class VariantSource implements Source {
  readonly title: string;
  readonly book: string;
  readonly house: House;
  readonly state: State;
  readonly head: Head;
  readonly readableFrom: number;
  readonly #run: Run;
  readonly #base: BaseRecord;
  readonly #variant: VariantRun;
  #told: Promise<Told> | undefined;
  #lookups: Register | undefined;

  constructor(run: Run, base: BaseRecord, variant: VariantRun) {
    this.#run = run;
    this.#base = base;
    this.#variant = variant;
    this.title = `variant ${variant.name} of run ${run.id}`;
    this.book = base.title;
    this.house = variant.view.house;
    this.state = variant.state;
    const revision = variant.events - 1;
    this.head = { revision, hash: variant.digest, recordedAt: 0 };
    this.readableFrom = revision;
  }

  /** Only of use after {@link ready}. */
  get lookups(): Register {
    if (this.#lookups === undefined) throw new Error(`${this.title}: its events have not been told`);
    return this.#lookups;
  }

  async ready(signal: AbortSignal): Promise<void> {
    await this.#tell(signal);
  }

  async events(revisions: readonly number[]): Promise<readonly StoredEvent[]> {
    const { events } = await this.#tell(AbortSignal.timeout(60_000));
    return revisions.flatMap((at) => events[at] ?? []);
  }

  async stateAt(revision: number): Promise<State> {
    if (revision !== this.head.revision)
      throw new RefusedError(new Refusal(pointUnknown, `revision: ${revision}`, this.title));
    return this.state;
  }

  async reached(revision: number): Promise<boolean> {
    return revision <= this.head.revision;
  }

  /** Lets go of its events. What is known of each stays: who waited for it may be about to look. */
  forget(): void {
    this.#told = undefined;
  }

  #tell(signal: AbortSignal): Promise<Told> {
    if (this.#told === undefined) {
      this.#told = this.#retell(signal);
      this.#told.catch(() => this.forget());
      if (!holding.includes(this)) holding.push(this);
      if (holding.length > holdingMax) holding.shift()?.forget();
    }
    return this.#told;
  }

  async #retell(signal: AbortSignal): Promise<Told> {
    const { overrides, edits } = this.#variant;
    const { events } = await retell({
      house: this.house,
      base: this.#base,
      overrides,
      edits,
      horizon: this.#run.scenario.horizon,
      signal,
    });
    const register = new Register();
    let postings = 0;
    for (const event of events) {
      postings += event.accounts.length;
      register.add(event, postings);
    }
    this.#lookups = register;
    return { events, register };
  }
}
