/**
 * Core enterprises and the firms that sell to them: advances on receivables, orders and inventory, settled by the buyer, repaid by
 * the supplier, or called and sold.
 *
 * @module
 */
import { type Day, formatDay } from '../../src/kernel/values/dates.ts';
import type { Cast } from './credit-cast.ts';
import { money, yuan } from './diary.ts';
import type { Town } from './town.ts';

type Kind = 'receivable' | 'order' | 'inventory';

/** What is lent of a value, in hundredths: at most, and the least that is asked for. */
const shares: Readonly<Record<Kind, readonly [number, number]>> = {
  receivable: [60, 80],
  order: [35, 50],
  inventory: [45, 60],
};

/** How an advance on inventory goes. */
type Fate = 'repaid' | 'called and paid down' | 'called and sold' | 'sold at a loss';

export class SupplyChain {
  readonly #town: Town;
  readonly #cast: Cast;
  readonly #lastDay: Day;
  readonly #counts = new Map<string, number>();

  constructor(town: Town, cast: Cast, lastDay: Day) {
    this.#town = town;
    this.#cast = cast;
    this.#lastDay = lastDay;
  }

  /** A day: now and then a firm has delivered, has an order, or has filled a warehouse. */
  live(): void {
    const { d, diary } = this.#town;
    // Nothing begins in the last days, of which nothing could be seen.
    if (diary.day > this.#lastDay - 10) return;
    for (const core of this.#cast.cores) {
      if (d.chance(2.2 / 30.5)) this.#sell(core, 'receivable');
      if (d.chance(0.7 / 30.5)) this.#sell(core, 'order');
      if (d.chance(0.35 / 30.5)) this.#store(core);
    }
  }

  #nextId(core: string, letter: string): string {
    const name = `${letter}-${core}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return `${name}-${String(count).padStart(2, '0')}`;
  }

  /** Firms sell to the core enterprise that their number says, and some to the next one, too. */
  #supplierOf(core: string): string {
    const { cores, firms } = this.#cast;
    const at = cores.indexOf(core);
    const own = firms.filter((_, index) => [at, (at + 1) % cores.length].includes(index % cores.length));
    return this.#town.d.pick(own).id;
  }

  #apply(loan: string, kind: Kind, core: string, holder: string, value: number, days: number): number {
    const { d, diary, purses } = this.#town;
    const [least, most] = shares[kind];
    const principal = Math.floor((value * d.whole(least, most)) / 1_000) * 10;
    const dueOn = formatDay(diary.day + days);
    const inputs = { loan, kind, holder, core, value: yuan(value), principal: yuan(principal), dueOn };
    diary.addKeyed(`${loan}/apply`, 'applyForAdvance', inputs);
    diary.addKeyed(`${loan}/disburse`, 'disburseLoan', { loan, product: 'mybank' });
    purses.addToWallet(holder, principal * 100);
    return principal;
  }

  /** An advance on what the core enterprise will pay, and does. */
  #sell(core: string, kind: 'receivable' | 'order'): void {
    const { d, diary, purses, scores } = this.#town;
    const loan = this.#nextId(core, kind === 'receivable' ? 'R' : 'O');
    const supplier = this.#supplierOf(core);
    const value = d.whole(8, 60) * 1_000;
    const days = d.whole(30, 95);
    const principal = this.#apply(loan, kind, core, supplier, value, days);
    const late = d.chance(0.1) ? d.whole(3, 20) : -d.whole(0, 4);
    if (late > 0) diary.later(days + 1, () => scores.missed(supplier, diary.day));
    diary.later(days + late, () => {
      this.#town.topUp(core, value);
      diary.addKeyed(`${loan}/settle`, 'settleAdvance', { loan, amount: yuan(value) });
      // Interest and late fees take less than a twentieth of what was lent.
      purses.addToWallet(supplier, Math.floor((value - principal * 1.05) * 100));
    });
  }

  /** An advance on a warehouse, valued every few weeks. */
  #store(core: string): void {
    const { d, diary } = this.#town;
    const loan = this.#nextId(core, 'I');
    const supplier = this.#supplierOf(core);
    const value = d.whole(20, 90) * 1_000;
    const days = d.whole(90, 170);
    const principal = this.#apply(loan, 'inventory', core, supplier, value, days);
    const fate = d.weighted<Fate>([
      ['repaid', 5],
      ['called and paid down', 3],
      ['called and sold', 2],
      ['sold at a loss', 1],
    ]);
    const falls = fate === 'repaid' ? Number.POSITIVE_INFINITY : d.whole(35, days - 40);
    let worth = value;
    for (let after = 18; after < Math.min(days, falls); after += 18) {
      worth = Math.max(Math.ceil(principal * 1.4), Math.floor((worth * d.whole(94, 102)) / 100));
      const told = worth;
      diary.later(after, () => this.#value(loan, told));
    }
    if (fate === 'called and sold' || fate === 'sold at a loss') {
      const isLoss = fate === 'sold at a loss';
      const fallen = Math.floor(principal * (isLoss ? 0.95 : 1.27));
      const price = Math.floor(principal * (isLoss ? 0.86 : 1.18));
      diary.later(falls, () => this.#value(loan, fallen));
      diary.later(falls + d.whole(6, 12), () => this.#sellPledge(loan, price));
      if (isLoss) diary.later(days + 1, () => this.#town.scores.missed(supplier, diary.day));
      return;
    }
    const paidDown = Math.floor(principal * 0.3);
    if (fate === 'called and paid down') {
      diary.later(falls, () => this.#value(loan, Math.floor(principal * 1.2)));
      diary.later(falls + d.whole(2, 4), () => this.#repay(loan, supplier, paidDown * 100, yuan(paidDown)));
    }
    const most = Math.ceil(principal * (1 + 0.0003 * (days + 1)) * 100) + 100;
    diary.later(days, () => this.#repay(loan, supplier, most, 'all'));
  }

  #value(loan: string, value: number): void {
    this.#town.diary.addKeyed(`${loan}/value`, 'valuePledge', { loan, value: yuan(value) });
  }

  #repay(loan: string, supplier: string, most: number, amount: string): void {
    const { diary, scores } = this.#town;
    this.#town.spend(supplier, most);
    diary.addKeyed(`${loan}/repay`, 'repayLoan', { loan, product: 'mybank', amount });
    scores.kept(supplier, diary.day);
  }

  #sellPledge(loan: string, price: number): void {
    const { diary } = this.#town;
    diary.addKeyed(`${loan}/sell`, 'sellPledge', { loan, price: money(price * 100) });
  }
}
