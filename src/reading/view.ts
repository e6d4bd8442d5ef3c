/**
 * A view: a state as it was at a point of both axes. What was recorded up to a revision, and of it what counts up to a day. It
 * goes on saying the same while its state moves on. Amounts are positive on the normal side of their account.
 *
 * @module
 */

import type { AccountClass, AccountKind } from '../kernel/contract/account.ts';
import type { House } from '../kernel/engine/house.ts';
import { accountsById, kindsById } from '../kernel/state/journal/listing.ts';
import type { State } from '../kernel/state/state.ts';
import type { Day, Period } from '../kernel/values/dates.ts';
import { exponentOf, type Money } from '../kernel/values/money.ts';
import { declareCode, Refusal } from '../kernel/values/refusals.ts';
import { type Flow, flowKinds, groupEntities } from './flows.ts';
import {
  type BalanceSheet,
  balanceSheet,
  byCurrency,
  type ControlBalance,
  changes,
  type IncomeStatement,
  incomeStatement,
  type PeriodAmount,
  type Point,
  Totals,
  type TrialBalance,
  trialBalance,
} from './reports.ts';

/** No account of the house is meant. */
export const accountUnknown = declareCode(
  'ACCOUNT_UNKNOWN',
  'question',
  'there is no such account',
  'Name an account, the head of one (fund:asset:yuebao), or a prefix that ends in *.',
);

/** An account and what it shows at a view's point. */
export interface AccountReading extends Money {
  readonly id: string;
  /** Its number in the chart. */
  readonly account: number;
  readonly kind: AccountKind;
  /** Whose it is; undefined where the kind has one account only. */
  readonly holder: string | undefined;
}

/** Which accounts are meant: all that is given must hold. */
export interface AccountFilter {
  readonly entity?: string | undefined;
  readonly class?: AccountClass | undefined;
  readonly segment?: string | undefined;
  readonly name?: string | undefined;
  readonly holder?: string | undefined;
  /** What its id begins with. */
  readonly prefix?: string | undefined;
}

/** A stretch of a list. */
export interface Page {
  /** How many at most. */
  readonly first?: number | undefined;
  /** The last id that is passed over. */
  readonly after?: string | undefined;
}

/** A span of days cut into periods; without a day it begins or ends where the entity's books do. */
export interface Span {
  readonly from?: Day | undefined;
  readonly to?: Day | undefined;
  readonly by: Period;
}

/** Looking up one account costs about as much as passing over this many postings. */
const lookUpPostings = 64;

export class LedgerView {
  readonly house: House;
  readonly state: State;
  readonly point: Point;
  readonly #totals: Totals;

  /**
   * @param point `postings` is what {@link Register.postingsAfter} says of the revision
   * @throws RangeError when the state has not come as far as the point
   */
  constructor(house: House, state: State, point: Point) {
    if (point.postings > state.journal.length || point.revision >= state.marks.events) {
      throw new RangeError(`revision ${point.revision} is beyond ${state.marks.events - 1}`);
    }
    this.house = house;
    this.state = state;
    this.point = point;
    this.#totals = new Totals(state, point);
  }

  /** Whether nothing has been recorded after the view's point: only then do the state's tables say what they said at it. */
  get isHead(): boolean {
    return this.point.revision === this.state.marks.events - 1;
  }

  /** The last day that counts. */
  get to(): Day {
    return this.#totals.to;
  }

  /**
   * What an account holds, or all accounts below the head of an id, or all whose id begins with what stands before a `*`: an
   * amount for each currency that comes to something; where none does, zero in the currency that is named, or in CNY. Accounts
   * of both sides together are summed debit positive, accounts of one side positive on that side.
   *
   * @returns a refusal when no account of the house can be meant
   * @example view.balance('fund:asset:yuebao:deposit-*')
   */
  balance(of: string): readonly Money[] | Refusal {
    const meant = this.#meant(of);
    if (meant === undefined) return new Refusal(accountUnknown, of);
    const debits = new Map<string, bigint>();
    for (const kind of meant.kinds) {
      if (meant.prefix === undefined) this.#addKind(kind, debits);
      else {
        const { chart } = this.state;
        for (const account of accountsById(chart, kind, meant.prefix)) this.#addAccount(account, debits);
      }
    }
    const credits = meant.kinds.every(({ side }) => side === -1n);
    const sums = byCurrency(debits).filter(({ minor }) => minor !== 0n);
    if (sums.length === 0) return [{ minor: 0n, currency: meant.currency ?? 'CNY' }];
    return sums.map(({ minor, currency }) => ({ minor: credits ? -minor : minor, currency }));
  }

  /** An account by its id; undefined when nothing was posted on it up to the point. */
  account(id: string): AccountReading | undefined {
    const { chart } = this.state;
    for (const kind of this.house.kinds) {
      if (!id.startsWith(`${kind.path}:`)) continue;
      const [account] = accountsById(chart, kind, id);
      return account !== undefined && chart.id(account) === id ? this.#reading(account) : undefined;
    }
    return undefined;
  }

  /** The accounts that something was posted on up to the point, by id. */
  accounts(filter: AccountFilter = {}, page: Page = {}): readonly AccountReading[] {
    const found: AccountReading[] = [];
    const most = page.first ?? Number.POSITIVE_INFINITY;
    for (const reading of this.#list(filter, page.after)) {
      if (found.length >= most) break;
      found.push(reading);
    }
    return found;
  }

  *#list(filter: AccountFilter, after: string | undefined): Generator<AccountReading, void, void> {
    const { prefix = '', holder } = filter;
    for (const kind of kindsById(this.house.kinds)) {
      if (!fitsFilter(kind, filter)) continue;
      const begins = holder === undefined ? `${kind.path}:` : `${kind.path}:${holder}:`;
      if (!begins.startsWith(prefix) && !prefix.startsWith(begins)) continue;
      const longer = prefix.length > begins.length ? prefix : begins;
      for (const account of accountsById(this.state.chart, kind, longer, after)) {
        const reading = this.#reading(account);
        if (reading !== undefined) yield reading;
      }
    }
  }

  /** The control accounts of a segment, a line for each kind that it declares, and for each further currency with a balance. */
  controls(segment: string): readonly ControlBalance[] {
    return kindsById(this.house.kinds)
      .filter((kind) => kind.segment === segment)
      .flatMap((kind) => {
        const sums = new Map<string, bigint>();
        this.#addKind(kind, sums);
        for (const [currency, minor] of sums) if (minor === 0n) sums.delete(currency);
        if (!sums.has('CNY')) sums.set('CNY', 0n);
        return byCurrency(sums).map(({ minor, currency }) => ({ kind, currency, minor: kind.side * minor }));
      });
  }

  /** The balance of all accounts of a kind at the end of a day up to the view's, positive on its normal side. */
  totalOn(kind: AccountKind, day: Day, currency = 'CNY'): bigint {
    return kind.side * this.#total(kind, currency, (totals, control) => totals.totalOn(control, day));
  }

  /** The net change of all accounts of a kind over days up to the view's, both ends included, positive on its normal side. */
  change(kind: AccountKind, from: Day, to: Day, currency = 'CNY'): bigint {
    return kind.side * this.#total(kind, currency, (totals, control) => totals.sum(control, from, to));
  }

  /** All balances in two columns. */
  trialBalance(entity?: string): TrialBalance {
    return trialBalance(this.state, this.#totals, entity);
  }

  /**
   * What was earned and spent over days up to the view's, cut into periods.
   *
   * @returns a refusal when the periods are too many, or end before they begin
   */
  incomeStatement(from: Day, to: Day, by: Period, entity?: string): IncomeStatement | Refusal {
    return incomeStatement(this.state, this.#totals, { from, to, by }, entity);
  }

  /** What there is and what is owed. */
  balanceSheet(entity?: string): BalanceSheet {
    return balanceSheet(this.state, this.#totals, entity);
  }

  /**
   * A segment's income over periods: what the group earns by it ({@link flowKinds}), or what one entity does, if it is named. A
   * fund's own income is the fund's.
   *
   * @returns a refusal when the periods are too many, or end before they begin
   */
  revenue(segment: string, span: Span, entity?: string): readonly PeriodAmount[] | Refusal {
    return this.#flow('revenue', segment, span, entity);
  }

  /** A segment's expenses over periods, as {@link revenue} gives its income. */
  cost(segment: string, span: Span, entity?: string): readonly PeriodAmount[] | Refusal {
    return this.#flow('cost', segment, span, entity);
  }

  #flow(
    of: Flow,
    segment: string,
    span: Span,
    entity: string | undefined,
  ): readonly PeriodAmount[] | Refusal {
    const { kinds } = this.house;
    if (entity === undefined) {
      const group = { kinds: flowKinds(kinds, of, segment), entities: groupEntities(kinds) };
      return changes(this.state, this.#totals, group, span);
    }
    const wanted = of === 'revenue' ? 'income' : 'expense';
    const own = kinds.filter(
      (kind) => kind.entity === entity && kind.segment === segment && kind.class === wanted,
    );
    return changes(this.state, this.#totals, { kinds: own, entities: new Set([entity]) }, span);
  }

  /** First and last day, up to the view's, on which any account changed; undefined when none did. */
  days(): { readonly from: Day; readonly to: Day } | undefined {
    return this.#totals.days(this.state.chart.controls.map((_, control) => control));
  }

  /** The balance of an account by its number, positive on its normal side. */
  balanceOf(account: number): bigint {
    const side = this.state.chart.kindOf[account]?.side ?? 1n;
    return side * this.#debit(account);
  }

  #debit(account: number): bigint {
    return this.state.journal.balanceAt(account, this.to, this.point.postings);
  }

  #reading(account: number): AccountReading | undefined {
    const { chart, journal } = this.state;
    const kind = chart.kindOf[account];
    if (kind === undefined || !journal.touched(account, this.to, this.point.postings)) return undefined;
    const held = chart.holderOf[account] ?? '';
    return {
      id: chart.id(account),
      account,
      kind,
      holder: held === '' ? undefined : held,
      minor: kind.side * this.#debit(account),
      currency: chart.currencyOf[account] ?? '',
    };
  }

  /** The kinds that a text means; all of them, or the accounts of them whose ids begin with a prefix. */
  #meant(of: string): Meant | undefined {
    const open = of.endsWith('*');
    const begins = open ? of.slice(0, -1) : `${of}:`;
    const whole = this.house.kinds.filter(({ path }) => (open ? path : `${path}:`).startsWith(begins));
    if (whole.length > 0) return { kinds: whole, prefix: undefined, currency: undefined };
    const kind = this.house.kinds.find(({ path }) => of.startsWith(`${path}:`));
    if (kind === undefined) return undefined;
    if (open) return { kinds: [kind], prefix: begins, currency: undefined };
    const tail = of.slice(kind.path.length + 1).split(':');
    const [holder = '', currency] = kind.perHolder === true ? tail : ['-', ...tail];
    const known = currency === undefined || exponentOf(currency) !== undefined;
    if (holder === '' || !known || tail.length > (kind.perHolder === true ? 2 : 1)) return undefined;
    return { kinds: [kind], prefix: currency === undefined ? begins : of, currency };
  }

  #addKind(kind: AccountKind, debits: Map<string, bigint>): void {
    const { chart } = this.state;
    const accounts = chart.ofKind(kind);
    if (this.#totals.distance > accounts.length * lookUpPostings) {
      for (const account of accounts) this.#addAccount(account, debits);
      return;
    }
    chart.controls.forEach(({ kind: other, currency }, control) => {
      if (other.path === kind.path) this.#add(currency, this.#totals.total(control), debits);
    });
  }

  #addAccount(account: number, debits: Map<string, bigint>): void {
    this.#add(this.state.chart.currencyOf[account] ?? '', this.#debit(account), debits);
  }

  #add(currency: string, minor: bigint, debits: Map<string, bigint>): void {
    if (minor !== 0n) debits.set(currency, (debits.get(currency) ?? 0n) + minor);
  }

  #total(kind: AccountKind, currency: string, of: (totals: Totals, control: number) => bigint): bigint {
    const control = this.state.chart.controls.findIndex(
      (other) => other.kind.path === kind.path && other.currency === currency,
    );
    return control < 0 ? 0n : of(this.#totals, control);
  }
}

/** Whether accounts of a kind can be meant, by all that a kind fixes. */
const fitsFilter = (kind: AccountKind, filter: AccountFilter): boolean =>
  (filter.entity === undefined || filter.entity === kind.entity) &&
  (filter.class === undefined || filter.class === kind.class) &&
  (filter.segment === undefined || filter.segment === kind.segment) &&
  (filter.name === undefined || filter.name === kind.name) &&
  (filter.holder === undefined || kind.perHolder === true);

/** What a text means: kinds, or the accounts of one whose ids begin with a prefix; its currency where it says one. */
interface Meant {
  readonly kinds: readonly AccountKind[];
  readonly prefix: string | undefined;
  readonly currency: string | undefined;
}
