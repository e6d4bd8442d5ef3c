/**
 * A year of a small platform, day by day: salaries and rents, purchases through escrow and at once, confirmations, time-outs and
 * refunds, savings in the fund, and a singles' day. Every command is one that the platform accepts when days are closed daily.
 *
 * @module
 */
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { agreements, type Merchant, type Method, merchants, type Person, people } from './cast.ts';
import { type Dice, dice } from './dice.ts';
import { Diary, money, yuan } from './diary.ts';
import { classes, publishedRate } from './published-rates.ts';
import { Purses } from './purses.ts';
import { type Sale, Sales } from './sales.ts';

const seed = 20160101;
const firstDay = dayOf('2016-01-01');
const lastDay = dayOf('2016-12-31');
const singlesDay = dayOf('2016-11-11');
/** Withdrawals cost something from 2016-10-12 on; many take their money out before. */
const feeBegins = dayOf('2016-10-12');

/** Most of the fund that goes out at once on a day, in hundredths: its liquid part is never tried. */
const outflowMax = 5;
const outflowMaxSinglesDay = 10;

/** Days of more or fewer purchases than usual. */
const seasons: readonly (readonly [string, string, number])[] = [
  ['2016-02-05', '2016-02-14', 0.45],
  ['2016-06-16', '2016-06-18', 2.5],
  ['2016-10-01', '2016-10-07', 1.6],
  ['2016-11-01', '2016-11-10', 0.55],
  ['2016-11-12', '2016-11-20', 0.7],
  ['2016-12-12', '2016-12-12', 3],
];

/** The commands of the year, in order. The same every time. */
export const platform2016 = (): readonly Command[] => new Year(dice(seed)).commands();

class Year {
  readonly #d: Dice;
  readonly #people: readonly Person[];
  readonly #purses = new Purses();
  readonly #diary = new Diary(firstDay);
  readonly #sales: Sales;
  #payments = 0;
  /** What the fund has paid out at once on the day, in fen. */
  #outflow = 0;

  constructor(d: Dice) {
    this.#d = d;
    this.#people = people(d);
    this.#sales = new Sales(d, this.#diary, this.#purses);
  }

  commands(): readonly Command[] {
    this.#open();
    for (; this.#day <= lastDay; this.#diary.day++) {
      this.#outflow = 0;
      this.#purses.begin(this.#day);
      this.#publish();
      this.#agree();
      for (const person of this.#people) this.#payday(person);
      this.#diary.doTasks();
      for (const person of this.#people) this.#live(person);
      for (const merchant of merchants) this.#trade(merchant);
    }
    return this.#diary.take();
  }

  get #day(): number {
    return this.#diary.day;
  }

  get #on(): string {
    return this.#diary.on;
  }

  get #dateOfMonth(): number {
    return this.#diary.dateOfMonth;
  }

  #add(command: string, about: string, inputs: Command['with']): void {
    this.#diary.add(command, about, inputs);
  }

  #open(): void {
    this.#add('contributeCapital', 'platform', { entity: 'platform', amount: yuan(200_000) });
    this.#publish();
    for (const { id, savings } of this.#people) {
      const pocket = this.#d.whole(3, 20) * 100;
      this.#topUp(id, savings + pocket);
      if (savings > 0) this.#subscribe(id, savings * 100);
    }
  }

  #publish(): void {
    const first = this.#day === firstDay;
    if (first ? this.#diary.has(`${this.#on}/publishRate/${classes[0]}`) : !this.#diary.isMonday) return;
    for (const asset of classes) {
      this.#add('publishRate', asset, { asset, rate: publishedRate(this.#d, asset, this.#day) });
    }
  }

  #agree(): void {
    for (const { merchant, from, rate, reason } of agreements) {
      if (from !== this.#on) continue;
      const parameter = `payments.merchantFeeRate[${merchant}]`;
      this.#add('changePolicy', merchant, { parameter, value: rate, from, reason });
    }
  }

  #payday({ id, salary, saved, gives }: Person): void {
    if (salary?.date === this.#dateOfMonth) {
      this.#topUp(id, salary.yuan);
      if (saved > 0) this.#subscribe(id, Math.floor((salary.yuan * saved) / 1000) * 1000);
    }
    if (gives?.date === this.#dateOfMonth) this.#transfer(id, gives.to, gives.yuan);
  }

  #topUp(holder: string, amount: number): void {
    this.#add('topUp', holder, { holder, amount: yuan(amount) });
    this.#purses.addToWallet(holder, amount * 100);
  }

  #transfer(from: string, to: string, amount: number): void {
    if (this.#purses.wallet(from) < amount * 100) return;
    this.#add('transfer', from, { from, to, amount: yuan(amount) });
    this.#purses.addToWallet(from, -amount * 100);
    this.#purses.addToWallet(to, amount * 100);
  }

  /** Puts money into the fund, as far as the wallet goes. */
  #subscribe(holder: string, fen: number): void {
    if (fen <= 0 || this.#purses.wallet(holder) < fen) return;
    this.#add('subscribeFund', holder, { fund: 'yuebao', holder, amount: money(fen) });
    this.#purses.addToWallet(holder, -fen);
    this.#purses.addUnits(holder, fen);
  }

  /** Takes money out of the fund; an amount, or all of a holding. */
  #redeem(holder: string, fen: number, speed: 'quick' | 'ordinary', amount = money(fen)): void {
    if (fen < 10_000 || this.#purses.units(holder) < fen) return;
    const quick = speed === 'quick';
    if (quick && !this.#hasRoom(fen)) return;
    this.#add('redeemFund', holder, { fund: 'yuebao', holder, amount, speed });
    this.#purses.addUnits(holder, -fen);
    if (quick) {
      this.#outflow += fen;
      this.#purses.addToWallet(holder, fen);
    } else this.#purses.expect(this.#day + 2, holder, fen);
  }

  #hasRoom(fen: number): boolean {
    const share = this.#day === singlesDay ? outflowMaxSinglesDay : outflowMax;
    return (this.#outflow + fen) * 100 <= this.#purses.fund() * share;
  }

  #live(person: Person): void {
    const d = this.#d;
    const { id, role } = person;
    this.#shop(person);
    if (role === 'wealthy') this.#moveWealth(id);
    if (role === 'saver' && d.chance(0.012)) {
      const fen = d.whole(2, 12) * 50_000;
      this.#redeem(id, Math.min(fen, this.#purses.units(id)), d.chance(0.6) ? 'quick' : 'ordinary');
    }
    if (role !== 'student' && role !== 'freelancer' && d.chance(0.004)) {
      this.#transfer(id, d.pick(this.#people.filter((other) => other.id !== id)).id, d.whole(1, 10) * 50);
    }
    if (this.#on === '2016-02-07') this.#giveRedPacket(person);
    this.#empty(person);
  }

  /** Red packets on New Year's Eve: lucky sums to a student or a friend. */
  #giveRedPacket({ id }: Person): void {
    const d = this.#d;
    if (!d.chance(0.5)) return;
    const to = d.pick(this.#people.filter((other) => other.id !== id));
    this.#transfer(id, to.id, d.pick([66, 88, 88, 168, 188, 288]));
  }

  /** What lies in a wallet for no use goes to a bank: more so just before withdrawals cost something. */
  #empty({ id, role }: Person): void {
    const d = this.#d;
    const idle = this.#purses.wallet(id);
    const rush = this.#day >= feeBegins - 3 && this.#day < feeBegins;
    if (role === 'freelancer') {
      if (this.#dateOfMonth === 28 && idle >= 50_000) this.#withdraw(id, d.pick(['all', '90%']));
      return;
    }
    const kept = role === 'student' ? 300_000 : 400_000;
    if (idle <= kept || !d.chance(rush ? 0.6 : 0.035)) return;
    this.#withdraw(id, money(Math.floor((idle - kept / 2) / 10_000) * 10_000));
  }

  #withdraw(holder: string, amount: string): void {
    const idle = this.#purses.wallet(holder);
    this.#add('withdraw', holder, { holder, amount });
    if (amount === 'all') this.#purses.addToWallet(holder, -idle);
    else if (amount.endsWith('%'))
      this.#purses.addToWallet(holder, -Math.ceil((idle * Number.parseInt(amount, 10)) / 100) - 1);
    else this.#purses.addToWallet(holder, -Math.floor(Number.parseFloat(amount) * 100));
  }

  /** Large sums in and out: new money from a bank every few months, out for a house or for shares. */
  #moveWealth(id: string): void {
    const d = this.#d;
    if (d.chance(1 / 75)) {
      const amount = d.whole(15, 90) * 1000;
      this.#topUp(id, amount);
      this.#subscribe(id, amount * 100);
    }
    if (d.chance(1 / 60)) {
      const fen = Math.min(d.whole(8, 60) * 100_000, this.#purses.units(id));
      this.#redeem(id, fen, d.chance(0.5) ? 'quick' : 'ordinary');
    }
  }

  #shop(person: Person): void {
    const d = this.#d;
    if (this.#day === singlesDay) {
      if (!d.chance(0.9)) return;
      const purchases = d.weighted([
        [1, 4],
        [2, 5],
        [3, 3],
        [4, 1],
      ]);
      for (let bought = 0; bought < purchases; bought++) this.#buy(person);
      return;
    }
    const season = seasons.find(([from, to]) => this.#on >= from && this.#on <= to)?.[2] ?? 1;
    if (d.chance((person.purchasesPerMonth / 30.5) * season)) this.#buy(person);
  }

  #buy({ id, role, methods }: Person): void {
    const d = this.#d;
    const peak = this.#day === singlesDay;
    const merchant = d.weighted(merchants.map((one) => [one, one.weight * (peak ? one.singlesDay : 1)]));
    const scale = role === 'student' ? 0.4 : role === 'wealthy' ? 1.6 : 1;
    const range = d.real();
    const price = Math.floor((merchant.low + (merchant.high - merchant.low) * range * range) * scale);
    const fen = Math.max(5, price) * 100 + d.pick([0, 0, 0, 50, 80, 90, 99]);
    const method = this.#affordable(id, d.weighted(methods), fen);
    const escrow = d.chance(merchant.escrow);
    const payment = `P-${String(++this.#payments).padStart(4, '0')}`;
    this.#diary.addKeyed(`${payment}/pay`, 'initiatePayment', {
      payment,
      payer: id,
      payee: merchant.id,
      amount: money(fen),
      method,
      escrow,
    });
    if (method === 'wallet') this.#purses.addToWallet(id, -fen);
    if (method === 'yuebao') {
      this.#purses.addUnits(id, -fen);
      this.#outflow += fen;
    }
    const sale: Sale = { payment, payee: merchant.id, left: fen };
    if (escrow) this.#sales.ship(sale, merchant);
    else this.#sales.handOver(sale, merchant);
  }

  /** What a purchase is paid with: a card where neither wallet nor fund suffices. */
  #affordable(id: string, wanted: Method, fen: number): Method {
    if (wanted === 'wallet') return this.#purses.wallet(id) >= fen ? 'wallet' : 'card';
    if (wanted === 'card') return 'card';
    return this.#purses.units(id) >= fen && this.#hasRoom(fen) ? 'yuebao' : 'card';
  }

  #trade({ id, takesOut }: Merchant): void {
    const idle = this.#purses.wallet(id);
    if (idle < 20_000) return;
    if (takesOut === undefined) {
      if (this.#dateOfMonth === 20) this.#subscribe(id, Math.floor(idle / 10_000) * 10_000);
      if (this.#on.endsWith('-08') && this.#d.chance(0.4))
        this.#redeem(id, Math.floor(this.#purses.units(id) / 3), 'quick');
      return;
    }
    const { every, amount } = takesOut;
    const due =
      every === 'month'
        ? this.#dateOfMonth === 26
        : this.#diary.isMonday && (every === 'week' || Math.floor((this.#day - firstDay) / 7) % 2 === 0);
    if (due) this.#withdraw(id, amount);
  }
}
