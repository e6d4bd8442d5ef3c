/**
 * Eighteen months of a platform that lends: borrowers who pay merchants by wallet and on credit, repay statements and loans, and
 * sometimes don't; small firms with loans; suppliers of core enterprises with advances; partners who ask for scores. Every
 * command is one that the platform accepts when days are closed daily.
 *
 * @module
 */
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { Consumers } from './consumers.ts';
import { castOf } from './credit-cast.ts';
import { dice } from './dice.ts';
import { yuan } from './diary.ts';
import { Firms } from './firms.ts';
import { Loans } from './loans.ts';
import { Partners } from './partners.ts';
import { scoreDate } from './scores.ts';
import { SupplyChain } from './supply-chain.ts';
import { Town } from './town.ts';

/** How large a history is to be, and which. */
export interface CreditHistory {
  readonly borrowers: number;
  /** The first and the last day. */
  readonly from: string;
  readonly to: string;
  readonly seed: number;
}

/** What owners pay in for each borrower, in yuan: enough for leverage within its limits at an own share of 2 %. */
const capitalPerBorrower = { platform: 1_000, huabei: 150, jiebei: 180, mybank: 700 } as const;

/** The commands of a history, day by day; the same for the same size and seed. */
export function* creditHistory({ borrowers, from, to, seed }: CreditHistory): Generator<Command, void, void> {
  const firstDay = dayOf(from);
  const lastDay = dayOf(to);
  const d = dice(seed);
  const town = new Town(d, firstDay);
  const cast = castOf(d, borrowers, firstDay, lastDay);
  const { diary, purses, scores } = town;
  const loans = new Loans(town);
  const consumers = new Consumers(town, loans, cast.shops);
  const firms = new Firms(town, loans, cast);
  const chain = new SupplyChain(town, cast, lastDay);
  const partners = new Partners(town, cast);
  for (const [entity, each] of Object.entries(capitalPerBorrower))
    diary.add('contributeCapital', entity, { entity, amount: yuan(each * borrowers) });
  for (const borrower of cast.borrowers) consumers.open(borrower);
  for (; diary.day <= lastDay; diary.day++) {
    purses.begin(diary.day);
    diary.doTasks();
    for (const borrower of cast.borrowers) consumers.live(borrower);
    firms.live();
    chain.live();
    partners.live();
    for (const shop of cast.shops) trade(town, shop.id);
    consumers.close(cast.borrowers);
    if (diary.dateOfMonth === scoreDate) scores.compute(diary.day, (holder) => purses.wallet(holder));
    yield* diary.take();
  }
}

/** The history that is shipped. */
export const credit2016 = (): readonly Command[] => [
  ...creditHistory({ borrowers: 120, from: '2016-01-01', to: '2017-06-30', seed: 20160105 }),
];

/** A merchant takes its money out once a week. */
function trade({ diary, purses }: Town, holder: string): void {
  if (!diary.isMonday || purses.wallet(holder) < 20_000) return;
  diary.add('withdraw', holder, { holder, amount: 'all' });
  purses.addToWallet(holder, -purses.wallet(holder));
}
