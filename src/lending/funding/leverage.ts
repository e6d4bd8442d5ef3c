/**
 * Leverage: what a lending company has borrowed, and the senior notes of its pools, against its net assets.
 *
 * @module
 */
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { Parameter } from '../../kernel/contract/parameter.ts';
import { type Breach, type CloseRule, draft } from '../../kernel/contract/rule.ts';
import type { Day } from '../../kernel/values/dates.ts';
import { choice, figure, flag } from '../../kernel/values/fields.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { type Fraction, shareFloored } from '../../kernel/values/rates.ts';
import { buckets } from '../lender/buckets.ts';
import type { Lender } from '../lender/lender.ts';

/** The two sides on which leverage is limited. */
export const leverageSides = ['on', 'off'] as const;
export type LeverageSide = (typeof leverageSides)[number];

/** Where totals of account kinds are read. */
interface Totals {
  totalOn(kind: AccountKind, day: Day): bigint;
}

/** Accounts of the lending company by the side that they are on. */
function ownKinds({ books }: Lender): {
  readonly assets: readonly AccountKind[];
  readonly liabilities: readonly AccountKind[];
} {
  const { principal, interest, lateFees, retained, cash, allowance } = books.own;
  return {
    assets: [cash, ...buckets.map((bucket) => principal[bucket]), interest, lateFees, retained],
    liabilities: [allowance, ...books.sources.map(({ kind }) => kind)],
  };
}

/** Net assets of the lending company at the end of a day. */
export function netAssets(lender: Lender, s: Totals, day: Day): bigint {
  let net = 0n;
  const { assets, liabilities } = ownKinds(lender);
  for (const kind of assets) net += s.totalOn(kind, day);
  for (const kind of liabilities) net -= s.totalOn(kind, day);
  return net;
}

/** What counts on a side at the end of a day. */
export function exposure({ books }: Lender, s: Totals, side: LeverageSide, day: Day): bigint {
  if (side === 'off') return s.totalOn(books.vehicle.senior, day);
  return books.sources.reduce((sum, { kind }) => sum + s.totalOn(kind, day), 0n);
}

/** The rule of leverage, after what is borrowed and paid back. */
export function leverage(lender: Lender, sweep: CloseRule<'cash'>): void {
  const { policy, tables, prefix, id } = lender;
  const limits: Readonly<Record<LeverageSide, Parameter<Fraction>>> = {
    on: policy.leverageOnMax,
    off: policy.leverageOffMax,
  };
  const type = lender.line.derivedEvent(`${prefix}LeverageMoved`, {
    doc: 'Leverage goes beyond its limit, or comes back.',
    fields: {
      side: choice('on or off balance', leverageSides),
      beyond: flag('whether it is beyond its limit from now on'),
      exposure: figure('what is borrowed, or senior notes'),
      netAssets: figure('of the lending company'),
    },
    subject: () => `lending/${id}`,
    evolve: ({ data, on }, s) => {
      if (data.beyond) s.set(tables.beyond, data.side, on);
      else s.delete(tables.beyond, data.side);
    },
  });
  lender.line.rule<LeverageSide>('leverage', {
    doc: 'What is borrowed, and senior notes, against net assets: beyond the limit is listed as a breach.',
    phase: 'sweeps',
    after: [sweep],
    items: () => leverageSides,
    derive: (side, s) => {
      const net = netAssets(lender, s, s.day);
      const exposed = exposure(lender, s, side, s.day);
      const beyond = exposed > shareFloored(net > 0n ? net : 0n, s.policy(limits[side]));
      if (beyond === (s.row(tables.beyond, side) !== undefined)) return undefined;
      return draft(type, { side, beyond, exposure: exposed, netAssets: net });
    },
    breach: (s): Breach | undefined => {
      const sides = leverageSides.filter((side) => s.row(tables.beyond, side) !== undefined);
      if (sides.length === 0) return undefined;
      const net = netAssets(lender, s, s.day);
      const details = sides.map(
        (side) => `${side} balance ${formatMoney(exposure(lender, s, side, s.day), 'CNY')}`,
      );
      return {
        rule: `${id}.leverage`,
        detail: `leverage beyond its limit: ${details.join(', ')}; net assets ${formatMoney(net, 'CNY')}`,
        minor: sides.reduce((sum, side) => sum + exposure(lender, s, side, s.day), 0n),
        currency: 'CNY',
      };
    },
  });
}
