/** One command, sent to two servers at once under one key: one event, two equal answers, one chain. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { checkSound, contentsOf } from '../crash/oracle.ts';
import { closeDay, keyed, topUp } from '../support/commands.ts';
import { asked, type Told, toldBy } from './asking.ts';
import { Stage } from './stage.ts';
import { Store, storeName } from './store.ts';

const rounds = 40;

let store: Store;
let stage: Stage;
beforeAll(async () => {
  store = await Store.start();
  stage = await Stage.start(store.url, 2);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

/** What each of the two servers answers to a command of its own, both sent at once. */
async function both(...commands: readonly [Command, Command]): Promise<readonly Told[]> {
  return await Promise.all(
    stage.servers.map(async (server, at) => {
      const { data, errors } = await server.ask(...asked(commands[at] ?? commands[0], stage.book));
      const told = toldBy(data);
      if (told === undefined) throw new Error(errors.join(', '));
      return told;
    }),
  );
}

/** An answer without saying whether it was the first. */
const sameFor = (told: Told | undefined): unknown =>
  told?.kind === 'accepted' ? { ...told, repeated: undefined } : told;

const firsts = (told: readonly Told[]): number =>
  told.filter((one) => one.kind === 'accepted' && !one.repeated).length;

describe(`two servers on one book of a ${storeName}`, () => {
  it('book a command once that both are given at once, and both answer with it', async () => {
    const there = (await contentsOf(stage)).length;
    for (let n = 0; n < rounds; n++) {
      const command = keyed(topUp('2016-03-02', `user-${n}`, '1.00'), `twice-${n}`);
      const told = await both(command, command);
      expect(sameFor(told[0])).toEqual(sameFor(told[1]));
      expect(firsts(told)).toBe(1);
    }
    const events = await contentsOf(stage);
    checkSound(events);
    expect(events.length).toBe(there + rounds);
  });

  it('close a day once that both are to close at once, under one key or under two', async () => {
    for (let n = 2; n < 12; n++) {
      const on = `2016-03-${String(n).padStart(2, '0')}`;
      const keys = n % 2 === 0 ? [`close-${n}`, `close-${n}`] : [`close-${n}-a`, `close-${n}-b`];
      const told = await both(keyed(closeDay(on), keys[0] ?? ''), keyed(closeDay(on), keys[1] ?? ''));
      expect(sameFor(told[0])).toEqual(sameFor(told[1]));
      expect(firsts(told)).toBe(1);
    }
    const events = await contentsOf(stage);
    checkSound(events);
    expect(events.filter(({ type }) => type === 'DayClosed').length).toBe(11);
  });

  it('carry out one of two commands that have one key, and refuse the other', async () => {
    for (let n = 0; n < rounds; n++) {
      const key = `clash-${n}`;
      const told = await both(
        keyed(topUp('2016-03-20', 'user-1', '1.00'), key),
        keyed(topUp('2016-03-20', 'user-1', '2.00'), key),
      );
      expect(told.map((one) => (one.kind === 'refused' ? one.code : one.kind)).sort()).toEqual([
        'KEY_REUSED',
        'accepted',
      ]);
    }
    const events = await contentsOf(stage);
    checkSound(events);
    expect(events.filter(({ key }) => key?.startsWith('clash-')).length).toBe(rounds);
  });
});
