/**
 * What a catch-up subscription brings, in batches: as much as has come when somebody asks, so that a slow reader holds no more than
 * one buffer, and the server waits for him.
 *
 * @module
 */
import type { ResolvedEvent, StreamSubscription } from '@eventstore/db-client';

/**
 * Batches of a subscription, until it ends or the signal aborts. The subscription is given up when nobody asks any more.
 *
 * @throws whatever breaks it
 */
export async function* batchesOf(
  subscription: StreamSubscription,
  eventsMax: number,
  signal: AbortSignal,
): AsyncGenerator<readonly ResolvedEvent[]> {
  let wake = (): void => undefined;
  let failure: { readonly error: unknown } | undefined;
  let ended = false;
  const onReadable = (): void => wake();
  const onEnd = (): void => {
    ended = true;
    wake();
  };
  // It stays when the others are taken off: what comes late must not count as unhandled.
  subscription.on('error', (error: unknown) => {
    failure ??= { error };
    wake();
  });
  subscription.on('readable', onReadable).on('end', onEnd).on('close', onEnd);
  signal.addEventListener('abort', onReadable);
  try {
    while (!signal.aborted) {
      const batch: ResolvedEvent[] = [];
      while (batch.length < eventsMax) {
        const next: ResolvedEvent | null = subscription.read();
        if (next === null) break;
        batch.push(next);
      }
      if (batch.length > 0) {
        yield batch;
        continue;
      }
      if (failure !== undefined) throw failure.error;
      if (ended) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        // What came since the look above has woken nobody.
        if (subscription.readableLength > 0 || failure !== undefined || ended || signal.aborted) resolve();
      });
    }
  } finally {
    subscription.off('readable', onReadable).off('end', onEnd).off('close', onEnd);
    signal.removeEventListener('abort', onReadable);
    subscription.unsubscribe().catch(() => undefined);
  }
}
