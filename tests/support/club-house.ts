/**
 * A house of a bar and a club, for tests of answers: the club gives points for what the bar serves, whoever says so, a waiter or
 * the close of the day. The bar knows no club; the club knows what the bar tells.
 *
 * @module
 */
import { accountKind } from '../../src/kernel/contract/account.ts';
import { derived, fact, type Happening } from '../../src/kernel/contract/fact.ts';
import { answer, type ListenerSpec } from '../../src/kernel/contract/listener.ts';
import { parameter } from '../../src/kernel/contract/parameter.ts';
import { rateType } from '../../src/kernel/contract/parameter-types.ts';
import type { NewEntry, Reading, Writing } from '../../src/kernel/contract/reading.ts';
import { closeRule, draft } from '../../src/kernel/contract/rule.ts';
import type { Segment } from '../../src/kernel/contract/segment.ts';
import { House } from '../../src/kernel/engine/house.ts';
import type { Day } from '../../src/kernel/values/dates.ts';
import { amount, id } from '../../src/kernel/values/fields.ts';
import { share } from '../../src/kernel/values/rates.ts';
import { declareCode, Refusal } from '../../src/kernel/values/refusals.ts';
import { anyTable } from './any-table.ts';
import { bare } from './toy-house.ts';

const unknownOrder = declareCode('CLUB_UNKNOWN_ORDER', 'existence', 'there is no such order', 'Order first.');
const servedAlready = declareCode('CLUB_SERVED', 'state', 'the order has been served', 'Order again.');

const box = accountKind('house:asset:bar:box', { doc: 'money' });
const owed = accountKind('house:liability:bar:owed', { doc: 'paid and not yet served', perHolder: true });
const sales = accountKind('house:income:bar:sales', { doc: 'sales' });
export const points = accountKind('club:liability:club:points', { doc: 'points', perHolder: true });
const given = accountKind('club:expense:club:given', { doc: 'what points cost' });

interface Order {
  readonly guest: string;
  readonly minor: bigint;
  readonly on: Day;
  readonly served: boolean;
}
export const orders = anyTable<Order>('bar.orders', 'orders', ({ on }) => on);
/** What the club was told of and gave: amounts, by guest. */
export const members = anyTable<{ readonly told: bigint; readonly given: bigint; readonly visits: number }>(
  'club.members',
  'what members have had',
);

export const pointRate = parameter('club.pointRate', {
  doc: 'Points for what is served.',
  type: rateType('none'),
  defaults: [{ value: '10%', source: 'a test' }],
});

const ordered = fact('Ordered', {
  command: 'order',
  doc: 'A guest orders and pays.',
  fields: { order: id('the order'), guest: id('who'), amount: amount('how much') },
  subject: ({ order }) => `order/${order}`,
  react: ({ data }, _, entry) => {
    entry.debit(box, data.amount);
    entry.credit(owed, data.amount, data.guest);
  },
  evolve: ({ data, on }, s) =>
    s.set(orders, data.order, { guest: data.guest, minor: data.amount, on, served: false }),
  undo: ({ data }, s) => s.delete(orders, data.order),
});

/** Only an order that is not served yet is told of: after it, its row says nothing new. */
const serving = {
  fields: { guest: id('who'), amount: amount('how much') },
  of: ({ data }: Happening<{ readonly order: string }>, s: Reading) => {
    const row = s.row(orders, data.order);
    return row === undefined || row.served ? undefined : { guest: row.guest, amount: row.minor };
  },
};

const post = (entry: NewEntry, s: Reading, order: string): void => {
  const row = s.row(orders, order);
  if (row === undefined) return;
  entry.debit(owed, row.minor, row.guest);
  entry.credit(sales, row.minor);
};

const served = fact('Served', {
  command: 'serve',
  doc: 'A waiter serves.',
  fields: { order: id('the order') },
  subject: ({ order }) => `order/${order}`,
  tells: serving,
  fits: ({ data }, s) => {
    const row = s.row(orders, data.order);
    if (row === undefined) return new Refusal(unknownOrder, data.order);
    return row.served ? new Refusal(servedAlready, data.order) : undefined;
  },
  react: ({ data }, s, entry) => post(entry, s, data.order),
  evolve: ({ data }, s) => {
    const row = s.row(orders, data.order);
    if (row !== undefined) s.set(orders, data.order, { ...row, served: true });
  },
  undo: ({ data }, s) => {
    const row = s.row(orders, data.order);
    if (row !== undefined) s.set(orders, data.order, { ...row, served: false });
  },
});

export const servedAtClose = derived('ServedAtClose', {
  doc: 'Nobody served it in time.',
  fields: { order: id('the order') },
  subject: ({ order }) => `order/${order}`,
  tells: serving,
  evolve: ({ data }, s) => {
    const row = s.row(orders, data.order);
    if (row !== undefined) s.set(orders, data.order, { ...row, served: true });
  },
});

const lastOrders = closeRule<string>({
  name: 'bar.lastOrders',
  doc: 'What is not served by the close is.',
  phase: 'timeouts',
  items: (s) => s.buckets(orders).flatMap((on) => (on <= s.day ? s.bucket(orders, on) : [])),
  derive: (order, s, entry) => {
    if (s.row(orders, order)?.served !== false) return undefined;
    post(entry, s, order);
    return draft(servedAtClose, { order });
  },
});

export const bar: Segment = bare('bar', {
  accounts: [box, owed, sales],
  tables: [orders],
  facts: [ordered, served],
  derived: [servedAtClose],
  close: [lastOrders],
});

const needs = { guest: id('who'), amount: amount('how much') };
const nobody = { told: 0n, given: 0n, visits: 0 };

/** Points for what is served, of at least 1.00. */
const rewarding: ListenerSpec<typeof needs> = {
  needs,
  when: (told) => told.amount >= 100n,
  react: ({ data }, s, entry) => {
    const minor = share(data.amount, s.policy(pointRate));
    entry.debit(given, minor);
    entry.credit(points, minor, data.guest);
  },
  evolve: ({ data, entry }, s) => {
    const row = s.row(members, data.guest) ?? nobody;
    const gift = -entry.sum(points, data.guest);
    s.set(members, data.guest, { ...row, told: row.told + data.amount, given: row.given + gift });
  },
  undo: ({ data, entry }, s) => {
    const row = s.row(members, data.guest) ?? nobody;
    const gift = -entry.sum(points, data.guest);
    s.set(members, data.guest, { ...row, told: row.told - data.amount, given: row.given - gift });
  },
};

const countVisit = (guest: string, by: number, s: Writing): void => {
  const row = s.row(members, guest) ?? nobody;
  s.set(members, guest, { ...row, visits: row.visits + by });
};

export const club: Segment = bare('club', {
  accounts: [points, given],
  parameters: [pointRate],
  tables: [members],
  listeners: [
    answer('Served', rewarding),
    answer('ServedAtClose', rewarding),
    // Without postings: it only counts.
    answer('Ordered', {
      needs: { guest: needs.guest },
      when: () => true,
      evolve: ({ data }, s) => countVisit(data.guest, 1, s),
      undo: ({ data }, s) => countVisit(data.guest, -1, s),
    }),
  ],
});

export const clubHouse = new House([bar, club]);
