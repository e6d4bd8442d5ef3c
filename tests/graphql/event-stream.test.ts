import { setTimeout as wait } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { EventStream, type StreamItem } from '../../src/graphql/events/stream.ts';

const slowMsMax = 20;

/** A stream of errors that stand for events, and what became of its source and of its place. */
function stream(items: AsyncGenerator<StreamItem, void, void>) {
  const stop = new AbortController();
  let left = 0;
  const made = new EventStream(
    items,
    stop,
    () => {
      left++;
    },
    slowMsMax,
  );
  return { made, stop, left: () => left };
}

const event = new GraphQLError('stands for an event');

async function* endless(): AsyncGenerator<StreamItem, void, void> {
  for (;;) yield event;
}

describe('a stream', () => {
  it('loses its place when nobody reads on, and says so to a reader who comes back', async () => {
    const { made, stop, left } = stream(endless());
    await made.next();
    await wait(slowMsMax * 3);
    expect(stop.signal.aborted).toBe(true);
    expect(left()).toBeGreaterThan(0);
    const { value } = await made.next();
    expect(value).toBeInstanceOf(GraphQLError);
    expect(value.extensions).toMatchObject({ code: 'SLOW_READER', hint: expect.stringContaining('after') });
    expect(await made.next()).toEqual({ done: true, value: undefined });
  });

  it('may wait for events as long as it likes', async () => {
    const { made, stop } = stream(
      (async function* late() {
        await wait(slowMsMax * 3);
        yield event;
      })(),
    );
    expect((await made.next()).value).toBe(event);
    expect(stop.signal.aborted).toBe(false);
    await made.return();
  });

  it('lets go of all when its reader leaves', async () => {
    const { made, stop, left } = stream(endless());
    await made.next();
    await made.return();
    expect(stop.signal.aborted).toBe(true);
    expect(left()).toBe(1);
    expect(await made.next()).toEqual({ done: true, value: undefined });
  });

  it('says why it ends when the log fails', async () => {
    const { made } = stream(
      // biome-ignore lint/correctness/useYield: it fails before it has anything
      (async function* failing() {
        throw new Error('the disk is gone');
      })(),
    );
    expect((await made.next()).value.extensions).toMatchObject({ code: 'UNAVAILABLE' });
    expect((await made.next()).done).toBe(true);
  });
});
