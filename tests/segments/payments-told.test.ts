/** What payments tells those who answer it: whose money it is, by which method, how much of it, and what the payee gets. */
import { describe, expect, it } from 'vitest';
import { answer, type Listener } from '../../src/kernel/contract/listener.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { amount, choice, id } from '../../src/kernel/values/fields.ts';
import { segments } from '../../src/segments/index.ts';
import { book } from '../support/book.ts';
import { changePolicy, closeDay, confirm, pay, refund, reverse, topUp } from '../support/commands.ts';
import { bare } from '../support/toy-house.ts';

const needs = {
  payment: id('which'),
  payer: id('who pays'),
  payee: id('who is paid'),
  amount: amount('how much'),
  method: choice('by what', ['wallet', 'other']),
};

/** A book in which somebody listens, and what he hears: on evolving, and on undoing. */
function heard() {
  const found: unknown[] = [];
  const listening = (to: string): Listener =>
    answer(to, {
      needs,
      when: ({ method }) => method === 'wallet',
      evolve: ({ data }) => void found.push([to, data]),
      undo: ({ data }) => void found.push([`${to} undone`, data]),
    });
  const types = ['PaymentInitiated', 'ReceiptConfirmed', 'ReceiptTimedOut', 'PaymentRefunded'];
  const ear = bare('ear', { listeners: types.map(listening) });
  const of = book(new House([...segments, ear])).take(
    topUp('2016-03-01', 'user-1', '500.00'),
    pay('2016-03-01', 'P-1', 'user-1', 'merchant-1', '120.00'),
  );
  return { of, found };
}

const parties = { payment: 'P-1', payer: 'user-1', payee: 'merchant-1', method: 'wallet' };

describe('payments tells', () => {
  it('of a payment its inputs, and what is paid out: into escrow all of it, at once less the fee', () => {
    const { of, found } = heard();
    of.take(pay('2016-03-01', 'P-2', 'user-1', 'merchant-1', '120.00', { escrow: false }));
    const told = { ...parties, amount: 12_000n };
    expect(found).toEqual([
      ['PaymentInitiated', { ...told, escrow: true, paidOut: 12_000n }],
      ['PaymentInitiated', { ...told, payment: 'P-2', escrow: false, paidOut: 11_928n }],
    ]);
  });

  it('of a confirmation what is left in escrow, with and without the fee, and the same when it is reversed', () => {
    const { of, found } = heard();
    of.take(refund('2016-03-02', 'P-1', '20.00'), confirm('2016-03-03', 'P-1'));
    of.take(reverse('2016-03-03', of.revisionOf('ReceiptConfirmed')));
    expect(found.slice(1)).toEqual([
      ['PaymentRefunded', { ...parties, amount: 2_000n }],
      ['ReceiptConfirmed', { ...parties, amount: 10_000n, paidOut: 9_940n }],
      ['ReceiptConfirmed undone', { ...parties, amount: 10_000n, paidOut: 9_940n }],
    ]);
  });

  it('of a time-out what it releases', () => {
    const { of, found } = heard();
    of.take(refund('2016-03-01', 'P-1', '20.00'));
    of.take(changePolicy('2016-03-01', 'payments.confirmAfterDays', 0));
    of.take(closeDay('2016-03-01'));
    expect(found.at(-1)).toEqual(['ReceiptTimedOut', { ...parties, amount: 10_000n, paidOut: 9_940n }]);
  });

  it('of a refund what goes back, whether it is said or what is left', () => {
    const { of, found } = heard();
    of.take(refund('2016-03-02', 'P-1', '20.00'), refund('2016-03-02', 'P-1'));
    of.take(reverse('2016-03-02', of.revisionOf('PaymentRefunded')));
    expect(found.slice(1)).toEqual([
      ['PaymentRefunded', { ...parties, amount: 2_000n }],
      ['PaymentRefunded', { ...parties, amount: 10_000n }],
      ['PaymentRefunded undone', { ...parties, amount: 10_000n }],
    ]);
  });
});
