/**
 * What many clients of one book wish for: random commands, of which a good part must be refused. They know of the book what clients
 * know: who there is, which payments were made, and which day seems to be open.
 *
 * @module
 */
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { type Day, dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { formatMoney } from '../../src/kernel/values/money.ts';
import {
  closeDay,
  confirm,
  contributeCapital,
  publishRate,
  redeem,
  refund,
  subscribe,
  topUp,
  transfer,
  withdraw,
} from '../support/commands.ts';

/** Whole numbers below a bound, by chance. */
export type Roll = (below: number) => number;

const users = 30;
const merchants = 4;
/** So few that most are confirmed or refunded by several clients at once. */
const paymentsKnown = 24;
const firstDay = dayOf('2016-03-01');
/** Facts are dated on the first open day or one of so many after it, or the day before: what is closed meanwhile refuses them. */
const daysAhead = 4;
/** One command of so many closes a day. */
const closeEvery = 220;

/** A command under a key of its own. */
export type Keyed = Command & { readonly key: string };

export class World {
  /** The day that seems to be the next to close. */
  #open: Day = firstDay + 1;
  #payments: string[] = [];
  #made = 0;

  /** What stands in the book before anybody comes: some money, rates for the fund, and a day that is closed. */
  beginning(): readonly Keyed[] {
    const on = formatDay(firstDay);
    const commands = [
      contributeCapital(on, '5000.00'),
      ...['deposit-1m', 'deposit-3m', 'bond'].map((asset) => publishRate(on, asset, '3.5%')),
      ...Array.from({ length: users }, (_, n) => topUp(on, `user-${n}`, '400.00')),
      ...Array.from({ length: users / 2 }, (_, n) => subscribe(on, `user-${n}`, '150.00')),
      closeDay(on),
    ];
    return commands.map((command) => this.#keyed(command));
  }

  /** The next wish of somebody. */
  next(roll: Roll): Keyed {
    if (roll(closeEvery) === 0)
      return this.#keyed({ on: formatDay(this.#open), command: 'closeDay', with: {} });
    return this.#keyed(this.#fact(roll));
  }

  /** What the clients hear of: a command was accepted. */
  heard({ command, on, with: given }: Command): void {
    if (command === 'closeDay') this.#open = Math.max(this.#open, dayOf(on) + 1);
    if (command !== 'initiatePayment') return;
    this.#payments.push(String(given.payment));
    if (this.#payments.length > paymentsKnown) this.#payments.shift();
  }

  #keyed(command: Command): Keyed {
    return { ...command, key: `k-${this.#made++}` };
  }

  #fact(roll: Roll): Command {
    const day = this.#open + (roll(25) === 0 ? -1 : roll(daysAhead + 1));
    const on = formatDay(day);
    const user = `user-${roll(users)}`;
    const other = `user-${roll(users)}`;
    const merchant = `merchant-${roll(merchants)}`;
    const amount = formatMoney(BigInt(1 + roll(30_000)), 'CNY');
    const small = formatMoney(BigInt(1 + roll(8_000)), 'CNY');
    // One that no client has heard of yet may be made by the time that the command is decided.
    const payment = this.#payments[roll(this.#payments.length + 1)] ?? `P-${this.#made + roll(20)}`;
    const which = roll(100);
    if (which < 18) return topUp(on, user, amount);
    if (which < 36) return transfer(on, user, roll(4) === 0 ? merchant : other, amount);
    if (which < 46) {
      const size = roll(5) === 0 ? ['all', '50%'][roll(2)] : small;
      return withdraw(on, roll(4) === 0 ? merchant : user, size ?? 'all');
    }
    if (which < 68) {
      const method = ['wallet', 'wallet', 'card', 'yuebao'][roll(4)] ?? 'wallet';
      const inputs = { payment: `P-${this.#made}`, payer: user, payee: merchant, amount: small };
      return { on, command: 'initiatePayment', with: { ...inputs, method, escrow: roll(2) === 0 } };
    }
    if (which < 77) return confirm(on, payment);
    if (which < 84) return refund(on, payment, roll(2) === 0 ? undefined : small);
    if (which < 92) return subscribe(on, user, small);
    const size = roll(5) === 0 ? ['all', '25%'][roll(2)] : small;
    return redeem(on, user, size ?? 'all', roll(2) === 0 ? 'quick' : 'ordinary');
  }
}
