/**
 * Injections: commands that a scenario adds, once, every day, or for many holders.
 *
 * @module
 */
import type { z } from 'zod';
import type { FactType } from '../../kernel/contract/fact.ts';
import type { House } from '../../kernel/engine/house.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { type Field, isId, type Json } from '../../kernel/values/fields.ts';
import type { Edit, Holders, Place } from '../format/types.ts';
import { describe, type Entry, entryOf, type Mapping, type Node } from '../text/document.ts';
import { cut, type Mistakes, unknownName } from '../text/mistakes.ts';
import { noteUnknownKeys, noteWrong } from '../text/reading.ts';
import type { injectShape } from './shapes.ts';
import { fieldOf, isKernels, readValue } from './where.ts';

/** How many days one injection may be given on, every day: a century. */
const injectDaysMax = 36_525;

/** The input that `for` fills in. */
export const filledInput = 'holder';

/** What to write in place of the kernel's own commands. */
const instead: Readonly<Record<string, string>> = {
  changePolicy: 'write an assumption',
  closeDay: 'say close: daily in the horizon',
  reverse: 'drop the fact',
};

/** The commands that a scenario may inject. */
export const injectable = (house: House): readonly string[] =>
  [...house.commands]
    .filter(([, types]) => !types.some((type) => isKernels(house, type)))
    .map(([name]) => name);

/** An injection whose shape has been read. */
export function readInjection(
  shaped: z.output<typeof injectShape>,
  body: Mapping,
  place: Place,
  house: House,
  mistakes: Mistakes,
): Edit | undefined {
  const before = mistakes.count;
  const days = readDays(shaped, body, mistakes);
  const holders = readHolders(entryOf(body, 'for')?.value, house, mistakes);
  const inputs = entryOf(body, 'with')?.value;
  const type = readCommand(shaped.command, body, inputs, house, mistakes);
  if (type === undefined) return undefined;
  const filled = entryOf(body, 'for') !== undefined;
  if (filled && fieldOf(type, filledInput)?.shape.kind !== 'id') {
    const at = entryOf(body, 'for')?.at ?? body.at;
    const message = `for fills in ${filledInput}, and ${shaped.command} has no such input`;
    mistakes.add(at, `${body.path}.for`, {
      found: shaped.command,
      expected: `a command with the input ${filledInput}`,
      message,
    });
  }
  const given = readInputs(type, inputs, body, filled, mistakes);
  if (days === undefined || mistakes.count > before) return undefined;
  return { place, kind: 'inject', ...days, type, command: shaped.command, holders, with: given };
}

function readDays(
  { on, from, to, every }: z.output<typeof injectShape>,
  body: Mapping,
  mistakes: Mistakes,
): { readonly from: Day; readonly to: Day } | undefined {
  const wrong = (message: string, at: Node = body): undefined => {
    mistakes.add(at.at, at.path, {
      found: 'other days',
      expected: 'on, or from, to and every: day',
      message,
    });
  };
  if (on !== undefined) {
    if (from === undefined && to === undefined && every === undefined) return { from: on, to: on };
    return wrong('on is one day; many days are from, to and every: day');
  }
  if (from === undefined || to === undefined || every === undefined)
    return wrong('missing: on, or from, to and every: day');
  const last = entryOf(body, 'to')?.value;
  if (to < from) return wrong('to is before from', last);
  if (to - from >= injectDaysMax) return wrong(`more than ${injectDaysMax} days`, last);
  return { from, to };
}

function readHolders(node: Node | undefined, house: House, mistakes: Mistakes): Holders | undefined {
  if (node === undefined || node.kind === 'scalar') return undefined;
  if (node.kind === 'list') {
    const ids = new Set<string>();
    for (const item of node.items) {
      const id = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : '';
      if (!isId(id)) noteWrong(item, 'text: an id, matching [A-Za-z0-9._-]{1,64}', mistakes);
      else if (ids.has(id)) mistakes.add(item.at, item.path, { found: id, expected: 'each id once' });
      ids.add(id);
    }
    return { kind: 'listed', ids: [...ids].sort() };
  }
  noteUnknownKeys(node, ['holdersOf'], mistakes);
  const given = entryOf(node, 'holdersOf')?.value;
  if (given?.kind !== 'scalar') return undefined;
  const known = house.kinds.filter(({ perHolder }) => perHolder === true);
  const accounts = known.find(({ path }) => path === given.value);
  if (accounts !== undefined) return { kind: 'holdersOf', accounts };
  const holderless = house.kinds.some(({ path }) => path === given.value);
  const wrong = unknownName(
    'account kind',
    given.source,
    known.map(({ path }) => path),
  );
  mistakes.add(
    given.at,
    given.path,
    holderless ? { ...wrong, message: `${cut(given.source)} has no holders` } : wrong,
  );
  return undefined;
}

function readCommand(
  name: string,
  body: Mapping,
  inputs: Node | undefined,
  house: House,
  mistakes: Mistakes,
): FactType | undefined {
  const at = entryOf(body, 'command')?.value ?? body;
  const types = house.command(name) ?? [];
  const known = injectable(house);
  if (!known.includes(name)) {
    const hint = Object.hasOwn(instead, name) ? instead[name] : undefined;
    const wrong = unknownName('command', name, known);
    mistakes.add(
      at.at,
      at.path,
      hint === undefined
        ? wrong
        : { found: name, expected: wrong.expected, message: `${name} can't be injected: ${hint}` },
    );
    return undefined;
  }
  const [first] = types;
  if (first?.told === undefined) return first;
  // Told apart by an input, as a ledger does it.
  const { field } = first.told;
  const teller = inputs?.kind === 'map' ? entryOf(inputs, field)?.value : undefined;
  const words = types.flatMap(({ told }) => told?.value ?? []);
  if (teller === undefined) {
    const missing = inputs ?? body;
    mistakes.add(missing.at, missing.path, {
      found: `no ${field}`,
      expected: words.join(' or '),
      message: `missing: ${field}, ${words.join(' or ')}`,
    });
    return undefined;
  }
  const type = types.find(({ told }) => teller.kind === 'scalar' && told?.value === teller.value);
  if (type === undefined)
    mistakes.add(teller.at, teller.path, unknownName(field, describeText(teller), words));
  return type;
}

const describeText = (node: Node): string => (node.kind === 'scalar' ? node.source : describe(node));

/** The inputs, each parsed by its field and written anew; all that is wrong with them is noted. */
function readInputs(
  type: FactType,
  node: Node | undefined,
  body: Mapping,
  filled: boolean,
  mistakes: Mistakes,
): { readonly [input: string]: Json } {
  const fields: readonly (readonly [string, Field<unknown>])[] = Object.entries(type.fields);
  const entries: readonly Entry[] = node?.kind === 'map' ? node.entries : [];
  const given: [string, Json][] = [];
  for (const { key, at, value } of entries) {
    const field = fieldOf(type, key);
    if (field === undefined)
      mistakes.add(
        at,
        value.path,
        unknownName(
          `input of ${type.command} named`,
          key,
          fields.map(([name]) => name),
        ),
      );
    else if (filled && key === filledInput) {
      mistakes.add(at, value.path, {
        found: key,
        expected: `no ${key}`,
        message: `${key} stands here, and for fills it in`,
      });
    } else {
      const parsed = readValue(value, field, key, mistakes);
      // An optional input that is null is one that is left out.
      if (parsed !== undefined && parsed.value !== undefined) given.push([key, parsed.json]);
    }
  }
  const named = new Set(entries.map(({ key }) => key));
  const missing = fields.filter(
    ([name, { optional }]) => !optional && !named.has(name) && !(filled && name === filledInput),
  );
  if (missing.length > 0) {
    const names = missing.map(([name]) => name).join(', ');
    const at = node ?? body;
    mistakes.add(at.at, at.path, { found: 'nothing', expected: names, message: `missing: ${names}` });
  }
  return Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1)));
}
