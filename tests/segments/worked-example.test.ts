/** The worked example of commands.md, word for word: its sentence as commands, its table as the answer. */
import { describe, expect, it } from 'vitest';
import { book } from '../support/book.ts';
import { confirm, pay, topUp, withdraw } from '../support/commands.ts';
import { postingsOf } from '../support/postings.ts';
import { expectBalances } from '../support/scene.ts';

const table = `
| event | postings |
|---|---|
| ToppedUp | reserve +200.00 · wallet:user-1 −200.00 |
| PaymentInitiated | wallet:user-1 +120.00 · escrow −120.00 |
| ReceiptConfirmed | escrow +120.00 · wallet:merchant-1 −119.28 · merchant-fee −0.72 |
| Withdrawn | wallet:merchant-1 +119.28 · reserve −119.28 |
`;

/** `user-1` tops up 200.00; pays 120.00 to `merchant-1` through escrow on 2016-03-01; confirms on 2016-03-04; merchant withdraws all on 2016-03-05, no fee. */
const example = () =>
  book().take(
    topUp('2016-03-01', 'user-1', '200.00'),
    pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '120.00', { method: 'wallet', escrow: true }),
    confirm('2016-03-04', 'P-1'),
    withdraw('2016-03-05', 'merchant-1', 'all'),
  );

describe('the worked example', () => {
  it('gives the table of the page', () => {
    const [opened, ...events] = example().events;
    const rows = events.map((event) => `| ${event.type} | ${postingsOf(event).join(' · ')} |`);
    expect(opened?.type).toBe('BookOpened');
    expect(rows.map((row) => row.replaceAll(/ -(\d)/g, ' −$1'))).toEqual(table.trim().split('\n').slice(2));
  });

  it('uses the account ids of the page', () => {
    expect(example().events.flatMap(({ accounts }) => accounts)).toEqual([
      'platform:asset:payments:reserve:CNY',
      'platform:liability:payments:wallet:user-1:CNY',
      'platform:liability:payments:wallet:user-1:CNY',
      'platform:liability:payments:escrow:CNY',
      'platform:liability:payments:escrow:CNY',
      'platform:liability:payments:wallet:merchant-1:CNY',
      'platform:income:payments:merchant-fee:CNY',
      'platform:liability:payments:wallet:merchant-1:CNY',
      'platform:asset:payments:reserve:CNY',
    ]);
  });

  it('dates the events as the sentence does', () => {
    expectBalances(example(), { 'wallet:user-1': '80.00', escrow: '120.00' }, '2016-03-03');
    expectBalances(example(), { escrow: '0.00', 'wallet:merchant-1': '119.28' }, '2016-03-04');
    expectBalances(example(), { 'wallet:merchant-1': '0.00', reserve: '80.72', 'merchant-fee': '0.72' });
  });

  it('records what the line of the page says', () => {
    const [, , initiated] = example().events;
    expect(initiated?.subject).toBe('payment/P-1');
    expect(initiated?.data).toEqual({
      payment: 'P-1',
      payer: 'user-1',
      payee: 'merchant-1',
      amount: '120.00 CNY',
      method: 'wallet',
      escrow: true,
    });
  });
});
