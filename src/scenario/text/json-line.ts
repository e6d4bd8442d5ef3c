/**
 * A line of JSON: what it says, or what is wrong with it and where; keys that stand twice are wrong.
 *
 * @module
 */
import { cut } from './mistakes.ts';

/** What is wrong with a text, and how many characters come before it. */
export interface JsonFlaw {
  readonly offset: number;
  readonly found: string;
  readonly expected: string;
}

/** How deep JSON from outside may be nested. A command needs 3, a request's variables need 6. */
export const jsonDepthMax = 32;

/** Whether values lie within each other for more than so many levels. Looks without recursion: there may be hundreds of thousands. */
export function nestedDeeper(value: unknown, levels: number): boolean {
  let layer: readonly unknown[] = [value];
  for (let level = 0; layer.length > 0; level++) {
    const inside = layer.filter((each) => typeof each === 'object' && each !== null);
    if (inside.length > 0 && level >= levels) return true;
    layer = inside.flatMap((each) => Object.values(each));
  }
  return false;
}

/** The value of a line, or what is wrong. */
export function parseJsonLine(text: string): { readonly value: unknown } | JsonFlaw {
  let value: unknown;
  try {
    value = JSON.parse(text);
    // What is written back the same has no key twice: nothing was lost. The others are read slowly.
    if (!nestedDeeper(value, jsonDepthMax) && JSON.stringify(value) === text) return { value };
  } catch {
    value = undefined;
  }
  const scan = new Scan(text);
  const flaw = scan.flaw();
  if (flaw !== undefined) return flaw;
  return value === undefined ? { offset: 0, found: cut(text), expected: 'JSON' } : { value };
}

/** The offsets of the keys of a line that is an object. */
export function keyOffsets(text: string): ReadonlyMap<string, number> {
  const scan = new Scan(text);
  scan.flaw();
  return scan.keys;
}

const stringPattern = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\d.])/y;
const wordPattern = /(?:true|false|null)\b/y;
const spacePattern = /[ \t\r\n]*/y;

class Flawed extends Error {
  readonly flaw: JsonFlaw;
  constructor(flaw: JsonFlaw) {
    super(flaw.expected);
    this.flaw = flaw;
  }
}

/** Reads JSON (RFC 8259) for its flaws alone. */
class Scan {
  /** Offsets of the outermost keys. */
  readonly keys = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  flaw(): JsonFlaw | undefined {
    try {
      this.#value(0);
      if (this.#at < this.#text.length) this.#fail('the end of the line');
      return undefined;
    } catch (thrown) {
      if (thrown instanceof Flawed) return thrown.flaw;
      throw thrown;
    }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #sign(sign: string): boolean {
    if (this.#text.charAt(this.#at) !== sign) return false;
    this.#at++;
    this.#take(spacePattern);
    return true;
  }

  #value(depth: number): void {
    this.#take(spacePattern);
    if (depth > jsonDepthMax) this.#fail(`at most ${jsonDepthMax} levels`);
    if (this.#sign('{')) this.#members(depth);
    else if (this.#sign('[')) this.#items(depth);
    else if (
      (this.#take(stringPattern) ?? this.#take(numberPattern) ?? this.#take(wordPattern)) === undefined
    ) {
      this.#fail('a JSON value');
    }
    this.#take(spacePattern);
  }

  #items(depth: number): void {
    if (this.#sign(']')) return;
    do this.#value(depth + 1);
    while (this.#sign(','));
    if (!this.#sign(']')) this.#fail(', or ]');
  }

  #members(depth: number): void {
    if (this.#sign('}')) return;
    const seen = new Set<unknown>();
    do {
      const at = this.#at;
      const written = this.#take(stringPattern) ?? this.#fail('a key in double quotes');
      const key: unknown = JSON.parse(written);
      if (seen.has(key))
        throw new Flawed({ offset: at, found: `${cut(written)} a second time`, expected: 'each key once' });
      seen.add(key);
      if (depth === 0) this.keys.set(String(key), at);
      this.#take(spacePattern);
      if (!this.#sign(':')) this.#fail(':');
      this.#value(depth + 1);
    } while (this.#sign(','));
    if (!this.#sign('}')) this.#fail(', or }');
  }

  #fail(expected: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    throw new Flawed({ offset: this.#at, found: rest === '' ? 'the end of the line' : cut(rest), expected });
  }
}
