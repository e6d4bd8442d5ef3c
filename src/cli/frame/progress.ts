/**
 * Progress on stderr: a bar on a terminal, a plain line now and then elsewhere, nothing for what takes less than a second.
 *
 * @module
 */

import { isMainThread } from 'node:worker_threads';

/** Nothing is shown before so many milliseconds. */
const quietMs = 1_000;
/** How often a bar is drawn, and how often a line is written, in milliseconds. */
const drawMs = 100;
const lineMs = 1_000;
const barCells = 24;

/** What is under way. */
export interface Task {
  readonly what: string;
  /** How much there is to do, where that is known. */
  readonly total: number | undefined;
  readonly unit: string;
}

/** Where progress is shown. */
interface Shown {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export class Progress {
  readonly #stream: Shown;
  readonly #task: Task;
  readonly #began = performance.now();
  #drawn = this.#began + quietMs - lineMs;
  #bar = false;

  constructor(stream: Shown, task: Task) {
    this.#stream = stream;
    this.#task = task;
  }

  /** Says how much is done; the share of the whole where it is not that of {@link Task.total}. */
  update(done: number, part?: number): void {
    const now = performance.now();
    // What a thread runs is part of something whose progress is shown already.
    if (now - this.#began < quietMs || !isMainThread) return;
    if (now - this.#drawn < (this.#stream.isTTY ? drawMs : lineMs)) return;
    this.#drawn = now;
    const { what, unit, total } = this.#task;
    const rate = `${grouped(Math.round(done / ((now - this.#began) / 1_000)))} ${unit}/s`;
    const share = part ?? (total === undefined || total === 0 ? undefined : Math.min(1, done / total));
    const amount = share === undefined ? `${grouped(done)} ${unit}` : `${Math.floor(share * 100)} %`;
    if (!this.#stream.isTTY) {
      this.#stream.write(`${what}: ${amount}, ${rate}\n`);
      return;
    }
    const filled = Math.round((share ?? 0) * barCells);
    const bar = share === undefined ? '' : ` ${'█'.repeat(filled)}${'░'.repeat(barCells - filled)}`;
    this.#stream.write(`\r\u001B[K${what}${bar} ${amount}, ${rate}`);
    this.#bar = true;
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#bar) this.#stream.write('\r\u001B[K');
    this.#bar = false;
  }
}

/** A count with blanks between thousands. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
