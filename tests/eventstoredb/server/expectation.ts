/** What a writer expects of the stream that it appends to. */
export type ExpectedRevision = bigint | 'any' | 'no_stream' | 'stream_exists';

/** The greatest number that the server keeps for a revision; greater ones are an error of the caller's. */
export const GREATEST_REVISION = 0x7fff_ffff_ffff_ffffn;

/** Whether the server can compare with what is expected. */
export function isRevision(expected: ExpectedRevision): boolean {
  return typeof expected !== 'bigint' || expected <= GREATEST_REVISION;
}

/** The part of a stream that the decision needs. */
export interface StreamState {
  /** Of the last event that was taken, whether or not it can be read yet; -1 if there is none. */
  readonly last: number;
  /** Whether the stream was deleted, by its metadata: it can be written again. */
  readonly isDeleted: boolean;
  /** The id of the event at a revision, if there is one. */
  idAt(revision: number): string | undefined;
  /** Where the id was last taken in this stream since the server started. */
  revisionOf(id: string): number | undefined;
}

/** What becomes of an append. */
export type Decision =
  | { readonly kind: 'take' }
  /** It was taken before, up to this revision. */
  | { readonly kind: 'repeat'; readonly last: number }
  | { readonly kind: 'refuse' }
  /** The stream was deleted, and is expected to exist. */
  | { readonly kind: 'deleted' };

const TAKE: Decision = { kind: 'take' };
const REFUSE: Decision = { kind: 'refuse' };

/**
 * Whether an append is taken, as the real server decides (its `IndexWriter.CheckCommit`):
 *
 * - At an exact revision, `no_stream` included, that lies before the end, the ids are compared with those that stand
 *   after it, in the store itself: all equal is a repetition, anything else a conflict.
 * - At `any` and `stream_exists`, only what was taken since the start is known. All ids known is a repetition, the first
 *   unknown is a new append (even if a later one is known), the first known and a later one unknown a conflict.
 * - A stream that was deleted is none to `stream_exists`, and to `no_stream` one to begin anew: behind what was there.
 */
export function decide(expected: ExpectedRevision, ids: readonly string[], stream: StreamState): Decision {
  if (expected === 'stream_exists' && stream.isDeleted) return { kind: 'deleted' };
  if (expected === 'stream_exists' && stream.last < 0) return REFUSE;
  if (expected === 'any' || expected === 'stream_exists') return decideFromMemory(ids, stream);
  const after = expected === 'no_stream' ? -1 : Number(expected);
  if (after === stream.last) return TAKE;
  if (after > stream.last || ids.length === 0) return REFUSE;
  if (ids.every((id, index) => stream.idAt(after + 1 + index) === id))
    return { kind: 'repeat', last: after + ids.length };
  const isNew = expected === 'no_stream' && stream.isDeleted && stream.idAt(0) !== ids[0];
  return isNew ? TAKE : REFUSE;
}

function decideFromMemory(ids: readonly string[], stream: StreamState): Decision {
  let last: number | undefined;
  for (const [index, id] of ids.entries()) {
    const revision = stream.revisionOf(id);
    if (revision === undefined) return index === 0 ? TAKE : REFUSE;
    last = revision;
  }
  return last === undefined ? TAKE : { kind: 'repeat', last };
}
