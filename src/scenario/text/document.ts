/**
 * A YAML (or JSON) text as a tree in which every value knows its place; bounded in size, depth and what aliases blow it up to.
 *
 * @module
 */
import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  Parser,
  type YAMLError,
  Scalar as YamlScalar,
} from 'yaml';
import { cut, type Mistakes, type Spot } from './mistakes.ts';

/** What every node has. */
interface Placed {
  readonly at: Spot;
  readonly path: string;
}

/** Text, a number, yes or no, or nothing. */
export interface Scalar extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As it is written, without quotes. */
  readonly source: string;
  /** Whether a place inside the text is that many columns on: not so where it is quoted or runs over lines. */
  readonly straight: boolean;
}

export interface List extends Placed {
  readonly kind: 'list';
  readonly items: readonly Node[];
}

export interface Entry {
  readonly key: string;
  readonly at: Spot;
  readonly value: Node;
}

export interface Mapping extends Placed {
  readonly kind: 'map';
  /** In the order of the file; a key that occurs again is a mistake and left out. */
  readonly entries: readonly Entry[];
}

export type Node = Scalar | List | Mapping;

/** Longest text of a scenario, in bytes of UTF-8: hundreds of variants fit, and a parse stays below a second. */
export const fileBytesMax = 1_048_576;
/** How many values a file may have, those that aliases repeat counted each time. */
export const nodesMax = 100_000;
/** How deep values may be nested. A scenario needs 7. */
export const depthMax = 32;
/** Of a text that is no YAML, the first errors say it all. */
const malformedMax = 10;

/** The tree of a text, or undefined after noting why there is none. */
export function parseTree(text: string, mistakes: Mistakes): Node | undefined {
  const start: Spot = { line: 1, column: 1 };
  const bytes = Buffer.byteLength(text);
  if (bytes > fileBytesMax) {
    mistakes.add(start, '', { found: `${bytes} bytes`, expected: `at most ${fileBytesMax} bytes` });
    return undefined;
  }
  const bare = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const { document, wrong, spot } = compose(bare);
  for (const { code, message, pos } of wrong.slice(0, malformedMax)) {
    const deep = code === 'RESOURCE_EXHAUSTION';
    mistakes.add(spot(pos[0]), '', {
      found: cut(bare.slice(pos[0], Math.max(pos[1], pos[0] + 1))) || 'the end of the file',
      expected: deep ? `at most ${depthMax} levels` : 'YAML',
      message: deep ? 'nested too deeply' : `not YAML: ${cut(message)}${hint(bare, pos[0])}`,
    });
  }
  if (wrong.length > 0) return undefined;
  if (document === undefined || document.contents === null) {
    mistakes.add(start, '', { found: 'nothing', expected: 'a scenario' });
    return undefined;
  }
  return new Walk(spot, mistakes).tree(document.contents);
}

/** Keys such as `payments.merchantFeeRate[merchant-7]` need quotes between braces, though not on a line of their own. */
const hint = (text: string, offset: number): string =>
  /[\w.]\[/.test(text.slice(offset - 1, offset + 1)) ? ' (between { }, a key with [ ] needs quotes)' : '';

/** What the composer says is wrong with a text. */
type YamlWrong = Pick<YAMLError, 'code' | 'message' | 'pos'>;

interface Composed {
  readonly document: Document.Parsed | undefined;
  readonly wrong: readonly YamlWrong[];
  spot(offset: number): Spot;
}

function compose(text: string): Composed {
  const lines = new LineCounter();
  const spot = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // Keys are compared by the walk, where both places can be shown (and without comparing each with each). The schema is fixed,
  // so that no %YAML directive makes `on` a yes and dates out of texts.
  const composer = new Composer({ schema: 'core', uniqueKeys: false, prettyErrors: false });
  const tokens = fewErrors(new Parser(lines.addNewLine).parse(text));
  const [document, second] = composer.compose(tokens, true, text.length);
  const wrong: YamlWrong[] = document === undefined ? [] : [...document.errors, ...document.warnings];
  if (second !== undefined) {
    const [at] = second.range;
    wrong.push({ code: 'MULTIPLE_DOCS', message: 'a second document begins', pos: [at, at + 1] });
  }
  return { document, wrong, spot };
}

/** Tokens up to the first few that are errors: a megabyte of them would take seconds to tell. */
function* fewErrors(tokens: Iterable<CST.Token>): Generator<CST.Token, void> {
  let errors = 0;
  for (const token of tokens) {
    yield token;
    if (token.type === 'error' && ++errors >= malformedMax) return;
  }
}

/** Thrown once a limit is passed, with the mistake already noted. */
class BeyondLimit extends Error {}

class Walk {
  readonly #spot: (offset: number) => Spot;
  readonly #mistakes: Mistakes;
  #left = nodesMax;

  /** What aliases stand for: filled as the walk goes, as an anchor comes before its aliases. */
  readonly #anchors = new Map<string, unknown>();

  constructor(spot: (offset: number) => Spot, mistakes: Mistakes) {
    this.#spot = spot;
    this.#mistakes = mistakes;
  }

  tree(yaml: ParsedNode): Node | undefined {
    try {
      return this.#node(yaml, '', { line: 1, column: 1 }, 0);
    } catch (thrown) {
      if (thrown instanceof BeyondLimit) return undefined;
      throw thrown;
    }
  }

  #node(yaml: unknown, path: string, outer: Spot, depth: number): Node {
    if (--this.#left < 0)
      this.#beyond(outer, path, `more than ${nodesMax} values`, `at most ${nodesMax}, aliases counted`);
    if (depth > depthMax) this.#beyond(outer, path, 'values nested too deeply', `at most ${depthMax} levels`);
    const at = this.#at(yaml, outer);
    if (isAlias(yaml)) return this.#node(this.#aliased(yaml, path, at), path, at, depth + 1);
    this.#noteAnchor(yaml, path, at);
    if (isMap(yaml)) return { kind: 'map', at, path, entries: this.#entries(yaml.items, path, at, depth) };
    if (isSeq(yaml)) {
      const items = yaml.items.map((item, index) => this.#node(item, `${path}[${index}]`, at, depth + 1));
      return { kind: 'list', at, path, items };
    }
    return scalar(yaml, path, at);
  }

  #entries(
    pairs: readonly { readonly key: unknown; readonly value: unknown }[],
    path: string,
    outer: Spot,
    depth: number,
  ): Entry[] {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const at = this.#at(pair.key, outer);
      const plain = isAlias(pair.key) ? this.#aliased(pair.key, path, at) : pair.key;
      this.#noteAnchor(plain, path, at);
      if (!isScalar(plain)) {
        this.#mistakes.add(at, path, { found: 'a list or a mapping', expected: 'text as a key' });
        continue;
      }
      const key = scalar(plain, path, at).source;
      const value = this.#node(pair.value, pathTo(path, key), at, depth + 1);
      const first = entries.get(key);
      if (first === undefined) entries.set(key, { key, at, value });
      else {
        const said = `${cut(key)} stands here and in line ${first.at.line}, column ${first.at.column}`;
        this.#mistakes.add(at, pathTo(path, key), {
          found: cut(key),
          expected: 'each key once',
          message: said,
        });
      }
    }
    return [...entries.values()];
  }

  #noteAnchor(yaml: unknown, path: string, at: Spot): void {
    if (!(isScalar(yaml) || isMap(yaml) || isSeq(yaml)) || yaml.anchor === undefined) return;
    const { anchor } = yaml;
    const known = this.#anchors.get(anchor);
    if (known === undefined) this.#anchors.set(anchor, yaml);
    else if (known !== yaml)
      this.#mistakes.add(at, path, { found: `&${anchor} a second time`, expected: 'each anchor once' });
  }

  #aliased({ source }: Alias, path: string, at: Spot): unknown {
    const found = this.#anchors.get(source);
    if (found === undefined)
      this.#mistakes.add(at, path, { found: `*${cut(source)}`, expected: 'an anchor that stands before it' });
    return found;
  }

  #at(yaml: unknown, outer: Spot): Spot {
    const range = isScalar(yaml) || isMap(yaml) || isSeq(yaml) || isAlias(yaml) ? yaml.range : undefined;
    return range ? this.#spot(range[0]) : outer;
  }

  #beyond(at: Spot, path: string, found: string, expected: string): never {
    this.#mistakes.add(at, path, { found, expected });
    throw new BeyondLimit();
  }
}

function scalar(yaml: unknown, path: string, at: Spot): Scalar {
  const value: unknown = isScalar(yaml) ? yaml.value : null;
  const written = isScalar(yaml) ? yaml.source : undefined;
  const known =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
  const source = typeof written === 'string' ? written : String(known ?? '');
  const plain = isScalar(yaml) && yaml.type === YamlScalar.PLAIN;
  return { kind: 'scalar', at, path, value: known, source, straight: plain && !source.includes('\n') };
}

const plainKey = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** The path of a key: `base.history`, `assumptions["payments.merchantFeeRate"]`. */
export const pathTo = (path: string, key: string): string =>
  plainKey.test(key) ? (path === '' ? key : `${path}.${key}`) : `${path}[${JSON.stringify(key)}]`;

/** The entry of a key. */
export const entryOf = (map: Mapping, key: string): Entry | undefined =>
  map.entries.find((entry) => entry.key === key);

/** A node as plain data. Safe for keys like `__proto__`. */
export function plain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
}

/** What stands at a node, in a few words. */
export function describe(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return JSON.stringify(cut(node.value));
  return typeof node.value === 'number' ? `the number ${cut(node.source)}` : node.source;
}

/** The place of a character of a text. */
export const spotInside = (text: Scalar, offset: number): Spot =>
  text.straight ? { line: text.at.line, column: text.at.column + offset } : text.at;
