/**
 * Commands of the program, as each declares itself: what it takes, its help, and what it does. The reference in docs/cli.md is
 * printed from the same declarations.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { closest } from '../../kernel/values/nearest.ts';
import { badUsage, type Exit } from './failures.ts';
import type { Output } from './output.ts';
import {
  type SettingInForce,
  type SettingName,
  type Settings,
  settingSpecs,
  settingsFrom,
  variableOf,
} from './settings.ts';

/** An option. Without a value it is a flag. */
export interface OptionSpec {
  readonly doc: string;
  /** What stands for its value in the help: `FILE`. */
  readonly value?: string;
  /** It may be given more than once. */
  readonly many?: boolean;
}

/** What comes without a name. */
export interface ArgumentSpec {
  readonly name: string;
  readonly doc: string;
  readonly optional?: boolean;
  readonly many?: boolean;
}

/** A command. */
export interface CommandSpec {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** More, a paragraph a text. */
  readonly about: readonly string[];
  readonly args: readonly ArgumentSpec[];
  readonly options: { readonly [name: string]: OptionSpec };
  /** The settings that it goes by. */
  readonly settings: readonly SettingName[];
  readonly examples: readonly string[];
  run(call: Call): Promise<Exit>;
}

/** A command's call: what was given, what is in force, and the way out. */
export interface Call {
  readonly args: readonly string[];
  flag(name: string): boolean;
  value(name: string): string | undefined;
  values(name: string): readonly string[];
  readonly settings: Settings;
  readonly inForce: readonly SettingInForce[];
  readonly out: Output;
  /** Aborted by Ctrl-C and by SIGTERM. */
  readonly signal: AbortSignal;
}

/** Options that every command takes. */
const ownOptions: { readonly [name: string]: OptionSpec } = {
  json: { doc: 'Print JSON.' },
  config: { doc: 'The settings file; by default formicary.yaml where it is there.', value: 'FILE' },
  help: { doc: 'Print this help.' },
};

const settingOptions = (names: readonly SettingName[]): { [name: string]: OptionSpec } =>
  Object.fromEntries(
    names.map((name) => {
      const { doc, value, default: usual } = settingSpecs[name];
      return [
        name,
        { value, doc: `${doc} Default: ${usual === '' ? 'none' : usual}; or ${variableOf(name)}.` },
      ];
    }),
  );

/** Every option of a command, its own first. */
export const optionsOf = (spec: CommandSpec): { readonly [name: string]: OptionSpec } => ({
  ...spec.options,
  ...settingOptions(spec.settings),
  ...ownOptions,
});

/** What was given to a command. */
export interface Given {
  readonly args: readonly string[];
  readonly values: { readonly [name: string]: readonly string[] };
  readonly flags: ReadonlySet<string>;
}

/**
 * Reads what comes after a command's name.
 *
 * @throws Failure when it doesn't fit the command
 */
export function readGiven(spec: CommandSpec, argv: readonly string[]): Given {
  const options = optionsOf(spec);
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { value }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string' },
      ]),
    ),
  });
  const args: string[] = [];
  const values: Record<string, string[]> = {};
  const flags = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw unknownOption(token.rawName, Object.keys(options), spec);
    if (option.value === undefined) {
      if (token.value !== undefined) throw badUsage(`${token.rawName}=${token.value}`, 'it takes no value');
      flags.add(token.name);
      continue;
    }
    if (token.value === undefined)
      throw badUsage(token.rawName, `it takes a value: ${token.rawName} ${option.value}`);
    const known = values[token.name];
    if (known !== undefined && option.many !== true) throw badUsage(token.rawName, 'it is given twice');
    values[token.name] = [...(known ?? []), token.value];
  }
  if (!flags.has('help')) checkArguments(spec, args);
  return { args, values, flags };
}

function unknownOption(name: string, known: readonly string[], spec: CommandSpec): Error {
  const near = closest(name.replace(/^-+/, ''), known);
  const hint = near === undefined ? `see formicary ${spec.name} --help` : `did you mean --${near}?`;
  return badUsage(name, `${spec.name} has no such option; ${hint}`);
}

function checkArguments(spec: CommandSpec, args: readonly string[]): void {
  const needed = spec.args.filter(({ optional }) => optional !== true).length;
  const missing = spec.args[args.length];
  if (args.length < needed && missing !== undefined)
    throw badUsage(`formicary ${spec.name}`, `${missing.name} is missing: ${usageOf(spec)}`);
  const most = spec.args.some(({ many }) => many === true) ? Number.POSITIVE_INFINITY : spec.args.length;
  if (args.length > most) throw badUsage(args[most] ?? '', `too many arguments: ${usageOf(spec)}`);
}

/** A call of a command with what was given. */
export function callOf(given: Given, out: Output, signal: AbortSignal): Call {
  const { settings, inForce } = settingsFrom({
    options: Object.fromEntries(Object.entries(given.values).map(([name, [first]]) => [name, first])),
    environment: process.env,
    file: given.values.config?.[0],
  });
  return {
    args: given.args,
    flag: (name) => given.flags.has(name),
    value: (name) => given.values[name]?.[0],
    values: (name) => given.values[name] ?? [],
    settings,
    inForce,
    out,
    signal,
  };
}

const shown = ({ name, optional, many }: ArgumentSpec): string => {
  const text = `${name}${many === true ? '…' : ''}`;
  return optional === true ? `[${text}]` : text;
};

/** `formicary import [options] FILE`. */
export const usageOf = (spec: CommandSpec): string =>
  ['formicary', spec.name, '[options]', ...spec.args.map(shown)].join(' ');

/** Characters of a line of help. */
const width = 96;

/** A command's help. */
export function helpOf(spec: CommandSpec): string {
  const options = Object.entries(optionsOf(spec)).map(([name, { value, doc, many }]): [string, string] => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    many === true ? `${doc} May be given more than once.` : doc,
  ]);
  const args = spec.args.map((arg): [string, string] => [shown(arg), arg.doc]);
  return [
    `${spec.summary}\n`,
    `  ${usageOf(spec)}\n`,
    ...spec.about.map((text) => `${wrap(text, 0)}\n`),
    ...(args.length === 0 ? [] : ['Arguments', `${list(args)}\n`]),
    'Options',
    `${list(options)}\n`,
    'Examples',
    ...spec.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

/** The program's help: its commands, a line each. */
export const helpOfAll = (specs: readonly CommandSpec[], version: string): string =>
  [
    `formicary ${version}: an event-sourced ledger and scenario sandbox\n`,
    '  formicary COMMAND [options]\n',
    'Commands',
    `${list(specs.map(({ name, summary }) => [name, summary]))}\n`,
    'formicary COMMAND --help says more; formicary --version prints the version.',
    'It exits with 0 when it is done, 1 when the answer is no, 2 on bad usage or input, 3 when something could not be',
    'reached or written.',
    '',
  ].join('\n');

function list(entries: readonly (readonly [string, string])[]): string {
  const indent = Math.min(28, Math.max(...entries.map(([name]) => name.length)) + 4);
  return entries
    .map(([name, doc]) => {
      const head = `  ${name}`;
      const body = wrap(doc, indent);
      return head.length + 2 > indent ? `${head}\n${body}` : `${head.padEnd(indent)}${body.slice(indent)}`;
    })
    .join('\n');
}

/** A text in lines, each with an indent. */
function wrap(text: string, indent: number): string {
  const pad = ' '.repeat(indent);
  const lines: string[] = [];
  let line = pad;
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + word.length + 1 > width) {
      lines.push(line);
      line = pad;
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}
