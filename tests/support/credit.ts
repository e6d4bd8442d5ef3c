/**
 * Lines that lend, in tests: their commands written short, their accounts by short names, and what must hold of every book
 * that they are decided into.
 *
 * @module
 */

import { expect } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { type Day, dayMax, dayOf } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import {
  addFractions,
  compareFractions,
  type Fraction,
  fraction,
  fractionText,
  zeroFraction,
} from '../../src/kernel/values/rates.ts';
import type { Debt } from '../../src/lending/debt/debt.ts';
import { partNames } from '../../src/lending/lender/parts.ts';
import { lines as creditLines } from '../../src/segments/huabei/credit-line.ts';
import { lender as huabeiLender } from '../../src/segments/huabei/policy.ts';
import { house } from '../../src/segments/index.ts';
import { loans as jiebeiLoans } from '../../src/segments/jiebei/loans.ts';
import { lender as jiebeiLender } from '../../src/segments/jiebei/policy.ts';
import { loans as mybankLoans } from '../../src/segments/mybank/loans.ts';
import { lender as mybankLender } from '../../src/segments/mybank/policy.ts';
import { balancesOf, book, rowsOf, type TestBook } from './book.ts';
import { changePolicy, command, topUp } from './commands.ts';
import { belowZero, bookingOf, unbackedDates, unbalanced } from './invariants.ts';
import { shortName } from './postings.ts';
import { type Outcome, Scene } from './scene.ts';
import { type Base, baseOf, overridesOf, variantOf } from './what-if.ts';

// — Commands —

/** The lines that lend. */
export type Line = 'huabei' | 'jiebei' | 'mybank';
/** Those of them that make loans. */
export type Product = 'jiebei' | 'mybank';
export type Method = 'bullet' | 'equal-principal' | 'annuity' | 'interest-only';

const money = (text: string): string => (/^\d+\.\d{2}$/.test(text) ? `${text} CNY` : text);

export const capital = (on: string, entity: Line, amount: string): Command =>
  command(on, 'contributeCapital', { entity, amount: money(amount) });

/** Terms of an application, where they are not a bullet of one month from jiebei. */
export interface Terms {
  readonly product?: Product;
  readonly term?: number;
  readonly method?: Method;
}

export const apply = (
  on: string,
  loan: string,
  holder: string,
  principal: string,
  { product = 'jiebei', term = 1, method = 'bullet' }: Terms = {},
): Command =>
  command(on, 'applyForLoan', { loan, product, holder, principal: money(principal), term, method });

export const disburse = (on: string, loan: string, product: Product = 'jiebei'): Command =>
  command(on, 'disburseLoan', { loan, product });

/** Applied for and paid out on the same day. */
export const lend = (
  on: string,
  loan: string,
  holder: string,
  principal: string,
  terms: Terms = {},
): Command[] => [apply(on, loan, holder, principal, terms), disburse(on, loan, terms.product)];

export const repay = (on: string, loan: string, amount: string, product: Product = 'jiebei'): Command =>
  command(on, 'repayLoan', { loan, product, amount: money(amount) });

export const restructure = (
  on: string,
  loan: string,
  term: number,
  method: Method,
  product: Product = 'jiebei',
): Command => command(on, 'restructureLoan', { loan, product, term, method });

export const writeOff = (on: string, loan: string, product: Product = 'jiebei'): Command =>
  command(on, 'writeOffLoan', { loan, product });

export const recover = (on: string, loan: string, amount: string, product: Product = 'jiebei'): Command =>
  command(on, 'recoverLoan', { loan, product, amount: money(amount) });

export const openLine = (on: string, holder: string): Command => command(on, 'openCreditLine', { holder });

export const draw = (on: string, holder: string, payee: string, amount: string): Command =>
  command(on, 'drawCredit', { holder, payee, amount: money(amount) });

export const repayCredit = (on: string, holder: string, amount: string): Command =>
  command(on, 'repayCredit', { holder, amount: money(amount) });

export const convert = (on: string, holder: string, amount: string, term: number): Command =>
  command(on, 'convertToInstalments', { holder, amount: money(amount), term });

export const writeOffCredit = (on: string, holder: string): Command =>
  command(on, 'writeOffCredit', { holder });

export const recoverCredit = (on: string, holder: string, amount: string): Command =>
  command(on, 'recoverCredit', { holder, amount: money(amount) });

const tierNames = ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'] as const;

/** The same for every tier of score. */
export const everyTier = (value: string): Record<string, string> =>
  Object.fromEntries(tierNames.map((tier) => [tier, value]));

/** jiebei lends to everybody, as much as anybody asks, at one rate a day; nothing happens at the platform meanwhile. */
export const open = (on: string, rate = '0.05%', product: Product = 'jiebei'): Command[] => [
  changePolicy(on, 'payments.floatRate', '0%'),
  changePolicy(on, `${product}.limits`, everyTier('100000000.00 CNY')),
  changePolicy(on, `${product}.prices`, everyTier(rate)),
];

/**
 * Whoever tops up gets this score at the close of the day: a share of 600 points for a full tenure, all else for payments.
 * Closed days are named by the caller.
 */
export const scoring = (on: string, share: number): Command[] => [
  changePolicy(on, 'zhima.scoreDay', dayNumber(on)),
  changePolicy(on, 'zhima.fullTenureDays', 0),
  changePolicy(on, 'zhima.weights', {
    payments: `${(100 - share).toFixed(2)}%`,
    repayment: '0%',
    tenure: `${share}%`,
    assets: '0%',
    relations: '0%',
  }),
];

const dayNumber = (on: string): number => Number(on.slice(8));

/** Money in a wallet, more than anybody needs. */
export const rich = (on: string, holder: string): Command => topUp(on, holder, '1000000.00');

// — Books —

const made: TestBook[] = [];

/** A book in which commands have been accepted; {@link expectSound} looks at it again. */
export function given(...commands: readonly Command[]): Scene {
  const of = book();
  made.push(of);
  return new Scene(of.take(...commands));
}

/** Closes all days up to one. */
export function closed(scene: Scene, through: string): Scene {
  scene.book.closeThrough(dayOf(through));
  return scene;
}

/** Closes all days before one, then decides what happens on it: one day after the other. */
export function daily(scene: Scene, ...commands: readonly Command[]): Scene {
  for (const each of commands) {
    scene.book.closeThrough(dayOf(each.on) - 1);
    scene.and(each);
  }
  return scene;
}

/** The close of a day, all days before it closed. */
export function closing(scene: Scene, on: string): Outcome {
  scene.book.closeThrough(dayOf(on) - 1);
  return scene.when(command(on, 'closeDay', {}));
}

/**
 * What must hold of every book of a test: entries balance for each entity, customers' money is backed, no account is below its
 * floor on any date, and a fold of what was recorded is the live state.
 */
export function expectSound(): void {
  for (const of of made.splice(0)) {
    const bookings = of.events.map(bookingOf);
    expect(unbalanced(bookings)).toEqual([]);
    expect(unbackedDates(bookings)).toEqual([]);
    expect(belowZero(bookings)).toEqual([]);
    expect(belowZeroOnADay(of)).toEqual([]);
    const rebuilt = emptyState(house);
    for (const event of of.events) fold(house, rebuilt, event);
    expect(digest(house, rebuilt)).toBe(digest(house, of.state));
    expect(rowsOf(house, rebuilt)).toEqual(rowsOf(house, of.state));
    expect(balancesOf(rebuilt)).toEqual(balancesOf(of.state));
    for (const each of kept) expect(apart(each, of)).toEqual([]);
  }
}

/** What each line keeps of its debts beside its accounts. */
const kept = [
  { lender: huabeiLender, table: creditLines.table },
  { lender: jiebeiLender, table: jiebeiLoans.table },
  { lender: mybankLender, table: mybankLoans.table },
] as const;

/**
 * Where debts and accounts say different things: principal by holder, part and bucket; and, once every fact's day is closed,
 * interest and late fees, exactly: what is booked and carried is what debts owe up to the last closed day.
 */
function apart({ lender, table }: (typeof kept)[number], { state }: TestBook): readonly string[] {
  const debts = state.rows.entries<Debt>(table).map(([, row]) => row);
  const principal: Record<string, bigint> = {};
  for (const { holder, stage, principal: parts } of debts)
    partNames.forEach((part, at) => {
      const name = `${part === 'own' ? lender.id : part}:asset:${lender.id}:principal-${stage}:${holder}:CNY`;
      principal[name] = (principal[name] ?? 0n) + (parts[at] ?? 0n);
    });
  const balances = balancesOf(state);
  const accounts = Object.keys(balances).filter((name) => name.includes(`:${lender.id}:principal-`));
  const found = [...new Set([...Object.keys(principal), ...accounts])]
    .filter((name) => (principal[name] ?? 0n) !== minorOf(balances[name] ?? '0.00'))
    .map((name) => `${name}: ${balances[name] ?? '0.00'}, but debts have ${principal[name] ?? 0n}`);

  const { closedThrough } = state.marks;
  if (closedThrough === undefined || debts.some(({ latest }) => latest > closedThrough)) return found;
  const carried = (name: string): Fraction => state.row(lender.tables.carried, name) ?? zeroFraction;
  const changes = state.rows.entries(lender.tables.changes);
  const compare = (what: string, account: string, carry: Fraction, owed: Fraction): void => {
    const booked = addFractions(carry, { num: minorOf(balances[account] ?? '0.00'), den: 1n });
    if (compareFractions(booked, owed) !== 0)
      found.push(`${lender.id} ${what}: ${fractionText(booked)} is booked, ${fractionText(owed)} owed`);
  };
  const sum = (each: readonly Fraction[]): Fraction => each.reduce(addFractions, zeroFraction);
  partNames.forEach((part, at) => {
    const owed = debts.flatMap(({ interestDue, uncharged, bearing, rate, accruedTo }): Fraction[] => {
      const since = BigInt(Math.max(0, closedThrough - accruedTo));
      const numerator = (uncharged[at] ?? 0n) + (bearing[at] ?? 0n) * rate.num * since;
      return [{ num: interestDue[at] ?? 0n, den: 1n }, fraction(numerator, rate.den)];
    });
    const dropped = changes
      .filter(([key]) => key.startsWith('interest|'))
      .map(([, row]) => fraction(row.dropped[at] ?? 0n, row.rate.den));
    const account = `${part === 'own' ? lender.id : part}:asset:${lender.id}:interest:CNY`;
    compare(`interest of ${part}`, account, carried(part), sum([...owed, ...dropped]));
  });
  const owedLate = debts.flatMap(
    ({ lateFee, lateAccrued, lateRate, arrearsSince, dues, accruedTo }): Fraction[] => {
      const overdue = dues.reduce((all, due) => (due.overdue ? all + due.principal : all), 0n);
      const since = BigInt(arrearsSince === null ? 0 : Math.max(0, closedThrough - accruedTo));
      return [
        { num: lateFee, den: 1n },
        fraction(lateAccrued + overdue * lateRate.num * since, lateRate.den),
      ];
    },
  );
  const droppedLate = changes
    .filter(([key]) => key.startsWith('late|'))
    .map(([, row]) => fraction(row.dropped[0], row.rate.den));
  compare(
    'late fees',
    `${lender.id}:asset:${lender.id}:late-fees:CNY`,
    carried('late'),
    sum([...owedLate, ...droppedLate]),
  );
  return found;
}

/** Accounts that the page says never go below zero. */
const neverBelow =
  /:principal-|:retained:|vehicle:liability:\w+:(?:senior|subordinated):|vehicle:asset:\w+:cash:|:(?:borrowings|deposits|interbank):/;

/** Those accounts of a book that are below zero as they stand. */
const belowZeroOnADay = ({ state }: TestBook): readonly string[] =>
  Object.entries(balancesOf(state))
    .filter(([account, text]) => neverBelow.test(account) && text.startsWith('-'))
    .map(([account]) => account);

/** Refused with a code, and the book is as it was. */
export function expectRefused(scene: Scene, given: Command, code: string): void {
  const before = digest(house, scene.book.state);
  const count = scene.book.events.length;
  scene.when(given).refused(code);
  expect(scene.book.events).toHaveLength(count);
  expect(digest(house, scene.book.state)).toBe(before);
}

// — Accounts —

const lenders: readonly string[] = ['huabei', 'jiebei', 'mybank'];

/**
 * `own/cash` for `jiebei:asset:jiebei:cash:CNY`, `own/income/interest` for `jiebei:income:jiebei:interest:CNY`, `vehicle/senior:POOL`;
 * accounts of the platform by {@link shortName}, `wallet:user-1`, but for `technology-service`, which goes without its line too.
 */
export function creditName(account: string): string {
  const [entity = '', kind = '', segment = ''] = account.split(':');
  if (!lenders.includes(segment)) return shortName(account);
  const name = shortName(account).replace(/^.*\//, '');
  const who = entity === 'platform' ? '' : `${entity === segment ? 'own' : entity}/`;
  return `${who}${(kind === 'income' || kind === 'expense') && entity !== 'platform' ? `${kind}/` : ''}${name}`;
}

const signed = (minor: bigint): string => `${minor > 0n ? '+' : ''}${formatMinor(minor, 'CNY')}`;

/** What an entry posts, in the order of names: which accounts, and how much, debits positive. */
export const postedBy = ({ accounts, minors }: StoredEvent): readonly string[] =>
  accounts.map((account, at) => `${creditName(account)} ${signed(minors[at] ?? 0n)}`).sort();

/** Type and postings of an event, as a test writes them: the postings in any order. */
export type Told = readonly [type: string, ...postings: readonly string[]];

const toldOf = (event: StoredEvent): Told => [event.type, ...postedBy(event)];
const inOrder = ([type, ...postings]: Told): Told => [type, ...[...postings].sort()];

/** Exactly these events of a line, in this order, with these postings. */
export function expectTold(outcome: Outcome, line: Line, ...expected: readonly Told[]): void {
  const prefix = `${line[0]?.toUpperCase()}${line.slice(1)}`;
  const told = outcome.events.filter(({ type }) => type.startsWith(prefix));
  expect(told.map(toldOf)).toEqual(expected.map(inOrder));
}

/** Of the events of a type exactly these, in this order. */
export function expectTyped(
  outcome: Outcome,
  type: string,
  ...expected: readonly (readonly string[])[]
): void {
  const told = outcome.events.filter((event) => event.type === type);
  expect(told.map(postedBy)).toEqual(expected.map((postings) => [...postings].sort()));
}

/** What events of a type carry. */
export const dataOf = ({ events }: Outcome, type: string): readonly StoredEvent['data'][] =>
  events.filter((event) => event.type === type).map(({ data }) => data);

/** What the last close lists as breaches of a rule. */
export function breachesOf({ events }: Outcome): readonly unknown[] {
  const data = events.at(-1)?.data;
  return isRecord(data) && Array.isArray(data.breaches) ? data.breaches : [];
}

/** Balances by {@link creditName}, positive on the normal side, as they stand or as of a day; zeros left out. */
export function held(of: Scene | TestBook, on?: string): { readonly [name: string]: string } {
  const { state } = of instanceof Scene ? of.book : of;
  const day: Day = on === undefined ? dayMax : dayOf(on);
  return Object.fromEntries(
    Object.entries(balancesOf(state, day)).map(([account, text]) => [creditName(account), text]),
  );
}

/** These balances, zero where there is nothing. */
export function expectHeld(
  of: Scene | TestBook,
  expected: { readonly [name: string]: string },
  on?: string,
): void {
  const found = held(of, on);
  expect(Object.fromEntries(Object.keys(expected).map((name) => [name, found[name] ?? '0.00']))).toEqual(
    expected,
  );
}

/** Everything that is held in accounts whose names match, as it stands: nothing, when all of it is gone. */
export const heldIn = (of: Scene | TestBook, names: RegExp): { readonly [name: string]: string } =>
  Object.fromEntries(Object.entries(held(of)).filter(([name]) => names.test(name)));

/** Minor units of a figure as tests write it. */
export const minorOf = (text: string): bigint => BigInt(text.replace('.', ''));

/** What accounts whose names match hold together, in minor units. */
export const sumHeld = (of: Scene | TestBook, names: RegExp): bigint =>
  Object.values(heldIn(of, names)).reduce((sum, text) => sum + minorOf(text), 0n);

/** What the last fact of a type was made up of: late fees, instalment fees, interest, principal. */
export function madeUp(of: Scene, type: string): Record<'late' | 'fee' | 'interest' | 'principal', string> {
  const event = of.book.events.findLast((each) => each.type === type);
  if (event === undefined) throw new Error(`no ${type}`);
  const sum = (names: RegExp): string =>
    formatMinor(
      event.accounts.reduce(
        (all, account, at) => (names.test(creditName(account)) ? all - (event.minors[at] ?? 0n) : all),
        0n,
      ),
      'CNY',
    );
  return {
    late: sum(/^own\/late-fees$/),
    fee: sum(/^own\/income\/instalment-fee$/),
    interest: sum(/^(?:own|partner|vehicle)\/interest$/),
    principal: sum(/\/principal-/),
  };
}

// — Figures, worked out as the page says, for cases too many to write down —

/** minor × num / den, rounded half to even; all at least zero. */
export function halfEven(minor: bigint, num: bigint, den: bigint): bigint {
  const whole = (minor * num) / den;
  const rest = minor * num - whole * den;
  if (rest * 2n > den || (rest * 2n === den && whole % 2n === 1n)) return whole + 1n;
  return whole;
}

/** Allocated by weights: floors, then a minor unit each to the largest remainders, ties in the order of the list. */
export function allocated(whole: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, each) => sum + each, 0n);
  if (total === 0n) return weights.map(() => 0n);
  const parts = weights.map((each) => (whole * each) / total);
  const byRest = weights
    .map((each, at) => ({ at, rest: (whole * each) % total }))
    .sort((a, b) => (a.rest === b.rest ? a.at - b.at : a.rest < b.rest ? 1 : -1));
  const left = Number(whole - parts.reduce((sum, each) => sum + each, 0n));
  for (const { at } of byRest.slice(0, left)) parts[at] = (parts[at] ?? 0n) + 1n;
  return parts;
}

// — What-ifs —

/** A history decided line by line, each day closed before the first line of a later one. */
export const recordOf = (lines: readonly Command[], to: string): Base =>
  baseOf(lines, { close: 'daily', to });

/**
 * A variant under assumptions, evaluated whole and from the first fact that it can reach: both must come to the same. Without
 * assumptions it must be the record.
 */
export function varied(base: Base, assumptions: Readonly<Record<string, unknown>>) {
  const overrides = overridesOf(assumptions);
  const whole = variantOf(base, overrides);
  const partial = variantOf(base, overrides, 'partial');
  expect(digest(house, partial.state)).toBe(digest(house, whole.state));
  expect(partial.divergences).toEqual(whole.divergences);
  const balances = Object.fromEntries(
    Object.entries(whole.balances).map(([account, text]) => [creditName(account), text]),
  );
  return { ...whole, digest: digest(house, whole.state), held: balances };
}

/** A what-if without overrides is the record: rows, balances, and nothing diverges. */
export function expectSame(base: Base): void {
  const same = varied(base, {});
  expect(same.divergences).toEqual([]);
  expect(same.digest).toBe(digest(house, base.record.state));
  expect(base.refused).toEqual([]);
}
