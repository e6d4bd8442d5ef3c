import type { Method } from './counts.ts';
import type { Append } from './event-log.ts';

/** What goes wrong with one append. */
export type AppendFault =
  /** Something happens when the append has come and before it is decided: another writer is faster, say. */
  | { readonly kind: 'before'; readonly run: (append: Append) => void | Promise<void> }
  /**
   * It is taken, and the client never hears of it: there is no answer, the connection is cut, the server says that it
   * waited too long for itself, or the answer comes only after so many later appends.
   */
  | {
      readonly kind: 'lose-answer';
      readonly by: 'silence' | 'cut' | 'timeout' | { readonly lateByAppends: number };
    }
  /**
   * It is not taken: the connection is cut, which is what happens if nothing is said, the server says that it waited too
   * long for itself, or that it has just started and is not ready.
   */
  | { readonly kind: 'lose-append'; readonly by?: 'cut' | 'timeout' | 'not-ready' | undefined };

/** How a read or subscription ends before its time: with the connection, or alone with a status. */
export type CutBy = 'connection' | 'unavailable';

/** Where and how the next read or subscription is cut. */
export interface ReadCut {
  /** Events that the client still gets; a read that has fewer is not cut, and uses the cut up all the same. */
  readonly afterEvents: number;
  readonly by: CutBy;
}

/** Calls that can be cut after some events. */
export type Cuttable = 'read' | 'subscribe' | 'readMetadata' | 'watchMetadata';

/** Waits for as long as one message is to take. */
export type Waiter = () => Promise<void>;

/**
 * What is to go wrong. Everything is off at first; what is said of the next append, read or subscription holds once.
 */
export class Faults {
  #appendFaults: { after: number; fault: AppendFault }[] = [];
  #lateAnswers: { appendsLeft: number; release: () => void }[] = [];
  readonly #cuts: Record<Cuttable, ReadCut[]> = {
    read: [],
    subscribe: [],
    readMetadata: [],
    watchMetadata: [],
  };
  readonly #hanging = new Set<Method>();
  #waiter: Waiter | undefined;

  /** A fault for the next append that has none yet, or for one of those after it. */
  nextAppend(fault: AppendFault, { after = 0 }: { readonly after?: number } = {}): void {
    this.#appendFaults.push({ after, fault });
  }

  /** Cuts the next read or subscription; several cuts are used one a call, in order. */
  cutNext(method: Cuttable, cut: ReadCut): void {
    this.#cuts[method].push(cut);
  }

  /** Calls of a method are accepted, and neither carried out nor answered, until `resume`. */
  hang(...methods: readonly Method[]): void {
    for (const method of methods) this.#hanging.add(method);
  }

  /** Calls that come from now on are answered; those that hang stay so. */
  resume(): void {
    this.#hanging.clear();
  }

  /** Every message, in either direction, waits first; undefined makes the link fast again. */
  slow(waiter: Waiter | undefined): void {
    this.#waiter = waiter;
  }

  /** For the server: whether calls of a method hang. */
  hangs(method: Method): boolean {
    return this.#hanging.has(method);
  }

  /** For the server: what the link waits for, if it is slow. */
  get waiter(): Waiter | undefined {
    return this.#waiter;
  }

  /** For the server: called once for each append. */
  takeAppendFault(): AppendFault | undefined {
    const due = this.#appendFaults.find(({ after }) => after === 0);
    this.#appendFaults = this.#appendFaults
      .filter((planned) => planned !== due)
      .map(({ after, fault }) => ({ after: Math.max(after - 1, 0), fault }));
    return due?.fault;
  }

  /** For the server: called once for each read or subscription. */
  takeCut(method: Cuttable): ReadCut | undefined {
    return this.#cuts[method].shift();
  }

  /** For the server: an append was decided, which late answers wait for. */
  appendDecided(): void {
    for (const late of this.#lateAnswers) late.appendsLeft -= 1;
    const due = this.#lateAnswers.filter(({ appendsLeft }) => appendsLeft <= 0);
    this.#lateAnswers = this.#lateAnswers.filter((late) => !due.includes(late));
    for (const { release } of due) release();
  }

  /** For the server: resolves after so many more appends. */
  async untilAppends(count: number): Promise<void> {
    if (count <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lateAnswers.push({ appendsLeft: count, release: resolve });
    await promise;
  }
}
