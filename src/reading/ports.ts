/**
 * What the graph is read from and written to: books, sandboxes and variants of runs look the same from here.
 *
 * @module
 */
import type { Command } from '../kernel/deciding/commands.ts';
import type { Head } from '../kernel/deciding/ledger.ts';
import type { House } from '../kernel/engine/house.ts';
import type { StoredEvent } from '../kernel/state/events.ts';
import type { State } from '../kernel/state/state.ts';
import type { Override } from '../kernel/state/timeline.ts';
import type { Day } from '../kernel/values/dates.ts';
import type { Refusal } from '../kernel/values/refusals.ts';

/** Who sends a command. */
export interface Sender {
  readonly actor: string;
  readonly correlation: string;
}

/** What became of a command: the revisions of its events, both ends included. */
export type CommandAnswer =
  | {
      readonly kind: 'accepted';
      readonly first: number;
      readonly last: number;
      readonly events: readonly StoredEvent[];
    }
  | { readonly kind: 'repeated'; readonly first: number; readonly last: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What is known of each event without reading it. */
export interface Lookups {
  day(revision: number): number;
  type(revision: number): string;
  cause(revision: number): number | undefined;
  recordedAt(revision: number): number;
  /** Number of the journal's postings up to and including an event; 0 for -1. */
  postingsAfter(revision: number): number;
  /** The events that name a subject, newest first, at or below a revision. */
  ofSubject(subject: string, from: number): Iterable<number>;
  /** The last revision recorded at or before a time, or -1. */
  knownAt(ms: number): number;
}

/** Up to where something vouches for what a source serves, and how. */
export interface Verified {
  readonly through: number;
  readonly state: 'VERIFIED' | 'HASHES_ONLY' | 'SNAPSHOT_UNPROVED' | 'UNVERIFIED' | 'BROKEN';
  /** What was found, where it is broken. */
  readonly why: string | undefined;
}

/** A ledger with a history: a book, a sandbox, or a variant of a run. */
export interface Source {
  /** Says which one it is: `book main`, `sandbox sandbox-3`. */
  readonly title: string;
  readonly book: string;
  readonly house: House;
  /** The state as of the head. */
  readonly state: State;
  readonly head: Head;
  /** What vouches for it; not there where it is derived, as a variant of a run is. */
  readonly verified?: Verified;
  /** The first revision that it can be read at: what lies below is known by its sum only. */
  readonly readableFrom: number;
  /** What is known of its events; of use only after {@link ready}, where there is that. */
  readonly lookups: Lookups;
  /** Makes its events known, where they are not held. */
  ready?(signal: AbortSignal): Promise<void>;
  /** Recorded events, in the order asked. */
  events(revisions: readonly number[]): Promise<readonly StoredEvent[]>;
  /** Folds the history up to a revision again, where the state at it is needed whole. */
  stateAt(revision: number, signal: AbortSignal): Promise<State>;
  /** Waits until a revision is there, or the signal aborts; says whether it is. */
  reached(revision: number, signal: AbortSignal): Promise<boolean>;
}

/** A source that takes commands and can be followed. */
export interface Desk extends Source {
  execute(command: Command, sender: Sender): Promise<CommandAnswer>;
  /** Batches of events from a revision on: what is there, then each as it becomes durable. */
  follow(from: number, signal: AbortSignal): AsyncIterable<readonly StoredEvent[]>;
}

/** A sandbox, as a desk and with what it was opened with. */
export interface SandboxDesk extends Desk {
  readonly id: string;
  /** The last revision that is the book's. */
  readonly forkedAt: number;
  readonly overrides: readonly Override[];
  /** How many events are its own: those after the fork. */
  readonly ownCount: number;
  /** What the history below came to when it was evaluated again under the overrides; undefined where it was not. */
  readonly replayed: Replayed | undefined;
}

/** A history that was evaluated again. */
export interface Replayed {
  /** Facts that could not be kept as they were: revision in the book, type, subject, and the code of why. */
  readonly divergences: readonly ReplayDivergence[];
}

/** A fact that could not be kept as it was. */
export interface ReplayDivergence {
  readonly revision: number;
  readonly type: string;
  readonly subject: string;
  readonly on: number;
  /** Kept smaller, left out, or let through. */
  readonly kind: 'clamp' | 'skip' | 'accept';
  readonly code: string;
  readonly detail: string;
  readonly was: unknown;
  readonly became: unknown;
}

/** What a sandbox is to be opened with. */
export interface SandboxOrder {
  readonly book: string;
  /** undefined: the head. */
  readonly revision: number | undefined;
  readonly overrides: readonly Override[];
  readonly replay: boolean;
  readonly signal: AbortSignal;
}

/** A book of the store, and what is known of it where it is open. */
export interface BookListed {
  readonly id: string;
  readonly open:
    | {
        readonly revision: number;
        /** The first day that is not closed; undefined before the first close. */
        readonly openFrom: Day | undefined;
        /** Events and postings that are held in memory. */
        readonly eventCount: number;
        readonly postingCount: number;
      }
    | undefined;
}

/** What one request sees of this server. What it is given stays open until the request is over. */
export interface Library {
  readonly house: House;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A book by its id, or why there is none. */
  book(id: string): Promise<Desk | Refusal>;
  /** Every book of the store, by id. Opens none. */
  books(): Promise<readonly BookListed[]>;
  sandbox(id: string): SandboxDesk | undefined;
  readonly sandboxes: readonly SandboxDesk[];
  openSandbox(order: SandboxOrder): Promise<SandboxDesk | Refusal>;
  /** Discards a sandbox; undefined when there was none. */
  discardSandbox(id: string): SandboxDesk | undefined;
  /** Takes one of the places for streams, or says why not; to be given back with what it returns. */
  enterStream(): (() => void) | Refusal;
}
