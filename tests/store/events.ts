/** Events for tests of logs: short ones, chained, their content told apart by a tag. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { genesisHash, type StoredEvent, sealed } from '../../src/kernel/state/events.ts';
import type { LogHead } from '../../src/log/port/port.ts';

/** Where a chain goes on; an empty log when left out. */
export type After = Pick<LogHead, 'revision' | 'hash'>;

const start: After = { revision: -1, hash: genesisHash };

/** One event after another; parts may be given. */
export function eventAfter(
  after: After = start,
  parts: Partial<Omit<StoredEvent, 'hash' | 'revision'>> = {},
): StoredEvent {
  const revision = after.revision + 1;
  return sealed(
    {
      revision,
      type: 'WalletToppedUp',
      schemaVersion: 1,
      kind: 'fact',
      segment: 'payments',
      subject: `wallet/user-${revision % 7}`,
      refs: [],
      effectiveOn: 16_861,
      recordedAt: 1_456_800_000_000 + revision,
      actor: 'test',
      cause: null,
      correlation: null,
      key: null,
      inputHash: null,
      header: null,
      data: { amount: `${revision}.00 CNY` },
      accounts: ['platform:asset:deposit', `platform:liability:wallet:user-${revision % 7}`],
      minors: [100n * BigInt(revision), -100n * BigInt(revision)],
      ...parts,
    },
    after.hash,
  );
}

/** So many events in a chain; another tag gives other events. */
export function chain(count: number, after: After = start, tag = ''): readonly StoredEvent[] {
  const events: StoredEvent[] = [];
  let last = after;
  for (let at = 0; at < count; at++) {
    const event = eventAfter(last, tag === '' ? {} : { actor: tag });
    events.push(event);
    last = event;
  }
  return events;
}

/** All events that a reader gives. */
export async function gathered(
  batches: AsyncIterable<readonly StoredEvent[]>,
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) events.push(...batch);
  return events;
}

export const revisionsOf = (events: readonly StoredEvent[]): readonly number[] =>
  events.map((event) => event.revision);

/** A folder of its own, gone when the callback is done. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'formicary-store-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
