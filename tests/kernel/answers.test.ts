/** Answers: what other lines of business do when a fact or a derived event happens, in its entry and with what they are told. */

import { describe, expect, it } from 'vitest';
import { answer, type Listener } from '../../src/kernel/contract/listener.ts';
import { derivedBy } from '../../src/kernel/engine/close.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { EntryWriter } from '../../src/kernel/state/entry-writer.ts';
import type { State } from '../../src/kernel/state/state.ts';
import { TrackedReading } from '../../src/kernel/state/tracking.ts';
import { dayMin, dayOf } from '../../src/kernel/values/dates.ts';
import { amount, id, optional } from '../../src/kernel/values/fields.ts';
import { HistoryBook } from '../../src/scenario/running/base.ts';
import { Evaluation } from '../../src/scenario/running/evaluate.ts';
import { planOf } from '../../src/scenario/running/plan.ts';
import { balancesOf, book, rowsOf } from '../support/book.ts';
import { bar, club, clubHouse, members, orders, points } from '../support/club-house.ts';
import { closeDay, command, reverse } from '../support/commands.ts';
import { Scene } from '../support/scene.ts';
import { bare } from '../support/toy-house.ts';
import { overridesOf } from '../support/what-if.ts';

const on = '2016-03-01';
const order = (name: string, guest: string, much: string, day = on) =>
  command(day, 'order', { order: name, guest, amount: `${much} CNY` });
const serve = (name: string, day = on) => command(day, 'serve', { order: name });

/** Two orders of one guest, one of another, one too small for points; one of them served by a waiter. */
const evening = [
  order('O-1', 'ann', '20.00'),
  order('O-2', 'ann', '5.00'),
  order('O-3', 'bob', '30.00'),
  order('O-4', 'bob', '0.99'),
  serve('O-1'),
];

describe('a derived event', () => {
  const scene = new Scene(book(clubHouse).take(...evening));
  const outcome = scene.when(closeDay(on));

  it('has the postings of those who answer it in its entry, where they have something to do with it', () => {
    outcome.givesOf(
      ['ServedAtClose'],
      'ServedAtClose: house/owed:ann +5.00 · house/sales -5.00 · club/given +0.50 · club/points:ann -0.50',
      'ServedAtClose: house/owed:bob +30.00 · house/sales -30.00 · club/given +3.00 · club/points:bob -3.00',
      'ServedAtClose: house/owed:bob +0.99 · house/sales -0.99',
    );
  });

  it('is followed by their rows, which are told what it is about and see the entry', () => {
    const { state } = scene.book;
    expect(state.row(members, 'ann')).toEqual({ told: 2_500n, given: 250n, visits: 2 });
    expect(state.row(members, 'bob')).toEqual({ told: 3_000n, given: 300n, visits: 2 });
  });

  it('is the same when the log is folded anew', () => {
    const { events, state } = scene.book;
    const rebuilt = emptyState(clubHouse);
    for (const event of events) fold(clubHouse, rebuilt, event);
    expect(rowsOf(clubHouse, rebuilt)).toEqual(rowsOf(clubHouse, state));
    expect(balancesOf(rebuilt)).toEqual(balancesOf(state));
    expect(digest(clubHouse, rebuilt)).toBe(digest(clubHouse, state));
  });

  it('costs nothing where nobody answers it', () => {
    const alone = new House([bar]);
    const { state } = book(alone).take(...evening);
    const [by] = alone.closing('timeouts');
    if (by === undefined) throw new Error('no rule');
    state.day = dayOf(on);
    const made = derivedBy(alone, by, 'O-2', state, state.chart);
    const entry = new EntryWriter(state.chart);
    const asked = by.rule.derive('O-2', state, entry);
    expect(made).toEqual({ ...asked, entry: entry.take() });
  });
});

describe('what is looked at for a derived event', () => {
  it('is what its rule, its owner’s telling and those who answer it look at', () => {
    const { state } = book(clubHouse).take(...evening);
    const [by] = clubHouse.closing('timeouts');
    if (by === undefined) throw new Error('not there');
    state.day = dayOf(on);
    const reading = new TrackedReading(state);
    derivedBy(clubHouse, by, 'O-2', reading, state.chart);
    const { parameters, rows } = reading.looked;
    expect(parameters.map(({ parameter }) => parameter.name)).toEqual(['club.pointRate']);
    expect(rows.map(({ table, key }) => `${table.name}/${key}`)).toEqual(['bar.orders/O-2']);
  });
});

describe('a fact', () => {
  it('is answered in its entry too; without postings of his own a listener only keeps rows', () => {
    new Scene(book(clubHouse))
      .and(order('O-1', 'ann', '20.00'))
      .when(serve('O-1'))
      .gives('Served: house/owed:ann +20.00 · house/sales -20.00 · club/given +2.00 · club/points:ann -2.00');
  });

  it('takes the rows of those who answered it with it when it is reversed', () => {
    const of = book(clubHouse).take(order('O-1', 'ann', '20.00'), order('O-2', 'ann', '5.00'));
    const before = rowsOf(clubHouse, of.state).filter(([table]) => table.startsWith('c'));
    of.take(serve('O-1'));
    expect(of.state.row(members, 'ann')).toEqual({ told: 2_000n, given: 200n, visits: 2 });
    // Told again what it was told then: the owner’s row is as it was by the time.
    of.take(reverse(on, of.revisionOf('Served')));
    expect(of.state.row(members, 'ann')).toEqual({ told: 0n, given: 0n, visits: 2 });
    expect(rowsOf(clubHouse, of.state).filter(([table]) => table.startsWith('c'))).toEqual(before);
    of.take(reverse(on, of.revisionOf('Ordered')));
    expect(of.state.row(members, 'ann')).toMatchObject({ visits: 1 });
    const rebuilt = emptyState(clubHouse);
    for (const event of of.events) fold(clubHouse, rebuilt, event);
    expect(digest(clubHouse, rebuilt)).toBe(digest(clubHouse, of.state));
  });

  it('asks nobody who has nothing to do with it', () => {
    const asked: string[] = [];
    const listeners = club.listeners.map(
      (listener): Listener => ({
        ...listener,
        when: () => false,
        react: () => {
          asked.push('react');
          return [];
        },
        evolve: () => asked.push('evolve'),
        undo: () => asked.push('undo'),
      }),
    );
    const house = new House([bar, { ...club, listeners }]);
    const of = book(house).take(...evening);
    of.take(reverse(on, of.revisionOf('Served')), closeDay(on));
    expect(asked).toEqual([]);
  });

  it('of which its owner knows nothing is told to nobody', () => {
    const of = book(clubHouse).take(order('O-1', 'ann', '20.00'), serve('O-1'));
    const { state } = of;
    const served = of.events.at(-1);
    if (served === undefined) throw new Error('nothing served');
    const fork = state.fork();
    fork.delete(orders, 'O-1');
    const told = fork.row(members, 'ann');
    fold(clubHouse, fork, served);
    expect(fork.row(members, 'ann')).toEqual(told);
  });
});

describe('a what-if', () => {
  const lines = [
    ...evening,
    order('O-5', 'ann', '7.00', '2016-03-02'),
    order('O-6', 'cid', '9.00', '2016-03-03'),
  ];
  const history = new HistoryBook({
    house: clubHouse,
    engine: 'test',
    title: 'an evening',
    refused: 'fail',
    close: 'daily',
    to: dayOf('2016-03-03'),
  });
  for (const [at, each] of lines.entries()) history.take({ line: at + 1, command: each }, dayOf(each.on));
  const record = history.finish();
  const evaluated = (assumptions: { readonly [parameter: string]: string }): State => {
    const horizon = { from: dayMin, to: dayOf('2016-03-03'), close: 'recorded' } as const;
    const overrides = overridesOf(assumptions, clubHouse);
    const overlay = { overrides, used: overrides.map(() => false) };
    const state = emptyState(clubHouse, overlay);
    const evaluation = new Evaluation(clubHouse, state, planOf(record, horizon, [], overrides));
    evaluation.finish();
    expect(evaluation.divergences).toEqual([]);
    return evaluation.state;
  };

  it('without an assumption is the record', () => {
    expect(digest(clubHouse, evaluated({}))).toBe(digest(clubHouse, record.state));
  });

  it('works out anew what others answer', () => {
    const state = evaluated({ 'club.pointRate': '20%' });
    const day = dayOf('2016-03-03');
    expect(record.state.balanceOn(points, day, 'ann')).toBe(320n);
    expect(state.balanceOn(points, day, 'ann')).toBe(640n);
    expect(state.row(members, 'ann')).toEqual({ told: 3_200n, given: 640n, visits: 3 });
  });
});

describe('a house', () => {
  const needs = { guest: id(''), amount: amount('') };
  const listening = (to: string, more: Partial<Listener>): (() => House) => {
    const spec = { needs: {}, when: () => true, reads: () => ({}) };
    return () => new House([bar, bare('other', { listeners: [{ ...answer(to, spec), ...more }] })]);
  };

  it('refuses what answers a derived event with a say in whether it fits, or in a role', () => {
    const derivedOnly = /other: ServedAtClose is derived: what answers it has no fits and no role/;
    expect(listening('ServedAtClose', { needs })).not.toThrow();
    expect(listening('ServedAtClose', { fits: () => undefined })).toThrow(derivedOnly);
    expect(listening('ServedAtClose', { role: 'waiter' })).toThrow(derivedOnly);
    expect(listening('Served', { fits: () => undefined, role: 'waiter' })).not.toThrow();
  });

  it('refuses what answers nothing, or the end of a close, which says how it went', () => {
    expect(listening('Drunk', {})).toThrow(/other: nobody declares Drunk/);
    expect(listening('DayClosed', {})).toThrow(/the end of a close is answered by nobody/);
  });

  it('refuses what needs to be told more than is told', () => {
    expect(listening('ServedAtClose', { needs: { order: id('') } })).toThrow(/ServedAtClose tells no order/);
    const maybe = { guest: optional(id('')) };
    const sometimes = bar.facts.map((type) =>
      type.name === 'Served' ? { ...type, tells: { fields: maybe, of: () => ({}) } } : type,
    );
    const house = (asked: Listener['needs']) => () =>
      new House([
        { ...bar, facts: sometimes },
        bare('other', {
          listeners: [answer('Served', { needs: asked, when: () => true })],
        }),
      ]);
    expect(house({ guest: id('') })).toThrow(/Served tells no guest/);
    expect(house(maybe)).not.toThrow();
  });
});
