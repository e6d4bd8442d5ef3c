/**
 * A run that is at hand: what it came to, and its variants as histories once somebody asks for their events.
 *
 * @module
 */
import type { StoredEvent } from '../../kernel/state/events.ts';
import { type Compared, comparedOf } from '../comparing/compare.ts';
import { type Expected, expectationsOf } from '../comparing/expect.ts';
import type { BaseRecord } from '../running/base.ts';
import type { Run, VariantRun } from '../running/run.ts';
import { VariantSource } from './variant-source.ts';

/** A run as the graph reads it. */
export interface RunRead {
  readonly id: string;
  readonly run: Run;
  /** How it turned out. */
  readonly expected: readonly Expected[];
  /** What a variant is read from: one for each, so that its events are told once. */
  source(variant: VariantRun): VariantSource;
}

export class HeldRun implements RunRead, Compared {
  readonly run: Run;
  readonly id: Compared['id'];
  readonly house: Compared['house'];
  readonly horizon: Compared['horizon'];
  readonly variants: Compared['variants'];
  readonly flows: Compared['flows'];
  readonly balances: Compared['balances'];
  readonly #base: BaseRecord;
  readonly #sources = new Map<VariantRun, VariantSource>();
  #expected: readonly Expected[] | undefined;

  constructor(run: Run, base: BaseRecord) {
    this.run = run;
    this.#base = base;
    const { id, house, horizon, variants, flows, balances } = comparedOf(run);
    this.id = id;
    this.house = house;
    this.horizon = horizon;
    this.variants = variants;
    this.flows = flows;
    this.balances = balances;
  }

  /** Some look at every day, so they are worked out once. */
  get expected(): readonly Expected[] {
    this.#expected ??= expectationsOf(this.run);
    return this.#expected;
  }

  source(variant: VariantRun): VariantSource {
    const known = this.#sources.get(variant);
    if (known !== undefined) return known;
    const made = new VariantSource(this.run, this.#base, variant);
    this.#sources.set(variant, made);
    return made;
  }

  /** The source of a variant by its name; undefined where there is none. */
  sourceNamed(name: string): VariantSource | undefined {
    const variant = this.run.variants.find((other) => other.name === name);
    return variant === undefined ? undefined : this.source(variant);
  }

  async meanings(
    variant: string,
    from: number,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const source = this.sourceNamed(variant);
    if (source === undefined) return [];
    await source.ready(signal);
    const events = await source.events(Array.from({ length: count }, (_, at) => from + at));
    return events.map(meaning);
  }
}

/** What an event says, without its place in a chain. */
const meaning = ({ type, subject, effectiveOn, data, accounts, minors }: StoredEvent): string =>
  JSON.stringify([type, subject, effectiveOn, data, accounts, minors.map(String)]);
