/**
 * The thread that verifies a log beside a server: it opens the log by itself, works out every hash, folds the log where it is asked
 * to, and compares what that comes to with the snapshot that the server has begun from.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { foldLog } from '../../book/folding.ts';
import { restoredDigest } from '../../book/snapshot/restored-digest.ts';
import { restoreSnapshot } from '../../book/snapshot/snapshot.ts';
import { openLog } from '../../log/open.ts';
import { chained } from '../../log/port/chained.ts';
import { type EventLog, LogUnreadable } from '../../log/port/port.ts';
import { house } from '../../segments/index.ts';
import { giveWay } from './give-way.ts';
import type { VerifyAnswer, VerifyJob } from './verify-job.ts';

/** The thread takes more memory than it may. */
class BeyondMemory extends Error {}

const found = (why: string): VerifyAnswer => ({ kind: 'found', why });

async function verify(job: VerifyJob): Promise<VerifyAnswer> {
  const log = await openLog(job.store, job.book);
  try {
    return job.snapshot === undefined ? await hashes(job, log) : await foldAndCompare(job, log);
  } catch (error) {
    if (error instanceof BeyondMemory) return { kind: 'beyond' };
    if (error instanceof LogUnreadable) return found(error.message);
    return { kind: 'failed', why: String(error) };
  } finally {
    await log.close();
  }
}

async function hashes({ after, through }: VerifyJob, log: EventLog): Promise<VerifyAnswer> {
  let last = after;
  const batches = log.read(after.revision + 1, 'forwards', through.revision - after.revision);
  for await (const events of chained(batches, after)) last = events.at(-1) ?? last;
  return endFault(last, through) ?? { kind: 'holds', by: 'hashes' };
}

async function foldAndCompare(
  { snapshot, through, bytesMax }: VerifyJob,
  log: EventLog,
): Promise<VerifyAnswer> {
  // The snapshot goes first: what it takes is given back before the log is folded.
  const expected = snapshot && (await digestOfSnapshot(snapshot, log));
  if (expected === undefined) return { kind: 'failed', why: 'the snapshot is not there any more' };
  const progress = (): void => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    if (heapUsed + arrayBuffers > bytesMax) throw new BeyondMemory();
  };
  const { folded, fault } = await foldLog(house, log, { through: through.revision, progress });
  if (fault !== undefined) return found(fault.message);
  const end = endFault(folded.head, through);
  if (end !== undefined) return end;
  return restoredDigest(house, folded) === expected
    ? { kind: 'holds', by: 'fold' }
    : found(`the snapshot at revision ${through.revision} is not what the log folds to`);
}

async function digestOfSnapshot(
  { path, id, engine }: NonNullable<VerifyJob['snapshot']>,
  log: EventLog,
): Promise<string | undefined> {
  const restored = await restoreSnapshot(path, { house, engine, log });
  return restored?.snapshot === id ? restoredDigest(house, restored) : undefined;
}

function endFault(end: VerifyJob['through'], through: VerifyJob['through']): VerifyAnswer | undefined {
  if (end.revision < through.revision)
    return found(`the log ends at revision ${end.revision}, and ${through.revision} has been read of it`);
  return end.hash === through.hash
    ? undefined
    : found(`the log's event ${through.revision} has another hash than when it was read`);
}

giveWay();
const job: VerifyJob = workerData;
parentPort?.postMessage(await verify(job));
