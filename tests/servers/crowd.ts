/**
 * Many clients of one book, each of which sends one command after the other to whichever server it comes upon. A command that is not
 * answered, or answered UNAVAILABLE, is sent again under its key to another server, until it is known what became of it.
 *
 * @module
 */
import { dice } from '../support/histories.ts';
import { asked, type Told, toldBy } from './asking.ts';
import { type Formicary, Unanswered } from './formicary.ts';
import type { Keyed, Roll, World } from './world.ts';

/** A command that was sent to a server, and what came of it. */
export interface Attempt {
  readonly command: Keyed;
  /** Which server. */
  readonly to: number;
  /** The newest revision of which that server had told anybody when the command was sent. */
  readonly from: number;
  /** Undefined where no answer came, or one that it can't be done now. */
  readonly told: Told | undefined;
  /** Of a refusal: the revision at which the server was when it had answered. */
  readonly until: number;
}

/** What a crowd is. */
export interface CrowdSettings {
  readonly book: string;
  readonly servers: readonly Formicary[];
  readonly world: World;
  readonly seed: number;
  readonly clients: number;
  /** Commands altogether, repeats not counted. */
  readonly commands: number;
}

/** One command of so many is sent to two servers at once, and one to another server when it has been answered. */
const twiceEvery = 25;
const againEvery = 25;

/** More than any trouble takes: a server goes on trying for some ten seconds by itself. */
const triesMax = 12;

/** Codes of errors that are no fault: the log can't be reached, or the server is stopping. */
const passing: ReadonlySet<string> = new Set(['UNAVAILABLE']);

export class Crowd {
  readonly attempts: Attempt[] = [];
  readonly #settings: CrowdSettings;
  /** Of each server the newest revision that it has told of. */
  readonly #known: number[];
  readonly #watchers: { readonly at: number; readonly reached: () => void }[] = [];
  #sent = 0;
  #answered = 0;
  #over = false;

  constructor(settings: CrowdSettings) {
    this.#settings = settings;
    this.#known = settings.servers.map(() => -1);
  }

  /** How many commands are sent altogether. */
  get commands(): number {
    return this.#settings.commands;
  }

  /** Resolves when so many commands have been answered, or all clients are done: what happens meanwhile is timed by it. */
  reached(answered: number): Promise<void> {
    if (this.#over || this.#answered >= answered) return Promise.resolve();
    return new Promise((reached) => this.#watchers.push({ at: answered, reached }));
  }

  /** Lets the clients send all their commands. */
  async run(): Promise<void> {
    const { book, clients, seed, servers } = this.#settings;
    for (const [at, server] of servers.entries()) this.#known[at] = await server.headOf(book);
    try {
      await Promise.all(Array.from({ length: clients }, (_, n) => this.#client(dice(seed * 10_007 + n))));
    } finally {
      this.#over = true;
      for (const { reached } of this.#watchers.splice(0)) reached();
    }
  }

  async #client(roll: Roll): Promise<void> {
    const { world, servers, commands } = this.#settings;
    while (this.#sent < commands) {
      this.#sent++;
      const command = world.next(roll);
      const at = roll(servers.length);
      const told =
        roll(twiceEvery) === 0
          ? (
              await Promise.all([this.#untilTold(command, at, roll), this.#untilTold(command, at + 1, roll)])
            )[0]
          : await this.#untilTold(command, at, roll);
      if (told.kind === 'accepted') world.heard(command);
      if (roll(againEvery) === 0) await this.#untilTold(command, at + 1, roll);
      this.#answered++;
      this.#tell();
    }
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) {
      if (this.#answered < watcher.at) continue;
      this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
      watcher.reached();
    }
  }

  /** Sends a command to one server after another until one has answered it. */
  async #untilTold(command: Keyed, first: number, roll: Roll): Promise<Told> {
    const { servers } = this.#settings;
    let at = first % servers.length;
    for (let tries = 0; tries < triesMax; tries++) {
      const told = await this.#send(command, at);
      if (told !== undefined) return told;
      at = (at + 1 + roll(servers.length - 1)) % servers.length;
    }
    throw new Error(`${command.key} has not been answered in ${triesMax} tries`);
  }

  async #send(command: Keyed, to: number): Promise<Told | undefined> {
    const { book, servers } = this.#settings;
    const server = servers[to];
    if (server === undefined) throw new RangeError(`no server ${to}`);
    const from = this.#known[to] ?? -1;
    const note = (told: Told | undefined, until: number): Told | undefined => {
      this.#known[to] = Math.max(this.#known[to] ?? -1, until);
      this.attempts.push({ command, to, from, told, until });
      return told;
    };
    if (server.unexpected.length > 0) throw new Error(server.unexpected.join('\n'));
    try {
      const { data, errors } = await server.ask(...asked(command, book));
      const fault = errors.find((code) => !passing.has(code));
      if (fault !== undefined) throw new Error(`${server.actor}: ${command.command}: ${fault}`);
      const told = errors.length > 0 ? undefined : toldBy(data);
      if (told === undefined || (told.kind === 'refused' && passing.has(told.code)))
        return note(undefined, -1);
      return note(told, told.kind === 'accepted' ? told.revision : await server.headOf(book));
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return note(undefined, -1);
    }
  }
}
