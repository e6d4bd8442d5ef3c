/**
 * How fast is the log? Events of three postings and some two hundred bytes of data, appended to an SQLite file in batches, each
 * synced, and read back into events. Run: `node bench/store.ts [events] [batch]`.
 *
 * @module
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genesisHash, type StoredEvent, sealed } from '../src/kernel/state/events.ts';
import { SqliteLog } from '../src/log/sqlite/sqlite-log.ts';

const eventCount = Number(process.argv[2] ?? 500_000);
const batchEvents = Number(process.argv[3] ?? 1_000);
/** Batches made before the clock starts again, so that making them is not measured. */
const batchesAhead = 50;

function eventAt(revision: number, previousHash: string): StoredEvent {
  const derived = revision % 3 === 2;
  const user = `user-${(revision * 7919) % 10_000}`;
  const minor = BigInt((revision * 3_701) % 1_000_000) + 100n;
  return sealed(
    {
      revision,
      type: ['PaymentPlaced', 'ReceiptConfirmed', 'YieldDistributed', 'WalletToppedUp'][revision % 4] ?? '',
      schemaVersion: 1,
      kind: derived ? 'derived' : 'fact',
      segment: revision % 4 === 2 ? 'yuebao' : 'payments',
      subject: `payment/P-${revision}`,
      refs: [`wallet/${user}`],
      effectiveOn: 17_000 + Math.floor(revision / 2_000),
      recordedAt: 1_470_000_000_000 + revision * 7,
      actor: 'system',
      cause: derived ? revision - 1 : null,
      correlation: null,
      key: derived ? null : `key-${revision}`,
      inputHash: null,
      header: null,
      data: {
        amount: `${minor / 100n}.${String(minor % 100n).padStart(2, '0')} CNY`,
        memo: 'an order of the usual things, to be delivered',
        method: revision % 3 === 0 ? 'card' : 'balance',
        payee: `merchant-${revision % 50}`,
        payer: user,
        payment: `P-${revision}`,
        terms: { auto: true, days: 7 },
      },
      accounts: [`payments:liability:wallet:${user}`, 'payments:liability:escrow', 'payments:income:fee'],
      minors: [-minor, minor - 12n, 12n],
    },
    previousHash,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'formicary-bench-'));
try {
  const path = join(folder, 'bench.formicary');
  const log = await SqliteLog.open(path);
  let appendMs = 0;
  let hash = genesisHash;
  let revision = 0;
  while (revision < eventCount) {
    const batches: StoredEvent[][] = [];
    for (let at = 0; at < batchesAhead && revision < eventCount; at++) {
      const batch: StoredEvent[] = [];
      for (const end = Math.min(revision + batchEvents, eventCount); revision < end; revision++) {
        const event = eventAt(revision, hash);
        hash = event.hash;
        batch.push(event);
      }
      batches.push(batch);
    }
    const began = performance.now();
    for (const batch of batches) await log.append((batch[0]?.revision ?? 0) - 1, batch);
    appendMs += performance.now() - began;
  }
  console.log(`append, batches of ${batchEvents}: ${Math.round(eventCount / appendMs)} k events/s`);
  console.log(`bytes an event on disk: ${Math.round(statSync(path).size / eventCount)}`);
  for (let run = 0; run < 5; run++) {
    const began = performance.now();
    let count = 0;
    for await (const events of log.read(0, 'forwards')) count += events.length;
    const ms = performance.now() - began;
    console.log(`read and decode: ${Math.round(count / ms)} k events/s`);
  }
  const began = performance.now();
  let checked = 0;
  for await (const { events, problem } of log.verifyBatches()) {
    if (problem !== null) throw new Error(problem.reason);
    checked += events.length;
  }
  console.log(`bytes checked: ${Math.round(checked / (performance.now() - began))} k events/s`);
  const picked = Array.from(
    { length: 50 },
    (_, at) => Math.floor((at * 7_919 * eventCount) / 400_000) % eventCount,
  );
  const beganPicked = performance.now();
  await log.readMany(picked);
  console.log(`50 scattered events: ${(performance.now() - beganPicked).toFixed(1)} ms`);
  await log.close();
} finally {
  rmSync(folder, { recursive: true });
}
