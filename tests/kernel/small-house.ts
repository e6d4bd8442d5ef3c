/** A house of two small lines of business, and a book of it that remembers every posting beside the state. */

import { accountKind } from '../../src/kernel/contract/account.ts';
import type { Segment } from '../../src/kernel/contract/segment.ts';
import { emptyState } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { NumberedEntry, type State } from '../../src/kernel/state/state.ts';
import type { Day } from '../../src/kernel/values/dates.ts';
import { anyTable } from '../support/any-table.ts';

export const cash = accountKind('platform:asset:shop:cash', { doc: 'may be overdrawn' });
export const wallet = accountKind('platform:liability:shop:wallet', { doc: '', perHolder: true });
export const walletFee = accountKind('platform:liability:shop:wallet-fee', { doc: '' });
export const capital = accountKind('platform:equity:shop:capital', { doc: '' });
export const fee = accountKind('platform:income:shop:fee', { doc: '' });
export const cost = accountKind('platform:expense:shop:cost', { doc: '' });
export const deposit1 = accountKind('fund:asset:pool:deposit-1m', { doc: '' });
export const deposit3 = accountKind('fund:asset:pool:deposit-3m', { doc: '' });
export const units = accountKind('fund:liability:pool:units', { doc: '', perHolder: true });
export const yields = accountKind('fund:income:pool:yield', { doc: '' });
export const kinds = [
  cash,
  wallet,
  walletFee,
  capital,
  fee,
  cost,
  deposit1,
  deposit3,
  units,
  yields,
] as const;

export interface OrderRow {
  readonly on: Day;
  readonly amount: bigint;
  readonly note?: string | undefined;
  readonly lines: readonly { readonly what: string; readonly count: number }[];
}

export const orders = anyTable<OrderRow>('shop.orders', '', ({ on }) => on);
export const volumes = anyTable<bigint>('shop.volumes', '');

const none = {
  borrows: [],
  parameters: [],
  tables: [],
  facts: [],
  derived: [],
  listeners: [],
  close: [],
  invariants: [],
  metrics: [],
};

const shop: Segment = {
  ...none,
  id: 'shop',
  title: 'Shop',
  doc: '',
  accounts: kinds.filter(({ segment }) => segment === 'shop'),
  tables: [orders, volumes],
  metrics: [
    {
      id: 'takeRate',
      doc: '',
      unit: 'share',
      of: (s) => s.ratio(s.change(fee), s.sumOverDays(volumes)),
    },
    { id: 'owed', doc: '', unit: 'CNY', of: (s) => s.money(s.totalOn(wallet, s.to)) },
  ],
};

const pool: Segment = {
  ...none,
  id: 'pool',
  title: 'Pool',
  doc: '',
  accounts: kinds.filter(({ segment }) => segment === 'pool'),
  metrics: [{ id: 'units', doc: '', unit: 'CNY', of: (s) => s.money(s.totalOn(units, s.to)) }],
};

export const house = new House([shop, pool]);

/** A posting as a book remembers it, and the event that it belongs to. */
export interface Remembered {
  readonly revision: number;
  readonly id: string;
  readonly minor: bigint;
  readonly day: Day;
}

/** An event's postings: account ids and debit-positive amounts, the last of which balances the rest. */
export interface Booked {
  readonly day: Day;
  readonly ids: readonly string[];
  readonly minors: readonly bigint[];
}

/** A state, and a plain list of what was posted on it. */
export class SmallBook {
  readonly state: State;
  readonly posted: Remembered[];
  /** Number of postings after each event. */
  readonly ends: number[];

  constructor(state = emptyState(house), posted: Remembered[] = [], ends: number[] = []) {
    this.state = state;
    this.posted = posted;
    this.ends = ends;
  }

  fork(): SmallBook {
    return new SmallBook(this.state.fork(), [...this.posted], [...this.ends]);
  }

  get revision(): number {
    return this.ends.length - 1;
  }

  /** Number of postings at a revision. */
  postingsAfter(revision: number): number {
    return this.ends[revision] ?? 0;
  }

  book({ day, ids, minors }: Booked): void {
    const { chart } = this.state;
    const accounts = ids.map((id) => {
      const account = chart.indexOfId(id);
      if (account === undefined) throw new Error(`no account ${id}`);
      return account;
    });
    const revision = this.ends.length;
    this.state.post(new NumberedEntry(chart, accounts, minors), day, revision);
    this.state.marks.events++;
    ids.forEach((id, at) => {
      this.posted.push({ revision, id, minor: minors[at] ?? 0n, day });
    });
    this.ends.push(this.posted.length);
  }
}
