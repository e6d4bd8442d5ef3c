/**
 * What a scenario expects of its runs, as a tree, and the one way in which each is written.
 *
 * @module
 */
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { type Fraction, formatRate } from '../../kernel/values/rates.ts';
import { decimalText } from '../text/words.ts';

/** Which accounts a balance is of; several are summed. */
export type Accounts =
  /** One account, by its id. */
  | { readonly match: 'account'; readonly id: string }
  /** All accounts of a kind, by its path. */
  | { readonly match: 'kind'; readonly path: string }
  /** All accounts whose ids begin with a text. */
  | { readonly match: 'prefix'; readonly prefix: string };

/** A year, quarter, month or day: `2016`, `2016-Q1`, `2016-03`, `2016-03-01`. */
export interface Span {
  readonly text: string;
  readonly from: Day;
  readonly to: Day;
}

/** A figure of a run. Without a span it is over the whole horizon. */
export type Level =
  /** Revenue or cost of a segment, or of all (`total`). */
  | {
      readonly kind: 'flow';
      readonly of: 'revenue' | 'cost';
      readonly segment: string;
      readonly span: Span | undefined;
    }
  /** At the end of a day: the horizon's last, unless the expectation names another or all. */
  | { readonly kind: 'balance'; readonly accounts: Accounts }
  | {
      readonly kind: 'metric';
      readonly segment: string;
      readonly metric: string;
      readonly span: Span | undefined;
    }
  /** How many facts the run had to change or leave out; of one code, or of all. */
  | { readonly kind: 'divergences'; readonly code: string | undefined };

/** A figure, or what it is more than in the baseline. */
export type Term = Level | { readonly kind: 'difference'; readonly of: Level; readonly against: 'baseline' };

export type Literal =
  | { readonly kind: 'money'; readonly minor: bigint; readonly currency: string }
  | { readonly kind: 'number'; readonly value: Fraction }
  /** Written as `0.55%`; the value is 11/2000. */
  | { readonly kind: 'percent'; readonly value: Fraction };

export type Side = Term | Literal;

export const operators = ['<=', '>=', '!=', '<', '>', '='] as const;
export type Operator = (typeof operators)[number];

/** When an expectation holds: at the horizon's end, at the end of every day of it, or of one. */
export type Moment =
  | { readonly kind: 'end' }
  | { readonly kind: 'always' }
  | { readonly kind: 'on'; readonly day: Day };

export type Expectation =
  | {
      readonly kind: 'compare';
      readonly left: Side;
      readonly operator: Operator;
      readonly right: Side;
      readonly moment: Moment;
    }
  | {
      readonly kind: 'within';
      readonly term: Term;
      /** |term − of| is at most this share of |of|. */
      readonly tolerance: Fraction;
      readonly of: Side;
      readonly moment: Moment;
    };

/** Accounts as they are written. */
export function printAccounts(accounts: Accounts): string {
  if (accounts.match === 'prefix') return `${accounts.prefix}*`;
  return accounts.match === 'kind' ? accounts.path : accounts.id;
}

const printSpan = (span: Span | undefined): string => (span === undefined ? '' : `.${span.text}`);

/** A side of a comparison as it is written. */
export function printSide(side: Side): string {
  switch (side.kind) {
    case 'flow':
      return `${side.of}.${side.segment}${printSpan(side.span)}`;
    case 'balance':
      return `balance(${printAccounts(side.accounts)})`;
    case 'metric':
      return `metric(${side.segment}.${side.metric}${printSpan(side.span)})`;
    case 'divergences':
      return side.code === undefined ? 'divergences' : `divergences(${side.code})`;
    case 'difference':
      return `difference(${printSide(side.of)}, ${side.against})`;
    case 'money':
      return formatMoney(side.minor, side.currency);
    case 'number':
      return decimalText(side.value);
    case 'percent':
      return formatRate(side.value);
  }
}

function printMoment(moment: Moment): string {
  if (moment.kind === 'end') return '';
  return moment.kind === 'always' ? ' always' : ` on ${formatDay(moment.day)}`;
}

/** An expectation as it is written: equal ones, equal text. */
export function printExpectation(expectation: Expectation): string {
  const moment = printMoment(expectation.moment);
  if (expectation.kind === 'compare') {
    return `${printSide(expectation.left)} ${expectation.operator} ${printSide(expectation.right)}${moment}`;
  }
  const { term, tolerance, of } = expectation;
  return `${printSide(term)} within ${formatRate(tolerance)} of ${printSide(of)}${moment}`;
}
