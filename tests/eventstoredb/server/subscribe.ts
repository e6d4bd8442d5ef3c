import type { Call } from './call.ts';
import type { Delivery, StreamRead } from './delivery.ts';
import { PAGE_EVENTS } from './delivery.ts';
import type { Node } from './node.ts';
import { consumerTooSlow, streamDeleted } from './refusals.ts';
import { encodeConfirmation } from './responses.ts';

/**
 * Events by which a subscriber that has caught up may be behind. The real server holds 32 in each of two queues, from
 * which it sends all the while: it was not seen to drop one for an append of 100, now and then for one of 200, and always
 * for one of 500.
 */
const LIVE_EVENTS_MAX = 100;

/**
 * Sends what stands in the stream behind the given revision, then what is committed. A reader that does not keep up is
 * read to from the store, page by page, so nothing is held for it; or it is dropped, as the real server of 21.10 does with one that has caught up and
 * then falls behind, be it by one large append.
 */
export async function subscribe(
  node: Node,
  call: Call,
  delivery: Delivery,
  request: StreamRead,
): Promise<void> {
  const { log } = node;
  const { stream, from } = request;
  let next = typeof from === 'bigint' ? Number(from) + 1 : from === 'start' ? 0 : (log.lengthOf(stream) ?? 0);
  const news = new News();
  const stopListening = log.onCommit((committed) => {
    if (committed === stream) news.come();
  });
  try {
    await delivery.confirm(encodeConfirmation(node.newId()));
    let isLive = from === 'end';
    while (call.isOpen) {
      if (log.hasTombstone(stream)) {
        call.fail(streamDeleted(stream));
        break;
      }
      const page = log.read(stream, next, PAGE_EVENTS);
      if (page.length === 0) {
        isLive = true;
        await Promise.race([news.wait(), call.closed]);
        continue;
      }
      const behind = (log.lengthOf(stream) ?? 0) - next;
      for (const event of page) await delivery.deliver(event, isLive);
      next = (page.at(-1)?.revision ?? next) + 1;
      if (isLive && behind > LIVE_EVENTS_MAX && node.settings.slowSubscribers === 'drop')
        call.fail(consumerTooSlow());
    }
  } finally {
    stopListening();
  }
}

/** Whether something has happened since the last look. */
class News {
  #next = Promise.withResolvers<void>();

  come(): void {
    this.#next.resolve();
  }

  /** Resolves when something comes, at once if it came while nobody waited. */
  async wait(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers();
  }
}
