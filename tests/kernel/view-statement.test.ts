import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayMax, dayOf } from '../../src/kernel/values/dates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { type Statement, type StatementPage, statement } from '../../src/reading/statement.ts';
import { LedgerView } from '../../src/reading/view.ts';
import { house, SmallBook } from './small-house.ts';

const wallet = 'platform:liability:shop:wallet:user-1:CNY';
const cash = 'platform:asset:shop:cash:CNY';
const firstDay = dayOf('2016-03-01');
const dayCount = 9;

/** Days and amounts of top-ups, in the order in which they are recorded. */
const topUps = fc.array(
  fc.record({
    on: fc.nat(dayCount - 1),
    minor: fc.integer({ min: -9, max: 9 }).filter((minor) => minor !== 0),
  }),
  { minLength: 1, maxLength: 40, size: 'max' },
);

function topUp(book: SmallBook, { on, minor }: { readonly on: number; readonly minor: number }): void {
  book.book({ day: firstDay + on, ids: [cash, wallet], minors: [BigInt(minor), BigInt(-minor)] });
}

function statementOf(view: LedgerView, id: string, page?: StatementPage): Statement {
  const account = view.account(id);
  if (account === undefined) throw new Error(`no account ${id}`);
  const found = statement(view, account, page);
  if (found instanceof Refusal) throw new Error(found.message);
  return found;
}

/** All lines of a span, read page by page; each page opens with what the one before ended with. */
function readThrough(view: LedgerView, id: string, span: StatementPage, opening: bigint): unknown[] {
  const lines: unknown[] = [];
  let balance = opening;
  for (let after: string | undefined; ; ) {
    const page = statementOf(view, id, { ...span, after });
    expect(page.opening).toBe(balance);
    lines.push(...page.lines.map(({ cursor: _, ...line }) => line));
    if (!page.more) return lines;
    expect(page.lines).toHaveLength(span.first ?? 0);
    after = page.lines.at(-1)?.cursor;
    balance = page.lines.at(-1)?.balance ?? balance;
  }
}

describe('a statement', () => {
  it('lists postings by date and revision, with the balance after each, at any point of both axes', () => {
    fc.assert(
      fc.property(
        topUps,
        topUps,
        fc.nat(99),
        fc.option(fc.nat(dayCount), { nil: undefined }),
        fc.tuple(fc.nat(dayCount), fc.nat(dayCount)),
        fc.integer({ min: 1, max: 7 }),
        (below, above, part, asOf, [from, to], first) => {
          const base = new SmallBook();
          for (const given of below) topUp(base, given);
          const book = base.fork();
          for (const given of above) topUp(book, given);
          const revision = Math.round((book.revision * part) / 99);
          const point = {
            revision,
            postings: book.postingsAfter(revision),
            asOf: asOf === undefined ? undefined : firstDay + asOf,
          };
          const view = new LedgerView(house, book.state, point);
          for (const [id, side] of [
            [wallet, -1n],
            [cash, 1n],
          ] as const) {
            if (view.account(id) === undefined) continue;
            const all = book.posted
              .filter((posted) => posted.id === id && posted.revision <= revision)
              .filter(({ day }) => day <= (point.asOf ?? dayMax))
              .sort((a, b) => a.day - b.day || a.revision - b.revision);
            let balance = 0n;
            const lines = all.map(({ revision: of, day, minor }) => {
              balance += side * minor;
              return { revision: of, day, minor: side * minor, balance };
            });
            const meant = lines.filter(({ day }) => day >= firstDay + from && day <= firstDay + to);
            const span = { from: firstDay + from, to: firstDay + to, first };
            const before = lines.findLast(({ day }) => day < span.from)?.balance ?? 0n;
            const got = readThrough(view, id, span, before);
            expect(got).toEqual(meant);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  const book = new SmallBook();
  for (const on of [2, 0, 1, 0]) topUp(book, { on, minor: 100 + on });
  const view = new LedgerView(house, book.state, { revision: 3, postings: 8, asOf: undefined });

  it('puts what is recorded late on its own date', () => {
    const shown = statementOf(view, wallet).lines.map(({ revision, minor, balance }) => [
      revision,
      minor,
      balance,
    ]);
    expect(shown).toEqual([
      [1, 100n, 100n],
      [3, 100n, 200n],
      [2, 101n, 301n],
      [0, 102n, 403n],
    ]);
  });

  it('opens with the balance of its last day when it begins after it', () => {
    const early = new LedgerView(house, book.state, { revision: 3, postings: 8, asOf: firstDay });
    expect(statementOf(early, wallet, { from: firstDay + 1 })).toMatchObject({
      opening: 200n,
      lines: [],
      more: false,
    });
  });

  it.each([
    [{ after: 'x' }, 'INVALID_INPUT'],
    [{ after: '2016-02-30.1' }, 'INVALID_INPUT'],
    [{ first: -1 }, 'INVALID_INPUT'],
    [{ first: 1.5 }, 'INVALID_INPUT'],
    [{ first: 1_001 }, 'TOO_MANY'],
  ])('refuses %j', (page, code) => {
    const account = view.account(wallet);
    const found = account === undefined ? undefined : statement(view, account, page);
    expect(found instanceof Refusal ? found.code : found).toBe(code);
  });
});
