/**
 * Layers: the head of a book's state, and the layers below it that forks still read. A pin keeps a state as it is; what the
 * book does afterwards goes into a layer above. When a pin is let go, layers that nobody reads any more are merged.
 *
 * @module
 */
import type { State } from '../kernel/state/state.ts';

/** A state that stays as it is until it is let go. */
export interface Pin {
  readonly state: State;
}

export class Layers {
  #head: State;
  /** Layers below the head, the newest last, and the pins of each. */
  readonly #below: { readonly state: State; readonly pins: Set<Pin> }[] = [];

  /** While something is under way on the head, pins wait and what is let go is kept until its end. */
  #held = 0;
  #waiting: (() => void)[] = [];
  #released: Pin[] = [];

  constructor(head: State) {
    this.#head = head;
  }

  /** Begins again with another head: what is pinned stays as it is, and is no layer of this one. */
  restart(head: State): void {
    this.#head = head;
    this.#below.length = 0;
  }

  /** Says that something is under way which goes on from the head as it is now: a batch being appended, a catching up. */
  hold(): void {
    this.#held++;
  }

  /** Ends what {@link hold} began: what was let go meanwhile is merged, and who waited for a pin gets it. */
  release(): void {
    this.#held--;
    if (this.#held > 0) return;
    const released = this.#released;
    this.#released = [];
    for (const pin of released) this.#unpin(pin);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** The newest layer, into which commits are published. */
  get head(): State {
    return this.#head;
  }

  /** Number of layers, the head included: at most two a pin, and one. */
  get count(): number {
    return this.#below.length + 1;
  }

  /** Keeps the head as it is, once nothing is under way on it. */
  async pin(): Promise<Pin> {
    while (this.#held > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#pin();
  }

  #pin(): Pin {
    const top = this.#below.at(-1);
    if (top !== undefined && top.state.marks.events === this.#head.marks.events) {
      // Nothing has been published since the last pin: it serves this one too.
      const pin = { state: top.state };
      top.pins.add(pin);
      return pin;
    }
    const pin = { state: this.#head };
    this.#below.push({ state: pin.state, pins: new Set([pin]) });
    this.#head = pin.state.fork();
    return pin;
  }

  /** Lets a pin go; a second time is no error. */
  unpin(pin: Pin): void {
    if (this.#held > 0) this.#released.push(pin);
    else this.#unpin(pin);
  }

  #unpin(pin: Pin): void {
    if (this.#below.some(({ pins }) => pins.delete(pin))) this.#merge();
  }

  /**
   * Merges what nobody needs apart. The head goes down into a layer without pins; of two neighbours without pins the upper goes
   * into the lower; a pinned layer over one without pins is emptied into it and reads through, so that the next merge can
   * pass it by. So there are at most two layers a pin.
   */
  #merge(): void {
    for (let at = this.#below.length - 1; at >= 0; at--) {
      const layer = this.#below[at];
      if (layer === undefined || layer.pins.size > 0) continue;
      const above = this.#below[at + 1];
      if (above === undefined) {
        this.#head.publish();
        this.#head = layer.state;
        this.#below.splice(at, 1);
        continue;
      }
      above.state.publish();
      if (this.#below[at - 1]?.pins.size === 0) {
        layer.state.publish();
        above.state.skipBase();
        this.#below.splice(at, 1);
      }
    }
  }
}
