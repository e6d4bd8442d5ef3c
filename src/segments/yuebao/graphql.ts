/**
 * yuebao in the graph: the fund, with what it holds and what it owes.
 *
 * @module
 */
import { builder } from '../../graphql/base/builder.ts';
import { Money } from '../../graphql/base/money.ts';
import { addFinder, type NodeRead, NodeRef } from '../../graphql/base/node.ts';
import { LedgerRef } from '../../graphql/book/ledger.ts';
import { EventConnection } from '../../graphql/events/event.ts';
import { askedEvents } from '../../graphql/events/search.ts';
import type { AccountKind } from '../../kernel/contract/account.ts';
import type { Money as KernelMoney } from '../../kernel/values/money.ts';
import { formatRate } from '../../kernel/values/rates.ts';
import type { LedgerPoint } from '../../reading/point.ts';
import {
  type AssetClass,
  assetClasses,
  cash,
  custodyDue,
  feesDue,
  holdings,
  liquid,
  redemptionsDue,
  units,
} from './accounts.ts';
import { rateOn } from './state.ts';

const fundId = 'yuebao';
const nodeId = `fund/${fundId}`;

interface AssetRead {
  readonly point: LedgerPoint;
  readonly asset: AssetClass;
}

/** What all accounts of kinds come to at a point. */
const sumAt = ({ view }: LedgerPoint, ...kinds: readonly AccountKind[]): KernelMoney => ({
  minor: kinds.reduce((sum, kind) => sum + view.totalOn(kind, view.to), 0n),
  currency: 'CNY',
});

const minus = (a: KernelMoney, b: KernelMoney): KernelMoney => ({ ...a, minor: a.minor - b.minor });

const AssetRef = builder.objectRef<AssetRead>('FundAsset').implement({
  description: 'What a fund has in a class of assets.',
  fields: (t) => ({
    asset: t.exposeID('asset', { description: 'The class: deposit-1m, bond …' }),
    amount: t.field({
      type: Money,
      description: 'How much is in it.',
      resolve: ({ point, asset }) => sumAt(point, holdings[asset]),
    }),
    rate: t.string({
      nullable: true,
      description:
        'The latest rate a year that was published for a day up to the ledger’s: 2.5%; null before the first.',
      resolve: ({ point, asset }, _args, { signal }) =>
        point.withRows(signal, (state) => {
          const day = point.lastDay;
          const rate = day === undefined ? undefined : rateOn(state, asset, day);
          return rate === undefined ? null : formatRate(rate);
        }),
    }),
  }),
});

const FundRef = builder.objectRef<NodeRead>('Fund').implement({
  description: 'A fund: what its holders have in units, what it has in assets, and what it owes.',
  interfaces: [NodeRef],
  fields: (t) => {
    const money = (of: (point: LedgerPoint) => KernelMoney, description: string) =>
      t.field({ type: Money, description, resolve: ({ point }) => of(point) });
    const owed = (point: LedgerPoint): KernelMoney => sumAt(point, redemptionsDue, feesDue, custodyDue);
    const assets = (point: LedgerPoint): KernelMoney =>
      sumAt(point, cash, ...assetClasses.map((asset) => holdings[asset]));
    return {
      id: t.id({ description: 'yuebao', resolve: () => fundId }),
      units: money((point) => sumAt(point, units), 'What holders have, a unit for each yuan.'),
      cash: money((point) => sumAt(point, cash), 'Cash that is not invested.'),
      assets: t.field({
        type: [AssetRef],
        description: 'What is invested, by class.',
        resolve: ({ point }) => assetClasses.map((asset) => ({ point, asset })),
      }),
      owed: money(owed, 'Redemptions and fees that are due and not paid.'),
      netAssets: money(
        (point) => minus(assets(point), owed(point)),
        'Cash and assets, less what is owed: the units, and what has not been distributed.',
      ),
      liquid: money(
        (point) => sumAt(point, ...liquid),
        'What can be paid out at once: cash, and what is on call.',
      ),
      events: t.field({
        type: EventConnection,
        description: 'The events that are about it, newest first.',
        args: {
          first: t.arg.int({ description: 'How many.' }),
          after: t.arg.string({ description: 'From behind this cursor on.' }),
        },
        resolve: ({ point }, page, context) =>
          askedEvents(point.source, { ...page, filter: { subject: [nodeId] } }, point.revision, context),
      }),
    };
  },
});

const fundOf = (point: LedgerPoint, id: string): NodeRead | null =>
  id === fundId ? { nodeId, type: 'Fund', point } : null;

addFinder('fund', fundOf);

builder.objectField(LedgerRef, 'fund', (t) =>
  t.field({
    type: FundRef,
    nullable: true,
    description: 'A fund; null where there is none of that id. (yuebao)',
    args: { id: t.arg.id({ defaultValue: fundId, required: true, description: 'Its id.' }) },
    resolve: (point, { id }) => fundOf(point, id),
  }),
);
