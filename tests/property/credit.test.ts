/** The lines that lend and the score agree with their reference, written from the same pages, to the last minor unit. */
import { describe, expect, it } from 'vitest';
import type { State } from '../../src/kernel/state/state.ts';
import { formatDay } from '../../src/kernel/values/dates.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { lines as creditLines } from '../../src/segments/huabei/credit-line.ts';
import { loans as consumerLoans } from '../../src/segments/jiebei/loans.ts';
import { loans as businessLoans } from '../../src/segments/mybank/loans.ts';
import { scores } from '../../src/segments/zhima/state.ts';
import { record, whatIf } from '../oracle/credit.ts';
import { creditAssumptions, creditHistory } from '../oracle/credit-histories.ts';
import { historiesOf, revenueOf, run } from '../support/histories.ts';
import { baseOf, overridesOf, variantOf } from '../support/what-if.ts';

const small = { days: 100, lines: 300, users: 6, merchants: 3 } as const;
const yearly = { days: 400, lines: 700, users: 8, merchants: 3 } as const;

const parts = ([own, partner, vehicle]: readonly [bigint, bigint, bigint]) => ({
  own: formatMinor(own, 'CNY'),
  partner: formatMinor(partner, 'CNY'),
  vehicle: formatMinor(vehicle, 'CNY'),
});

/** What rows and the reference both say of each debt. */
function debtsOf({ rows }: State): Readonly<Record<string, unknown>> {
  const said: Record<string, unknown> = {};
  const all = [
    ...rows.entries(creditLines.table).map(([key, row]) => [`huabei/${key}`, row] as const),
    ...rows.entries(consumerLoans.table).map(([key, row]) => [`jiebei/${key}`, row] as const),
    ...rows.entries(businessLoans.table).map(([key, row]) => [`mybank/${key}`, row] as const),
  ];
  for (const [key, row] of all) said[key] = { principal: parts(row.principal), booked: row.stage };
  return said;
}

describe('record', () => {
  const met = new Set<string>();

  it.each(historiesOf(creditHistory, 8, small))(
    '$name: codes, balances, revenue, debts and scores',
    ({ lines, close, last }) => {
      const reference = record(lines, { close, closedThrough: last });
      const ran = run(lines, { close, through: last });
      for (const [line, code] of ran.refused) met.add(`${lines[line - 1]?.command} ${code}`);
      expect(ran.refused).toEqual(reference.refused);
      expect(ran.balances).toEqual(reference.balances);
      expect(ran.revenue).toEqual(reference.revenue);
      expect(debtsOf(ran.book.state)).toEqual(
        Object.fromEntries(
          reference.debts.map(({ line, id, principal, booked }) => [`${line}/${id}`, { principal, booked }]),
        ),
      );
      const scored = ran.book.state.rows.entries(scores).map(([holder, { score }]) => [holder, score]);
      expect(Object.fromEntries(scored)).toEqual(
        Object.fromEntries(Object.entries(reference.scores).map(([holder, { score }]) => [holder, score])),
      );
    },
  );

  it.each(historiesOf(creditHistory, 1, yearly))('$name, over more than a year', ({ lines, close, last }) => {
    const reference = record(lines, { close, closedThrough: last });
    const ran = run(lines, { close, through: last });
    expect(ran.refused).toEqual(reference.refused);
    expect(ran.balances).toEqual(reference.balances);
    expect(formatDay(ran.book.state.marks.closedThrough ?? 0)).toBe(last);
  });

  it('has met the codes of the pages', () => {
    expect([...met]).toEqual(
      expect.arrayContaining([
        'openCreditLine CREDIT_LINE_EXISTS',
        'drawCredit CREDIT_LINE_UNKNOWN',
        'drawCredit CREDIT_LIMIT_EXCEEDED',
        'drawCredit CREDIT_OVERDUE',
        'repayCredit EXCEEDS_OWED',
        'repayCredit NOTHING_TO_DO',
        'convertToInstalments EXCEEDS_BILLED',
        'applyForLoan LOAN_EXISTS',
        'disburseLoan LOAN_NOT_APPROVED',
        'disburseLoan LOAN_DISBURSED',
        'repayLoan LOAN_CLOSED',
        'repayLoan LOAN_UNKNOWN',
        'recoverLoan NOT_WRITTEN_OFF',
        'settleAdvance ADVANCE_KIND',
        'sellPledge PLEDGE_NOT_CALLED',
        'waiveDeposit SCORE_TOO_LOW',
        'queryScore SCORE_UNKNOWN',
      ]),
    );
  });
});

const everyone = (value: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'].map((tier) => [tier, value]),
  );

/** Harder rules than any history was made under. */
const hard = {
  'huabei.limits': everyone('60.00 CNY'),
  'jiebei.limits': everyone('900.00 CNY'),
  'mybank.limits': everyone('900.00 CNY'),
  'mybank.prices': everyone('0.3%'),
  'mybank.coreLimit': '1500.00 CNY',
  'huabei.ownFundingShare': '100%',
};

describe('what-if', () => {
  const met = new Set<string>();

  it.each(historiesOf(creditHistory, 4, small))(
    '$name: divergences, moot facts, balances and revenue, in full and from the first fact touched',
    ({ seed, lines, close, last }) => {
      const base = baseOf(lines, { close, to: last });
      for (const assumed of [creditAssumptions(seed), creditAssumptions(seed + 700), hard]) {
        const reference = whatIf(lines, { close, closedThrough: last, assumptions: assumed });
        for (const [line, kind, code] of reference.divergences)
          met.add(`${kind} ${lines[line - 1]?.command} ${code}`);
        for (const extent of ['full', 'partial'] as const) {
          const variant = variantOf(base, overridesOf(assumed), extent);
          expect(variant.divergences).toEqual(reference.divergences);
          expect(variant.moot).toBe(reference.moot);
          expect(variant.balances).toEqual(reference.balances);
          expect(revenueOf(variant.state)).toEqual(reference.revenue);
        }
      }
    },
  );

  it('has met loans that were not paid out, draws above the limit, and what followed on them', () => {
    expect([...met]).toEqual(
      expect.arrayContaining([
        'skip disburseLoan LOAN_NOT_APPROVED',
        'skip repayLoan DEPENDS_ON_SKIPPED',
        'skip drawCredit CREDIT_LIMIT_EXCEEDED',
        'skip initiatePayment CREDIT_LIMIT_EXCEEDED',
        'clamp repayCredit EXCEEDS_OWED',
      ]),
    );
  });
});
