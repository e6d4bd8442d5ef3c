/**
 * How a benchmark says what it found: one line a figure, with what it is held against.
 *
 * @module
 */

/** One figure. */
export interface Row {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** What it is held against: a peer's figure on the same work, or the aim. */
  readonly against?: { readonly what: string; readonly figure: number };
  /** Of the two, where it is the median over rounds and not the two medians'. */
  readonly ratio?: number;
  readonly aim?: string;
}

const grouped = (figure: number): string =>
  figure >= 100 ? Math.round(figure).toLocaleString('en') : figure.toPrecision(3);

/** Prints figures as a table. */
export function printRows(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`);
  const cells = rows.map(({ what, figure, unit, against, ratio, aim }) => [
    what,
    `${grouped(figure)} ${unit}`,
    against === undefined ? '' : `${grouped(against.figure)} (${against.what})`,
    against === undefined ? '' : `× ${(ratio ?? figure / against.figure).toPrecision(3)}`,
    aim ?? '',
  ]);
  const head = ['', 'here', 'held against', 'ratio', 'aim'];
  const widths = head.map((text, at) => Math.max(text.length, ...cells.map((row) => row[at]?.length ?? 0)));
  for (const row of [head, ...cells]) {
    console.log(`  ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd());
  }
}

/** The median of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Seconds that something takes. */
export async function seconds(work: () => unknown): Promise<number> {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
}
