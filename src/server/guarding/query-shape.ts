/**
 * The shape of a query, bounded before anything walks it: parsers and validators go down by recursion, and compare fields in pairs.
 *
 * @module
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  Lexer,
  parse,
  type SelectionSetNode,
  Source,
  TokenKind,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { queryLimit, turnedAway } from './codes.ts';

/** Bounds of a query's shape. */
export interface ShapeLimits {
  readonly tokens: number;
  /** Brackets within each other, of any kind. */
  readonly nesting: number;
  /** Fields of an operation, counted wherever a fragment puts them. */
  readonly fields: number;
  /** How often one field may stand under one name in the same selection, fragments counted where they are used. */
  readonly repeats: number;
}

/** Parses a document only when it is within bounds, and hands it on only when its operations are. */
export const shapePlugin = (limits: ShapeLimits): Plugin => ({
  onParse: ({ setParseFn }) =>
    setParseFn((given: string | Source, options) => {
      const source = typeof given === 'string' ? new Source(given) : given;
      checkText(source, limits);
      const document = parse(source, options);
      checkFields(document, limits);
      return document;
    }),
  // Whatever fails while it is parsed is taken for a mistake in the language, and would be answered with 200.
  onExecutionResult({ result }) {
    if (!result || !('errors' in result)) return;
    for (const { extensions } of result.errors ?? [])
      if (extensions.code === queryLimit.code) extensions.http = { status: 400 };
  },
});

const openings: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closings: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** @throws GraphQLError at the first token that is too many, or too deep, or none */
function checkText(source: Source, { tokens, nesting }: ShapeLimits): void {
  const lexer = new Lexer(source);
  let count = 0;
  let depth = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    if (++count > tokens) throw turnedAway(queryLimit, `more than ${tokens} tokens`);
    if (openings.has(kind)) depth++;
    if (closings.has(kind)) depth--;
    if (depth > nesting) throw turnedAway(queryLimit, `nested deeper than ${nesting} brackets`);
  }
}

/** What a selection comes to, with its fragments. */
interface Selected {
  /** All fields, those below included. */
  readonly fields: number;
  /** How often each name stands in the selection itself. */
  readonly names: ReadonlyMap<string, number>;
}

const nothing: Selected = { fields: 0, names: new Map() };

function checkFields({ definitions }: DocumentNode, limits: ShapeLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const counting = new Counting(fragments, limits);
  for (const node of definitions) {
    if (node.kind !== Kind.OPERATION_DEFINITION) continue;
    const { fields } = counting.of(node.selectionSet);
    if (fields > limits.fields)
      throw turnedAway(
        queryLimit,
        `${fields} fields`,
        `at most ${limits.fields}, fragments counted each time`,
      );
  }
}

/** Counts each fragment once, however often it is spread. */
class Counting {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #limits: ShapeLimits;
  readonly #counted = new Map<string, Selected>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>, limits: ShapeLimits) {
    this.#fragments = fragments;
    this.#limits = limits;
  }

  of({ selections }: SelectionSetNode): Selected {
    const names = new Map<string, number>();
    let fields = 0;
    const take = (name: string, times: number): void => {
      const sum = (names.get(name) ?? 0) + times;
      const { repeats } = this.#limits;
      if (sum > repeats)
        throw turnedAway(queryLimit, `field ${name}`, `more than ${repeats} times in one place`);
      names.set(name, sum);
    };
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        take((node.alias ?? node.name).value, 1);
        fields += 1 + (node.selectionSet === undefined ? 0 : this.of(node.selectionSet).fields);
      } else {
        const inside =
          node.kind === Kind.INLINE_FRAGMENT ? this.of(node.selectionSet) : this.#fragment(node.name.value);
        for (const [name, times] of inside.names) take(name, times);
        fields += inside.fields;
      }
    }
    return { fields, names };
  }

  /** A fragment within itself counts for nothing there: validation refuses it. */
  #fragment(name: string): Selected {
    const known = this.#counted.get(name);
    if (known !== undefined) return known;
    this.#counted.set(name, nothing);
    const node = this.#fragments.get(name);
    const counted = node === undefined ? nothing : this.of(node.selectionSet);
    this.#counted.set(name, counted);
    return counted;
  }
}
