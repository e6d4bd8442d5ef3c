/**
 * CSV (RFC 4180): records of cells. A record goes on over lines as long as a quote is open.
 *
 * @module
 */
import { lineBytesMax, type RawLine } from './lines.ts';

/** A record: the line that it begins in, and its text. */
export type RawRecord =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly wrong: 'too long' | 'not UTF-8' };

/** Records out of lines. One that grows too long, because a quote is never closed, is given up; the next line begins anew. */
export async function* recordsOf(lines: AsyncIterable<RawLine>): AsyncGenerator<RawRecord> {
  let open: { number: number; text: string } | undefined;
  for await (const line of lines) {
    const number: number = open?.number ?? line.number;
    if ('wrong' in line) {
      yield { number, wrong: line.wrong };
      open = undefined;
      continue;
    }
    const text: string = open === undefined ? line.text : `${open.text}\n${line.text}`;
    open = undefined;
    if (!hasOpenQuote(text)) yield { number, text };
    else if (text.length > lineBytesMax) yield { number, wrong: 'too long' };
    else open = { number, text };
  }
  if (open !== undefined) yield open;
}

function hasOpenQuote(text: string): boolean {
  let quotes = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes++;
  return quotes % 2 === 1;
}

/** A cell, and how many characters come before it. */
export interface Cell {
  readonly text: string;
  readonly offset: number;
}

/** The cells of a record, or what is wrong with it and where. */
export function cellsOf(
  record: string,
): readonly Cell[] | { readonly offset: number; readonly expected: string } {
  const cells: Cell[] = [];
  let at = 0;
  while (true) {
    const offset = at;
    if (record.charAt(at) === '"') {
      const found = /"((?:[^"]|"")*)"/y;
      found.lastIndex = at;
      const [whole, inner] = found.exec(record) ?? [];
      if (whole === undefined || inner === undefined) return { offset, expected: 'a closing quote' };
      at += whole.length;
      if (at < record.length && record.charAt(at) !== ',')
        return { offset: at, expected: 'a comma after the closing quote' };
      cells.push({ text: inner.replaceAll('""', '"'), offset });
    } else {
      const comma = record.indexOf(',', at);
      const end = comma < 0 ? record.length : comma;
      const text = record.slice(at, end);
      const quote = text.indexOf('"');
      if (quote >= 0)
        return { offset: at + quote, expected: 'quotes round the whole cell, and doubled inside' };
      cells.push({ text, offset });
      at = end;
    }
    if (at >= record.length) return cells;
    at++;
  }
}
