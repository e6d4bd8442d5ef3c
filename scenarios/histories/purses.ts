/**
 * What the generator knows of wallets and holdings: never more than there is, so that no command is refused. Amounts are fen.
 *
 * @module
 */
import type { Day } from '../../src/kernel/values/dates.ts';

/** No merchant pays more than this share of a payment as its fee, in thousandths. */
export const feeMax = 6;

/** What a seller surely gets of a sale; fees in thousandths. */
export const netOf = (fen: number, fees = feeMax): number => Math.floor((fen * (1000 - fees)) / 1000) - 1;

export class Purses {
  readonly #wallets = new Map<string, number>();
  readonly #units = new Map<string, number>();
  readonly #coming = new Map<Day, { readonly to: string; readonly fen: number }[]>();

  wallet(of: string): number {
    return this.#wallets.get(of) ?? 0;
  }

  units(of: string): number {
    return this.#units.get(of) ?? 0;
  }

  /** All units that people hold. */
  fund(): number {
    return [...this.#units.values()].reduce((sum, fen) => sum + fen, 0);
  }

  addToWallet(of: string, fen: number): void {
    this.#wallets.set(of, Math.max(0, this.wallet(of) + fen));
  }

  addUnits(of: string, fen: number): void {
    this.#units.set(of, Math.max(0, this.units(of) + fen));
  }

  addSale(of: string, fen: number, fees = feeMax): void {
    this.addToWallet(of, netOf(fen, fees));
  }

  /** Money that is there from a day on: after a time-out, or for an ordinary redemption. */
  expect(on: Day, to: string, fen: number): void {
    const others = this.#coming.get(on) ?? [];
    this.#coming.set(on, [...others, { to, fen }]);
  }

  begin(day: Day): void {
    for (const { to, fen } of this.#coming.get(day) ?? []) this.addToWallet(to, fen);
    this.#coming.delete(day);
  }
}
