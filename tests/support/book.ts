/**
 * A book in memory, over the kernel's Ledger alone: what commands are decided into, and what it comes to.
 *
 * @module
 */

import type { Command } from '../../src/kernel/deciding/commands.ts';
import {
  type Circumstances,
  type Decision,
  headBeforeAll,
  Ledger,
  type Memory,
} from '../../src/kernel/deciding/ledger.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import type { House } from '../../src/kernel/engine/house.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { type Day, dayMax, dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { house as wholeHouse } from '../../src/segments/index.ts';
import { shortName } from './postings.ts';

/** What a ledger remembers from before its own beginning: nothing. */
export const noMemory: Memory = {
  withKey: () => undefined,
  sameInput: () => false,
  event: () => undefined,
  reversedBy: () => undefined,
};

/** With what the commands of tests are recorded. */
export const circumstances: Circumstances = { now: 0, actor: 'test', engine: 'test' };

/** Balances by account id, positive on the normal side; zeros are left out. */
export type Balances = { readonly [account: string]: string };

/** All balances of a state, as they stand, or as of a day. */
export function balancesOf({ chart, journal }: State, day: Day = dayMax): Balances {
  const found: Record<string, string> = {};
  for (let account = 0; account < chart.size; account++) {
    const minor = journal.balanceAt(account, day) * (chart.kindOf[account]?.side ?? 1n);
    if (minor !== 0n) found[chart.id(account)] = formatMinor(minor, chart.currencyOf[account] ?? 'CNY');
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Balances by the names that {@link shortName} gives. */
export const shortBalances = (balances: Balances): Balances =>
  Object.fromEntries(Object.entries(balances).map(([account, text]) => [shortName(account), text]));

/** Every row of every table, in order: what `evolve` has made. */
export const rowsOf = (house: House, { rows }: State): readonly (readonly [string, string, unknown])[] =>
  [...house.tables]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((table) => rows.entries(table).map(([key, row]) => [table.name, key, row] as const));

/** A book that holds nothing yet. */
export const book = (house: House = wholeHouse, given: Partial<Circumstances> = {}): TestBook =>
  new TestBook(house, { ...circumstances, ...given });

export class TestBook {
  readonly house: House;
  readonly state: State;
  readonly #ledger: Ledger;
  readonly #circumstances: Circumstances;

  constructor(house: House, given: Circumstances) {
    this.house = house;
    this.state = emptyState(house);
    this.#ledger = new Ledger(house, this.state, headBeforeAll, noMemory);
    this.#circumstances = given;
  }

  /** Everything recorded, in order. */
  get events(): readonly StoredEvent[] {
    return this.#ledger.events;
  }

  /** Decides a command. */
  decide(given: Command): Decision {
    return this.#ledger.decide(given, this.#circumstances);
  }

  /** Decides commands on a fork, which is given back; the book is left as it was. */
  rehearse(...commands: readonly Command[]): {
    readonly decisions: readonly Decision[];
    readonly state: State;
  } {
    const state = this.state.fork();
    const ledger = new Ledger(this.house, state, this.#ledger.head, noMemory);
    return { decisions: commands.map((each) => ledger.decide(each, this.#circumstances)), state };
  }

  /** The revision that the next event gets. */
  get nextRevision(): number {
    return this.#ledger.head.revision + 1;
  }

  /** Decides commands that must all be accepted; a repeat or a close of a closed day passes. */
  take(...given: readonly Command[]): this {
    for (const each of given) {
      const decision = this.decide(each);
      if (decision.kind === 'refused') {
        const { code, message } = decision.refusal;
        throw new Error(`${each.on} ${each.command} ${JSON.stringify(each.with)}: ${code}, ${message}`);
      }
    }
    return this;
  }

  /** Closes every day up to one; without any fact there is nothing to close. */
  closeThrough(last: Day): this {
    for (;;) {
      const { closedThrough, earliest } = this.state.marks;
      const next = closedThrough === undefined ? earliest : closedThrough + 1;
      if (next === undefined || next > last) return this;
      this.take({ on: formatDay(next), command: 'closeDay', with: {} });
    }
  }

  /** Revision of the last fact of a type. */
  revisionOf(type: string): number {
    const found = this.events.findLast((event) => event.type === type);
    if (found === undefined) throw new Error(`no ${type} has been recorded`);
    return found.revision;
  }

  /** The balance of an account by its short name, as of a day or as it stands; zero where nothing was posted. */
  balance(name: string, on?: string): string {
    const day = on === undefined ? dayMax : dayOf(on);
    return shortBalances(balancesOf(this.state, day))[name] ?? '0.00';
  }

  balances(): Balances {
    return balancesOf(this.state);
  }
}
