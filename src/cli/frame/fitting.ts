/**
 * Fitting text and tables into a width: words wrapped, long names cut in their middle, wide tables broken into blocks.
 *
 * @module
 */
/** A cell of a table; amounts stand at the right. */
export type Cell = string | { readonly right: string };

/** The width of a table that is read in no terminal. */
const usualWidth = 80;
/** Narrower than this nothing can be read. */
const leastWidth = 40;
const gap = 2;

/** How wide a stream is, in characters: a terminal's columns, else COLUMNS, else 80. */
export function widthOf(stream: { readonly columns?: number }, environment: NodeJS.ProcessEnv): number {
  const said = Number(environment.COLUMNS);
  const width = stream.columns ?? (Number.isSafeInteger(said) && said > 0 ? said : usualWidth);
  return Math.max(width, leastWidth);
}

/** A text of at most a width, with `…` for what is left out of its middle. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(width - 1, 1);
  const head = Math.ceil(kept / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (kept - head))}`;
}

/** A text on lines of at most a width, all but the first indented. A word that is longer, as a hash may be, stands whole. */
export function wrapped(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(/\s+/).flatMap((word) => (word.length > width ? word.split(/(?<=,)/) : word));
  for (const word of words.filter((each) => each !== '')) {
    if (line === '') line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return line === '' ? lines : [...lines, line];
}

const textOf = (cell: Cell | undefined): string =>
  cell === undefined ? '' : typeof cell === 'string' ? cell : cell.right;

const widthsOf = (rows: readonly (readonly Cell[])[]): number[] =>
  (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => textOf(row[at]).length)));

/** A head is cut to the figures below it, or to this, whichever is wider. */
const headMax = 24;

function withShortHeads(rows: readonly (readonly Cell[])[]): readonly (readonly Cell[])[] {
  const [head = [], ...body] = rows;
  const widths = widthsOf(body);
  const short = head.map((cell, at): Cell => {
    const text = cutMiddle(textOf(cell), Math.max(widths[at] ?? 0, headMax));
    return typeof cell === 'string' ? text : { right: text };
  });
  return [short, ...body];
}

/** A first column is cut to no less than this, to find room for the others. */
const firstMin = 22;

/**
 * A table as one or more that fit into a width: columns that find no room stand in a further table, behind the same leading columns.
 *
 * @param keys how many leading columns every table has; the first is cut where it must be
 * @param together how many columns stay beside each other
 */
export function blocksOf(
  given: readonly (readonly Cell[])[],
  width: number,
  keys: number,
  together = 1,
): readonly (readonly (readonly Cell[])[])[] {
  const rows = withShortHeads(given);
  const widths = widthsOf(rows);
  const [natural = 0, ...rest] = widths;
  const others = rest.slice(0, keys - 1).reduce((sum, each) => sum + gap + each, 0);
  const columns = rest.slice(keys - 1).map((each) => gap + each);
  const groups = columns.reduce<number[]>((sums, each, at) => {
    const group = Math.floor(at / together);
    sums[group] = (sums[group] ?? 0) + each;
    return sums;
  }, []);
  return packed(groups, width - others - Math.min(natural, firstMin)).map((block) => {
    const taken = block.reduce((sum, group) => sum + (groups[group] ?? 0), 0);
    const first = Math.max(Math.min(natural, width - others - taken), 1);
    return rows.map((row) => [
      cutMiddle(textOf(row[0]), first),
      ...row.slice(1, keys),
      ...block.flatMap((group) => row.slice(keys + group * together, keys + (group + 1) * together)),
    ]);
  });
}

/** Columns in as few groups as fit into a room, by their places; one that is too wide stands alone. */
function packed(columns: readonly number[], room: number): readonly (readonly number[])[] {
  const groups: number[][] = [[]];
  let taken = 0;
  for (const [at, needed] of columns.entries()) {
    if (taken > 0 && taken + needed > room) {
      groups.push([]);
      taken = 0;
    }
    groups.at(-1)?.push(at);
    taken += needed;
  }
  return groups;
}
