/** What holds of every line of business, for the test in a line's own folder. */
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/kernel/contract/segment.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { House } from '../../src/kernel/engine/house.ts';
import { digest } from '../../src/kernel/state/digest.ts';
import { dayMin, dayOf, formatDay } from '../../src/kernel/values/dates.ts';
import { parseMoney } from '../../src/kernel/values/money.ts';
import { HistoryBook } from '../../src/scenario/running/base.ts';
import { Evaluation } from '../../src/scenario/running/evaluate.ts';
import { planOf } from '../../src/scenario/running/plan.ts';
import { segments } from '../../src/segments/index.ts';
import { circumstances, TestBook } from './book.ts';
import { strictly } from './conduct.ts';
import { bookingOf, unbalanced } from './invariants.ts';

export { command } from './commands.ts';

/** So many days after one. */
export const dayAfter = (day: string, days: number): string => formatDay(dayOf(day) + days);

/** A book of a line, with all others. */
class LineBook extends TestBook {
  /** Closes every day up to one. */
  closeTo(day: string): this {
    return this.closeThrough(dayOf(day));
  }

  /** Why a command is refused: its code; undefined where it is not. */
  refusal(given: Command): string | undefined {
    const decision = this.decide(given);
    return decision.kind === 'refused' ? decision.refusal.code : undefined;
  }

  /** The balance of an account by its short name, in minor units. */
  minor(name: string): bigint {
    const money = parseMoney(`${this.balance(name)} CNY`);
    if (typeof money === 'string') throw new Error(money);
    return money.minor;
  }
}

/** Decides commands that must all be accepted; every day before one, and up to the last, is closed first. */
function played(made: LineBook, commands: readonly Command[], to: string): LineBook {
  for (const given of commands) made.closeThrough(dayOf(given.on) - 1).take(given);
  return made.closeTo(to);
}

/**
 * Declares what is tested of every line.
 *
 * @param example commands that its histories need, and its own; all of them must be accepted
 */
export function lineTests(line: Segment, example: readonly Command[]) {
  const house = new House(segments.some(({ id }) => id === line.id) ? segments : [...segments, line]);
  const book = (): LineBook => new LineBook(house, circumstances);
  const last = example.reduce((latest, { on }) => (on > latest ? on : latest), '');
  const to = dayAfter(last, 40);

  describe(`what holds of every line holds of ${line.id}`, () => {
    it('its example is accepted, its entries balance, and it keeps to the code of conduct', () => {
      strictly(() => {
        const made = played(book(), example, to);
        expect(unbalanced(made.events.map(bookingOf))).toEqual([]);
        expect(made.events.some(({ segment }) => segment === line.id)).toBe(true);
      });
    });

    it('a rebuild from its events equals what was decided', () => {
      const made = played(book(), example, to);
      const rebuilt = emptyState(house);
      for (const event of made.events) fold(house, rebuilt, event);
      expect(digest(house, rebuilt)).toBe(digest(house, made.state));
    });

    it('a what-if without overrides is the record', () => {
      const history = new HistoryBook({
        house,
        engine: 'test',
        title: 'example',
        refused: 'fail',
        close: 'daily',
        to: dayOf(to),
      });
      example.forEach((given, at) => {
        expect(history.take({ line: at + 1, command: given }, dayOf(given.on))).toBeUndefined();
      });
      const record = history.finish();
      const plan = planOf(record, { from: dayMin, to: dayOf(to), close: 'recorded' }, [], []);
      const evaluation = new Evaluation(house, emptyState(house), plan);
      evaluation.finish();
      expect(evaluation.divergences).toEqual([]);
      expect(digest(house, evaluation.state)).toBe(digest(house, record.state));
    });

    it('what is declared has words for people', () => {
      const said = [
        ...line.facts.flatMap((type) => [type.doc, ...Object.values(type.fields).map(({ doc }) => doc)]),
        ...[...line.derived, ...line.close, ...line.parameters, ...line.metrics, ...line.accounts].map(
          ({ doc }) => doc,
        ),
      ];
      expect(said.filter((doc) => doc.trim() === '')).toEqual([]);
    });
  });

  return {
    book,
    /** A book in which commands were decided, whatever the answer, each once the days before it were closed, while somebody looked on. */
    strictBook: (commands: readonly Command[]): LineBook => {
      const made = book();
      strictly(() => {
        for (const given of commands) made.closeThrough(dayOf(given.on) - 1).decide(given);
      });
      return made;
    },
  };
}
