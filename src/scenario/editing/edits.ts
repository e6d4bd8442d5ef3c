/**
 * Edits of recorded facts: drop, scale, set, shift, inject.
 *
 * @module
 */
import type { House } from '../../kernel/engine/house.ts';
import type { Fraction } from '../../kernel/values/rates.ts';
import type { Edit, Place } from '../format/types.ts';
import { describe, entryOf, type List, type Mapping, type Node } from '../text/document.ts';
import { type Mistakes, unknownName } from '../text/mistakes.ts';
import { mapping, noteWrong, read } from '../text/reading.ts';
import { parseDecimal } from '../text/words.ts';
import { readInjection } from './injection.ts';
import {
  byExpected,
  daysExpected,
  dropShape,
  editKinds,
  injectShape,
  scaleShape,
  setShape,
  shiftShape,
} from './shapes.ts';
import { fieldOf, readValue, readWhere } from './where.ts';

/** How far facts may be shifted, in days: a century. */
const shiftDaysMax = 36_525;

/** Shapes of fields that can be scaled. */
export const scalable: readonly string[] = ['amount', 'size', 'repayment', 'rate'];

/** The edits of one list, in order; those with mistakes are left out, after noting them. */
export function readEdits(list: List, house: House, mistakes: Mistakes): readonly Edit[] {
  return list.items.flatMap((item) => readEdit(item, house, mistakes) ?? []);
}

const kinds: readonly string[] = editKinds;

function readEdit(node: Node, house: House, mistakes: Mistakes): Edit | undefined {
  const map = mapping(node, `an edit: ${kinds.join(', ')}`, mistakes);
  if (map === undefined) return undefined;
  const stray = map.entries.filter(({ key }) => !kinds.includes(key));
  for (const { key, at, value } of stray) mistakes.add(at, value.path, unknownName('edit', key, kinds));
  const known = map.entries.filter(({ key }) => kinds.includes(key));
  const [only] = known;
  if (only === undefined || known.length > 1) {
    if (stray.length === 0) noteWrong(map, `one of ${kinds.join(', ')}`, mistakes);
    return undefined;
  }
  const body = mapping(only.value, `the details of ${only.key}`, mistakes);
  if (body === undefined) return undefined;
  const place: Place = { ...map.at, path: map.path };
  const kind = editKinds.find((word) => word === only.key) ?? 'drop';
  switch (kind) {
    case 'drop':
      return readDrop(body, place, house, mistakes);
    case 'scale':
      return readScale(body, place, house, mistakes);
    case 'set':
      return readSet(body, place, house, mistakes);
    case 'shift':
      return readShift(body, place, house, mistakes);
    case 'inject':
      return readInject(body, place, house, mistakes);
  }
}

function readDrop(body: Mapping, place: Place, house: House, mistakes: Mistakes): Edit | undefined {
  const shaped = read(dropShape, body, mistakes);
  const where = whereOf(body, house, mistakes);
  return shaped && where && { place, kind: 'drop', where };
}

function readScale(body: Mapping, place: Place, house: House, mistakes: Mistakes): Edit | undefined {
  const shaped = read(scaleShape, body, mistakes);
  const where = whereOf(body, house, mistakes);
  const by = factorOf(body, mistakes);
  if (shaped === undefined || where === undefined || by === undefined) return undefined;
  const { field: name } = shaped;
  const field = fieldOf(where.type, name);
  const at = entryOf(body, 'field')?.value ?? body;
  const known = Object.entries(where.type.fields).filter(([, other]) => scalable.includes(other.shape.kind));
  if (field === undefined) {
    mistakes.add(
      at.at,
      at.path,
      unknownName(
        `field of ${where.type.name} named`,
        name,
        known.map(([other]) => other),
      ),
    );
    return undefined;
  }
  if (!scalable.includes(field.shape.kind)) {
    const expected =
      known.length === 0
        ? `nothing: ${where.type.name} has no amount and no rate`
        : known.map(([other]) => other).join(', ');
    const message = `${name} is no amount and no rate, and can't be scaled`;
    mistakes.add(at.at, at.path, { found: name, expected, message });
    return undefined;
  }
  return { place, kind: 'scale', where, field: name, by };
}

/** The factor, exactly as it is written: a number of JSON would be rounded. */
function factorOf(body: Mapping, mistakes: Mistakes): Fraction | undefined {
  const given = entryOf(body, 'by')?.value;
  if (given?.kind !== 'scalar' || given.value === null || typeof given.value === 'boolean') return undefined;
  const by = parseDecimal(typeof given.value === 'string' ? given.value : given.source);
  if (by !== undefined && by.num >= 0n) return by;
  noteWrong(given, byExpected, mistakes);
  return undefined;
}

function readSet(body: Mapping, place: Place, house: House, mistakes: Mistakes): Edit | undefined {
  const shaped = read(setShape, body, mistakes);
  const where = whereOf(body, house, mistakes);
  const to = entryOf(body, 'to')?.value;
  if (shaped === undefined || where === undefined || to === undefined) return undefined;
  const { type } = where;
  const field = fieldOf(type, shaped.field);
  if (field === undefined) {
    const at = entryOf(body, 'field')?.value ?? body;
    mistakes.add(
      at.at,
      at.path,
      unknownName(`field of ${type.name} named`, shaped.field, Object.keys(type.fields)),
    );
    return undefined;
  }
  const parsed = readValue(to, field, shaped.field, mistakes);
  if (parsed === undefined) return undefined;
  if (type.told?.field === shaped.field && parsed.json !== type.told.value) {
    const message = `with another ${shaped.field} it would be another fact than ${type.name}: drop it, and inject the other`;
    mistakes.add(to.at, to.path, { found: describe(to), expected: type.told.value, message });
    return undefined;
  }
  return { place, kind: 'set', where, field: shaped.field, ...parsed };
}

const daysPattern = /^(-?\d{1,6})(?: days?)?$/;

function readShift(body: Mapping, place: Place, house: House, mistakes: Mistakes): Edit | undefined {
  const shaped = read(shiftShape, body, mistakes);
  const where = whereOf(body, house, mistakes);
  const given = entryOf(body, 'days')?.value;
  if (shaped === undefined || given?.kind !== 'scalar') return undefined;
  const days = Number(daysPattern.exec(given.source)?.[1] ?? Number.NaN);
  if (!(Math.abs(days) <= shiftDaysMax)) {
    noteWrong(given, `${daysExpected}, at most ${shiftDaysMax}`, mistakes);
    return undefined;
  }
  // -0 is no number of days of its own.
  return where && { place, kind: 'shift', where, days: days + 0 };
}

function readInject(body: Mapping, place: Place, house: House, mistakes: Mistakes): Edit | undefined {
  const shaped = read(injectShape, body, mistakes);
  return shaped && readInjection(shaped, body, place, house, mistakes);
}

function whereOf(body: Mapping, house: House, mistakes: Mistakes) {
  const given = entryOf(body, 'where')?.value;
  return given?.kind === 'map' ? readWhere(given, house, mistakes) : undefined;
}
