/**
 * What a thread that verifies a log is asked, and what it answers.
 *
 * @module
 */

/** A log, and up to where it is to be verified. */
export interface VerifyJob {
  readonly store: string;
  readonly book: string;
  /** The event before the first that is looked at: its hash counts as it stands. */
  readonly after: { readonly revision: number; readonly hash: string };
  /** The last event that is looked at, and the hash that it must have. */
  readonly through: { readonly revision: number; readonly hash: string };
  /** The snapshot that is compared with what the log folds to; without one the hashes alone are worked out. */
  readonly snapshot?:
    | {
        readonly path: string;
        /** Tells it from another one that may have been put in its place. */
        readonly id: string;
        readonly engine: string;
      }
    | undefined;
  /** Most memory that it may take, heap and array buffers together, in bytes. */
  readonly bytesMax: number;
}

/** What became of it. */
export type VerifyAnswer =
  | { readonly kind: 'holds'; readonly by: 'fold' | 'hashes' }
  /** Something is not as it must be. */
  | { readonly kind: 'found'; readonly why: string }
  /** It would take more memory than it may. */
  | { readonly kind: 'beyond' }
  /** It could not be found out: the log is out of reach, or the snapshot has been written anew. */
  | { readonly kind: 'failed'; readonly why: string };
