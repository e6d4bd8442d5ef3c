/**
 * The reference: pages printed from the declarations of parameters, codes, commands of a book, and commands of the program.
 *
 * @module
 */
import type { FactType } from '../../kernel/contract/fact.ts';
import type { House } from '../../kernel/engine/house.ts';
import type { Field } from '../../kernel/values/fields.ts';
import type { Code } from '../../kernel/values/refusals.ts';
import { type CommandSpec, helpOf, helpOfAll } from '../frame/spec.ts';
import { parametersListed } from '../showing/parameters.ts';

const printed = '<!-- Printed from the code by `npm run schema`: edit the declarations, not this page. -->';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
/** A table of a page. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(row)].join('\n');

/** A page that is printed from the code. */
export const page = (title: string, ...parts: readonly string[]): string =>
  `${[`# ${title}`, printed, ...parts].join('\n\n')}\n`;

/** docs/parameters.md: every parameter with the values that a new book begins with. */
export function parametersPage(house: House): string {
  const listed = parametersListed(undefined, undefined, undefined);
  const sections = house.segments.flatMap(({ id, title }) => {
    const own = listed.filter(({ segment }) => segment === id);
    if (own.length === 0) return [];
    const rows = own.flatMap(({ name, keyed, doc, unit, bounds, values }) =>
      values.map(({ from, value, source }, at) => [
        at === 0 ? `\`${name}\`${keyed ? ' (by key)' : ''}` : '',
        at === 0 ? doc : '',
        at === 0 ? `${unit}; ${bounds}` : '',
        from ?? 'always',
        `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``,
        source,
      ]),
    );
    return [
      `## ${title}\n\n${table(['parameter', 'what it says', 'unit and bounds', 'from', 'value', 'source'], rows)}`,
    ];
  });
  return page(
    'Parameters',
    'Every assumption that the rules go by, with the values that a new book begins with. A book keeps its own: `formicary parameters` lists them, `changePolicy` changes them, a scenario lays others on top. A parameter by key (`payments.merchantFeeRate[merchant-7]`) has a timeline for each key; the plain name’s value holds where a key has none.',
    ...sections,
  );
}

/** docs/errors.md: every code. */
export const errorsPage = (codes: readonly Code[]): string =>
  page(
    'Errors',
    'Every code with which a command, a question, a file or a command line is answered when it can’t be done. They stand in the order of the stages in which they are asked: where several apply, that of the earliest stage is the answer. A message names the offending value; the hint says what to do.',
    table(
      ['code', 'asked of', 'meaning', 'hint'],
      codes.map(({ code, stage, meaning, hint }) => [`\`${code}\``, stage, meaning, hint]),
    ),
  );

type Worded = 'choice' | 'whole' | 'repayment';
const shapes: { readonly [kind in Exclude<Field<unknown>['shape']['kind'], Worded>]: string } = {
  id: 'id, as `user-1`',
  text: 'text',
  amount: 'amount, as `12.34 CNY`',
  size: 'amount, `all`, or a share of what is held, as `10%`',
  rate: 'rate, as `2.5%`',
  date: 'date, as `2016-03-01`',
  flag: '`true` or `false`',
  revision: 'revision, as `42`',
  value: 'a value, as JSON writes it',
};

function shapeText({ shape }: Field<unknown>): string {
  switch (shape.kind) {
    case 'choice':
      return listed(shape.of);
    case 'repayment':
      return `amount, ${listed(shape.words)}`;
    case 'whole':
      return shape.of === undefined ? `whole number, ${shape.least} to ${shape.most}` : listed(shape.of);
    default:
      return shapes[shape.kind];
  }
}

const listed = (values: readonly (string | number)[]): string =>
  values.map((value) => `\`${value}\``).join(', ');

function commandPart(type: FactType): string {
  const told = type.told === undefined ? '' : ` (${type.told.field}: ${type.told.value})`;
  const inputs = Object.entries(type.fields)
    .filter(([name]) => !(type.name === 'Reversed' && name === 'of'))
    .map(([name, field]) => [`\`${name}\``, shapeText(field), field.optional ? 'no' : 'yes', field.doc]);
  const body = inputs.length === 0 ? 'No inputs.' : table(['input', 'is', 'needed', 'what it says'], inputs);
  return `### ${type.command}${told}\n\n${type.doc} Recorded as \`${type.name}\`.\n\n${body}`;
}

/** docs/commands.md: every command that a book takes, with its inputs. */
export function commandsPage(house: House): string {
  const sections = house.segments.flatMap(({ title, facts }) => {
    const given = facts.filter(({ command }) => !command.startsWith('('));
    return given.length === 0 ? [] : [[`## ${title}`, ...given.map(commandPart)].join('\n\n')];
  });
  return page(
    'Commands of a book',
    'The same names serve everywhere: GraphQL mutations, lines of a history file, `inject` in a scenario, `formicary import`. A line of a history file:',
    '```json\n{"on":"2016-03-01","command":"topUp","with":{"holder":"user-1","amount":"200.00 CNY"},"key":"T-1"}\n```',
    '`on` is the effective date. `key` (optional, 1 to 200 characters) makes the command idempotent: the same key and input is answered with the first result, the same key and another input is an error. `actor` (optional) says who sent it. Ids match `[A-Za-z0-9._-]{1,64}`; amounts are above zero, with at most the currency’s digits.',
    ...sections,
  );
}

const fenced = (text: string): string => `\`\`\`text\n${text.trimEnd()}\n\`\`\``;

/** docs/cli.md: the help of the program and of every command. */
export const cliPage = (commands: readonly CommandSpec[]): string =>
  page(
    'The command line',
    'In a checkout `npx formicary …` runs the program, `npm start` is `formicary serve`.',
    fenced(helpOfAll(commands, 'VERSION')),
    'Settings come from options, from the environment (`FORMICARY_STORE` for `--store`, and so on), from `formicary.yaml` in the working folder or the file that `--config` names, and from defaults, in this order. `NO_COLOR` switches colours off. Progress is shown on stderr, for what takes over a second. With `--json` every command prints one JSON document, or one a line where it streams, and failures as `{"error": {"code", "message", "value", "hint"}}`.',
    ...commands.map((spec) => `## formicary ${spec.name}\n\n${fenced(helpOf(spec))}`),
  );
