/**
 * The program: finds the command, runs it, and says how it went.
 *
 * @module
 */

import { packageVersion } from '../book/engine-version.ts';
import { closest } from '../kernel/values/nearest.ts';
import { Refusal } from '../kernel/values/refusals.ts';
import { commands } from './commands.ts';
import { badUsage, cliCodes, type Exit, exits, Failure, failureOf } from './frame/failures.ts';
import { Output, type Streams } from './frame/output.ts';
import { callOf, helpOf, helpOfAll, readGiven } from './frame/spec.ts';

/** Runs a command line; nothing is thrown. */
async function main(argv: readonly string[], streams: Streams, signal: AbortSignal): Promise<Exit> {
  const out = new Output(streams, argv.includes('--json'));
  try {
    return await run(argv, out, signal);
  } catch (error) {
    const stopped = signal.aborted && error === signal.reason;
    const failure = stopped ? interrupted() : failureOf(error);
    if (failure === undefined) {
      out.note(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return exits.unreachable;
    }
    out.failure(failure);
    return failure.exit;
  }
}

const interrupted = (): Failure =>
  new Failure(new Refusal(cliCodes.interrupted, 'Ctrl-C'), exits.interrupted);

async function run(argv: readonly string[], out: Output, signal: AbortSignal): Promise<Exit> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const asked = name === 'help' ? commands.find((spec) => spec.name === rest[0]) : undefined;
    out.write(asked === undefined ? helpOfAll(commands, packageVersion()) : helpOf(asked));
    return name === undefined ? exits.input : exits.done;
  }
  if (name === '--version') {
    out.line(packageVersion());
    return exits.done;
  }
  const spec = commands.find((command) => command.name === name);
  if (spec === undefined) {
    const near = closest(
      name,
      commands.map((command) => command.name),
    );
    throw badUsage(name, near === undefined ? 'there is no such command' : `did you mean ${near}?`);
  }
  const given = readGiven(spec, rest);
  if (given.flags.has('help')) {
    out.write(helpOf(spec));
    return exits.done;
  }
  return await spec.run(callOf(given, out, signal));
}

/** A reader that goes away (`… | head`) is no fault. */
function endQuietlyWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exits.done);
    throw error;
  });
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // The first asks; the second doesn't wait for what is under way.
    if (stop.signal.aborted) process.exit(exits.interrupted);
    stop.abort(new Error(name));
  });
}
endQuietlyWithReader(process.stdout);
endQuietlyWithReader(process.stderr);
process.exitCode = await main(
  process.argv.slice(2),
  { stdout: process.stdout, stderr: process.stderr },
  stop.signal,
);
