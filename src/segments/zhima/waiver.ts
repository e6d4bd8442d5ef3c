/**
 * Waivers: a partner asks for no deposit of a holder whose score suffices; what becomes of that is a return, or one claim.
 *
 * @module
 */

import type { Happening } from '../../kernel/contract/fact.ts';
import type { Reading, Writing } from '../../kernel/contract/reading.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import { amount, id } from '../../kernel/values/fields.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { wallet } from './accounts.ts';
import {
  exceedsDeposit,
  scoreTooLow,
  scoreUnknown,
  waiverExists,
  waiverFinished,
  waiverUnknown,
} from './codes.ts';
import { line } from './line.ts';
import { waiverScore } from './policy.ts';
import { scoreSubject } from './scoring.ts';
import { count, scores, type WaiverRow, waivers } from './state.ts';

const waiver = id('the waiver');

/** What a waiver is called. */
const waiverSubject = (data: { readonly waiver: string }): string => `waiver/${data.waiver}`;

line.fact('DepositWaived', {
  command: 'waiveDeposit',
  doc: 'A partner asks for no deposit: the holder’s score suffices. No money moves.',
  fields: {
    waiver,
    holder: id('who need not pay it'),
    partner: id('who would have got it'),
    amount: amount('the deposit'),
  },
  begins: true,
  subject: waiverSubject,
  refs: ({ holder, partner }) => [scoreSubject(holder), `wallet/${holder}`, `wallet/${partner}`],
  fits: ({ data, on }, s) => {
    const known = s.row(waivers, data.waiver);
    if (known !== undefined && on < known.latest) return tooEarly(data.waiver, known);
    if (data.holder === data.partner) return new Refusal(codes.sameParty, data.holder);
    if (known !== undefined) return new Refusal(waiverExists, data.waiver);
    const score = s.row(scores, data.holder)?.score;
    if (score === undefined) return new Refusal(scoreUnknown, data.holder);
    const least = s.policy(waiverScore);
    return score < least
      ? new Refusal(scoreTooLow, String(score), `${data.holder} needs ${least}`)
      : undefined;
  },
  react: () => {},
  evolve: ({ data, on }, s) =>
    s.set(waivers, data.waiver, {
      holder: data.holder,
      partner: data.partner,
      minor: data.amount,
      on,
      latest: on,
      stage: 'open',
      claimed: 0n,
    }),
  insteadOfUndo: 'Return the waiver instead.',
});

line.fact('WaiverReturned', {
  command: 'returnWaived',
  doc: 'What a deposit was waived for came back: the waiver ends.',
  fields: { waiver },
  subject: waiverSubject,
  fits: ended,
  react: () => {},
  evolve: ({ data, on }, s) => end(s, data.waiver, { stage: 'returned', latest: on }),
  insteadOfUndo: 'Waive the deposit again, under another id.',
});

line.fact('WaiverClaimed', {
  command: 'claimWaived',
  doc: 'The partner claims the deposit, or a part of it, from the holder’s wallet: the waiver ends, and counts as missed.',
  fields: { waiver, amount: amount('how much of the deposit') },
  subject: waiverSubject,
  fits: (event, s) => {
    const refusal = ended(event, s);
    if (refusal !== undefined) return refusal;
    const { data } = event;
    const row = s.row(waivers, data.waiver);
    if (row === undefined) return undefined;
    if (data.amount > row.minor) {
      return new Refusal(
        exceedsDeposit,
        formatMoney(data.amount, 'CNY'),
        `the deposit is ${formatMoney(row.minor, 'CNY')}`,
      );
    }
    return s.shortage(wallet, data.amount, row.holder);
  },
  react: ({ data }, s, entry) => {
    const row = s.row(waivers, data.waiver);
    if (row === undefined) return;
    entry.debit(wallet, data.amount, row.holder);
    entry.credit(wallet, data.amount, row.partner);
  },
  evolve: ({ data, on }, s) => {
    const row = s.row(waivers, data.waiver);
    if (row === undefined) return;
    count(s, row.holder, 'missed');
    end(s, data.waiver, { stage: 'claimed', latest: on, claimed: data.amount });
  },
  insteadOfUndo: 'Transfer what was claimed back to the holder instead.',
});

/** Says that a waiver has a fact of a later date. */
const tooEarly = (id: string, row: WaiverRow): Refusal =>
  new Refusal(codes.beforeLatest, id, `its latest fact is of ${formatDay(row.latest)}`);

/** Why a waiver can't come to its end, if so. */
function ended({ data, on }: Happening<{ readonly waiver: string }>, s: Reading): Refusal | undefined {
  const row = s.row(waivers, data.waiver);
  if (row === undefined) return new Refusal(waiverUnknown, data.waiver);
  if (on < row.latest) return tooEarly(data.waiver, row);
  return row.stage === 'open' ? undefined : new Refusal(waiverFinished, data.waiver, `it was ${row.stage}`);
}

function end(s: Writing, id: string, change: Partial<WaiverRow>): void {
  const row = s.row(waivers, id);
  if (row !== undefined) s.set(waivers, id, { ...row, ...change });
}
