/**
 * What a run starts from, read: a history beside the scenario's file, a book, or nothing.
 *
 * @module
 */
import { createReadStream, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { EventLog } from '../../log/port/port.ts';
import type { Scenario } from '../../scenario/file/file.ts';
import type { BaseRecord } from '../../scenario/running/base.ts';
import { readBase } from '../../scenario/running/bases.ts';
import type { Chunks } from '../../scenario/running/history.ts';
import { house } from '../../segments/index.ts';
import { openBookLog } from '../books/books.ts';
import { cliCodes, exits, Failure } from '../frame/failures.ts';
import type { Progress } from '../frame/progress.ts';
import type { Call } from '../frame/spec.ts';

/** Reads the base of a scenario; paths are relative to its file. */
export async function baseOf(
  call: Call,
  scenario: Scenario,
  file: string,
  engine: string,
): Promise<BaseRecord> {
  const progress = call.out.progress('reading the base', undefined, 'KB');
  const logs: EventLog[] = [];
  const sources = {
    house,
    engine,
    history: async (path: string) => chunksOf(isAbsolute(path) ? path : join(dirname(file), path), progress),
    log: async (book: string) => {
      const log = await openBookLog({ ...call, settings: { ...call.settings, book } }, false);
      logs.push(log);
      return log;
    },
  };
  try {
    const found = await readBase(sources, scenario, call.signal);
    if (found instanceof Refusal) throw new Failure(found, exits.input, { file });
    return found;
  } finally {
    progress.end();
    for (const log of logs) await log.close();
  }
}

function chunksOf(path: string, progress: Progress): Chunks | Refusal {
  try {
    const { size } = statSync(path);
    return counted(createReadStream(path), (read) => progress.update(read >> 10, Math.min(1, read / size)));
  } catch (error) {
    return new Refusal(cliCodes.file, path, error instanceof Error ? error.message : String(error));
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  told: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    yield chunk;
    told(bytes);
  }
}
