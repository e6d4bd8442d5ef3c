/**
 * The scenarios of a server: files in one folder.
 *
 * @module
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { House } from '../../kernel/engine/house.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { formatMistakes, isMistaken, parseScenario, type Scenario } from '../../scenario/file/file.ts';
import { scenarioUnknown } from '../../scenario/format/codes.ts';

/** Largest scenario file, in bytes, and most files that are looked at. */
const scenarioBytesMax = 1_000_000;
const filesMax = 1_000;

/** With what scenarios are read. */
export interface ScenarioFilesSettings {
  readonly folder: string;
  readonly house: House;
  readonly note: (text: string, about: object) => void;
}

/** A file as it was read. */
interface ScenarioFile {
  /** Changes when the file does. */
  readonly version: string;
  readonly text: string;
  /** Undefined where it has mistakes. */
  readonly scenario: Scenario | undefined;
}

export class ScenarioFiles {
  readonly folder: string;
  readonly #settings: ScenarioFilesSettings;
  /** By name; read again when they have changed. */
  readonly #files = new Map<string, ScenarioFile>();

  constructor(settings: ScenarioFilesSettings) {
    this.folder = settings.folder;
    this.#settings = settings;
  }

  /** Every scenario that can be read, by the name of its file; the others are noted. */
  async list(): Promise<readonly Scenario[]> {
    const names = (await readdir(this.folder).catch(() => []))
      .filter((each) => /\.ya?ml$/.test(each))
      .sort()
      .slice(0, filesMax);
    const found: Scenario[] = [];
    for (const name of names) {
      const scenario = (await this.#read(name))?.scenario;
      if (scenario !== undefined) found.push(scenario);
    }
    for (const name of this.#files.keys()) if (!names.includes(name)) this.#files.delete(name);
    return found;
  }

  /** The text of a scenario, by its name. */
  async text(id: string): Promise<{ readonly text: string; readonly file: string } | Refusal> {
    await this.list();
    for (const [file, { text, scenario }] of this.#files) if (scenario?.id === id) return { text, file };
    return new Refusal(scenarioUnknown, id);
  }

  async #read(name: string): Promise<ScenarioFile | undefined> {
    const path = join(this.folder, name);
    const about = await stat(path).catch(() => undefined);
    if (about === undefined || !about.isFile() || about.size > scenarioBytesMax) return undefined;
    const version = `${about.ino} ${about.size} ${about.mtimeMs}`;
    const known = this.#files.get(name);
    if (known?.version === version) return known;
    const { house, note } = this.#settings;
    const text = await readFile(path, 'utf8');
    const parsed = parseScenario(text, { file: name, house });
    if (isMistaken(parsed)) note('scenario not read', { file: name, why: formatMistakes(parsed) });
    const read = { version, text, scenario: isMistaken(parsed) ? undefined : parsed };
    this.#files.set(name, read);
    return read;
  }
}
