/**
 * Given – when – gives: given commands, when one more is decided, it gives these events in this order with these postings, or a
 * refusal by its code. A test that uses it reads as a line of the pages.
 *
 * @example
 * given(topUp('2016-03-01', 'user-1', '200.00'))
 *   .when(withdraw('2016-03-02', 'user-1', 'all'))
 *   .gives('Withdrawn: wallet:user-1 +200.00 · reserve -200.00');
 *
 * @module
 */
import { expect } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import type { Decision } from '../../src/kernel/deciding/ledger.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { book, type TestBook } from './book.ts';
import { eventText } from './postings.ts';

/** What a refusal must say beside its code. */
export interface Said {
  readonly value?: string | RegExp;
  readonly detail?: string | RegExp;
  readonly hint?: string | RegExp;
}

/** A book in which commands have been accepted. */
export function given(...commands: readonly Command[]): Scene {
  return new Scene(book().take(...commands));
}

export class Scene {
  readonly book: TestBook;

  constructor(of: TestBook) {
    this.book = of;
  }

  /** More that has happened. */
  and(...commands: readonly Command[]): Scene {
    this.book.take(...commands);
    return this;
  }

  /** A command that names the revision of the last fact of a type: `reverse`. */
  andOf(type: string, make: (revision: number) => Command): Scene {
    return this.and(make(this.book.revisionOf(type)));
  }

  /** Decides one more command. */
  when(next: Command): Outcome {
    return new Outcome(this.book, this.book.decide(next));
  }

  /** Decides a command that names the revision of the last fact of a type. */
  whenOf(type: string, make: (revision: number) => Command): Outcome {
    return this.when(make(this.book.revisionOf(type)));
  }
}

export class Outcome {
  readonly book: TestBook;
  readonly decision: Decision;

  constructor(of: TestBook, decision: Decision) {
    this.book = of;
    this.decision = decision;
  }

  /** What was recorded, but for the opening of the book. */
  get events(): readonly StoredEvent[] {
    const { decision } = this;
    if (decision.kind === 'refused') {
      throw new Error(`refused: ${decision.refusal.code}, ${decision.refusal.message}`);
    }
    return decision.kind === 'repeated' ? [] : decision.events.filter(({ type }) => type !== 'BookOpened');
  }

  /** Exactly these events, in this order, with these postings. */
  gives(...expected: readonly string[]): Scene {
    expect(this.events.map(eventText)).toEqual(expected);
    return this.scene;
  }

  /** Of the events of these types exactly these, in this order: for a close, which makes many. */
  givesOf(types: readonly string[], ...expected: readonly string[]): Scene {
    expect(this.events.filter(({ type }) => types.includes(type)).map(eventText)).toEqual(expected);
    return this.scene;
  }

  /** Accepted, whatever its postings. */
  accepted(): Scene {
    expect(this.events.length).toBeGreaterThan(0);
    return this.scene;
  }

  /** What the fact records. */
  recorded(data: StoredEvent['data']): this {
    expect(this.events[0]?.data).toEqual(data);
    return this;
  }

  /** Refused, with this code, and nothing recorded. */
  refused(code: string, said: Said = {}): Scene {
    const { decision } = this;
    if (decision.kind !== 'refused') throw new Error(`not refused with ${code}, but ${decision.kind}`);
    const { refusal } = decision;
    expect(refusal.code).toBe(code);
    for (const part of ['value', 'detail', 'hint'] as const) {
      const wanted = said[part];
      if (wanted !== undefined) expect(refusal[part]).toMatch(wanted);
    }
    expect(decision.events).toEqual([]);
    return this.scene;
  }

  /** Answered as a repeat: nothing new. */
  repeated(): Scene {
    expect(this.decision.kind).toBe('repeated');
    return this.scene;
  }

  get scene(): Scene {
    return new Scene(this.book);
  }
}

/** Balances by short name, as they stand or as of a day. */
export function expectBalances(
  of: TestBook | Scene,
  expected: { readonly [name: string]: string },
  on?: string,
): void {
  const from = of instanceof Scene ? of.book : of;
  const found = Object.fromEntries(Object.keys(expected).map((name) => [name, from.balance(name, on)]));
  expect(found).toEqual(expected);
}
