/**
 * Partners who let things out: they ask for scores, take no deposit from who has a good one, get things back, and now and then
 * claim a deposit.
 *
 * @module
 */
import type { Borrower, Cast } from './credit-cast.ts';
import { yuan } from './diary.ts';
import type { Town } from './town.ts';

/** From this score on no deposit is taken. */
const waivedFrom = 650;
const queryFeeFen = 50;

export class Partners {
  readonly #town: Town;
  readonly #cast: Cast;
  readonly #perDay: number;
  #queries = 0;

  constructor(town: Town, cast: Cast) {
    this.#town = town;
    this.#cast = cast;
    // Each borrower is asked about some two times a year.
    this.#perDay = (cast.borrowers.length * 2) / 365;
  }

  live(): void {
    const { d } = this.#town;
    const whole = Math.floor(this.#perDay);
    const asked = whole + (d.chance(this.#perDay - whole) ? 1 : 0);
    for (let one = 0; one < asked; one++)
      this.#ask(d.pick(this.#cast.partners), d.pick(this.#cast.borrowers));
  }

  #ask(partner: string, { id, trouble }: Borrower): void {
    const { d, diary, purses, scores } = this.#town;
    const least = scores.least(id);
    if (least === undefined) return;
    const number = String(++this.#queries).padStart(4, '0');
    if (purses.wallet(partner) < queryFeeFen) this.#town.topUp(partner, 100);
    diary.addKeyed(`Q-${number}/query`, 'queryScore', { query: `Q-${number}`, partner, holder: id });
    purses.addToWallet(partner, -queryFeeFen);
    if (least < waivedFrom) return;
    const waiver = `W-${number}`;
    const deposit = d.whole(2, 15) * 100;
    diary.addKeyed(`${waiver}/waive`, 'waiveDeposit', { waiver, holder: id, partner, amount: yuan(deposit) });
    const claimed = d.chance(trouble === undefined ? 0.05 : 0.3);
    diary.later(d.whole(2, 40), () => {
      if (!claimed) {
        diary.addKeyed(`${waiver}/return`, 'returnWaived', { waiver });
        return;
      }
      const amount = Math.ceil((deposit * d.whole(3, 10)) / 10);
      this.#town.spend(id, amount * 100);
      purses.addToWallet(partner, amount * 100);
      diary.addKeyed(`${waiver}/claim`, 'claimWaived', { waiver, amount: yuan(amount) });
      scores.missed(id, diary.day);
    });
  }
}
