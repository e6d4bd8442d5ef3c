/**
 * Reading expectations: text to tree, with names looked up and units compared.
 *
 * @module
 */

import type { House } from '../../kernel/engine/house.ts';
import { parseDay } from '../../kernel/values/dates.ts';
import { currencies, parseMinor } from '../../kernel/values/money.ts';
import { compareFractions, fraction, oneFraction } from '../../kernel/values/rates.ts';
import { declaredCodes } from '../../kernel/values/refusals.ts';
import { unknownName } from '../text/mistakes.ts';
import { parseDecimal } from '../text/words.ts';
import {
  type Expectation,
  type Level,
  type Literal,
  type Moment,
  operators,
  printSide,
  type Side,
  type Term,
} from './expectation.ts';
import {
  type Cursor,
  type Flaw,
  flawed,
  type Names,
  readAccounts,
  readMetricName,
  readSegment,
  readSpan,
} from './grammar.ts';

const termForms =
  'revenue.SEGMENT, cost.SEGMENT, balance(ACCOUNT), metric(SEGMENT.NAME), divergences or difference(…, baseline)';
const sideForms = `an amount, a number, ${termForms}`;

/** Codes of divergences that the runner declares, which need not be loaded to check a file. */
const ownCodes = ['DEPENDS_ON_SKIPPED'];

/**
 * The expectation of a text, or what is wrong with it. With `names`, names are looked up and units compared.
 *
 * @example parseExpectation('revenue.payments.2016 within 1% of 18200000000.00 CNY', undefined)
 */
export function parseExpectation(text: string, names: Names | undefined): Expectation | readonly Flaw[] {
  return flawed(text, names, readExpectation);
}

function readExpectation(cursor: Cursor): Expectation {
  const start = cursor.at;
  const left = readSide(cursor);
  const at = cursor.at;
  if (cursor.take(/within\b/) !== undefined) {
    if (isLiteral(left)) cursor.fail(start, termForms);
    const tolerance = readTolerance(cursor);
    cursor.word('of');
    const rightAt = cursor.at;
    const of = readSide(cursor);
    const moment = readMoment(cursor, [left, of]);
    cursor.end();
    noteUnits(cursor, left, of, rightAt);
    return { kind: 'within', term: left, tolerance, of, moment };
  }
  const sign = cursor.take(/<=|>=|!=|<|>|=/);
  const operator =
    operators.find((known) => known === sign) ?? cursor.fail(at, `within, or one of ${operators.join(' ')}`);
  const rightAt = cursor.at;
  const right = readSide(cursor);
  const moment = readMoment(cursor, [left, right]);
  cursor.end();
  if (isLiteral(left) && isLiteral(right)) {
    cursor.note(start, {
      found: cursor.text,
      expected: termForms,
      message: 'neither side is a figure of the run',
    });
  } else noteUnits(cursor, left, right, rightAt);
  return { kind: 'compare', left, operator, right, moment };
}

const isLiteral = (side: Side): side is Literal =>
  side.kind === 'money' || side.kind === 'number' || side.kind === 'percent';

const readSide = (cursor: Cursor): Side => readLiteral(cursor) ?? readTerm(cursor);

function readTerm(cursor: Cursor): Term {
  if (cursor.take(/difference\b/) === undefined) return readLevel(cursor, sideForms);
  cursor.sign('(');
  const of = readLevel(
    cursor,
    'revenue.SEGMENT, cost.SEGMENT, balance(ACCOUNT), metric(SEGMENT.NAME) or divergences',
  );
  cursor.sign(',');
  cursor.word('baseline');
  cursor.sign(')');
  return { kind: 'difference', of, against: 'baseline' };
}

function readLevel(cursor: Cursor, forms: string): Level {
  const at = cursor.at;
  const word = cursor.take(/[A-Za-z]+/, false);
  switch (word) {
    case 'revenue':
    case 'cost': {
      cursor.sign('.', false);
      const segment = readSegment(cursor, ['total'], 'a segment, or total');
      return { kind: 'flow', of: word, segment, span: readSpan(cursor) };
    }
    case 'balance': {
      cursor.take(/\s*/);
      cursor.sign('(');
      const accounts = readAccounts(cursor);
      cursor.sign(')');
      return { kind: 'balance', accounts };
    }
    case 'metric': {
      cursor.take(/\s*/);
      cursor.sign('(');
      const name = readMetricName(cursor);
      const span = readSpan(cursor);
      cursor.sign(')');
      return { kind: 'metric', ...name, span };
    }
    case 'divergences':
      cursor.take(/\s*/);
      return { kind: 'divergences', code: readCode(cursor) };
    default:
      return cursor.fail(at, forms);
  }
}

function readCode(cursor: Cursor): string | undefined {
  if (cursor.take(/\(/) === undefined) return undefined;
  const at = cursor.at;
  const code = cursor.take(/[A-Z][A-Z0-9_]*/) ?? cursor.fail(at, 'a code, as in INSUFFICIENT_FUNDS');
  cursor.sign(')');
  const known = [...declaredCodes().map((spec) => spec.code), ...ownCodes];
  if (cursor.names !== undefined && !known.includes(code)) cursor.note(at, unknownName('code', code, known));
  return code;
}

function readLiteral(cursor: Cursor): Literal | undefined {
  const at = cursor.at;
  const digits = cursor.take(/-?\d[\d.]*/);
  if (digits === undefined) return undefined;
  const value = parseDecimal(digits);
  if (value === undefined) return cursor.fail(at, 'a decimal, as in 1000.00');
  const percent = readPercent(cursor);
  if (percent !== undefined) return { kind: 'percent', value: fraction(value.num, value.den * percent) };
  const currencyAt = cursor.at;
  const currency = cursor.take(/[A-Z]{3}\b/);
  if (currency === undefined) return { kind: 'number', value };
  const minor = parseMinor(digits, currency);
  if (typeof minor === 'bigint') return { kind: 'money', minor, currency };
  return cursor.fail(
    currencies.includes(currency) ? at : currencyAt,
    currencies.includes(currency) ? minor : currencies.join(', '),
  );
}

/** What a figure with this unit is divided by. */
function readPercent(cursor: Cursor): bigint | undefined {
  const unit = cursor.take(/%|bp\b/);
  return unit === undefined ? undefined : unit === '%' ? 100n : 10_000n;
}

function readTolerance(cursor: Cursor) {
  const at = cursor.at;
  const literal = readLiteral(cursor);
  if (
    literal?.kind !== 'percent' ||
    literal.value.num < 0n ||
    compareFractions(literal.value, oneFraction) > 0
  ) {
    return cursor.fail(at, 'a tolerance from 0% to 100%, as in 1%');
  }
  return literal.value;
}

/** `always` and `on DATE` are for what has a value at the end of each day: balances, and what they differ by. */
function readMoment(cursor: Cursor, sides: readonly Side[]): Moment {
  const at = cursor.at;
  const word = cursor.take(/(?:always|on)\b/);
  if (word === undefined) return { kind: 'end' };
  const other = sides.find((side) => !isLiteral(side) && level(side).kind !== 'balance');
  if (other !== undefined) {
    const message = `${printSide(other)} is over a span of days: ${word} is for balances`;
    cursor.note(at, { found: word, expected: 'the end of the line', message });
  }
  if (word === 'always') return { kind: 'always' };
  const dateAt = cursor.at;
  const text = cursor.take(/[\w-]+/) ?? '';
  const day = parseDay(text) ?? cursor.fail(dateAt, 'a date, as in 2016-03-01');
  const horizon = cursor.names?.horizon;
  if (horizon !== undefined && (day < horizon.from || day > horizon.to)) {
    cursor.note(dateAt, {
      found: text,
      expected: 'a day of the horizon',
      message: `${text} is not in the horizon`,
    });
  }
  return { kind: 'on', day };
}

const level = (term: Term): Level => (term.kind === 'difference' ? term.of : term);

/** What kind of figure a side is: an amount of a currency (undefined: whichever), a count, or a plain figure. */
type Unit =
  | { readonly of: 'money'; readonly currency: string | undefined }
  | { readonly of: 'count' | 'figure' | 'share' | 'zero' };

function noteUnits(cursor: Cursor, left: Side, right: Side, at: number): void {
  // Where a name isn't known, neither is its unit.
  if (cursor.names === undefined || cursor.flaws.length > 0) return;
  const { house } = cursor.names;
  const a = unitOf(left, house);
  const b = unitOf(right, house);
  if (comparable(a, b)) return;
  const found = `${printSide(left)} and ${printSide(right)}`;
  cursor.note(at, {
    found,
    expected: unitText(a),
    message: `${printSide(right)} can't be compared with ${printSide(left)}, which is ${unitText(a)}`,
  });
}

function unitOf(side: Side, house: House): Unit {
  switch (side.kind) {
    case 'money':
      return { of: 'money', currency: side.currency };
    case 'number':
      return { of: side.value.num === 0n ? 'zero' : 'figure' };
    case 'percent':
      return { of: 'share' };
    case 'difference':
      return unitOf(side.of, house);
    case 'flow':
      return { of: 'money', currency: undefined };
    case 'balance': {
      const { accounts } = side;
      return {
        of: 'money',
        currency: accounts.match === 'account' ? accounts.id.split(':').at(-1) : undefined,
      };
    }
    case 'divergences':
      return { of: 'count' };
    case 'metric': {
      const metrics = house.segments.find(({ id }) => id === side.segment)?.metrics ?? [];
      const unit = metrics.find(({ id }) => id === side.metric)?.unit ?? '';
      return currencies.includes(unit) ? { of: 'money', currency: unit } : { of: 'figure' };
    }
  }
}

function comparable(a: Unit, b: Unit): boolean {
  if (a.of === 'zero' || b.of === 'zero') return true;
  if (a.of === 'money' && b.of === 'money') {
    return a.currency === undefined || b.currency === undefined || a.currency === b.currency;
  }
  if (a.of === 'money' || b.of === 'money') return false;
  // A count is no share; a metric may be either.
  return !((a.of === 'count' && b.of === 'share') || (a.of === 'share' && b.of === 'count'));
}

function unitText(unit: Unit): string {
  if (unit.of !== 'money')
    return { count: 'a count', figure: 'a number', share: 'a share', zero: 'a number' }[unit.of];
  return `an amount${unit.currency === undefined ? ', as in 1000.00 CNY' : ` of ${unit.currency}`}`;
}
