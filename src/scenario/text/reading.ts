/**
 * Reading a part of the tree with a zod shape: what doesn't fit becomes mistakes with places. The messages in the shapes are
 * what was expected.
 *
 * @module
 */
import { z } from 'zod';
import { describe, entryOf, type Mapping, type Node, pathTo, plain } from './document.ts';
import { type Mistakes, type Spot, unknownName } from './mistakes.ts';

/** Keys of the format that this version refuses rather than pass over. */
const later = ['behaviour', 'shocks', 'sweep', 'runs'];

/** The data of a node in a shape, or undefined after noting what doesn't fit. Keys that the shape doesn't know are noted. */
export function read<T>(shape: z.ZodType<T>, node: Node, mistakes: Mistakes): T | undefined {
  noteStrays(shape, node, mistakes);
  const parsed = shape.safeParse(plain(node));
  if (parsed.success) return parsed.data;
  const seen = new Set<string>();
  for (const issue of parsed.error.issues) {
    const { at, path, found } = locate(node, issue.path);
    // One value, one mistake: the first thing that is wrong with it.
    if (seen.has(path)) continue;
    seen.add(path);
    if (found === undefined)
      mistakes.add(at, path, {
        found: 'nothing',
        expected: issue.message,
        message: `missing: ${issue.message}`,
      });
    else noteWrong(found, issue.message, mistakes);
  }
  return undefined;
}

/** Notes that a node isn't what was expected. */
export function noteWrong(found: Node, expected: string, mistakes: Mistakes): void {
  const unquoted = found.kind === 'scalar' && typeof found.value === 'number' && expected.startsWith('text');
  mistakes.add(found.at, found.path, {
    found: describe(found),
    expected,
    didYouMean: unquoted ? JSON.stringify(found.source) : undefined,
  });
}

/** A node that must be a mapping. */
export function mapping(node: Node, expected: string, mistakes: Mistakes): Mapping | undefined {
  if (node.kind === 'map') return node;
  noteWrong(node, expected, mistakes);
  return undefined;
}

/** Notes the keys of a mapping that aren't among the known ones. */
export function noteUnknownKeys(map: Mapping, known: readonly string[], mistakes: Mistakes): void {
  for (const { key, at, value } of map.entries) {
    if (mistakes.full) return;
    if (known.includes(key)) continue;
    if (later.includes(key)) {
      const message = `${key} comes with a later version`;
      mistakes.add(at, value.path, { found: key, expected: known.join(', '), message });
    } else mistakes.add(at, value.path, unknownName('key', key, known));
  }
}

function noteStrays(shape: unknown, node: Node, mistakes: Mistakes): void {
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodNullable)
    noteStrays(shape.unwrap(), node, mistakes);
  else if (shape instanceof z.ZodArray && node.kind === 'list') {
    for (const item of node.items) noteStrays(shape.element, item, mistakes);
  } else if (shape instanceof z.ZodObject && node.kind === 'map') {
    const fields: Readonly<Record<string, unknown>> = shape.shape;
    noteUnknownKeys(node, Object.keys(fields), mistakes);
    for (const { key, value } of node.entries) {
      if (Object.hasOwn(fields, key)) noteStrays(fields[key], value, mistakes);
    }
  }
}

/** The node at the end of an issue's path; where it is missing, the place of the last that is there. */
function locate(
  node: Node,
  steps: readonly PropertyKey[],
): { at: Spot; path: string; found: Node | undefined } {
  let at: Node = node;
  let { path } = node;
  let missing = false;
  for (const step of steps) {
    const next: Node | undefined = missing ? undefined : child(at, step);
    missing = next === undefined;
    path = next?.path ?? (typeof step === 'number' ? `${path}[${step}]` : pathTo(path, String(step)));
    at = next ?? at;
  }
  return { at: at.at, path, found: missing ? undefined : at };
}

function child(node: Node, step: PropertyKey): Node | undefined {
  if (node.kind === 'list') return node.items[Number(step)];
  return node.kind === 'map' ? entryOf(node, String(step))?.value : undefined;
}
