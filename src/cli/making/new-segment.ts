/**
 * `formicary new segment NAME`: the folder of a new line of business, made from the template, which is a line that runs.
 *
 * @module
 */
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { declareCode, Refusal } from '../../kernel/values/refusals.ts';
import { badUsage, type Exit, exits, Failure } from '../frame/failures.ts';
import type { Call, CommandSpec } from '../frame/spec.ts';

const notMade = declareCode(
  'NOT_MADE',
  'file',
  'the folder of the line is not made',
  'Run it at the root of a checkout, with a name that no line has.',
);

const template = fileURLToPath(new URL('../../templates/segment/', import.meta.url));
const segments = 'src/segments';
const list = `${segments}/lines.ts`;

export const newCommand: CommandSpec = {
  name: 'new',
  summary: 'Makes the folder of a new line of business, in a checkout.',
  about: [
    'The folder holds a line that runs: its page, a subject with fields, a fact, a rule of the close, a reference and a test. What is left to do is one line in src/segments/lines.ts, which it prints, and then to make it yours: docs/how-to/add-a-line.md.',
  ],
  args: [
    { name: 'segment', doc: 'What is made: segment.' },
    { name: 'NAME', doc: 'The id of the line: small letters and digits, as pot.' },
  ],
  options: {},
  settings: [],
  examples: ['formicary new segment pot'],
  run: makeNew,
};

async function makeNew({ args: [kind = '', name = ''], out }: Call): Promise<Exit> {
  if (kind !== 'segment') throw badUsage(kind, 'what can be made is a segment: formicary new segment NAME');
  if (!/^[a-z][a-z0-9]{1,20}$/.test(name))
    throw badUsage(name, 'a line’s id is 2 to 21 small letters and digits, the first a letter');
  const folder = join(segments, name);
  if (!(await isThere(list))) throw refused(list, 'it is not here');
  if (await isThere(folder)) throw refused(folder, 'it is there already');
  await mkdir(folder);
  for (const file of (await readdir(template)).sort()) {
    const text = await readFile(join(template, file), 'utf8');
    const path = join(folder, named(file, name));
    await writeFile(path, named(text, name), { flag: 'wx' });
    out.line(path);
  }
  out.line('');
  out.line(`Add one line to ${list}:`);
  out.line(`  export { ${name} } from './${name}/index.ts';`);
  out.line('Then `npm run schema` prints what is generated anew, and');
  out.line(`\`npx vitest run ${folder}\` runs its tests. docs/how-to/add-a-line.md goes on from there.`);
  return exits.done;
}

/** The template's text, with the line's name in place of its own. */
const named = (text: string, name: string): string =>
  text
    .replaceAll('sample', name)
    .replaceAll('Sample', name.charAt(0).toUpperCase() + name.slice(1))
    .replaceAll('SAMPLE', name.toUpperCase());

const refused = (path: string, detail: string): Failure =>
  new Failure(new Refusal(notMade, path, detail), exits.input);

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
