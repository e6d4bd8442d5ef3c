/**
 * Settings: where each comes from — an option, the environment, formicary.yaml, or its default — and what is in force.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { type Secret, secretBytesMin } from '../../book/snapshot/seal.ts';
import { isId, isRecord, show } from '../../kernel/values/fields.ts';
import { closest } from '../../kernel/values/nearest.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { addressForms, parseAddress } from '../../log/port/address.ts';
import { cliCodes, exits, Failure } from './failures.ts';

/** One setting. Its option is `--name`, its variable FORMICARY_NAME, its key in formicary.yaml its name. */
interface SettingSpec<T> {
  readonly doc: string;
  readonly value: string;
  readonly default: T;
  /** The value of a text, or a sentence that says what is expected. */
  parse(text: string): T | { readonly expected: string };
}

const text = (expected: string, pattern: RegExp) => (given: string) =>
  pattern.test(given) ? given : { expected };

const whole = (least: number, most: number) => (given: string) =>
  /^\d{1,9}$/.test(given) && Number(given) >= least && Number(given) <= most
    ? Number(given)
    : { expected: `a whole number from ${least} to ${most}` };

/** Every setting that there is. */
export const settingSpecs = {
  store: {
    doc: 'Where books are kept: `sqlite:DIR`, a file a book in that folder; `memory:`, which ends with the process; or `esdb://…`, a stream a book in EventStoreDB or KurrentDB.',
    value: 'URL',
    default: 'sqlite:./data',
    parse: (given) => (parseAddress(given) === undefined ? { expected: addressForms } : given),
  },
  snapshots: {
    doc: 'A folder of this machine for snapshots of books whose log is elsewhere (`esdb://…`).',
    value: 'DIR',
    default: './data/snapshots',
    parse: text('a folder', /^.+$/),
  },
  'snapshot-key-file': {
    doc: `A file with the key that snapshots are sealed with, ${secretBytesMin} bytes or more, outside of the store. FORMICARY_SNAPSHOT_KEY may hold the key itself.`,
    value: 'FILE',
    default: '',
    parse: text('a file', /^.+$/),
  },
  book: {
    doc: 'The book.',
    value: 'ID',
    default: 'main',
    parse: (given) => (isId(given) ? given : { expected: 'an id that matches [A-Za-z0-9._-]{1,64}' }),
  },
  port: {
    doc: 'The port to listen at; 0 takes a free one.',
    value: 'PORT',
    default: 4000,
    parse: (given) => {
      const port = /^\d{1,5}$/.test(given) ? Number(given) : Number.NaN;
      return port <= 65_535 ? port : { expected: 'a port from 0 to 65535' };
    },
  },
  host: {
    doc: 'The address to listen at. Any but a loopback address needs access control.',
    value: 'HOST',
    default: '127.0.0.1',
    parse: text('an address or a name', /^[A-Za-z0-9.:_-]+$/),
  },
  introspection: {
    doc: 'Whether the server tells its schema to those who ask for it: on or off.',
    value: 'on|off',
    default: 'on',
    parse: (given) => (given === 'on' || given === 'off' ? given : { expected: 'on or off' }),
  },
  runs: {
    doc: 'How many what-ifs are evaluated at the same time. 0: a server takes the cores of the machine less one, a command line all.',
    value: 'N',
    default: 0,
    parse: whole(0, 256),
  },
  'run-memory': {
    doc: 'Most memory of one what-if of a server, in MiB.',
    value: 'MIB',
    default: 2048,
    parse: whole(64, 1_048_576),
  },
} as const satisfies {
  readonly store: SettingSpec<string>;
  readonly snapshots: SettingSpec<string>;
  readonly 'snapshot-key-file': SettingSpec<string>;
  readonly book: SettingSpec<string>;
  readonly port: SettingSpec<number>;
  readonly host: SettingSpec<string>;
  readonly introspection: SettingSpec<'on' | 'off'>;
  readonly runs: SettingSpec<number>;
  readonly 'run-memory': SettingSpec<number>;
};

export type SettingName = keyof typeof settingSpecs;

/** The settings in force. */
export interface Settings {
  readonly store: string;
  readonly snapshots: string;
  /** What snapshots are sealed with. It is never shown. */
  readonly snapshotKey: Secret | undefined;
  readonly book: string;
  readonly port: number;
  readonly host: string;
  readonly introspection: 'on' | 'off';
  readonly runs: number;
  readonly runMemoryMiB: number;
}

/** A setting, and where its value comes from: `option --port`, `environment FORMICARY_PORT`, `formicary.yaml`, `default`. */
export interface SettingInForce {
  readonly name: SettingName | 'snapshot-key';
  readonly value: string | number;
  readonly from: string;
}

/** What settings are looked for in. */
export interface Sources {
  /** Options by name, as given. */
  readonly options: { readonly [name: string]: string | undefined };
  readonly environment: { readonly [name: string]: string | undefined };
  /** A settings file that was named; without one `formicary.yaml` is read where it is there. */
  readonly file: string | undefined;
}

const defaultFile = 'formicary.yaml';
const names: readonly SettingName[] = [
  'store',
  'snapshots',
  'snapshot-key-file',
  'book',
  'port',
  'host',
  'introspection',
  'runs',
  'run-memory',
];

/** The variable that may hold the key of snapshots. It has no option: others on this machine see those. */
const keyVariable = 'FORMICARY_SNAPSHOT_KEY';

/** The environment's variable of a setting. */
export const variableOf = (name: string): string => `FORMICARY_${name.toUpperCase().replaceAll('-', '_')}`;

/**
 * The settings in force, and where each comes from.
 *
 * @throws Failure when one is not as it must be
 */
export function settingsFrom(sources: Sources): {
  readonly settings: Settings;
  readonly inForce: readonly SettingInForce[];
} {
  const path = sources.file ?? sources.environment[variableOf('config')];
  const file = readSettingsFile(path ?? defaultFile, path !== undefined);
  const inForce: SettingInForce[] = [];
  const take = <T extends string | number>(name: SettingName, spec: SettingSpec<T>): T => {
    const given = [
      { text: sources.options[name], from: `option --${name}` },
      { text: sources.environment[variableOf(name)], from: `environment ${variableOf(name)}` },
      { text: file.get(name), from: path ?? defaultFile },
    ].find((source) => source.text !== undefined && source.text !== '');
    const value = given?.text === undefined ? spec.default : spec.parse(given.text);
    if (typeof value === 'object')
      throw badSetting(`${name}: ${given?.text}`, `from ${given?.from}; expected ${value.expected}`);
    inForce.push({ name, value, from: given?.from ?? 'default' });
    return value;
  };
  const settings: Settings = {
    store: take<string>('store', settingSpecs.store),
    snapshots: take<string>('snapshots', settingSpecs.snapshots),
    snapshotKey: keyOf(
      sources.environment[keyVariable],
      take<string>('snapshot-key-file', settingSpecs['snapshot-key-file']),
      inForce,
    ),
    book: take<string>('book', settingSpecs.book),
    port: take<number>('port', settingSpecs.port),
    host: take<string>('host', settingSpecs.host),
    introspection: take<'on' | 'off'>('introspection', settingSpecs.introspection),
    runs: take<number>('runs', settingSpecs.runs),
    runMemoryMiB: take<number>('run-memory', settingSpecs['run-memory']),
  };
  return { settings, inForce };
}

/** The key of snapshots: from a file, or from the environment. */
function keyOf(text: string | undefined, file: string, inForce: SettingInForce[]): Secret | undefined {
  const isGiven = text !== undefined && text !== '';
  if (isGiven && file !== '')
    throw badSetting(`snapshot-key-file: ${file}`, `${keyVariable} is set, too; expected one of the two`);
  if (isGiven)
    inForce.push({ name: 'snapshot-key', value: '(not shown)', from: `environment ${keyVariable}` });
  const named = isGiven ? keyVariable : `snapshot-key-file: ${file}`;
  const key = isGiven ? Buffer.from(text) : file === '' ? undefined : readKey(named, file);
  if (key !== undefined && key.byteLength < secretBytesMin)
    throw badSetting(named, `${key.byteLength} bytes; expected at least ${secretBytesMin}`);
  return key;
}

/** A key's bytes; the end of a line that an editor puts there is none of them. */
function readKey(named: string, file: string): Secret {
  try {
    const bytes = readFileSync(file);
    return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  } catch (error) {
    throw badSetting(named, error instanceof Error ? error.message : String(error));
  }
}

const badSetting = (value: string, detail: string): Failure =>
  new Failure(new Refusal(cliCodes.setting, value, detail), exits.input);

function readSettingsFile(path: string, named: boolean): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!named && !existsSync(path)) return found;
  let read: unknown;
  try {
    read = parseYaml(readFileSync(path, 'utf8'));
  } catch (error) {
    throw badSetting(path, error instanceof Error ? error.message : String(error));
  }
  if (read === null) return found;
  if (!isRecord(read)) throw badSetting(path, 'expected a mapping of settings');
  for (const [name, value] of Object.entries(read)) {
    if (!names.some((known) => known === name)) {
      const near = closest(name, names);
      const hint = near === undefined ? `the settings are ${names.join(', ')}` : `did you mean ${near}?`;
      throw badSetting(`${path}: ${name}`, `no such setting; ${hint}`);
    }
    if (typeof value !== 'string' && typeof value !== 'number')
      throw badSetting(`${path}: ${name}: ${show(value)}`, 'expected text or a number');
    found.set(name, String(value));
  }
  return found;
}
