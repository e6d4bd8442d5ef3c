/**
 * The lines of a report: which figures, and by which period.
 *
 * @module
 */
import { type Period, periods } from '../../kernel/values/dates.ts';
import { type Accounts, printAccounts } from './expectation.ts';
import { type Cursor, type Flaw, flawed, type Names, readAccounts, readMetricName } from './grammar.ts';

/** One line of a report. */
export type ReportLine =
  | { readonly kind: 'bySegment'; readonly of: 'revenue' | 'cost'; readonly by: Period }
  | { readonly kind: 'balance'; readonly accounts: Accounts; readonly by: Period }
  | { readonly kind: 'metric'; readonly segment: string; readonly metric: string; readonly by: Period };

/** The words for periods. */
export const periodWords = { DAY: 'daily', MONTH: 'monthly', QUARTER: 'quarterly', YEAR: 'yearly' } as const;

/** A line as it is written: equal ones, equal text. */
export function printReportLine(line: ReportLine): string {
  const by = periodWords[line.by];
  if (line.kind === 'bySegment') return `${line.of} by segment ${by}`;
  return line.kind === 'balance'
    ? `balance(${printAccounts(line.accounts)}) ${by}`
    : `metric ${line.segment}.${line.metric} ${by}`;
}

/**
 * The line of a report of a text, or what is wrong with it; with `names`, its names are looked up.
 *
 * @example parseReportLine('revenue by segment monthly', undefined)
 */
export function parseReportLine(text: string, names: Names | undefined): ReportLine | readonly Flaw[] {
  return flawed(text, names, (cursor) => {
    const line = readLine(cursor);
    cursor.end();
    return line;
  });
}

const forms = 'revenue by segment …, cost by segment …, balance(…) … or metric SEGMENT.NAME …';

function readLine(cursor: Cursor): ReportLine {
  const at = cursor.at;
  const word = cursor.take(/[A-Za-z]+/);
  switch (word) {
    case 'revenue':
    case 'cost':
      cursor.word('by');
      cursor.word('segment');
      return { kind: 'bySegment', of: word, by: readPeriod(cursor) };
    case 'balance': {
      cursor.sign('(');
      const accounts = readAccounts(cursor);
      cursor.sign(')');
      return { kind: 'balance', accounts, by: readPeriod(cursor) };
    }
    case 'metric': {
      const name = readMetricName(cursor);
      return { kind: 'metric', ...name, by: readPeriod(cursor) };
    }
    case 'sensitivity':
      return cursor.fail(at, forms, 'sensitivity comes with a later version');
    default:
      return cursor.fail(at, forms);
  }
}

function readPeriod(cursor: Cursor): Period {
  const at = cursor.at;
  const word = cursor.take(/[A-Za-z]+/);
  const found = periods.find((period) => periodWords[period] === word);
  return found ?? cursor.fail(at, Object.values(periodWords).join(', '));
}
