/**
 * Arrears at a close: dues that pass unpaid, buckets by days past due, write-off by age.
 *
 * @module
 */
import type { NewEntry, Reading } from '../../kernel/contract/reading.ts';
import { type CloseRule, draft } from '../../kernel/contract/rule.ts';
import { choice, count, flag, id } from '../../kernel/values/fields.ts';
import type { Debt } from '../debt/debt.ts';
import { type Debts, dueAt, put, type RowWork } from '../debt/debts.ts';
import { addToPool } from '../funding/funding.ts';
import { type Bucket, buckets } from '../lender/buckets.ts';
import { partNames } from '../lender/parts.ts';
import { endWithLoss, lossOf, writtenOff } from './losses.ts';

const debt = id('the loan, or the holder of the line');

/** A debt that a close may look at, brought up to its day; none where a fact of a later date stands on it. */
function looked<R extends Debt>(
  debts: Debts<R>,
  s: Reading,
  key: string,
): { readonly row: R; readonly work: RowWork<R> } | undefined {
  const row = s.row(debts.table, key);
  if (row === undefined || !debts.live(row) || row.latest > s.day) return undefined;
  return { row, work: debts.brought(s, row, s.day) };
}

/** All principal of a debt moves from a bucket to another, in the books of each part. */
function moved<R extends Debt>(entry: NewEntry, { lender }: Debts<R>, row: R, to: Bucket): void {
  const { books } = lender;
  partNames.forEach((part, at) => {
    const minor = row.principal[at] ?? 0n;
    entry.debit(books[part].principal[to], minor, row.holder);
    entry.credit(books[part].principal[row.stage], minor, row.holder);
  });
}

/**
 * By which debts of a line fall into arrears, age, and are written off.
 *
 * @param after rules of the line's own that come before
 * @returns the last of the rules
 */
export function arrears<R extends Debt>(
  debts: Debts<R>,
  after: readonly Pick<CloseRule, 'name' | 'phase'>[],
): CloseRule<string> {
  const { lender } = debts;
  const { prefix } = lender;
  const arrearsMoved = lender.line.derivedEvent(`${prefix}ArrearsMoved`, {
    doc: 'A due has passed unpaid, or the days past due put the debt into another bucket.',
    fields: {
      debt,
      from: choice('the bucket before', buckets),
      to: choice('the bucket from now on', buckets),
      daysPastDue: count('days past due'),
    },
    subject: (data) => debts.subject(data.debt),
    tells: {
      fields: { holder: id('whose debt'), missed: flag('whether nothing was overdue before') },
      of: ({ data }, s) => {
        const row = s.row(debts.table, data.debt);
        return row === undefined
          ? undefined
          : { holder: row.holder, missed: data.from === 'current' && data.to !== 'current' };
      },
    },
    evolve: ({ data, on }, s) => {
      const row = s.row(debts.table, data.debt);
      if (row === undefined) return;
      const work = debts.brought(s, row, on);
      work.stage = data.to;
      put(debts, s, data.debt, work);
    },
  });
  const aging = lender.line.rule<string>('arrears', {
    doc: 'Dues that passed unpaid, and buckets by days past due.',
    phase: 'timeouts',
    after,
    items: (s) => dueAt(debts, s),
    derive: (key, s, entry) => {
      const known = s.row(debts.table, key);
      const next = known === undefined ? undefined : debts.changesOn(known);
      if (next === undefined || next > s.day) return undefined;
      const found = looked(debts, s, key);
      if (found === undefined) return undefined;
      const { row, work } = found;
      const to = work.bucketOn(s.day);
      if (!work.passed && to === row.stage) return undefined;
      const data = { debt: key, from: row.stage, to, daysPastDue: work.daysPastDue(s.day) };
      if (to !== row.stage) moved(entry, debts, row, to);
      return draft(arrearsMoved, data);
    },
  });

  const writtenOffByAge = lender.line.derivedEvent(`${prefix}WrittenOffByAge`, {
    doc: 'A debt is so long past due that it is written off.',
    fields: { debt, daysPastDue: count('days past due') },
    subject: (data) => debts.subject(data.debt),
    evolve: ({ data, on }, s) => {
      const row = s.row(debts.table, data.debt);
      if (row === undefined) return;
      const work = debts.brought(s, row, on);
      endWithLoss(work, lossOf(work), on);
      debts.ended?.(s, row);
      addToPool(lender, s, row.pool, -row.principal[2], on);
      put(debts, s, data.debt, work);
    },
  });
  return lender.line.rule<string>('writeOffByAge', {
    doc: 'Debts with writeOffAfterDays days past due are written off.',
    phase: 'timeouts',
    after: [aging],
    items: (s) => dueAt(debts, s),
    derive: (key, s, entry) => {
      const since = s.row(debts.table, key)?.arrearsSince ?? null;
      if (since === null || s.day - since < s.policy(lender.policy.writeOffAfterDays)) return undefined;
      const found = looked(debts, s, key);
      if (found === undefined) return undefined;
      const { row, work } = found;
      const daysPastDue = work.daysPastDue(s.day);
      writtenOff(entry, lender, row, lossOf(work));
      return draft(writtenOffByAge, { debt: key, daysPastDue });
    },
  });
}
