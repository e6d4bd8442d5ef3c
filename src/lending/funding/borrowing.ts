/**
 * Borrowing: what a lending company pays for what it has borrowed, and what it borrows or pays back at a close.
 *
 * @module
 */
import type { Reading } from '../../kernel/contract/reading.ts';
import { type CloseRule, draft } from '../../kernel/contract/rule.ts';
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

/** The rules of borrowing: its cost comes after the interest of the day. */
export function borrowing(
  lender: Lender,
  interest: CloseRule<'interest'>,
): { readonly cost: CloseRule<'cost'>; readonly sweep: CloseRule<'cash'> } {
  const { books, policy, tables, prefix, id } = lender;
  const { cash, fundingCost } = books.own;
  const costAccrued = lender.line.derivedEvent(`${prefix}FundingCostAccrued`, {
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
  const cost = lender.line.rule<'cost'>('fundingCost', {
    doc: 'What is borrowed at the end of the day before × the rate a year / 365, floored, the fraction carried.',
    phase: 'accruals',
    after: [interest],
    items: () => ['cost'],
    derive: (_, s, entry) => {
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
      if (!changed) return undefined;
      entry.debit(fundingCost, sum);
      entry.credit(cash, sum);
      return draft(costAccrued, { cost: sum, carries });
    },
  });

  const borrowed = lender.line.derivedEvent(`${prefix}Borrowed`, {
    doc: 'The lending company borrows what its cash is short of, or pays back what it can.',
    fields: { amount: figure('borrowed; below zero what is paid back') },
    subject: () => `lending/${id}`,
  });
  const sweep = lender.line.rule<'cash'>('borrowing', {
    doc: 'Cash below zero is borrowed, by the mix of sources; cash above pays back what is borrowed.',
    phase: 'sweeps',
    items: () => ['cash'],
    derive: (_, s, entry) => {
      const held = s.balanceOn(cash, s.day);
      if (held < 0n) {
        const parts = allocate(-held, weightsOf(lender, s));
        entry.debit(cash, -held);
        for (const [at, { kind }] of books.sources.entries()) entry.credit(kind, parts[at] ?? 0n);
        return draft(borrowed, { amount: -held });
      }
      const open = books.sources.map(({ kind }) => aboveZero(s.available(kind)));
      const all = open.reduce((sum, each) => sum + each, 0n);
      const spare = aboveZero(s.available(cash));
      const back = spare < all ? spare : all;
      if (back === 0n) return undefined;
      const parts = allocate(back, open);
      entry.credit(cash, back);
      for (const [at, { kind }] of books.sources.entries()) entry.debit(kind, parts[at] ?? 0n);
      return draft(borrowed, { amount: -back });
    },
  });
  return { cost, sweep };
}

const aboveZero = (minor: bigint): bigint => (minor > 0n ? minor : 0n);
