/**
 * The fixed history that speeds are measured on: ten thousand holders over a year, two thousand of them with units, a million
 * facts, every day closed. Made by a seeded generator, so that it is the same everywhere.
 *
 * @module
 */
import type { Command } from '../src/kernel/deciding/commands.ts';
import { dayOf, formatDay } from '../src/kernel/values/dates.ts';
import { random, yuan } from './dice.ts';

/** How large the history is. */
export interface HistorySize {
  readonly facts: number;
  readonly holders: number;
  readonly investors: number;
  readonly merchants: number;
  readonly days: number;
}

/** The size of performance.md. */
export const fixedSize: HistorySize = {
  facts: 1_000_000,
  holders: 10_000,
  investors: 2_000,
  merchants: 200,
  days: 365,
};

/** The beginning of the fixed history: as many of its days as hold a number of facts. */
export const beginningOf = (facts: number): HistorySize => ({
  ...fixedSize,
  facts,
  days: Math.max(2, Math.ceil((fixedSize.days * facts) / fixedSize.facts)),
});

const firstDay = dayOf('2016-01-01');

/** Commands in order of dates, without the closes: `close: daily` puts them in. */
export function* fixedHistory(
  size: HistorySize = fixedSize,
  seed = 20160101,
): Generator<Command, void, void> {
  const next = random(seed);
  const upTo = (most: number): number => Math.floor(next() * most);
  const user = (number: number): string => `user-${number}`;
  const on = (day: number): string => formatDay(firstDay + day);
  let made = 0;
  const command = (day: number, name: string, inputs: Command['with']): Command => {
    made++;
    return { on: on(day), command: name, with: inputs };
  };
  yield command(0, 'contributeCapital', { entity: 'platform', amount: '1000000.00 CNY' });
  for (const [asset, rate] of Object.entries({
    'deposit-1m': '2.5%',
    'deposit-3m': '3.1%',
    'deposit-long': '3.6%',
    bond: '4%',
    insurance: '4.5%',
    other: '1%',
  })) {
    yield command(0, 'publishRate', { asset, rate });
  }
  for (let holder = 0; holder < size.holders; holder++) {
    yield command(0, 'topUp', { holder: user(holder), amount: yuan(20_000_000 + upTo(30_000_000)) });
  }
  for (let holder = 0; holder < size.investors; holder++) {
    yield command(0, 'subscribeFund', {
      fund: 'yuebao',
      holder: user(holder),
      amount: yuan(500_000 + upTo(2_000_000)),
    });
  }
  const waiting: { readonly payment: string; readonly day: number }[] = [];
  let paid = 0;
  let confirmed = 0;
  for (let day = 1; day < size.days; day++) {
    const goal = Math.floor((size.facts * (day + 1)) / size.days);
    while (made < goal) {
      const kind = next();
      if (kind < 0.45) {
        const payment = `P-${paid++}`;
        const escrow = next() < 0.7;
        const method = next() < 0.25 ? 'card' : 'wallet';
        if (escrow) waiting.push({ payment, day });
        yield command(day, 'initiatePayment', {
          payment,
          payer: user(upTo(size.holders)),
          payee: `merchant-${upTo(size.merchants)}`,
          amount: yuan(1 + upTo(20_000)),
          method,
          escrow,
        });
      } else if (kind < 0.75 && confirmed < waiting.length) {
        const oldest = waiting[confirmed++];
        if (oldest !== undefined && day - oldest.day < 10)
          yield command(day, 'confirmReceipt', { payment: oldest.payment });
      } else if (kind < 0.83) {
        yield command(day, 'topUp', { holder: user(upTo(size.holders)), amount: yuan(1 + upTo(500_000)) });
      } else if (kind < 0.9) {
        const from = upTo(size.holders);
        yield command(day, 'transfer', {
          from: user(from),
          to: user((from + 1 + upTo(size.holders - 1)) % size.holders),
          amount: yuan(1 + upTo(5_000)),
        });
      } else if (kind < 0.94) {
        yield command(day, 'subscribeFund', {
          fund: 'yuebao',
          holder: user(upTo(size.investors)),
          amount: yuan(1 + upTo(20_000)),
        });
      } else if (kind < 0.96) {
        yield command(day, 'redeemFund', {
          fund: 'yuebao',
          holder: user(upTo(size.investors)),
          amount: '1%',
          speed: 'ordinary',
        });
      } else if (kind < 0.98) {
        yield command(day, 'withdraw', { holder: `merchant-${upTo(size.merchants)}`, amount: '1%' });
      } else {
        yield command(day, 'topUp', { holder: user(upTo(size.holders)), amount: yuan(1 + upTo(100_000)) });
      }
    }
  }
}
