/**
 * Policy at a point of the recorded axis: a state in which only what changes policy has been folded.
 *
 * @module
 */

import { emptyState, fold } from '../kernel/engine/fold.ts';
import type { State } from '../kernel/state/state.ts';
import type { Source } from './ports.ts';

/** Where a source's events that change policy lie, and how far it has been looked through. */
interface Changes {
  readonly revisions: number[];
  through: number;
}

const changesOf = new WeakMap<Source, Changes>();

/** The revisions of events that change policy, up to one. */
function changesUpTo(source: Source, revision: number): readonly number[] {
  const { own } = source.house;
  const names: readonly string[] = [own.opened.name, own.extended.name, own.policyChanged.name];
  const changes = changesOf.get(source) ?? { revisions: [], through: -1 };
  changesOf.set(source, changes);
  for (let at = changes.through + 1; at <= source.head.revision; at++) {
    if (names.includes(source.lookups.type(at))) changes.revisions.push(at);
    changes.through = at;
  }
  return changes.revisions.filter((at) => at <= revision);
}

/** A state that says what policy was up to a revision, overrides of a sandbox included; it holds nothing else. */
export async function policyAt(source: Source, revision: number): Promise<State> {
  const { house, state, head } = source;
  if (revision === head.revision) return state;
  const made = emptyState(house, state.overlay);
  for (const event of await source.events(changesUpTo(source, revision))) fold(house, made, event);
  return made;
}
