/**
 * Several scenario files at the same time: each is run by the program itself, in a thread of its own, and printed when its turn
 * comes. Nothing of it depends on which is done first.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { isRecord } from '../../kernel/values/fields.ts';
import { type Exit, exits } from '../frame/failures.ts';
import { type Call, type CommandSpec, optionsOf } from '../frame/spec.ts';

/** What a file's run wrote, and how it ended. */
interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

const program = new URL('../main.ts', import.meta.url);

/** How many files of a call are run at the same time. */
export const atOnceOf = ({ args, settings: { runs } }: Call): number =>
  Math.min(args.length, runs === 0 ? availableParallelism() : runs);

/** Runs each file, and prints what they come to in the order of the files. */
export async function runAll(call: Call, spec: CommandSpec): Promise<Exit> {
  const { args: files, out, signal } = call;
  const progress = out.progress(`running ${files.length} scenarios`, files.length, 'files');
  let done = 0;
  const runs = files.map(() => Promise.withResolvers<Ran>());
  for (const { promise } of runs) promise.catch(() => undefined);
  const queue = files.entries();
  const work = async (): Promise<void> => {
    for (const [at, file] of queue) {
      const ran = await runOne(argvOf(call, spec, file), signal).catch((error: unknown) => {
        runs[at]?.reject(error);
      });
      if (ran !== undefined) runs[at]?.resolve(ran);
      progress.update(++done);
    }
  };
  const working = Array.from({ length: atOnceOf(call) }, work);
  try {
    return await printed(
      call,
      runs.map(({ promise }) => promise),
    );
  } finally {
    await Promise.all(working);
    progress.end();
  }
}

/** The words that have the program run one file as the call says. */
function argvOf(call: Call, spec: CommandSpec, file: string): string[] {
  const given = Object.entries(optionsOf(spec)).flatMap(([option, { value }]) => {
    if (value === undefined) return call.flag(option) ? [`--${option}`] : [];
    return call.values(option).flatMap((text) => [`--${option}`, text]);
  });
  return [spec.name, ...given, '--', file];
}

async function runOne(argv: readonly string[], signal: AbortSignal): Promise<Ran> {
  signal.throwIfAborted();
  // What a thread prints goes into a pipe: it is coloured where this program would be.
  const colour = process.stdout.isTTY && process.env.NO_COLOR === undefined ? { FORCE_COLOR: '1' } : {};
  const { columns } = process.stdout;
  const width = columns === undefined ? {} : { COLUMNS: String(columns) };
  const env = { ...process.env, ...colour, ...width };
  const worker = new Worker(program, { argv: [...argv], env, stdout: true, stderr: true, execArgv: [] });
  const stop = (): void => void worker.terminate();
  signal.addEventListener('abort', stop, { once: true });
  const exit = new Promise<number>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
  try {
    const [stdout, stderr, code] = await Promise.all([text(worker.stdout), text(worker.stderr), exit]);
    signal.throwIfAborted();
    return { stdout, stderr, exit: code };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Prints runs as they would be printed one after the other. The first that could not be run ends it. */
async function printed(call: Call, runs: readonly Promise<Ran>[]): Promise<Exit> {
  const { out } = call;
  const documents: unknown[] = [];
  let exit: Exit = exits.done;
  for (const [at, run] of runs.entries()) {
    const { stdout, stderr, exit: code } = await run;
    const failed = Object.values(exits).find(
      (each) => each === code && each !== exits.done && each !== exits.no,
    );
    if (failed !== undefined) {
      if (stdout !== '') out.write(stdout);
      if (stderr !== '') out.note(stderr.trimEnd());
      return failed;
    }
    if (code !== exits.done) exit = exits.no;
    if (out.json) documents.push(...documentsOf(stdout));
    else out.write(at === 0 ? stdout : following(call, stdout));
  }
  if (out.json) out.document({ runs: documents });
  return exit;
}

/** What is printed of a file behind another. */
function following(call: Call, stdout: string): string {
  // One head is enough for all rows.
  return call.flag('csv') ? stdout.slice(stdout.indexOf('\n') + 1) : `\n${stdout}`;
}

function documentsOf(stdout: string): readonly unknown[] {
  const parsed: unknown = JSON.parse(stdout);
  return isRecord(parsed) && Array.isArray(parsed.runs) ? parsed.runs : [];
}
