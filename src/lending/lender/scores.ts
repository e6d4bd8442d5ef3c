/**
 * Scores: a line keeps the last one that it was told of each holder.
 *
 * @module
 */
import type { Listener } from '../../kernel/contract/listener.ts';
import { value } from '../../kernel/values/fields.ts';
import type { Lender } from './lender.ts';

/** Follows the computing of scores. */
export const followsScores = ({ line, tables }: Lender): Listener =>
  line.answer('ScoresComputed', {
    needs: { scores: value('holders, each with score and points') },
    when: () => true,
    evolve: ({ data }, s) => {
      if (!Array.isArray(data.scores)) return;
      for (const each of data.scores) {
        if (!Array.isArray(each)) continue;
        const [holder, score] = each;
        if (typeof holder === 'string' && typeof score === 'number') s.set(tables.scores, holder, score);
      }
    },
  });
