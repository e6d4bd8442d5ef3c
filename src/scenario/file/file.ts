/**
 * The scenario file: from text to a typed, normalised scenario, or to everything that is wrong with it.
 *
 * @module
 */
import type { z } from 'zod';
import type { House } from '../../kernel/engine/house.ts';
import type { Override } from '../../kernel/state/timeline.ts';
import { readEdits } from '../editing/edits.ts';
import {
  assumptionsShape,
  baseKeys,
  bookBase,
  editsMax,
  emptyBase,
  fileShape,
  historyBase,
  linesMax,
  nameShape,
  variantKeys,
  variantsMax,
} from '../editing/shapes.ts';
import { type Expectation, printExpectation } from '../expecting/expectation.ts';
import { parseExpectation } from '../expecting/expecting.ts';
import type { Flaw, Names } from '../expecting/grammar.ts';
import { parseReportLine, printReportLine, type ReportLine } from '../expecting/report.ts';
import { readAssumptions } from '../format/assumptions.ts';
import type { Base, Edit, Horizon, Line, Scenario, Variant } from '../format/types.ts';
import { entryOf, type List, type Mapping, type Node, parseTree, spotInside } from '../text/document.ts';
import { cut, type Mistake, Mistakes } from '../text/mistakes.ts';
import { mapping, noteUnknownKeys, noteWrong, read } from '../text/reading.ts';

export { matches } from '../editing/where.ts';
export * from '../expecting/expectation.ts';
export { parseExpectation } from '../expecting/expecting.ts';
export { type Flaw, spanOf } from '../expecting/grammar.ts';
export { parseReportLine, printReportLine, type ReportLine } from '../expecting/report.ts';
export { replacedByLayer } from '../format/assumptions.ts';
export { meaningOf, meaningOfVariant } from '../format/meaning.ts';
export * from '../format/types.ts';
export { formatMistake, formatMistakes, type Mistake } from '../text/mistakes.ts';

/** Where a text comes from, and what its names are looked up in. */
export interface ParseOptions {
  /** Named in mistakes. */
  readonly file: string;
  readonly house: House;
}

/**
 * The scenario of a text in YAML or JSON, or all its mistakes in the order of the file.
 *
 * @example
 * const parsed = parseScenario(text, { file: 'fee-cut.yaml', house });
 * if (isMistaken(parsed)) console.error(formatMistakes(parsed));
 */
export function parseScenario(text: string, { file, house }: ParseOptions): Scenario | readonly Mistake[] {
  const mistakes = new Mistakes(file);
  const tree = parseTree(text, mistakes);
  const root = tree && mapping(tree, 'a scenario: a mapping of keys', mistakes);
  const scenario = root && new Reader(root, house, mistakes).scenario();
  return scenario === undefined || mistakes.count > 0 ? mistakes.sorted() : scenario;
}

/** Whether a parse gave mistakes. */
export const isMistaken = (parsed: Scenario | readonly Mistake[]): parsed is readonly Mistake[] =>
  Array.isArray(parsed);

const { shape } = fileShape;

/** Reads the sections one by one, so that a mistake in one hides none of another. */
class Reader {
  readonly #root: Mapping;
  readonly #house: House;
  readonly #mistakes: Mistakes;

  constructor(root: Mapping, house: House, mistakes: Mistakes) {
    this.#root = root;
    this.#house = house;
    this.#mistakes = mistakes;
  }

  scenario(): Scenario | undefined {
    noteUnknownKeys(this.#root, Object.keys(shape), this.#mistakes);
    this.#optional('$schema', shape.$schema);
    const id = this.#required('scenario', shape.scenario);
    const title = this.#optional('title', shape.title);
    const description = this.#optional('description', shape.description);
    const source = this.#optional('source', shape.source);
    const base = this.#base();
    const horizon = this.#horizon(base);
    const seed = this.#optional('seed', shape.seed);
    const scale = this.#optional('scale', shape.scale);
    const origin = `scenario ${id ?? ''}`;
    const assumptions = this.#assumptions(this.#root, origin);
    const edits = this.#edits(this.#root);
    const variants = this.#variants(origin);
    this.#noteEditsMax(edits.length + variants.reduce((sum, variant) => sum + variant.edits.length, 0));
    const names: Names = { house: this.#house, horizon };
    const report = this.#lines('report', (text) => parseReportLine(text, names), printReportLine);
    const expect = this.#lines('expect', (text) => parseExpectation(text, names), printExpectation);
    if (id === undefined || base === undefined || horizon === undefined) return undefined;
    return {
      id,
      title: title ?? id,
      description: description ?? '',
      source: source ?? '',
      base,
      horizon,
      seed: seed ?? 0,
      scale: scale ?? 1,
      assumptions,
      edits,
      variants,
      report,
      expect,
    };
  }

  #node(key: string): Node | undefined {
    return entryOf(this.#root, key)?.value;
  }

  #required<T>(key: string, of: z.ZodType<T>): T | undefined {
    const node = this.#node(key);
    if (node !== undefined) return read(of, node, this.#mistakes);
    this.#noteMissing(this.#root, key);
    return undefined;
  }

  #noteMissing(map: Mapping, key: string, message = `missing: ${key}`): void {
    this.#mistakes.add(map.at, map.path, { found: `no ${key}`, expected: key, message });
  }

  #optional<T>(key: string, of: z.ZodType<T>): T | undefined {
    const node = this.#node(key);
    return node === undefined ? undefined : read(of, node, this.#mistakes);
  }

  #base(): Base | undefined {
    const node = this.#node('base');
    const mistakes = this.#mistakes;
    if (node === undefined) {
      this.#noteMissing(this.#root, 'base', 'missing: base, with history, book or empty');
      return undefined;
    }
    const map = mapping(node, 'a mapping with history, book or empty', mistakes);
    if (map === undefined) return undefined;
    const kinds = map.entries.filter(({ key }) => baseKeys.includes(key));
    const [kind, second] = kinds;
    if (kind === undefined) {
      const known = [historyBase, bookBase, emptyBase].flatMap((of) => Object.keys(of.shape));
      noteUnknownKeys(map, known, mistakes);
      this.#noteMissing(map, 'history, book or empty');
      return undefined;
    }
    if (second !== undefined) {
      const found = kinds.map(({ key }) => key).join(' and ');
      mistakes.add(second.at, second.value.path, { found, expected: 'one of history, book, empty' });
      return undefined;
    }
    return readBase(kind.key, map, mistakes);
  }

  #horizon(base: Base | undefined): Horizon | undefined {
    const found = this.#required('horizon', shape.horizon);
    const node = this.#node('horizon');
    if (found === undefined || node?.kind !== 'map') return undefined;
    const { from, to, close } = found;
    if (to < from) {
      noteWrong(entryOf(node, 'to')?.value ?? node, 'a day that is not before from', this.#mistakes);
      return undefined;
    }
    if (base?.kind === 'empty' && from < base.from) {
      noteWrong(entryOf(node, 'from')?.value ?? node, "a day that is not before the base's", this.#mistakes);
    }
    return { from, to, close: close ?? (base?.kind === 'book' ? 'recorded' : 'daily') };
  }

  #assumptions(map: Mapping, source: string): readonly Override[] {
    const node = entryOf(map, 'assumptions')?.value;
    if (node === undefined || isNothing(node)) return [];
    if (read(assumptionsShape, node, this.#mistakes) === undefined || node.kind !== 'map') return [];
    return readAssumptions(node, this.#house, source, this.#mistakes);
  }

  #list(map: Mapping, key: string, expected: string): List | undefined {
    const node = entryOf(map, key)?.value;
    if (node === undefined || isNothing(node)) return undefined;
    if (node.kind === 'list') return node;
    noteWrong(node, expected, this.#mistakes);
    return undefined;
  }

  #edits(map: Mapping): readonly Edit[] {
    const list = this.#list(map, 'facts', 'a list of edits');
    if (list !== undefined && list.items.length > editsMax) {
      this.#mistakes.add(list.at, list.path, {
        found: `${list.items.length} edits`,
        expected: `at most ${editsMax}`,
      });
      return [];
    }
    return list === undefined ? [] : readEdits(list, this.#house, this.#mistakes);
  }

  #noteEditsMax(count: number): void {
    if (count <= editsMax) return;
    const at = entryOf(this.#root, 'facts')?.at ?? this.#root.at;
    this.#mistakes.add(at, 'facts', {
      found: `${count} edits`,
      expected: `at most ${editsMax}, those of variants included`,
    });
  }

  #variants(origin: string): readonly Variant[] {
    const list = this.#list(this.#root, 'variants', 'a list of variants');
    if (list === undefined) return [];
    if (list.items.length > variantsMax) {
      this.#mistakes.add(list.at, list.path, {
        found: `${list.items.length} variants`,
        expected: `at most ${variantsMax}`,
      });
      return [];
    }
    const names = new Map<string, number>();
    return list.items.flatMap((node): Variant[] => {
      const map = mapping(node, 'a variant: a mapping with name', this.#mistakes);
      if (map === undefined) return [];
      noteUnknownKeys(map, variantKeys, this.#mistakes);
      const name = this.#variantName(map, names);
      const assumptions = this.#assumptions(map, `${origin}, variant ${name ?? ''}`);
      const edits = this.#edits(map);
      return name === undefined ? [] : [{ name, assumptions, edits }];
    });
  }

  #variantName(map: Mapping, names: Map<string, number>): string | undefined {
    const given = entryOf(map, 'name')?.value;
    if (given === undefined) {
      this.#noteMissing(map, 'name');
      return undefined;
    }
    const name = read(nameShape, given, this.#mistakes);
    if (name === undefined) return undefined;
    const first = names.get(name);
    if (first !== undefined || name === 'baseline') {
      const message =
        first === undefined
          ? 'baseline is the untouched base'
          : `${cut(name)} is the name of the variant in line ${first}, too`;
      this.#mistakes.add(given.at, given.path, { found: cut(name), expected: 'a name of its own', message });
    }
    names.set(name, given.at.line);
    return name;
  }

  #lines<T extends ReportLine | Expectation>(
    key: 'report' | 'expect',
    parse: (text: string) => T | readonly Flaw[],
    print: (line: T) => string,
  ): readonly Line<T>[] {
    const list = this.#list(this.#root, key, 'a list of lines');
    if (list === undefined || read(shape[key], list, this.#mistakes) === undefined) return [];
    return list.items.slice(0, linesMax).flatMap((item): Line<T>[] => {
      if (item.kind !== 'scalar') return [];
      const parsed = parse(item.source);
      if (!isFlawed(parsed))
        return [{ place: { ...item.at, path: item.path }, text: print(parsed), line: parsed }];
      for (const flaw of parsed) this.#mistakes.add(spotInside(item, flaw.offset), item.path, flaw);
      return [];
    });
  }
}

const isFlawed = (parsed: ReportLine | Expectation | readonly Flaw[]): parsed is readonly Flaw[] =>
  Array.isArray(parsed);

const isNothing = (node: Node): boolean => node.kind === 'scalar' && node.value === null;

function readBase(kind: string, map: Mapping, mistakes: Mistakes): Base | undefined {
  if (kind === 'history') {
    const found = read(historyBase, map, mistakes);
    return found && { kind, path: found.history, refused: found.refused ?? 'fail' };
  }
  if (kind === 'book') {
    const found = read(bookBase, map, mistakes);
    return found && { kind, book: found.book, at: found.at };
  }
  const found = read(emptyBase, map, mistakes);
  return found && { kind: 'empty', from: found.empty.from };
}
