/**
 * The carrier: takes a transfer from one book to the other, half by half. It may stop anywhere and be started again, here or
 * elsewhere, twice at once: what it does next it reads from the rows of the two books alone, and each book takes each half once.
 *
 * @module
 */

import { firstDayOpen } from '../../kernel/deciding/bounds.ts';
import type { Command } from '../../kernel/deciding/commands.ts';
import type { State } from '../../kernel/state/state.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { textLengthMax } from '../../kernel/values/fields.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { codes, isBefore, Refusal } from '../../kernel/values/refusals.ts';
import type { CommandAnswer, Desk, Sender } from '../../reading/ports.ts';
import {
  alreadyCompleted,
  alreadyDeclined,
  alreadyReturned,
  sameBook,
  transferExists,
  transferUnknown,
} from './codes.ts';
import { arrivalSubject } from './receiving.ts';
import { sentSubject } from './sending.ts';
import { type ArrivedRow, arrivalKey, arrived, type SentRow, sent } from './state.ts';

/** Limits of a carrier. */
export const carrierLimits = {
  /** Transfers that are carried at once; the others wait for a place. */
  carriedMax: 64,
  /** Transfers that wait for a place; one beyond stays sent, and is carried later. */
  waitingMax: 10_000,
  /** Steps tried for a transfer before it is left for later. Without anybody in between it takes three, or four where it is declined. */
  stepsMax: 12,
} as const;

/** A book, as far as the carrier needs it. */
export type CarriedBook = Pick<Desk, 'state' | 'head' | 'lookups' | 'execute' | 'reached'>;

/** A book that stays open until it is given back. */
export interface HeldBook {
  readonly desk: CarriedBook;
  release(): void;
}

/** What the carrier needs from outside. */
export interface CarrierPort {
  /** A book by its id, or why it isn't to be had. */
  hold(id: string): Promise<HeldBook | Refusal>;
  /** Told of what nobody foresaw: the transfer stays where it is, and is carried later. */
  failed(error: unknown, about: { readonly book: string; readonly transfer: string }): void;
  /** Ends all carrying between two steps. */
  readonly signal: AbortSignal;
}

/** A transfer that somebody wants. */
export interface TransferOrder {
  /** The book that the money leaves, and the one that it goes to. */
  readonly book: string;
  readonly toBook: string;
  /** The caller's id of the transfer, once in the book that it leaves. */
  readonly transfer: string;
  /** Whose wallet it leaves, and whose it is for. */
  readonly from: string;
  readonly to: string;
  /** `30.00 CNY` */
  readonly amount: string;
  /** The date on which it is sent. */
  readonly on: Day;
  readonly key: string | undefined;
}

/** Where a transfer stands. */
export interface Standing {
  readonly book: string;
  readonly transfer: string;
  readonly row: SentRow;
  /** The revision of its latest event in the book that it leaves. */
  readonly revision: number;
  /** The revision at which it arrived or was declined; undefined where that isn't known. */
  readonly toRevision: number | undefined;
  /** Why it is still on its way. */
  readonly waits: Refusal | undefined;
  /** It had been sent before, with the same key and input. */
  readonly repeated: boolean;
}

/** Refusals after which the rows, or the first open day, say more than they did: looked at again at once. */
const lookAgain: ReadonlySet<string> = new Set(
  [
    codes.dayClosed,
    codes.beforeLatest,
    transferExists,
    alreadyDeclined,
    alreadyCompleted,
    alreadyReturned,
  ].map(({ code }) => code),
);

/**
 * Whether a refusal is the rules' own: with it a book says that it does not take the transfer as things stand. The codes ranked
 * behind are of its log, of its server and of their limits; then nobody knows what it would say, and the transfer waits.
 */
const isOfTheRules = ({ spec }: Refusal): boolean => isBefore(spec, 'book');

export class Carrier {
  readonly #port: CarrierPort;
  readonly #places = new Places(carrierLimits.carriedMax, carrierLimits.waitingMax);
  /** What is being carried, by book and transfer; a second wish for the same waits for the first. */
  readonly #carried = new Map<string, Promise<Refusal | undefined>>();

  constructor(port: CarrierPort) {
    this.#port = port;
  }

  /** Whether a transfer is being carried. */
  isCarrying(book: string, transfer: string): boolean {
    return this.#carried.has(arrivalKey(book, transfer));
  }

  /** Resolves when nothing is being carried any more. */
  async idle(): Promise<void> {
    while (this.#carried.size > 0) await Promise.allSettled(this.#carried.values());
  }

  /**
   * Sends a transfer and carries it as far as it goes now. Once it is sent the answer is where it stands; a repeat with the same
   * key carries on and says so, too.
   *
   * @returns a refusal where nothing was sent: SAME_BOOK, BOOK_UNKNOWN and what else keeps a book from being opened, or a code of
   * `sendTransfer`. After UNAVAILABLE it may have been sent all the same: a repeat with the same key tells.
   */
  async send(order: TransferOrder, sender: Sender): Promise<Standing | Refusal> {
    const { book, toBook, transfer } = order;
    if (book === toBook) return new Refusal(sameBook, book);
    return await this.#with(book, async (home) => {
      // What has been sent needs no other book to be answered; what has not must have somewhere to go.
      const known = home.state.row(sent, transfer) !== undefined;
      const sentNow = known
        ? await home.execute(sending(order), sender)
        : await this.#with(toBook, () => home.execute(sending(order), sender));
      if (sentNow instanceof Refusal) return sentNow;
      if (sentNow.kind === 'refused') return sentNow.refusal;
      const waits = await this.carry(book, transfer, sender);
      return await this.#standing(home, order, { waits, repeated: sentNow.kind === 'repeated' });
    });
  }

  /**
   * Carries a transfer that was sent as far as it goes now.
   *
   * @returns why it is still on its way; undefined when it has come to its end
   */
  carry(book: string, transfer: string, sender: Sender): Promise<Refusal | undefined> {
    const key = arrivalKey(book, transfer);
    let carrying = this.#carried.get(key);
    if (carrying === undefined) {
      carrying = this.#inPlace(book, transfer, sender).finally(() => this.#carried.delete(key));
      this.#carried.set(key, carrying);
    }
    return carrying;
  }

  async #inPlace(book: string, transfer: string, sender: Sender): Promise<Refusal | undefined> {
    if (!(await this.#places.enter()))
      return new Refusal(codes.tooMany, transfer, `${carrierLimits.waitingMax} transfers wait to be carried`);
    try {
      return await this.#carry(book, transfer, sender);
    } catch (error) {
      this.#port.failed(error, { book, transfer });
      return new Refusal(codes.unavailable, transfer, 'a step failed; it is tried again');
    } finally {
      this.#places.leave();
    }
  }

  async #carry(book: string, transfer: string, sender: Sender): Promise<Refusal | undefined> {
    return await this.#with(book, async (home) => {
      const row = home.state.row(sent, transfer);
      if (row === undefined) return new Refusal(transferUnknown, transfer);
      if (row.stage !== 'sent') return undefined;
      return await this.#with(row.book, (there) => this.#steps({ book, transfer, row }, home, there, sender));
    });
  }

  async #steps(
    of: Carried,
    home: CarriedBook,
    there: CarriedBook,
    sender: Sender,
  ): Promise<Refusal | undefined> {
    const { book, transfer } = of;
    let declined: Refusal | undefined;
    for (let step = 0; ; step++) {
      if (home.state.row(sent, transfer)?.stage !== 'sent') return undefined;
      if (step === carrierLimits.stepsMax)
        return new Refusal(codes.tooMany, transfer, `${step} steps were not enough`);
      if (this.#port.signal.aborted)
        return new Refusal(codes.unavailable, transfer, 'the carrier is stopping');
      const half = there.state.row(arrived, arrivalKey(book, transfer));
      if (half !== undefined && !isHalfOf(half, of.row))
        return new Refusal(
          transferExists,
          arrivalKey(book, transfer),
          `book ${of.row.book} knows another one`,
        );
      let answer: CommandAnswer;
      if (half?.stage === 'arrived') answer = await home.execute(completing(of, home.state), sender);
      else if (half?.stage === 'declined')
        answer = await home.execute(returning(of, half.reason ?? '', home.state), sender);
      else if (declined !== undefined)
        answer = await there.execute(declining(of, declined, there.state), sender);
      else {
        answer = await there.execute(receiving(of, there.state), sender);
        if (
          answer.kind === 'refused' &&
          !lookAgain.has(answer.refusal.code) &&
          isOfTheRules(answer.refusal)
        ) {
          declined = answer.refusal;
          continue;
        }
      }
      if (answer.kind === 'refused' && !lookAgain.has(answer.refusal.code)) return answer.refusal;
    }
  }

  async #standing(
    home: CarriedBook,
    { book, transfer, toBook }: TransferOrder,
    said: Pick<Standing, 'waits' | 'repeated'>,
  ): Promise<Standing | Refusal> {
    const row = home.state.row(sent, transfer);
    const revision = latest(home, sentSubject(transfer));
    // It was sent, and answered when that was durable: only a reader that lags behind could miss it.
    if (row === undefined || revision === undefined)
      return new Refusal(codes.unavailable, transfer, 'it was sent; this server has yet to read it');
    const toRevision = await this.#with(toBook, (there) =>
      halfIn(there, arrivalSubject(book, transfer), row.stage !== 'sent'),
    ).catch(() => undefined);
    return {
      book,
      transfer,
      row,
      revision,
      toRevision: toRevision instanceof Refusal ? undefined : toRevision,
      ...said,
    };
  }

  /** Works on a book and gives it back whatever comes. */
  async #with<T>(id: string, work: (book: CarriedBook) => Promise<T>): Promise<T | Refusal> {
    const held = await this.#port.hold(id);
    if (held instanceof Refusal) return held;
    try {
      return await work(held.desk);
    } finally {
      held.release();
    }
  }
}

/** The event of a half in the book that the transfer goes to. Where it must be there, what others have appended is read first. */
async function halfIn(there: CarriedBook, subject: string, mustBe: boolean): Promise<number | undefined> {
  const found = latest(there, subject);
  if (found !== undefined || !mustBe) return found;
  await there.reached(there.head.revision + 1, AbortSignal.abort());
  return latest(there, subject);
}

/** The newest event about a subject. */
function latest({ lookups, head }: CarriedBook, subject: string): number | undefined {
  for (const at of lookups.ofSubject(subject, head.revision)) return at;
  return undefined;
}

const sending = ({ transfer, from, toBook, to, amount, on, key }: TransferOrder): Command => ({
  on: formatDay(on),
  command: 'sendTransfer',
  with: { transfer, from, book: toBook, to, amount },
  ...(key === undefined ? {} : { key }),
});

/** A transfer on its way from a book. */
interface Carried {
  readonly book: string;
  readonly transfer: string;
  readonly row: SentRow;
}

/**
 * Whether the other book's half is of this very transfer. It isn't where a book was put back to an earlier state and used an id
 * again: then neither end would be true, and somebody has to look.
 */
const isHalfOf = (half: ArrivedRow, row: SentRow): boolean =>
  half.minor === row.minor && half.from === row.from && half.to === row.to;

/** A day of a book, not before the first on which it takes a command. */
const openDay = (day: Day, s: State): string => formatDay(Math.max(day, firstDayOpen(s)));

const asTold = ({ book, transfer, row: { from, to, minor } }: Carried) => ({
  transfer,
  book,
  from,
  to,
  amount: formatMoney(minor, 'CNY'),
});

// None of these carries a key: the rows decide, whatever date another carrier puts on the same step.

const receiving = (of: Carried, there: State): Command => ({
  on: openDay(of.row.on, there),
  command: 'receiveTransfer',
  with: asTold(of),
});

/** A date that lies too far ahead for the money lies too far ahead for its decline: that is of the first day that can be. */
const declining = (of: Carried, { code, message }: Refusal, there: State): Command => ({
  on:
    code === codes.dateTooFar.code
      ? formatDay(there.openFrom ?? there.marks.earliest ?? of.row.on)
      : openDay(of.row.on, there),
  command: 'declineTransfer',
  with: { ...asTold(of), reason: `${code}: ${message}`.slice(0, textLengthMax).toWellFormed() },
});

const completing = ({ transfer, row }: Carried, home: State): Command => ({
  on: openDay(row.on, home),
  command: 'completeTransfer',
  with: { transfer },
});

const returning = ({ transfer, row }: Carried, reason: string, home: State): Command => ({
  on: openDay(row.on, home),
  command: 'returnTransfer',
  with: { transfer, reason },
});

/** Places, of which there are so many; who finds none waits in line. */
class Places {
  #free: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number, waitingMax: number) {
    this.#free = count;
    this.#waitingMax = waitingMax;
  }

  /** Waits for a place; false where too many wait already. */
  async enter(): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    if (this.#waiting.length >= this.#waitingMax) return false;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return true;
  }

  /** Gives a place back, to the first in line. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
