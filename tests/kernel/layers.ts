/** A tree of forks beside a plain model of each, driven by a list of random steps. */
import fc from 'fast-check';

/** What is tested in layers: a journal, a cube, rows. */
export interface Layered {
  publish(): void;
  skipBase(): void;
}

/** A layer, what it must show, and where it hangs. */
export interface Layer<L extends Layered, M> {
  readonly real: L;
  model: M;
  base: Layer<L, M> | undefined;
  /** Whether it has been published and holds nothing of its own since. */
  empty: boolean;
}

/** A random step: what is done, to which layer, and figures to do it with. */
export interface Step {
  readonly does: 'write' | 'fork' | 'publish' | 'skipBase' | 'drop';
  readonly layer: number;
  readonly figures: readonly number[];
}

/** Figures between 0 and 999. */
export const steps = (most: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      does: fc.oneof(
        { weight: 8, arbitrary: fc.constant('write' as const) },
        { weight: 3, arbitrary: fc.constant('fork' as const) },
        { weight: 3, arbitrary: fc.constant('publish' as const) },
        { weight: 2, arbitrary: fc.constant('skipBase' as const) },
        { weight: 1, arbitrary: fc.constant('drop' as const) },
      ),
      layer: fc.nat(999),
      figures: fc.array(fc.nat(999), { minLength: 5, maxLength: 5 }),
    }),
    { minLength: 1, maxLength: most, size: 'max' },
  );

/** How a kind of layer is handled. */
export interface Handling<L extends Layered, M> {
  readonly root: () => { readonly real: L; readonly model: M };
  readonly fork: (real: L) => L;
  readonly copy: (model: M) => M;
  readonly write: (real: L, model: M, figures: readonly number[]) => void;
}

/**
 * Takes steps. A layer is written to only while nobody reads through it, and published only into a base that nobody else reads:
 * what a book does with its sandboxes. A layer that was published and holds nothing may be passed by.
 *
 * @returns every layer that is still there
 */
export function walk<L extends Layered, M>(of: Handling<L, M>, taken: readonly Step[]): Layer<L, M>[] {
  const live: Layer<L, M>[] = [{ ...of.root(), base: undefined, empty: false }];
  for (const { does, layer, figures } of taken) {
    const at = live[layer % live.length];
    if (at === undefined) continue;
    const forks = live.filter(({ base }) => base === at);
    if (does === 'write' && forks.length === 0) {
      of.write(at.real, at.model, figures);
      at.empty = false;
    } else if (does === 'fork') {
      live.push({ real: of.fork(at.real), model: of.copy(at.model), base: at, empty: true });
    } else if (does === 'publish') {
      const { base } = at;
      if (base === undefined || live.some((other) => other !== at && other.base === base)) continue;
      at.real.publish();
      base.model = of.copy(at.model);
      base.empty = false;
      at.empty = true;
    } else if (does === 'skipBase' && at.base?.empty === true && at.base.base !== undefined) {
      at.real.skipBase();
      at.base = at.base.base;
    } else if (does === 'drop' && forks.length === 0 && at.base !== undefined) {
      live.splice(live.indexOf(at), 1);
    }
  }
  return live;
}
