/**
 * Queries: a partner pays to ask for a holder's score.
 *
 * @module
 */

import { id } from '../../kernel/values/fields.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { ownCash, queryFees, reserve, wallet } from './accounts.ts';
import { queryExists, scoreUnknown } from './codes.ts';
import { line } from './line.ts';
import { queryFee } from './policy.ts';
import { scoreSubject } from './scoring.ts';
import { queries, scores } from './state.ts';

line.fact('ScoreQueried', {
  command: 'queryScore',
  doc: 'A partner asks for a holder’s score, and pays the fee of the day.',
  fields: { query: id('the query'), partner: id('who asks and pays'), holder: id('whose score') },
  subject: ({ query }) => `query/${query}`,
  refs: ({ holder, partner }) => [scoreSubject(holder), `wallet/${partner}`],
  fits: ({ data }, s) => {
    if (data.partner === data.holder) return new Refusal(codes.sameParty, data.holder);
    if (s.row(queries, data.query) !== undefined) return new Refusal(queryExists, data.query);
    if (s.row(scores, data.holder) === undefined) return new Refusal(scoreUnknown, data.holder);
    return s.shortage(wallet, s.policy(queryFee), data.partner);
  },
  react: ({ data }, s, entry) => {
    const fee = s.policy(queryFee);
    entry.debit(wallet, fee, data.partner);
    entry.credit(reserve, fee);
    entry.debit(ownCash, fee);
    entry.credit(queryFees, fee);
  },
  evolve: ({ data, on, entry }, s) => {
    const score = s.row(scores, data.holder)?.score;
    if (score === undefined) return;
    const { partner, holder } = data;
    s.set(queries, data.query, { partner, holder, on, score, fee: entry.sum(wallet) });
  },
  insteadOfUndo: 'The score has been told: transfer the fee to the partner instead.',
});
