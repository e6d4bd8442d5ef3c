/** Transfers between books: carried whole whatever goes wrong on the way, and whoever carries them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { codes, Refusal } from '../../src/kernel/values/refusals.ts';
import { openLog } from '../../src/log/open.ts';
import {
  Carrier,
  type CarrierPort,
  carrierLimits,
  type Standing,
  type TransferOrder,
} from '../../src/segments/interbook/carrying.ts';
import { ServerTransfers } from '../../src/server/transfers.ts';
import { changePolicy, closeDay, sendTransfer, topUp, withdraw } from '../support/commands.ts';
import {
  anyone,
  Broken,
  carryAll,
  contradictions,
  countedTwice,
  type Fault,
  faults,
  Stage,
  World,
} from './interbook-world.ts';

const on = '2016-03-03';
/** main has 100.00 of user-1, and takes dates far ahead; north is empty; south has room for 50.00 more. */
async function threeBooks(servers = 1, logOf?: Parameters<typeof World.open>[2]): Promise<World> {
  const world = await World.open(['main', 'north', 'south'], servers, logOf);
  await world.take(
    'main',
    changePolicy('2016-03-01', 'kernel.daysAheadMax', '5000'),
    topUp('2016-03-01', 'user-1', '100.00'),
  );
  await world.take('north', topUp('2016-03-01', 'user-2', '1000.00'));
  // A book holds at most 10000000000000000.00.
  await world.take('south', topUp('2016-03-01', 'rich', '9999999999999950.00'));
  await world.refresh();
  return world;
}

const order = (given: Partial<TransferOrder> = {}): TransferOrder => ({
  book: 'main',
  toBook: 'north',
  transfer: 'T-1',
  from: 'user-1',
  to: 'user-9',
  amount: '30.00 CNY',
  on: dayOf(on),
  key: 'k-1',
  ...given,
});

/** A sending by hand, out of main. */
const sent = (transfer: string, book = 'north', amount = '1.00'): Command =>
  sendTransfer(on, { transfer, from: 'user-1', book, to: 'user-9', amount });

/** A carrier without any faults. */
const carrierOf = (world: World, server = 0, port: Partial<CarrierPort> = {}): Carrier =>
  new Carrier({
    hold: async (id) => world.hold(server, id),
    failed: (error) => {
      throw error;
    },
    signal: new AbortController().signal,
    ...port,
  });

const typesOf = async (world: World, id: string): Promise<readonly string[]> => {
  const events: string[] = [];
  const { log } = await world.watch(id);
  for await (const page of log.read(0, 'forwards'))
    for (const { type, effectiveOn } of page)
      if (type.startsWith('Transfer')) events.push(`${type} ${formatDay(effectiveOn)}`);
  return events;
};

const standing = (found: Standing | Refusal): Standing => {
  if (found instanceof Refusal) throw new Error(found.message);
  return found;
};

/** All money of all books: in wallets and on its way, what would be counted twice taken off. */
async function money(world: World): Promise<bigint> {
  let sum = -countedTwice(await world.halves());
  for (const id of world.ids) sum += (await world.inWallets(id)) + (await world.inTransit(id));
  return sum;
}

describe('a transfer', () => {
  it('is sent, arrives and is completed; the answer says so, with the revisions in both books', async () => {
    const world = await threeBooks();
    const found = standing(await carrierOf(world).send(order(), anyone()));
    expect(found).toMatchObject({
      row: { stage: 'completed', reason: null, minor: 3000n },
      revision: world.book(0, 'main').head.revision,
      toRevision: world.book(0, 'north').head.revision,
      waits: undefined,
      repeated: false,
    });
    expect(await typesOf(world, 'main')).toEqual([`TransferSent ${on}`, `TransferCompleted ${on}`]);
    expect(await typesOf(world, 'north')).toEqual([`TransferArrived ${on}`]);
    expect(await world.wallet('main', 'user-1')).toBe(7000n);
    expect(await world.wallet('north', 'user-9')).toBe(3000n);
  });

  it('that is repeated is answered with the same, and nothing is booked', async () => {
    const world = await threeBooks(2);
    const first = standing(await carrierOf(world).send(order(), anyone()));
    const again = standing(await carrierOf(world).send(order(), anyone()));
    expect(again).toEqual({ ...first, repeated: true });
    // On a server that has seen nothing of it yet, too.
    expect(await carrierOf(world, 1).send(order(), anyone())).toEqual(again);
    expect(await typesOf(world, 'north')).toHaveLength(1);
    expect(await carrierOf(world).send(order({ amount: '31.00 CNY' }), anyone())).toMatchObject({
      code: 'KEY_REUSED',
    });
  });

  it('whose date is closed in the other book arrives on the first open day', async () => {
    const world = await threeBooks();
    await world.take('north', ...['01', '02', '03', '04'].map((day) => closeDay(`2016-03-${day}`)));
    expect(standing(await carrierOf(world).send(order(), anyone())).row.stage).toBe('completed');
    expect(await typesOf(world, 'north')).toEqual(['TransferArrived 2016-03-05']);
    expect(await typesOf(world, 'main')).toEqual([`TransferSent ${on}`, `TransferCompleted ${on}`]);
  });

  it('whose date is closed in its own book before it is completed is completed on the first open day', async () => {
    const world = await threeBooks();
    await world.take('main', sent('T-1', 'north', '30.00'));
    await world.take('main', closeDay('2016-03-01'), closeDay('2016-03-02'), closeDay(on));
    await carryAll(world, carrierOf(world));
    expect(await typesOf(world, 'main')).toEqual([`TransferSent ${on}`, 'TransferCompleted 2016-03-04']);
  });

  it('that the other book’s rules refuse is declined there and returned, with the code as the reason', async () => {
    const world = await threeBooks();
    const found = standing(
      await carrierOf(world).send(order({ toBook: 'south', amount: '50.01 CNY' }), anyone()),
    );
    expect(found).toMatchObject({
      row: { stage: 'returned', reason: expect.stringMatching(/^AMOUNT_TOO_LARGE: /) },
      revision: world.book(0, 'main').head.revision,
      toRevision: world.book(0, 'south').head.revision,
      waits: undefined,
    });
    expect(await typesOf(world, 'main')).toEqual([`TransferSent ${on}`, `TransferReturned ${on}`]);
    expect(await typesOf(world, 'south')).toEqual([`TransferDeclined ${on}`]);
    expect(await world.wallet('main', 'user-1')).toBe(10000n);
    // What south has room for arrives.
    const small = order({ toBook: 'south', amount: '50.00 CNY', transfer: 'T-2', key: undefined });
    expect(standing(await carrierOf(world).send(small, anyone())).row.stage).toBe('completed');
  });

  it('whose date is too far ahead for the other book is declined on the first day that can be', async () => {
    const world = await threeBooks();
    await world.take('north', closeDay('2016-03-01'));
    const found = standing(await carrierOf(world).send(order({ on: dayOf('2018-03-03') }), anyone()));
    expect(found.row).toMatchObject({ stage: 'returned', reason: expect.stringMatching(/^DATE_TOO_FAR: /) });
    expect(await typesOf(world, 'north')).toEqual(['TransferDeclined 2016-03-02']);
    expect(await typesOf(world, 'main')).toEqual(['TransferSent 2018-03-03', 'TransferReturned 2018-03-03']);
    // Before any day is closed there, that is the earliest of any fact.
    const south = order({ toBook: 'south', on: dayOf('2018-03-03'), transfer: 'T-2', key: undefined });
    expect(standing(await carrierOf(world).send(south, anyone())).row.stage).toBe('returned');
    expect(await typesOf(world, 'south')).toEqual(['TransferDeclined 2016-03-01']);
  });

  it.each([
    ['to its own book', { toBook: 'main' }, 'SAME_BOOK'],
    ['of more than the wallet holds', { amount: '100.01 CNY' }, 'INSUFFICIENT_FUNDS'],
    ['with a bad amount', { amount: '1 USD' }, 'INVALID_INPUT'],
    ['on a closed day', { on: dayOf('2016-02-29') }, 'DAY_CLOSED'],
    ['from a book that there isn’t', { book: 'mian' }, 'BOOK_UNKNOWN'],
    ['to a book that there isn’t', { toBook: 'nroth' }, 'BOOK_UNKNOWN'],
  ] as const)('%s is refused, and nothing is sent: %#', async (_what, given, code) => {
    const world = await threeBooks();
    await world.take('main', closeDay('2016-03-01'));
    const known = new Set(world.ids);
    const unknown = new Refusal({ ...codes.unavailable, code: 'BOOK_UNKNOWN', stage: 'question' }, 'a book');
    const carrier = carrierOf(world, 0, {
      hold: async (id) => (known.has(id) ? world.hold(0, id) : unknown),
    });
    expect(await carrier.send(order(given), anyone())).toMatchObject({ code });
    for (const id of world.ids) expect(await typesOf(world, id)).toEqual([]);
    expect(await world.wallet('main', 'user-1')).toBe(10000n);
  });

  it('under an id that was used is refused: TRANSFER_EXISTS', async () => {
    const world = await threeBooks();
    await carrierOf(world).send(order(), anyone());
    const other = order({ key: undefined, amount: '1.00 CNY', toBook: 'south' });
    expect(await carrierOf(world).send(other, anyone())).toMatchObject({ code: 'TRANSFER_EXISTS' });
    expect(await typesOf(world, 'south')).toEqual([]);
  });

  it('to a book that can’t be reached isn’t sent; what was sent before is answered all the same', async () => {
    const world = await threeBooks();
    let reachable = false;
    const hold: CarrierPort['hold'] = async (id) =>
      id === 'main' || reachable ? world.hold(0, id) : new Refusal(codes.tooMany, id);
    const carrier = carrierOf(world, 0, { hold });
    expect(await carrier.send(order(), anyone())).toMatchObject({ code: 'TOO_MANY' });
    await world.take('main', { ...sent('T-1', 'north', '30.00'), key: 'k-1' });
    expect(await carrier.send(order(), anyone())).toMatchObject({
      row: { stage: 'sent' },
      repeated: true,
      toRevision: undefined,
      waits: { code: 'TOO_MANY' },
    });
    reachable = true;
    expect(await carrier.send(order(), anyone())).toMatchObject({
      row: { stage: 'completed' },
      repeated: true,
    });
  });

  it.each(['receiveTransfer', 'declineTransfer'])(
    'of which the other book knows another one is not ended: %s',
    async (name) => {
      for (const differs of [{ amount: '31.00 CNY' }, { to: 'user-8' }, { from: 'user-2' }]) {
        const world = await threeBooks();
        const { book, transfer, from, to, amount } = order();
        const given = { book, transfer, from, to, amount, ...differs };
        const inputs = name === 'declineTransfer' ? { ...given, reason: 'a test' } : given;
        await world.take('north', { on, command: name, with: inputs });
        const found = standing(await carrierOf(world).send(order(), anyone()));
        expect(found).toMatchObject({ row: { stage: 'sent' }, waits: { code: 'TRANSFER_EXISTS' } });
        expect(await typesOf(world, 'main')).toEqual([`TransferSent ${on}`]);
      }
    },
  );

  it('is not declined by what says nothing of the rules', async () => {
    for (const code of [codes.unavailable, codes.bookSettling, codes.tooMany, codes.notTried]) {
      const world = await threeBooks();
      const hold: CarrierPort['hold'] = async (id) => {
        const held = world.hold(0, id);
        if (held instanceof Refusal || id === 'main') return held;
        const refused = { kind: 'refused', refusal: new Refusal(code, id) } as const;
        return { ...held, desk: { ...held.desk, state: held.desk.state, execute: async () => refused } };
      };
      const found = standing(await carrierOf(world, 0, { hold }).send(order(), anyone()));
      expect(found).toMatchObject({ row: { stage: 'sent' }, waits: { code: code.code } });
      expect(await typesOf(world, 'north')).toEqual([]);
    }
  });
});

describe('a carrier', () => {
  it('ends between two steps when it is told to', async () => {
    const world = await threeBooks();
    const stage = new Stage(world);
    const actor = await stage.begin(0, (port) => new Carrier(port).send(order(), anyone()));
    while (!actor.step.startsWith('completeTransfer')) await stage.step(actor);
    actor.abort.abort();
    await stage.step(actor, 'unreachable');
    await stage.finish();
    expect(await actor.result).toMatchObject({ row: { stage: 'sent' } });
    // The step under way when it is told to end is taken, the next is not.
    const second = await stage.begin(0, (port) => new Carrier(port).carry('main', 'T-1', anyone()));
    second.abort.abort();
    await stage.finish();
    expect(await second.result).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await typesOf(world, 'main')).toEqual([`TransferSent ${on}`]);
  });

  it('takes so many steps and no more', async () => {
    const world = await threeBooks();
    let tried = 0;
    const closed = { kind: 'refused', refusal: new Refusal(codes.dayClosed, 'north') } as const;
    const hold: CarrierPort['hold'] = async (id) => {
      const held = world.hold(0, id);
      if (held instanceof Refusal || id === 'main') return held;
      const execute = async () => {
        tried++;
        return closed;
      };
      return { ...held, desk: { ...held.desk, state: held.desk.state, execute } };
    };
    const found = standing(await carrierOf(world, 0, { hold }).send(order(), anyone()));
    expect(found).toMatchObject({ row: { stage: 'sent' }, waits: { code: 'TOO_MANY' } });
    expect(tried).toBe(carrierLimits.stepsMax);
  });

  it('carries so many at once and no more, and all in the end', async () => {
    const world = await threeBooks();
    let held = 0;
    let heldMost = 0;
    const hold: CarrierPort['hold'] = async (id) => {
      const found = world.hold(0, id);
      if (found instanceof Refusal || id === 'main') return found;
      held++;
      heldMost = Math.max(held, heldMost);
      return { ...found, release: () => held-- };
    };
    const ids = Array.from({ length: carrierLimits.carriedMax * 2 }, (_, at) => `T-${at}`);
    await world.take('main', ...ids.map((transfer) => sent(transfer, 'north', '0.10')));
    const carrier = carrierOf(world, 0, { hold });
    const waits = await Promise.all(ids.map((transfer) => carrier.carry('main', transfer, anyone())));
    expect(waits.every((why) => why === undefined)).toBe(true);
    expect(heldMost).toBe(carrierLimits.carriedMax);
    expect(held).toBe(0);
  });

  it('that is asked twice for one transfer carries it once', async () => {
    const world = await threeBooks();
    await world.take('main', sent('T-1', 'north', '30.00'));
    const carrier = carrierOf(world);
    const carrying = [carrier.carry('main', 'T-1', anyone()), carrier.carry('main', 'T-1', anyone())];
    expect(carrier.isCarrying('main', 'T-1')).toBe(true);
    expect(carrying[0]).toBe(carrying[1]);
    await carrier.idle();
    expect(carrier.isCarrying('main', 'T-1')).toBe(false);
  });
});

describe('faults, at each step of the way', () => {
  const cases = [
    ['completed', order(), 'completed'],
    ['returned', order({ toBook: 'south', amount: '60.00 CNY' }), 'returned'],
  ] as const;
  const wrong = faults.filter((fault) => fault !== 'none');

  /** A transfer with a fault at one of its steps, counted from 0. */
  async function played(asked: TransferOrder, faultAt: number, fault: Fault) {
    const world = await threeBooks(2);
    const before = await money(world);
    const stage = new Stage(world);
    const actor = await stage.begin(0, (port) => new Carrier(port).send(asked, anyone()));
    let taken = 0;
    for (; actor.state === 'waiting'; taken++) await stage.step(actor, taken === faultAt ? fault : 'none');
    return { world, before, stage, taken };
  }

  it.each(cases.flatMap((one) => wrong.map((fault) => [...one, fault] as const)))(
    '%s: %#',
    async (_what, asked, end, fault) => {
      const steps = (await played(asked, -1, 'none')).taken;
      expect(steps).toBeGreaterThanOrEqual(end === 'completed' ? 8 : 9);
      for (let at = 0; at < steps; at++) {
        const { world, before, stage } = await played(asked, at, fault);
        expect(await money(world)).toBe(before);
        expect(contradictions(await world.halves())).toEqual([]);
        // Another server, which has seen nothing of it, goes on; whoever asked asks again.
        expect(standing(await carrierOf(world, 1).send(asked, anyone())).row.stage).toBe(end);
        expect(await money(world)).toBe(before);
        expect(contradictions(await world.halves())).toEqual([]);
        expect(stage.failures).toEqual([]);
      }
    },
  );

  it.each(cases)('%s: a crash before each step', async (_what, asked, end) => {
    for (let at = 0; ; at++) {
      const world = await threeBooks(2);
      const stage = new Stage(world);
      const actor = await stage.begin(0, (port) => new Carrier(port).send(asked, anyone()));
      for (let taken = 0; taken < at; taken++) await stage.step(actor);
      if (actor.state === 'done') break;
      stage.crash(actor);
      expect(standing(await carrierOf(world, 1).send(asked, anyone())).row.stage).toBe(end);
      expect(contradictions(await world.halves())).toEqual([]);
    }
  });
});

describe('carriers at once, in any order, with faults and crashes', () => {
  const books = ['main', 'north', 'south'] as const;
  const holders = ['user-1', 'user-2', 'user-9', 'rich'] as const;
  /** Who has money from the start. */
  const rich = { main: 'user-1', north: 'user-2', south: 'rich' } as const;
  const small = fc.nat({ max: 1000 });
  const action = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('send' as const),
        server: fc.nat({ max: 1 }),
        book: fc.constantFrom(...books),
        /** How many books further on it goes: 0 is the same. */
        further: fc.oneof(
          { weight: 10, arbitrary: fc.constantFrom(1, 2) },
          { weight: 1, arbitrary: fc.constant(0) },
        ),
        /** undefined: who has money from the start. */
        from: fc.oneof(
          { weight: 6, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: fc.constantFrom(...holders) },
        ),
        to: fc.constantFrom(...holders),
        /** Ids are few, so that some are used again. */
        transfer: fc.constantFrom('T-1', 'T-2', 'T-3', 'T-4', 'T-5', 'T-6'),
        minor: fc.integer({ min: 1, max: 6000 }),
        /** Of the days of March; one in a while lies far ahead. */
        day: fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min: 0, max: 9 }) },
          { weight: 1, arbitrary: fc.constant(900) },
        ),
        keyed: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('carry' as const), server: fc.nat({ max: 1 }), which: small }),
    },
    {
      weight: 16,
      arbitrary: fc.record({
        kind: fc.constant('step' as const),
        which: small,
        /** Books are opened without a fault first. */
        through: fc.boolean(),
        times: fc.integer({ min: 1, max: 6 }),
        fault: fc.oneof(
          { weight: 5, arbitrary: fc.constant<Fault>('none') },
          { weight: 2, arbitrary: fc.constantFrom(...faults) },
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), which: small }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), which: small }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('close' as const), book: fc.constantFrom(...books) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('refresh' as const),
        server: fc.nat({ max: 1 }),
        book: fc.constantFrom(...books),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('spend' as const),
        book: fc.constantFrom(...books),
        from: fc.constantFrom(...holders),
        minor: fc.integer({ min: 1, max: 3000 }),
      }),
    },
  );
  type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

  /** What has happened in all runs, so that a test can say that something did. */
  const met = new Map<string, number>();
  const meet = (what: string): void => {
    met.set(what, (met.get(what) ?? 0) + 1);
  };

  const asked = (given: Extract<Action, { kind: 'send' }>): TransferOrder => {
    const { book, further, from, to, transfer, minor, day, keyed } = given;
    return {
      book,
      toBook: books[(books.indexOf(book) + further) % books.length] ?? book,
      from: from ?? rich[book],
      to,
      transfer,
      amount: `${(minor / 100).toFixed(2)} CNY`,
      on: dayOf('2016-03-01') + day,
      key: keyed ? `key of ${transfer}` : undefined,
    };
  };

  class Play {
    readonly world: World;
    readonly stage: Stage;
    #money: bigint;

    constructor(world: World, total: bigint) {
      this.world = world;
      this.stage = new Stage(world);
      this.#money = total;
    }

    async act(given: Action): Promise<void> {
      const { stage, world } = this;
      switch (given.kind) {
        case 'send':
          await stage.begin(given.server, async (port) => {
            const found = await new Carrier(port).send(asked(given), anyone());
            meet(found instanceof Refusal ? `refused ${found.code}` : `answered ${found.row.stage}`);
          });
          return;
        case 'carry': {
          const known = [...(await world.halves()).keys()];
          const [book = '', transfer = ''] = known[given.which % Math.max(known.length, 1)]?.split('/') ?? [];
          if (known.length > 0)
            await stage.begin(given.server, (port) => new Carrier(port).carry(book, transfer, anyone()));
          return;
        }
        case 'step':
          await this.#step(given);
          return;
        case 'crash':
        case 'stop': {
          const actor = stage.waiting[given.which % Math.max(stage.waiting.length, 1)];
          if (actor === undefined) return;
          if (given.kind === 'crash') stage.crash(actor);
          else actor.abort.abort();
          return;
        }
        case 'close':
          await this.#close(given.book);
          return;
        case 'refresh':
          await world.book(given.server, given.book).refresh();
          return;
        case 'spend': {
          const out: Command = withdraw('2016-03-20', given.from, (given.minor / 100).toFixed(2));
          const answer = await world.book(1, given.book).execute(out, anyone());
          if (answer.kind === 'accepted') this.#money -= BigInt(given.minor);
          return;
        }
        default:
          given satisfies never;
      }
    }

    async #step({ which, through, fault, times }: Extract<Action, { kind: 'step' }>): Promise<void> {
      const { stage } = this;
      const actor = stage.waiting[which % Math.max(stage.waiting.length, 1)];
      if (actor === undefined) return;
      while (through && actor.state === 'waiting' && actor.step.startsWith('hold')) await stage.step(actor);
      if (actor.state === 'waiting') meet(`${fault} at ${actor.step.split(' ')[0]}`);
      await stage.step(actor, fault);
      for (let more = 1; more < times; more++) await stage.step(actor);
    }

    /** Closes the first open day of a book; of the first two weeks. */
    async #close(id: string): Promise<void> {
      const book = this.world.book(0, id);
      await book.refresh();
      const { closedThrough, earliest } = book.state.marks;
      const day = closedThrough === undefined ? earliest : closedThrough + 1;
      if (day !== undefined && day < dayOf('2016-03-15'))
        await book.execute(closeDay(formatDay(day)), anyone());
    }

    async check(): Promise<void> {
      expect(await money(this.world)).toBe(this.#money);
      expect(contradictions(await this.world.halves())).toEqual([]);
      expect(this.stage.failures).toEqual([]);
    }

    /** Everything has come to its end, and every wallet holds what the ends say. */
    async end(): Promise<void> {
      await carryAll(this.world, carrierOf(this.world, 1));
      await this.check();
      const halves = await this.world.halves();
      for (const [key, half] of halves) {
        const ends = `${half.sent?.stage} ${half.arrived?.stage}`;
        expect([key, ends]).toEqual([key, expect.stringMatching(/^(completed arrived|returned declined)$/)]);
        meet(ends);
      }
      for (const id of this.world.ids) expect(await this.world.inTransit(id)).toBe(0n);
    }
  }

  it('no money is lost or doubled at any moment, and each comes to one end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 30, maxLength: 80, size: 'max' }), async (actions) => {
        const world = await threeBooks(2);
        await world.take('main', topUp('2016-03-01', 'user-1', '400.00'));
        // So that about a third is declined.
        await world.take('south', topUp('2016-03-01', 'rich', '45.00'));
        const play = new Play(world, await money(world));
        for (const each of actions) {
          await play.act(each);
          await play.check();
        }
        // Those that still wait take their steps after others have come to an end without them.
        await carryAll(world, carrierOf(world, 0));
        await play.stage.finish();
        await play.end();
      }),
      { numRuns: 300 * Number(process.env.FORMICARY_SEEDS ?? '1'), seed: 20160303 },
    );
    for (const what of [
      'completed arrived',
      'returned declined',
      'answered sent',
      'answered completed',
      'answered returned',
      'refused TRANSFER_EXISTS',
      'refused INSUFFICIENT_FUNDS',
      'refused SAME_BOOK',
      'refused KEY_REUSED',
      'refused DAY_CLOSED',
      'fails after at receiveTransfer',
      'fails after at declineTransfer',
      'fails after at completeTransfer',
      'fails after at returnTransfer',
      'unknown at receiveTransfer',
      'unknown at sendTransfer',
    ])
      expect([what, met.get(what) ?? 0]).toEqual([what, expect.toSatisfy((count: number) => count > 0)]);
  });
});

describe('on files, by servers side by side', () => {
  let folder: string | undefined;
  afterEach(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it('many carriers of all transfers at once book each half once', async () => {
    folder = mkdtempSync(join(tmpdir(), 'formicary-'));
    const store = `sqlite:${folder}`;
    const world = await threeBooks(3, (id) => openLog(store, id));
    const before = await money(world);
    const ids = Array.from({ length: 12 }, (_, at) => `T-${at}`);
    const asked = ids.map((transfer, at) =>
      order({
        transfer,
        toBook: at % 2 === 0 ? 'north' : 'south',
        amount: at % 2 === 0 ? '5.00 CNY' : '11.00 CNY',
        on: dayOf(on) + at,
        key: transfer,
      }),
    );
    const found = await Promise.all(
      asked.flatMap((each) => [0, 1, 2, 1].map((server) => carrierOf(world, server).send(each, anyone()))),
    );
    for (const each of found) expect(['completed', 'returned', 'sent']).toContain(standing(each).row.stage);
    await carryAll(world, carrierOf(world, 2));
    expect(await money(world)).toBe(before);
    expect(contradictions(await world.halves())).toEqual([]);
    const events = await Promise.all(world.ids.map((id) => typesOf(world, id)));
    expect(events.flat().filter((type) => type.startsWith('TransferSent'))).toHaveLength(12);
    // South has room for 50.00: four of six by 11.00.
    expect(events.flat().filter((type) => type.startsWith('TransferArrived'))).toHaveLength(10);
    expect(events.flat().filter((type) => type.startsWith('TransferDeclined'))).toHaveLength(2);
    expect(events.flat()).toHaveLength(12 * 3);
    for (const id of world.ids) {
      for (const server of [0, 1, 2]) await world.book(server, id).close();
      await (await world.watch(id)).close();
    }
  });
});

describe('a server', () => {
  /** Transfers of a server whose looks the test takes itself. */
  const transfersOf = (world: World, away: Set<string> = new Set()) => {
    const notes: string[] = [];
    const tried: string[] = [];
    let looking = false;
    const transfers = new ServerTransfers({
      hold: async (id) => {
        tried.push(id);
        if (away.has(id)) return new Refusal(codes.unavailable, id, 'not now');
        return world.hold(0, id);
      },
      open: () => [world.book(0, 'main'), world.book(0, 'north')],
      note: (text, about) => notes.push(`${text} ${JSON.stringify(about)}`),
      every: () => {
        looking = true;
        return () => {
          looking = false;
        };
      },
    });
    return { transfers, notes, tried, isLooking: () => looking };
  };

  it('carries on what is on its way in its open books', async () => {
    const world = await threeBooks();
    await world.take('main', sent('T-1'), sent('T-2', 'south'), sent('T-3', 'south', '60.00'));
    const { transfers, notes } = transfersOf(world);
    await transfers.look();
    expect(await typesOf(world, 'main')).toHaveLength(6);
    expect(notes).toEqual([]);
    await transfers.close();
  });

  it('tries again what waits, less and less often', async () => {
    const world = await threeBooks();
    await world.take('main', sent('T-1'));
    const away = new Set(['north']);
    const { transfers, notes, tried } = transfersOf(world, away);
    const looks: number[] = [];
    for (let look = 1; look <= 200; look++) {
      const before = tried.length;
      await transfers.look();
      if (tried.length > before) looks.push(look);
    }
    expect(looks).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 192]);
    expect(notes).toHaveLength(looks.length);
    expect(notes[0]).toContain('"transfer":"T-1"');
    // Others don't wait for it.
    await world.take('main', sent('T-2', 'south'));
    await transfers.look();
    expect(await typesOf(world, 'south')).toEqual([`TransferArrived ${on}`]);
    away.clear();
    for (let look = 0; look < 64; look++) await transfers.look();
    expect(await typesOf(world, 'north')).toEqual([`TransferArrived ${on}`]);
    await transfers.close();
  });

  it('looks as soon as it starts', async () => {
    const world = await threeBooks();
    await world.take('main', sent('T-1'));
    const { transfers, tried } = transfersOf(world);
    transfers.start();
    await new Promise((resolve) => setImmediate(resolve));
    expect(tried).toContain('north');
    await transfers.close();
  });

  it('stops looking, and carries nothing more', async () => {
    const world = await threeBooks();
    await world.take('main', sent('T-1'));
    const { transfers, isLooking } = transfersOf(world);
    transfers.start();
    expect(isLooking()).toBe(true);
    await transfers.close();
    expect(isLooking()).toBe(false);
    await transfers.look();
    expect(await typesOf(world, 'north')).toEqual([]);
  });

  it('says what nobody foresaw, and tries again', async () => {
    const world = await threeBooks();
    await world.take('main', sent('T-1'));
    const notes: string[] = [];
    let broken = true;
    const transfers = new ServerTransfers({
      hold: async (id) => {
        if (broken) throw new Broken('a disk');
        return world.hold(0, id);
      },
      open: () => [world.book(0, 'main')],
      note: (text) => notes.push(text),
      every: () => () => undefined,
    });
    await transfers.look();
    expect(notes).toEqual(['transfer failed', 'transfer waits']);
    broken = false;
    await transfers.look();
    expect(await typesOf(world, 'north')).toEqual([`TransferArrived ${on}`]);
    await transfers.close();
  });
});
