/**
 * What becomes of a sale: confirmed by the buyer, timed out, given back before or after, whole or in part.
 *
 * @module
 */
import type { Merchant } from './cast.ts';
import type { Dice } from './dice.ts';
import { type Diary, money } from './diary.ts';
import { feeMax, netOf, type Purses } from './purses.ts';

/** A payment in escrow confirms itself at the close of this day after its own. */
const confirmsItselfAfter = 10;

export interface Sale {
  readonly payment: string;
  readonly payee: string;
  /** What has not been refunded, in fen. */
  left: number;
  /** Most that the fees take of it, in thousandths. */
  readonly feeMax?: number;
  /** Whether an amount may go back to the payer; any may where nothing is said. */
  readonly mayGoBack?: (fen: number) => boolean;
  /** Told of what went back to the payer. */
  readonly wentBack?: (fen: number) => void;
}

export class Sales {
  readonly #d: Dice;
  readonly #diary: Diary;
  readonly #purses: Purses;

  constructor(d: Dice, diary: Diary, purses: Purses) {
    this.#d = d;
    this.#diary = diary;
    this.#purses = purses;
  }

  /** A sale in escrow goes its way. */
  ship(sale: Sale, { returned, unconfirmed }: Merchant): void {
    const d = this.#d;
    const waits = d.chance(0.94) ? d.whole(2, 6) : d.whole(7, 9);
    if (d.chance(returned * 0.4)) this.#diary.later(d.whole(1, 2), () => this.#refundFromEscrow(sale));
    if (d.chance(unconfirmed)) {
      this.#diary.later(confirmsItselfAfter, () => {
        if (sale.left === 0) return;
        this.#purses.expect(this.#diary.day + 1, sale.payee, netOf(sale.left, sale.feeMax ?? feeMax));
        if (d.chance(returned * 0.6)) this.#diary.later(d.whole(2, 5), () => this.#refund(sale));
      });
      return;
    }
    this.#diary.later(waits, () => {
      if (sale.left === 0) return;
      this.#diary.addKeyed(`${sale.payment}/confirm`, 'confirmReceipt', { payment: sale.payment });
      this.#purses.addSale(sale.payee, sale.left, sale.feeMax);
      if (d.chance(returned * 0.6)) this.#diary.later(d.whole(1, 7), () => this.#refund(sale));
    });
  }

  /** A sale that was paid at once. */
  handOver(sale: Sale, { returned }: Merchant): void {
    this.#purses.addSale(sale.payee, sale.left, sale.feeMax);
    if (this.#d.chance(returned)) this.#diary.later(this.#d.whole(1, 5), () => this.#refund(sale));
  }

  #refundFromEscrow(sale: Sale): void {
    const fen = this.#partOf(sale);
    if (sale.mayGoBack?.(fen) !== false) this.#giveBack(sale, fen);
  }

  /** The seller gives money back, once the wallet has it. */
  #refund(sale: Sale, tries = 8): void {
    const fen = this.#partOf(sale);
    if (fen === 0) return;
    if (this.#purses.wallet(sale.payee) < fen || sale.mayGoBack?.(fen) === false) {
      if (tries > 0) this.#diary.later(1, () => this.#refund(sale, tries - 1));
      return;
    }
    this.#giveBack(sale, fen);
    this.#purses.addToWallet(sale.payee, -fen);
  }

  /** All that is left, or a part of it in whole yuan. */
  #partOf({ left }: Sale): number {
    const part = Math.floor((left * this.#d.whole(10, 50)) / 10_000) * 100;
    return this.#d.chance(0.5) || part === 0 ? left : part;
  }

  #giveBack(sale: Sale, fen: number): void {
    const { payment } = sale;
    const whole = fen === sale.left;
    this.#diary.addKeyed(
      `${payment}/refund`,
      'refundPayment',
      whole ? { payment } : { payment, amount: money(fen) },
    );
    sale.left -= fen;
    sale.wentBack?.(fen);
  }
}
