/**
 * Booking: how a fact or a derived event becomes an entry and changes the state. All three readings of a log go through here.
 *
 * @module
 */
import type { EventType, FactType, Happening } from '../contract/fact.ts';
import type { Reading } from '../contract/reading.ts';
import { EntryWriter } from '../state/entry-writer.ts';
import type { Chart } from '../state/journal/chart.ts';
import type { NumberedEntry, State } from '../state/state.ts';
import type { Day } from '../values/dates.ts';
import type { DataOf, Fields } from '../values/fields.ts';
import { fits64, formatMoney } from '../values/money.ts';
import { codes, firstOf, Refusal } from '../values/refusals.ts';
import { evolveAnswers, toldOf, writeAnswers } from './answers.ts';
import type { House } from './house.ts';
import { undone, undoRows } from './undo.ts';

type Data = DataOf<Fields>;
type Event = Happening<Data>;

/** Above this sum of all amounts ever posted, every figure is checked against 64 bits; below it none can leave them. */
const uncheckedGrossMax = 2 ** 61;
/** Most postings of one event. */
export const postingsMax = 500;

/** Why a fact can't be, if so: the first code that applies, of its owner and of all that answer it. */
export function misfit(house: House, s: State, type: FactType, event: Event): Refusal | undefined {
  s.day = event.on;
  let refusal = type.fits?.(event, s);
  const listeners = house.listeners(type);
  const role = type.role?.(event.data, s);
  if (listeners.length === 0 && role === undefined) return refusal;
  const told = toldOf(type, event, s);
  // Where the owner's rows know nothing of what it is about, nobody can say more.
  if (told === undefined && refusal !== undefined) return refusal;
  let answered = role === undefined;
  for (const { listener } of listeners) {
    if (told === undefined || !listener.when(told.data)) continue;
    if (listener.role === role?.role) answered = true;
    refusal = firstOf(refusal, listener.fits?.(told, s));
  }
  return answered || role === undefined ? refusal : firstOf(refusal, new Refusal(role.unanswered, role.role));
}

/** The entry of a fact that fits: its owner's postings and those of all that answer it. */
export function reaction(house: House, s: State, type: FactType, event: Event): NumberedEntry | Refusal {
  s.day = event.on;
  return enter(s, written(house, s, s.chart, type, event), event.on);
}

/** What a fact's owner and all that answer it write, unchecked. */
export function written(house: House, s: Reading, chart: Chart, type: FactType, event: Event): NumberedEntry {
  const entry = new EntryWriter(chart);
  entry.handTo(house.segmentOf(type), house.postable(house.ownerOf(type)));
  type.react?.(event, s, entry);
  writeAnswers(house, s, type, event, entry);
  return entry.take();
}

/** An entry, unless it is flawed: balanced per entity and currency, no account below its floor on any date from the entry's on. */
export const enter = (s: State, entry: NumberedEntry, day: Day): NumberedEntry | Refusal =>
  flaw(s, entry, day) ?? entry;

/** What is wrong with an entry, if anything. */
export function flaw(s: State, entry: NumberedEntry, day: Day): Refusal | undefined {
  const { accounts, minors } = entry;
  const { chart, journal } = s;
  // Most entries are of one entity in one currency: its sum is kept apart, and the others are listed only where there are some.
  let entity: string | undefined;
  let home = '';
  let sum = 0n;
  let others: Sums | undefined;
  let gross = s.gross;
  for (let at = 0; at < accounts.length; at++) {
    const account = accounts[at] ?? 0;
    const minor = minors[at] ?? 0n;
    const kind = chart.kindOf[account];
    const currency = chart.currencyOf[account] ?? '';
    if (kind === undefined) return new Refusal(codes.unbalanced, `account ${account}`);
    if (entity === undefined) {
      entity = kind.entity;
      home = currency;
    }
    if (entity === kind.entity && home === currency) sum += minor;
    else {
      others ??= new Sums();
      others.add(kind.entity, currency, minor);
    }
    gross += Math.abs(Number(minor));
    if (kind.floor !== undefined && minor < 0n === kind.side > 0n) {
      const available = journal.available(account, day, kind.side);
      if (available + kind.side * minor < 0n) {
        return new Refusal(kind.floor, chart.id(account), `${formatMoney(available, currency)} is there`);
      }
    }
  }
  if (gross > uncheckedGrossMax) {
    const tooLarge = figureTooLarge(s, entry, day);
    if (tooLarge !== undefined) return tooLarge;
  }
  if (sum !== 0n) return new Refusal(codes.unbalanced, `${entity} ${formatMoney(sum, home)}`);
  return others?.open();
}

/** Sums by entity and currency. */
class Sums {
  readonly #sums: { readonly entity: string; readonly currency: string; minor: bigint }[] = [];

  add(entity: string, currency: string, minor: bigint): void {
    const known = this.#sums.find((other) => other.entity === entity && other.currency === currency);
    if (known === undefined) this.#sums.push({ entity, currency, minor });
    else known.minor += minor;
  }

  /** Says which sum is not zero, if any. */
  open(): Refusal | undefined {
    const found = this.#sums.find(({ minor }) => minor !== 0n);
    return (
      found && new Refusal(codes.unbalanced, `${found.entity} ${formatMoney(found.minor, found.currency)}`)
    );
  }
}

/** Whether an entry would take a figure out of 64 bits. */
export function leaves64Bits(s: State, entry: NumberedEntry, day: Day): boolean {
  let { gross } = s;
  for (const minor of entry.minors) gross += Math.abs(Number(minor));
  return gross > uncheckedGrossMax && flaw(s, entry, day)?.spec === codes.amountTooLarge;
}

/** Whether any column would leave 64 bits: an amount, a balance, a total of the period cube or one of its cells. */
function figureTooLarge(s: State, { accounts, minors }: NumberedEntry, day: Day): Refusal | undefined {
  const changes = new Map<number, bigint>();
  for (let at = 0; at < accounts.length; at++) {
    const account = accounts[at] ?? 0;
    const minor = minors[at] ?? 0n;
    const control = s.chart.controlOf[account] ?? 0;
    const change = (changes.get(control) ?? 0n) + minor;
    changes.set(control, change);
    const figures = [
      minor,
      s.journal.balance(account) + minor,
      s.cube.total(control) + change,
      s.cube.at(control, day) + change,
    ];
    if (!figures.every(fits64)) {
      return new Refusal(
        codes.amountTooLarge,
        s.chart.id(account),
        `${formatMoney(minor, s.chart.currencyOf[account] ?? '')} more would leave the range of 64 bits`,
      );
    }
  }
  return undefined;
}

/** Posts an entry and lets the tables follow: the fold, for recorded and for new events alike. */
export function book(
  house: House,
  s: State,
  type: EventType,
  event: Event,
  entry: NumberedEntry,
  number: number,
): void {
  house.check(type);
  const { on } = event;
  s.day = on;
  const booked = { data: event.data, on, entry };
  evolveAnswers(house, s, type, booked);
  const reverses = type === house.own.reversed;
  if (type.kind === 'fact' && type.dated !== false) s.noteDate(on, !reverses);
  s.post(entry, on, number);
  type.evolve?.(booked, s);
  if (reverses) {
    const fact = undone(house, event.data, entry);
    s.dropDate(fact.event.on);
    undoRows(house, s, fact, on);
  }
  house.keeper(type)?.(event, s);
  s.marks.events++;
}
