/**
 * Seeded random histories of interbook, among what fills and empties wallets, and random what-if assumptions for them.
 * The same seed gives the same lines everywhere. Lines are meant to be refused now and then: with every code.
 * BEFORE_LATEST takes several open days: it comes only with `close: 'recorded'` and `backdated`.
 */
import type { Line } from './first-segments.ts';
import { addDays, daysFrom } from './first-segments.ts';
import type { HistoryOptions } from './histories.ts';
import { startOf } from './histories.ts';

const BOOKS = ['north', 'south'];

type Dice = {
  /** below 1 */
  real: () => number;
  /** a whole number, both ends included */
  whole: (low: number, high: number) => number;
  chance: (probability: number) => boolean;
  pick: <T>(from: readonly T[]) => T;
};

function dice(seed: number): Dice {
  let a = (seed * 2654435761 + 131) >>> 0;
  // mulberry32
  const real = (): number => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const whole = (low: number, high: number): number => low + Math.floor(real() * (high - low + 1));
  return {
    real,
    whole,
    chance: (probability) => real() < probability,
    pick: <T>(from: readonly T[]): T => {
      const one = from[whole(0, from.length - 1)];
      if (one === undefined) throw new Error('nothing to pick from');
      return one;
    },
  };
}

/** minor units as text with the currency, written in one of the ways that are allowed */
function money(d: Dice, minor: number): string {
  const cents = Math.max(1, Math.floor(minor));
  const units = Math.floor(cents / 100);
  const rest = cents % 100;
  if (rest === 0 && d.chance(0.3)) return `${units} CNY`;
  if (rest % 10 === 0 && d.chance(0.3)) return `${units}.${rest / 10} CNY`;
  return `${units}.${String(rest).padStart(2, '0')} CNY`;
}

/** a parameter and a value that it takes; low allowances, so that they are met */
function policy(d: Dice, merchants: number): { parameter: string; value: string } {
  const parameter = d.pick([
    'payments.merchantFeeRate',
    'payments.merchantFeeRate[]',
    'payments.withdrawalFeeRate',
    'payments.withdrawalFreeAllowance',
    'payments.withdrawalFeeMin',
    'payments.floatRate',
  ]);
  const percent = (high: number): string => `${(d.real() * high).toFixed(2)}%`;
  switch (parameter) {
    case 'payments.merchantFeeRate':
      return { parameter, value: percent(d.chance(0.3) ? 40 : 3) };
    case 'payments.merchantFeeRate[]':
      return {
        parameter: `payments.merchantFeeRate[merchant-${d.whole(0, merchants - 1)}]`,
        value: percent(d.chance(0.3) ? 40 : 3),
      };
    case 'payments.withdrawalFeeRate':
      return { parameter, value: d.pick(['0%', '0.1%', '0.25%', '1%', '2.345%']) };
    case 'payments.withdrawalFreeAllowance':
      return { parameter, value: d.pick(['0 CNY', '0.00 CNY', '50.00 CNY', '500 CNY', '20000.00 CNY']) };
    case 'payments.withdrawalFeeMin':
      return { parameter, value: d.pick(['0.00 CNY', '0.01 CNY', '1.00 CNY', '5 CNY', '20.00 CNY']) };
    default:
      return { parameter, value: `${percent(6)}${d.chance(0.3) ? '/year' : ''}` };
  }
}

/** a transfer that the book most likely sent */
type Sent = { id: string; book: string; from: string; amount: number; date: string; ended: boolean };

/** a transfer that most likely reached it */
type Reached = { id: string; book: string; from: string; to: string; amount: string; date: string };

type Making = {
  d: Dice;
  options: HistoryOptions;
  start: string;
  users: readonly string[];
  merchants: readonly string[];
  everyone: readonly string[];
  lines: Line[];
  sent: Sent[];
  reached: Reached[];
  payments: string[];
  /** how many sendTransfers were asked for */
  asked: number;
  /** rough estimates (refusals are not seen), only to ask for amounts that come near to what there is */
  holds: (holder: string) => number;
  add: (holder: string, amount: number) => void;
  /** the most days that are open at once, the day reached, and the last day closed */
  openDays: number;
  front: string;
  closed: string | undefined;
};

function begin(seed: number, options: HistoryOptions): Making {
  const d = dice(seed * 8 + (options.close === 'daily' ? 1 : 2) + (options.backdated ? 4 : 0));
  const users = Array.from({ length: options.users }, (_, i) => `user-${i}`);
  const merchants = Array.from({ length: options.merchants }, (_, i) => `merchant-${i}`);
  const wallets = new Map<string, number>();
  const holds = (holder: string): number => wallets.get(holder) ?? 0;
  const start = startOf(seed);
  return {
    d,
    options,
    start,
    users,
    merchants,
    everyone: [...users, ...merchants],
    lines: [],
    sent: [],
    reached: [],
    payments: [],
    asked: 0,
    holds,
    add: (holder, amount) => wallets.set(holder, Math.max(0, holds(holder) + amount)),
    openDays: d.whole(2, 12),
    front: start,
    closed: undefined,
  };
}

function add1(h: Making, on: string, command: string, input: Record<string, unknown>): void {
  const { d, lines } = h;
  const line: Line = { on, command, with: input };
  if (d.chance(0.7)) line.key = `k${lines.length}`;
  if (d.chance(0.1)) line.actor = d.pick(['ops', 'import', 'alice']);
  lines.push(line);
}

function near(h: Making, estimate: number): number {
  const { d } = h;
  const way = d.real();
  if (way < 0.1) return d.whole(1, 30);
  if (way < 0.18) return estimate + d.whole(-3, 3);
  if (way < 0.26) return estimate * (1 + d.real());
  return estimate * d.real() * d.real();
}

function day(h: Making): string {
  const { d, start } = h;
  if (!h.options.backdated) return h.front;
  if (h.options.close === 'daily') return d.chance(0.04) ? addDays(h.front, -d.whole(1, 5)) : h.front;
  if (h.closed !== undefined && d.chance(0.03)) return addDays(h.closed, -d.whole(0, 4));
  const first = h.closed === undefined ? start : addDays(h.closed, 1);
  const open = Math.max(0, daysFrom(first, h.front));
  return addDays(first, d.chance(0.3) ? open : d.whole(0, open));
}

function topUp(h: Making, on: string): void {
  const { d, users } = h;
  const holder = d.pick(users);
  const amount = d.chance(0.15) ? d.whole(1, 50) : d.whole(1000, 300000);
  add1(h, on, 'topUp', { holder, amount: money(d, amount) });
  h.add(holder, amount);
}

function transfer(h: Making, on: string): void {
  const { d, everyone } = h;
  const from = d.pick(everyone);
  const to = d.chance(0.04) ? from : d.pick(everyone.filter((name) => name !== from));
  const amount = Math.max(1, Math.floor(near(h, h.holds(from))));
  add1(h, on, 'transfer', { from, to, amount: money(d, amount) });
  if (from === to || amount > h.holds(from)) return;
  h.add(from, -amount);
  h.add(to, amount);
}

function withdraw(h: Making, on: string): void {
  const { d, everyone } = h;
  const holder = d.pick(everyone);
  const way = d.real();
  const amount =
    way < 0.15
      ? 'all'
      : way < 0.4
        ? `${d.pick(['10', '33.3', '50', '99', '100', '0.5'])}%`
        : money(d, near(h, h.holds(holder)));
  add1(h, on, 'withdraw', { holder, amount });
  h.add(holder, -h.holds(holder) * 0.3);
}

/** at once, so that a merchant's wallet is smaller where the fee is higher */
function pay(h: Making, on: string): void {
  const { d, users, merchants, payments } = h;
  const payer = d.pick(users);
  const payee = d.chance(0.03) ? payer : d.pick(merchants);
  const amount = Math.max(1, Math.floor(near(h, h.holds(payer))));
  const again = payments.length > 0 && d.chance(0.03);
  const id = again ? d.pick(payments) : `P-${payments.length}`;
  if (!again) payments.push(id);
  const input = { payment: id, payer, payee, amount: money(d, amount), method: 'wallet', escrow: false };
  add1(h, on, 'initiatePayment', input);
  if (again || payer === payee || amount > h.holds(payer)) return;
  h.add(payer, -amount);
  h.add(payee, amount - Math.round(amount * 0.006));
}

function send(h: Making, on: string): void {
  const { d, users, merchants, sent } = h;
  const from = d.chance(0.6) ? d.pick(merchants) : d.pick(users);
  const way = d.real();
  const most = h.holds(from);
  const amount = Math.max(1, Math.floor(way < 0.3 ? most * (0.7 + 0.3 * d.real()) : near(h, most)));
  const again = sent.length > 0 && d.chance(0.08) ? d.pick(sent) : undefined;
  const id = again?.id ?? `T-${h.asked}`;
  h.asked += 1;
  const book = d.pick(BOOKS);
  const to = d.chance(0.3) ? from : `user-${d.whole(0, 9)}`;
  add1(h, on, 'sendTransfer', { transfer: id, from, book, to, amount: money(d, amount) });
  if (again !== undefined || (amount > most && d.chance(0.9))) return; // most likely refused
  sent.push({ id, book, from, amount, date: on, ended: false });
  h.add(from, -amount);
}

/** a completion or a return, mostly of a transfer that is still on its way, mostly on its date or later */
function endOne(h: Making, on: string): void {
  const { d, sent, reached } = h;
  const open = sent.filter((one) => !one.ended);
  const one = sent.length === 0 ? undefined : d.pick(open.length > 0 && d.chance(0.7) ? open : sent);
  const stranger = reached.length > 0 && d.chance(0.5) ? d.pick(reached).id : `none-${d.whole(0, 9)}`;
  const known = d.chance(0.05) ? undefined : one;
  const when = known !== undefined && known.date > on && d.chance(0.6) ? known.date : on;
  const completes = d.chance(0.6);
  const input = { transfer: known?.id ?? stranger };
  if (completes) add1(h, when, 'completeTransfer', input);
  else add1(h, when, 'returnTransfer', { ...input, reason: d.pick(['declined', 'no such holder there']) });
  if (known === undefined || known.ended || when < known.date) return;
  known.ended = true;
  known.date = when;
  if (!completes) h.add(known.from, known.amount);
}

/** an arrival or a decline, now and then of what arrived or was declined before */
function reach(h: Making, on: string): void {
  const { d, everyone, reached } = h;
  const known = reached.length > 0 && d.chance(0.25) ? d.pick(reached) : undefined;
  const amount = d.chance(0.15) ? d.whole(1, 50) : d.whole(1000, 200000);
  const to = d.pick(everyone);
  // ids of transfers from both books, and of those sent from here, are often the same
  const own: Reached = {
    id: `T-${d.whole(0, 3 + 2 * reached.length)}`,
    book: d.pick(BOOKS),
    from: d.chance(0.3) ? to : `user-${d.whole(0, 9)}`,
    to,
    amount: money(d, amount),
    date: on,
  };
  const one = known === undefined ? own : d.chance(0.7) ? known : { ...own, id: known.id, book: known.book };
  const when = known !== undefined && known.date > on && d.chance(0.3) ? known.date : on;
  const input = { transfer: one.id, book: one.book, from: one.from, to: one.to, amount: one.amount };
  const declines = d.chance(0.35);
  if (declines)
    add1(h, when, 'declineTransfer', { ...input, reason: d.pick(['no such holder', 'limit reached']) });
  else add1(h, when, 'receiveTransfer', input);
  if (reached.some((other) => other.id === one.id && other.book === one.book)) return;
  reached.push(one);
  if (!declines) h.add(to, amount);
}

function change(h: Making, on: string): void {
  const { d } = h;
  const from = addDays(on, d.chance(0.4) ? 0 : d.whole(d.chance(0.1) ? -6 : 0, 10));
  const range = d.chance(0.35) ? { to: addDays(from, d.whole(d.chance(0.05) ? -2 : 0, 8)) } : {};
  add1(h, on, 'changePolicy', { ...policy(d, h.options.merchants), from, ...range, reason: 'random' });
}

/** lines that are refused whatever there is in the wallets */
function invalid(h: Making, on: string): void {
  const { d, lines, sent } = h;
  const half = { transfer: `bad-${lines.length}`, book: 'north', from: 'user-0', to: 'user-1' };
  const whole = { ...half, amount: '1.00 CNY' };
  const known = sent.length === 0 ? 'T-0' : d.pick(sent).id;
  const policyChange = { parameter: 'payments.floatRate', value: '1%', from: h.front, reason: 'random' };
  const cases: [string, Record<string, unknown>][] = [
    ['sendtransfer', whole],
    ['cancelTransfer', { transfer: known }],
    ['contributeCapital', { entity: 'north', amount: '1.00 CNY' }],
    ['changePolicy', { ...policyChange, parameter: 'interbook.feeRate' }],
    ['changePolicy', { ...policyChange, value: '101%' }],
    ['topUp', { holder: 'user-0', amount: '0.00 CNY' }],
    ['sendTransfer', { ...whole, from: 'nobody' }],
    ['sendTransfer', half],
    ['sendTransfer', { ...whole, amount: '0.00 CNY' }],
    ['sendTransfer', { ...whole, amount: '0.001 CNY' }],
    ['sendTransfer', { ...whole, amount: '1.00 USD' }],
    ['sendTransfer', { ...whole, amount: '-1.00 CNY' }],
    ['sendTransfer', { ...whole, amount: 'all' }],
    ['sendTransfer', { ...whole, amount: '10%' }],
    ['sendTransfer', { ...whole, book: 'the north' }],
    ['sendTransfer', { ...whole, transfer: '' }],
    ['sendTransfer', { ...whole, transfer: 'x'.repeat(65) }],
    ['sendTransfer', { ...whole, transfer: 'T/1' }],
    ['sendTransfer', { ...whole, to: 'user 1' }],
    ['sendTransfer', { ...whole, from: 7 }],
    ['sendTransfer', { ...whole, reason: 'a gift' }],
    ['sendTransfer', { transfer: known, from: 'user-0', to: 'user-1', amount: '1.00 CNY' }],
    ['receiveTransfer', half],
    ['receiveTransfer', { ...whole, amount: 'all' }],
    ['receiveTransfer', { ...whole, book: '' }],
    ['receiveTransfer', { ...whole, from: 'user 1' }],
    ['receiveTransfer', { ...whole, reason: 'a gift' }],
    ['declineTransfer', whole],
    ['declineTransfer', { ...whole, reason: 5 }],
    ['declineTransfer', { ...half, reason: 'no such holder' }],
    ['completeTransfer', {}],
    ['completeTransfer', { transfer: known, reason: 'arrived' }],
    ['completeTransfer', { transfer: known, book: 'north' }],
    ['returnTransfer', { transfer: known }],
    ['returnTransfer', { transfer: known, reason: true }],
    ['returnTransfer', { transfer: known, reason: 'declined', amount: '1.00 CNY' }],
    ['returnTransfer', { reason: 'declined' }],
  ];
  const [command, input] = d.pick(cases);
  add1(h, d.chance(0.05) ? '2017-02-29' : on, command, input);
}

/** the same key: with the same line, with another, and on another date */
function again(h: Making, on: string): void {
  const { d, users, lines } = h;
  const keyed = lines.filter((line) => line.key !== undefined && line.command !== 'closeDay');
  if (keyed.length === 0) return;
  const line = d.chance(0.6) ? d.pick(keyed.slice(-15)) : d.pick(keyed);
  const key = line.key ?? '';
  const way = d.whole(0, 3);
  if (way < 2) lines.push({ ...line });
  else if (way < 3)
    lines.push({ on, command: 'topUp', with: { holder: d.pick(users), amount: '0.07 CNY' }, key });
  else lines.push({ ...line, on });
}

/** somebody else carries the same transfer: the same half once more, under no key or a key of his own */
function twice(h: Making, on: string): void {
  const { d, lines } = h;
  const halves = lines.filter((line) =>
    /^(send|receive|decline|complete|return)Transfer$/.test(line.command),
  );
  if (halves.length === 0) return;
  const line = d.chance(0.6) ? d.pick(halves.slice(-15)) : d.pick(halves);
  const date = d.chance(0.5) ? on : line.on;
  lines.push(
    d.chance(0.5)
      ? { on: date, command: line.command, with: line.with }
      : { ...line, on: date, key: `k${lines.length}` },
  );
}

function closeOne(h: Making): void {
  const { d, start } = h;
  const next: string = h.closed === undefined ? start : addDays(h.closed, 1);
  if (d.chance(0.04)) add1(h, addDays(next, d.whole(1, 3)), 'closeDay', {});
  if (h.closed !== undefined && d.chance(0.05)) add1(h, addDays(h.closed, -d.whole(0, 3)), 'closeDay', {});
  add1(h, next, 'closeDay', {});
  h.closed = next;
}

/** to begin with */
function openingLines(h: Making): void {
  const { d, start, users, merchants, payments } = h;
  if (d.chance(0.5))
    add1(h, start, 'contributeCapital', { entity: 'platform', amount: money(d, d.pick([100, 100000])) });
  if (d.chance(0.5)) {
    const allowance = { parameter: 'payments.withdrawalFreeAllowance', value: '300.00 CNY' };
    add1(h, start, 'changePolicy', { ...allowance, from: start, reason: 'to begin with' });
  }
  for (const holder of users) {
    const amount = d.whole(5000, 400000);
    add1(h, start, 'topUp', { holder, amount: money(d, amount) });
    h.add(holder, amount);
  }
  for (const payee of merchants.filter(() => d.chance(0.7))) {
    const payer = d.pick(users);
    const amount = Math.max(1, Math.floor(h.holds(payer) * d.real() * 0.8));
    const input = { payment: `P-${payments.length}`, payer, payee, amount: money(d, amount) };
    payments.push(input.payment);
    add1(h, start, 'initiatePayment', { ...input, method: 'wallet', escrow: false });
    h.add(payer, -amount);
    h.add(payee, amount - Math.round(amount * 0.006));
  }
  if (!h.options.backdated || !d.chance(0.4)) return;
  // a fact before all others, with postings or without: the first close must name its day
  const half = { transfer: 'T-early', book: 'north', from: 'user-0', to: 'user-1', amount: '1.00 CNY' };
  if (d.chance(0.5)) add1(h, addDays(start, -2), 'receiveTransfer', half);
  else add1(h, addDays(start, -2), 'declineTransfer', { ...half, reason: 'no such holder' });
  if (h.options.close === 'daily') return;
  add1(h, start, 'closeDay', {});
  h.closed = addDays(start, -d.whole(2, 3));
  add1(h, h.closed, 'closeDay', {});
}

/** moves the front, and closes days where that is the history's own affair */
function moveOn(h: Making, progress: number): void {
  const { d, start } = h;
  const reachedDay = addDays(start, Math.min(h.options.days - 1, Math.floor(progress * h.options.days)));
  if (reachedDay > h.front && d.chance(0.9)) h.front = reachedDay;
  if (h.options.close === 'daily') {
    if (d.chance(0.005)) add1(h, h.front, 'closeDay', {});
    return;
  }
  const first = h.closed === undefined ? start : addDays(h.closed, 1);
  if (daysFrom(first, h.front) < h.openDays) return;
  const keep = d.whole(0, h.openDays - 1);
  while (daysFrom(h.closed ?? addDays(start, -1), h.front) > keep) closeOne(h);
}

function oneLine(h: Making): void {
  const on = day(h);
  const roll = h.d.real() * 100;
  if (roll < 10) topUp(h, on);
  else if (roll < 16) transfer(h, on);
  else if (roll < 24) withdraw(h, on);
  else if (roll < 36) pay(h, on);
  else if (roll < 56) send(h, on);
  else if (roll < 72) endOne(h, on);
  else if (roll < 85) reach(h, on);
  else if (roll < 89) twice(h, on);
  else if (roll < 91) change(h, on);
  else if (roll < 96) invalid(h, on);
  else again(h, on);
}

export function interbookHistory(seed: number, options: HistoryOptions): Line[] {
  const h = begin(seed, options);
  const { d, start, lines } = h;
  openingLines(h);
  const opening = lines.length;
  while (lines.length < options.lines) {
    moveOn(h, (lines.length - opening) / Math.max(1, options.lines - opening));
    oneLine(h);
  }
  const end = addDays(start, options.days - 1);
  if (options.close === 'recorded')
    while ((h.closed ?? addDays(start, -1)) < addDays(end, -d.whole(0, 3))) closeOne(h);
  return lines;
}

/**
 * One to three parameters, mostly with a merchant's fee that makes wallets smaller; dates that suit the history of the same seed;
 * merchants 0 to 2.
 */
export function interbookAssumptions(seed: number): Record<string, unknown> {
  const d = dice(seed * 31 + 17);
  const start = startOf(seed);
  const result: Record<string, unknown> = {};
  const dated = (value: string, another: string): unknown => {
    const first = addDays(start, d.whole(0, 15));
    const way = d.real();
    if (way < 0.3) return value;
    if (way < 0.6) return { [first]: value };
    if (way < 0.75) return { [`${first}..${addDays(first, d.whole(0, 20))}`]: value };
    const inner = addDays(first, d.whole(1, 8));
    if (way < 0.9) return { [first]: value, [inner]: another };
    // a range inside a value given from a date
    return { [first]: value, [`${inner}..${addDays(inner, d.whole(0, 8))}`]: another };
  };
  if (d.chance(0.8)) {
    const name = d.pick(['', '', '[*]', `[merchant-${d.whole(0, 2)}]`]);
    const high = (): string => `${(5 + d.real() * 60).toFixed(d.whole(0, 2))}%`;
    result[`payments.merchantFeeRate${name}`] = dated(high(), d.pick(['0%', '0.6%', high()]));
  }
  const more = d.whole(Object.keys(result).length === 0 ? 1 : 0, 2);
  for (let i = 0; i < more; i += 1) {
    const { parameter, value } = policy(d, 3);
    if (!(parameter in result)) result[parameter] = dated(value, value);
  }
  return result;
}
