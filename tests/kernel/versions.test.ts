/** Versions of event types: what was recorded under versions 1 and 2 is read, reversed, judged and asked what-if under version 3. */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/audit/conformance.ts';
import type { Upcast } from '../../src/kernel/contract/fact.ts';
import { row } from '../../src/kernel/contract/row.ts';
import { draft } from '../../src/kernel/contract/rule.ts';
import { segment } from '../../src/kernel/contract/segment.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { headBeforeAll, Ledger } from '../../src/kernel/deciding/ledger.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { asKnown } from '../../src/kernel/engine/versions.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { genesisHash, hashHolds, type StoredEvent } from '../../src/kernel/state/events.ts';
import { dayMin, dayOf } from '../../src/kernel/values/dates.ts';
import { amount, choice, count, type Fields, id } from '../../src/kernel/values/fields.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { recordOfLog } from '../../src/scenario/running/base.ts';
import { Evaluation } from '../../src/scenario/running/evaluate.ts';
import { planOf } from '../../src/scenario/running/plan.ts';
import { circumstances, noMemory } from '../support/book.ts';
import { closeDay, command, reverse } from '../support/commands.ts';

const on = '2016-03-01';

// Version 1 says who came as `guest`; version 2 calls it `who`; version 3 says how, which was on foot before.
const toWho: Upcast = ({ guest = null, ...others }) => ({ who: guest, ...others });
const onFoot: Upcast = (data) => ({ ...data, by: 'foot' });
const upcasts = [toWho, onFoot];
const names = { 1: 'guest', 2: 'who', 3: 'who' } as const;

/** A kiosk whose events are of a version: guests come and pay, and each close counts them. */
function kiosk(version: 1 | 2 | 3): House {
  const line = segment('kiosk', { title: 'Kiosk', doc: 'Guests come.' });
  const till = line.account('kiosk:asset:kiosk:till', { doc: 'money' });
  const gain = line.account('kiosk:income:kiosk:gain', { doc: 'gain' });
  const visits = line.table('visits', { doc: 'visits by guest', holds: row.count('how often') });
  const counted = line.table('counted', { doc: 'visits counted so far', holds: row.count('how many') });
  const who = names[version];
  const fields: Fields = {
    [who]: id('who came'),
    ...(version === 3 ? { by: choice('how', ['foot', 'bike']) } : {}),
    amount: amount('paid'),
  };
  line.fact('Came', {
    command: 'come',
    doc: 'A guest comes.',
    fields,
    upcasts: upcasts.slice(0, version - 1),
    subject: (data) => `guest/${String(data[who])}`,
    react: ({ data }, _s, entry) => {
      entry.debit(till, BigInt(String(data.amount)));
      entry.credit(gain, BigInt(String(data.amount)));
    },
    evolve: ({ data }, s) => {
      const guest = String(data[who]);
      s.set(visits, guest, (s.row(visits, guest) ?? 0) + 1);
    },
    undo: ({ data }, s) => {
      const guest = String(data[who]);
      const left = (s.row(visits, guest) ?? 0) - 1;
      if (left === 0) s.delete(visits, guest);
      else s.set(visits, guest, left);
    },
  });
  const seen = version === 1 ? 'guests' : 'seen';
  const counts: Fields = {
    [seen]: count('how many so far'),
    ...(version === 3 ? { by: choice('how', ['foot']) } : {}),
  };
  const noted = line.derivedEvent('Noted', {
    doc: 'The guests of the day are counted.',
    fields: counts,
    upcasts: [({ guests = null }: Parameters<Upcast>[0]) => ({ seen: guests }), onFoot].slice(0, version - 1),
    subject: () => 'kiosk',
    evolve: ({ data }, s) => s.set(counted, 'all', Number(data[seen])),
  });
  line.rule('noting', {
    doc: 'counts',
    phase: 'sweeps',
    items: () => ['all'],
    derive: (_, s) =>
      draft(noted, {
        [seen]: (s.row(counted, 'all') ?? 0) + 1,
        ...(version === 3 ? { by: 'foot' as const } : {}),
      }),
  });
  return new House([line]);
}

const come = (version: 1 | 2 | 3, guest: string): Command =>
  command(on, 'come', {
    [names[version]]: guest,
    amount: '5.00 CNY',
    ...(version === 3 ? { by: 'foot' } : {}),
  });

/** Goes on with a record under the house of a version. */
function goOn(version: 1 | 2 | 3, before: readonly StoredEvent[], commands: readonly Command[]) {
  const house = kiosk(version);
  const state = emptyState(house);
  for (const event of before) fold(house, state, event);
  const last = before.at(-1);
  const head = last === undefined ? headBeforeAll : { ...last };
  const memory = { ...noMemory, event: (revision: number) => before[revision] };
  const ledger = new Ledger(house, state, head, memory);
  for (const given of commands) {
    const decision = ledger.decide(given, circumstances);
    if (decision.kind === 'refused') throw new Error(decision.refusal.message);
  }
  return { house, state, events: [...before, ...ledger.events] };
}

/** A book that three versions wrote: each let somebody come; the second reversed what the first had recorded, and closed a day. */
function written() {
  const first = goOn(1, [], [come(1, 'ann'), come(1, 'bob')]);
  const ann = first.events.findIndex(({ type }) => type === 'Came');
  const second = goOn(2, first.events, [come(2, 'cid'), reverse(on, ann), closeDay(on)]);
  const next = '2016-03-02';
  const third = goOn(3, second.events, [{ ...come(3, 'dora'), on: next }, closeDay(next)]);
  return { ...third, recorded: [first.events, second.events] as const, next };
}

describe('a book that versions 1, 2 and 3 wrote', () => {
  const { house, state, events, recorded, next } = written();

  it('keeps every byte: hashes hold, and each event says the version that it was recorded in', () => {
    events.forEach((event, at) => {
      expect(hashHolds(event, events[at - 1]?.hash ?? genesisHash)).toBe(true);
    });
    expect(events.slice(0, recorded[1].length)).toEqual(recorded[1]);
    const versions = events
      .filter(({ type }) => type === 'Came')
      .map((event) => [event.schemaVersion, event.data]);
    expect(versions).toEqual([
      [1, { guest: 'ann', amount: '5.00 CNY' }],
      [1, { guest: 'bob', amount: '5.00 CNY' }],
      [2, { who: 'cid', amount: '5.00 CNY' }],
      [3, { who: 'dora', by: 'foot', amount: '5.00 CNY' }],
    ]);
    expect(
      events.filter(({ type }) => type === 'Noted').map((event) => [event.schemaVersion, event.data]),
    ).toEqual([
      [2, { seen: 1 }],
      [3, { seen: 2, by: 'foot' }],
    ]);
  });

  it('is read as version 3 knows it', () => {
    const current = events.filter(({ type }) => type === 'Came').map((event) => asKnown(house, event).data);
    expect(current).toEqual(
      ['ann', 'bob', 'cid', 'dora'].map((who) => ({ who, by: 'foot', amount: '5.00 CNY' })),
    );
    const rebuilt = emptyState(house);
    for (const event of events) fold(house, rebuilt, event);
    expect(digest(house, rebuilt)).toBe(digest(house, state));
    const visits = house.tables.find(({ name }) => name === 'kiosk.visits');
    expect(visits === undefined ? [] : rebuilt.rows.entries(visits)).toEqual([
      ['bob', 1],
      ['cid', 1],
      ['dora', 1],
    ]);
  });

  it('is found clean by an audit', async () => {
    const log = new MemoryLog();
    await log.append(-1, events);
    expect(await conformance(house, log)).toMatchObject({ clean: true, findings: [] });
  });

  it('asked what-if without overrides is itself', async () => {
    const log = new MemoryLog();
    await log.append(-1, events);
    const record = await recordOfLog(house, log, 'main', events.length - 1);
    const plan = planOf(record, { from: dayMin, to: dayOf(next), close: 'recorded' }, [], []);
    const evaluation = new Evaluation(house, emptyState(house), plan);
    evaluation.finish();
    expect(evaluation.divergences).toEqual([]);
    expect(digest(house, evaluation.state)).toBe(digest(house, state));
  });

  it('is told to an older version as one that it can’t read', () => {
    const older = kiosk(2);
    const reading = emptyState(older);
    expect(() => {
      for (const event of events) fold(older, reading, event);
    }).toThrow(/Came has schema version 3, this engine knows 2/);
  });
});

it('a fact of version 1 is reversed under version 3, and that reversal is read again', () => {
  const first = goOn(1, [], [come(1, 'ann')]);
  const ann = first.events.findIndex(({ type }) => type === 'Came');
  const { house, state, events } = goOn(3, first.events, [reverse(on, ann)]);
  const rebuilt = emptyState(house);
  for (const event of events) fold(house, rebuilt, event);
  expect(digest(house, rebuilt)).toBe(digest(house, state));
  const visits = house.tables.find(({ name }) => name === 'kiosk.visits');
  expect(visits === undefined ? undefined : rebuilt.rows.entries(visits)).toEqual([]);
});
