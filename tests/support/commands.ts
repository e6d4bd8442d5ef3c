/**
 * Commands, written short: `topUp('2016-03-01', 'user-1', '200.00')`. Amounts without a currency are CNY.
 *
 * @module
 */
import type { Command } from '../../src/kernel/deciding/commands.ts';

/** `all` and shares as they are; amounts with a currency as they are; any other text gets ` CNY`. */
const money = (text: string): string => (/^\d+(\.\d+)?$/.test(text) ? `${text} CNY` : text);

/** Any command, with its inputs as they are. */
export const command = (on: string, name: string, inputs: Command['with'], key?: string): Command => ({
  on,
  command: name,
  with: inputs,
  ...(key === undefined ? {} : { key }),
});

/** The same command under a key. */
export const keyed = (given: Command, key: string): Command => ({ ...given, key });

export const closeDay = (on: string): Command => command(on, 'closeDay', {});

export const contributeCapital = (on: string, amount: string): Command =>
  command(on, 'contributeCapital', { entity: 'platform', amount: money(amount) });

/** A value from a day on (that of the command, unless another is named), or over a range. */
export const changePolicy = (
  on: string,
  parameter: string,
  value: unknown,
  { from = on, to }: { readonly from?: string; readonly to?: string } = {},
): Command =>
  command(on, 'changePolicy', {
    parameter,
    value,
    from,
    ...(to === undefined ? {} : { to }),
    reason: 'a test',
  });

export const reverse = (on: string, event: number): Command =>
  command(on, 'reverse', { event, reason: 'a mistake' });

export const topUp = (on: string, holder: string, amount: string): Command =>
  command(on, 'topUp', { holder, amount: money(amount) });

export const transfer = (on: string, from: string, to: string, amount: string): Command =>
  command(on, 'transfer', { from, to, amount: money(amount) });

export const withdraw = (on: string, holder: string, amount: string): Command =>
  command(on, 'withdraw', { holder, amount: money(amount) });

/** How a payment is made; from a wallet through escrow, unless it says otherwise. */
export interface Paying {
  readonly method?: string;
  readonly escrow?: boolean;
}

export const pay = (
  on: string,
  payment: string,
  payer: string,
  payee: string,
  amount: string,
  { method = 'wallet', escrow = true }: Paying = {},
): Command =>
  command(on, 'initiatePayment', { payment, payer, payee, amount: money(amount), method, escrow });

export const confirm = (on: string, payment: string): Command => command(on, 'confirmReceipt', { payment });

/** A refund of an amount, or of what is left. */
export const refund = (on: string, payment: string, amount?: string): Command =>
  command(on, 'refundPayment', { payment, ...(amount === undefined ? {} : { amount: money(amount) }) });

export const subscribe = (on: string, holder: string, amount: string): Command =>
  command(on, 'subscribeFund', { fund: 'yuebao', holder, amount: money(amount) });

export const redeem = (
  on: string,
  holder: string,
  amount: string,
  speed: 'quick' | 'ordinary' = 'quick',
): Command => command(on, 'redeemFund', { fund: 'yuebao', holder, amount: money(amount), speed });

export const publishRate = (on: string, asset: string, rate: string): Command =>
  command(on, 'publishRate', { asset, rate });

/** A transfer between books, as both halves name it. */
interface Half {
  readonly transfer: string;
  /** The other book. */
  readonly book: string;
  readonly from: string;
  readonly to: string;
  readonly amount: string;
}

const half = ({ amount, ...rest }: Half): Command['with'] => ({ ...rest, amount: money(amount) });

export const sendTransfer = (on: string, of: Half): Command => command(on, 'sendTransfer', half(of));

export const receiveTransfer = (on: string, of: Half): Command => command(on, 'receiveTransfer', half(of));

export const declineTransfer = (on: string, of: Half, reason = 'a test'): Command =>
  command(on, 'declineTransfer', { ...half(of), reason });

export const completeTransfer = (on: string, transfer: string): Command =>
  command(on, 'completeTransfer', { transfer });

export const returnTransfer = (on: string, transfer: string, reason = 'a test'): Command =>
  command(on, 'returnTransfer', { transfer, reason });
