/**
 * Checkpoints: the period cube of the first so many postings of a journal, at even distances, so that a look at any revision has
 * few postings to pass over. They are made when they are first asked for.
 *
 * @module
 */
import { Cube } from '../kernel/state/journal/cube.ts';
import type { Journal } from '../kernel/state/journal/journal.ts';

/** Postings between checkpoints: passing over half as many takes a few milliseconds; ten years of days are 1.5 MB a checkpoint. */
const spacing = 1 << 18;

/** By root journal: what never changes, as its postings only ever grow in number. */
const kept = new WeakMap<Journal, Cube[]>();

/** Adds the postings of a range of a journal to a cube; `to` is left out. */
export function addPostings(
  journal: Journal,
  controlOf: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
  into: Cube,
): Cube {
  journal.scan(from, to, (account, minor, day) => into.add(controlOf[account] ?? 0, day, minor));
  return into;
}

/** The number of postings of the checkpoint that is nearest to a number of postings. */
export function nearest(journal: Journal, postings: number): number {
  const last = Math.floor(journal.ground.length / spacing);
  return Math.min(Math.round(postings / spacing), last) * spacing;
}

/**
 * The cube of the first `postings` postings, as {@link nearest} gives them. It is shared: nobody may add to it.
 *
 * @param controlOf the control account of each account
 */
export function checkpoint(journal: Journal, controlOf: readonly number[], postings: number): Cube {
  const root = journal.ground.journal;
  let cubes = kept.get(root);
  if (cubes === undefined) {
    cubes = [Cube.empty()];
    kept.set(root, cubes);
  }
  for (let made = cubes.at(-1); made !== undefined && cubes.length <= postings / spacing; ) {
    const from = (cubes.length - 1) * spacing;
    made = addPostings(root, controlOf, { from, to: from + spacing }, Cube.restore(made.columns()));
    cubes.push(made);
  }
  return cubes[postings / spacing] ?? Cube.empty();
}
