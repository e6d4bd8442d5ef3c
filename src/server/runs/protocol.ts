/**
 * What a server and the thread of a run ask each other.
 *
 * @module
 */
import type { FieldAnswer, Question } from '../../graphql/base/elsewhere.ts';
import type { StoredEvent } from '../../kernel/state/events.ts';
import type { ComparedVariant, Spans } from '../../scenario/comparing/compare.ts';
import type { Base } from '../../scenario/file/file.ts';
import type { Asked, RunBounds } from '../../scenario/holding/asked.ts';
import type { PinnedBase } from '../../scenario/running/bases.ts';
import type { RunProgress } from '../../scenario/running/run.ts';

/** With what a thread is started. */
export interface ThreadSetup {
  readonly engine: string;
  /** The folder of scenarios: histories lie below it. */
  readonly scenarios: string;
  readonly bounds: RunBounds;
  /** Whether the hashes of what is read are taken as they stand. */
  readonly trust: boolean;
}

/** A book as a scenario names it. */
export type BookNamed = Extract<Base, { kind: 'book' }>;

/** What names a run, as far as it can be told without opening a book. */
export interface Outline {
  /** What the scenario says, without its order and its words. */
  readonly meaning: string;
  /** What it starts from; a book is pinned by the server, which has it open. */
  readonly base: PinnedBase | BookNamed;
}

/** A run to evaluate. */
export interface RunGiven {
  readonly asked: Asked;
  readonly base: PinnedBase;
  /** Where its book is: the address of a store, or here, where its events come by message. */
  readonly store: string | 'messages';
}

/** What a run came to, as far as everybody is told. */
export interface RunOutline {
  readonly id: string;
  readonly base: { readonly title: string; readonly revision: number; readonly hash: string };
  readonly seed: number;
  readonly digest: string;
  readonly horizon: { readonly from: number; readonly to: number };
  readonly variants: readonly ComparedVariant[];
  /** Memory that it holds, in bytes. */
  readonly bytes: number;
}

/** A question on a run that is held, and the runs that a comparison is of: those that other threads hold with their outlines. */
export interface FieldAsked {
  readonly question: Question;
  /** Milliseconds since the epoch, as the server's clock says. */
  readonly now: number;
  /** Runs of a comparison that other threads hold. */
  readonly others: readonly RunOutline[];
}

/** What one run needs to know of another. The figures are packed, so that they pass through the server unread. */
export type FiguresAsked =
  | { readonly kind: 'flows'; readonly variant: string; readonly spans: Spans }
  | { readonly kind: 'balances'; readonly variant: string }
  | { readonly kind: 'meanings'; readonly variant: string; readonly from: number; readonly count: number };

/** What a thread can be asked. */
export type ThreadAsked = {
  /** Names a run. */
  outline: { given: Asked; gives: Outline };
  /** Evaluates a run, and holds it. */
  run: { given: RunGiven; gives: RunOutline };
  /** Events of the book that the run starts from; none: that was all. */
  events: { given: readonly StoredEvent[]; gives: undefined };
  /** Answers a question on the run that is held. */
  field: { given: FieldAsked; gives: FieldAnswer };
  /** Packs figures of the run that is held. */
  figures: { given: FiguresAsked; gives: Uint8Array };
};

/** What a server can be asked by a thread. */
export type ServerAsked = {
  /** Told how far the run is. */
  progress: { given: RunProgress; gives: undefined };
  /** Figures of a run that another thread holds. */
  figures: { given: { readonly run: string; readonly asked: FiguresAsked }; gives: Uint8Array };
};
