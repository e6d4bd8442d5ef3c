/**
 * Borrowing: what a lending company pays for what it has borrowed, and what it borrows or pays back at a close.
 *
 * @module
 */
import { credit, debit } from '../../kernel/contract/account.ts';
import {
  type CloseRule,
  closeRule,
  type DerivedType,
  derived,
  draft,
  type Reading,
} from '../../kernel/contract/segment.ts';
import { figure, value } from '../../kernel/values/fields.ts';
import { allocate } from '../../kernel/values/money.ts';
import {
  accrue,
  compareFractions,
  fractionText,
  parseFraction,
  zeroFraction,
} from '../../kernel/values/rates.ts';
import { carry } from '../debt/accruing.ts';
import type { Lender } from '../lender/lender.ts';

/** Weights that stand to each other as exact shares do. */
function weightsOf(lender: Lender, s: Reading): bigint[] {
  const mix = s.policy(lender.policy.fundingMix);
  const shares = lender.books.sources.map(({ name }) => mix[name] ?? zeroFraction);
  const den = shares.reduce((product, each) => product * each.den, 1n);
  return shares.map((each) => (each.num * den) / each.den);
}

/** The types and rules of borrowing. */
export function borrowing(lender: Lender): {
  readonly types: readonly DerivedType[];
  readonly cost: CloseRule;
  readonly sweep: CloseRule;
} {
  const { books, policy, tables, prefix, id } = lender;
  const { cash, fundingCost } = books.own;
  const costAccrued = derived(`${prefix}FundingCostAccrued`, {
    doc: 'A day’s interest on what the lending company has borrowed, paid at once.',
    fields: {
      cost: figure('paid'),
      carries: value('fractions carried on, by source'),
    },
    subject: () => `lending/${id}`,
    evolve: ({ data }, s) => {
      const carries: Readonly<Record<string, unknown>> = Object(data.carries);
      for (const { name } of books.sources)
        carry(lender, s, `cost/${name}`, parseFraction(String(carries[name] ?? '0')));
    },
  });
  const cost = closeRule<'cost'>({
    name: `${id}.fundingCost`,
    doc: 'What is borrowed at the end of the day before × the rate a year / 365, floored, the fraction carried.',
    phase: 'accruals',
    items: () => ['cost'],
    derive: (_, s) => {
      const rates = s.policy(policy.fundingRates);
      let sum = 0n;
      let changed = false;
      const carries: Record<string, string> = {};
      for (const { name, kind } of books.sources) {
        const before = s.row(tables.carried, `cost/${name}`) ?? zeroFraction;
        const { booked, carry: rest } = accrue(
          s.balanceOn(kind, s.day - 1),
          rates[name] ?? zeroFraction,
          before,
        );
        sum += booked;
        carries[name] = fractionText(rest);
        changed ||= booked !== 0n || compareFractions(rest, before) !== 0;
      }
      return changed
        ? draft(costAccrued, { cost: sum, carries }, [debit(fundingCost, sum), credit(cash, sum)])
        : undefined;
    },
  });

  const borrowed = derived(`${prefix}Borrowed`, {
    doc: 'The lending company borrows what its cash is short of, or pays back what it can.',
    fields: { amount: figure('borrowed; below zero what is paid back') },
    subject: () => `lending/${id}`,
  });
  const sweep = closeRule<'cash'>({
    name: `${id}.borrowing`,
    doc: 'Cash below zero is borrowed, by the mix of sources; cash above pays back what is borrowed.',
    phase: 'sweeps',
    items: () => ['cash'],
    derive: (_, s) => {
      const held = s.balanceOn(cash, s.day);
      if (held < 0n) {
        const parts = allocate(-held, weightsOf(lender, s));
        return draft(borrowed, { amount: -held }, [
          debit(cash, -held),
          ...books.sources.map(({ kind }, at) => credit(kind, parts[at] ?? 0n)),
        ]);
      }
      const open = books.sources.map(({ kind }) => aboveZero(s.available(kind)));
      const all = open.reduce((sum, each) => sum + each, 0n);
      const spare = aboveZero(s.available(cash));
      const back = spare < all ? spare : all;
      if (back === 0n) return undefined;
      const parts = allocate(back, open);
      return draft(borrowed, { amount: -back }, [
        credit(cash, back),
        ...books.sources.map(({ kind }, at) => debit(kind, parts[at] ?? 0n)),
      ]);
    },
  });
  return { types: [costAccrued, borrowed], cost, sweep };
}

const aboveZero = (minor: bigint): bigint => (minor > 0n ? minor : 0n);
