/**
 * Lines out of chunks of bytes, in bounded memory.
 *
 * @module
 */

/** Where bytes come from: a file, a request, a test's own list. Texts are taken as UTF-8. */
export type Chunks = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** A line without its end; or why it can't be read. */
export type RawLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly wrong: 'too long' | 'not UTF-8' };

/** Longest line, in bytes. A command takes a few hundred. */
export const lineBytesMax = 65_536;

const newline = 10;
const carriageReturn = 13;

/** Lines by number, from 1; ends are LF or CRLF, and the last may have none. A mark of byte order at the beginning is passed over. */
export async function* linesOf(chunks: Chunks): AsyncGenerator<RawLine> {
  const splitter = new Splitter();
  const encoder = new TextEncoder();
  for await (const chunk of chunks) {
    yield* splitter.push(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
  }
  yield* splitter.end();
}

class Splitter {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #number = 1;

  *push(chunk: Uint8Array): Generator<RawLine> {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      this.#keep(chunk.subarray(from, at));
      yield this.#line();
      from = at + 1;
    }
    // A copy: what is kept beyond this chunk must not keep all of it, nor change when its owner reuses it.
    this.#keep(chunk.slice(from));
  }

  *end(): Generator<RawLine> {
    if (this.#bytes > 0) yield this.#line();
  }

  /** Bytes of a line that is too long are counted, not kept. */
  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#bytes += piece.length;
    // Room for the CR of a line of full length.
    if (this.#bytes <= lineBytesMax + 1) this.#pieces.push(piece);
    else this.#pieces = [];
  }

  #line(): RawLine {
    const number = this.#number++;
    const [only = new Uint8Array(0)] = this.#pieces;
    const whole = this.#pieces.length > 1 ? Buffer.concat(this.#pieces) : only;
    const tooLong = this.#bytes > lineBytesMax + 1;
    this.#pieces = [];
    this.#bytes = 0;
    const line = whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole;
    if (tooLong || line.length > lineBytesMax) return { number, wrong: 'too long' };
    try {
      const text = this.#decoder.decode(line);
      return { number, text: number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text };
    } catch {
      return { number, wrong: 'not UTF-8' };
    }
  }
}
