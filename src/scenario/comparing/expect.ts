/**
 * Expectations: what a scenario says its variants must come to, held against what they came to.
 *
 * @module
 */
import { Decimal } from 'decimal.js';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { formatMoney } from '../../kernel/values/money.ts';
import { compareFractions, type Fraction, fraction } from '../../kernel/values/rates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import type { Expectation, Moment, Operator } from '../file/file.ts';
import { baselineName, type Run, type VariantRun } from '../running/run.ts';
import { type Figure, minus, sideOf, termOf } from './figures.ts';

/** An expectation and how it turned out, in each variant that it is about. */
export interface Expected {
  readonly text: string;
  readonly variant: string;
  readonly holds: boolean;
  /** What was found, on the first day on which it doesn't hold or at the end. */
  readonly found: string;
}

/**
 * Holds a run against what its scenario expects. An expectation is about every variant but the baseline; about the baseline
 * where the scenario has nothing else.
 */
export function expectationsOf(run: Run): readonly Expected[] {
  const others = run.variants.filter(({ name }) => name !== baselineName);
  const about = others.length === 0 ? run.variants : others;
  return run.scenario.expect.flatMap(({ text, line }) =>
    about.map((variant) => ({ text, variant: variant.name, ...outcome(run, variant, line) })),
  );
}

function outcome(run: Run, variant: VariantRun, expectation: Expectation): { holds: boolean; found: string } {
  let found = '';
  for (const day of daysOf(run, expectation.moment)) {
    const on = day === undefined ? '' : ` on ${formatDay(day)}`;
    const result =
      expectation.kind === 'within'
        ? within(run, variant, expectation, day)
        : compared(run, variant, expectation, day);
    if (result instanceof Refusal) return { holds: false, found: `${result.code}: ${result.message}` };
    found = `${result.found}${on}`;
    if (!result.holds) return { holds: false, found };
  }
  return { holds: true, found };
}

function daysOf(run: Run, moment: Moment): (Day | undefined)[] {
  if (moment.kind === 'end') return [undefined];
  if (moment.kind === 'on') return [moment.day];
  const { from, to } = run.scenario.horizon;
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function compared(
  run: Run,
  variant: VariantRun,
  { left, operator, right }: Extract<Expectation, { kind: 'compare' }>,
  day: Day | undefined,
): { holds: boolean; found: string } | Refusal {
  const a = sideOf(run, variant, left, day);
  if (a instanceof Refusal) return a;
  const b = sideOf(run, variant, right, day);
  if (b instanceof Refusal) return b;
  const [x, y] = aligned(a, b);
  return { holds: holds(compareFractions(x, y), operator), found: printFigure(a) };
}

function within(
  run: Run,
  variant: VariantRun,
  { term, tolerance, of }: Extract<Expectation, { kind: 'within' }>,
  day: Day | undefined,
): { holds: boolean; found: string } | Refusal {
  const a = termOf(run, variant, term, day);
  if (a instanceof Refusal) return a;
  const b = sideOf(run, variant, of, day);
  if (b instanceof Refusal) return b;
  const [x, y] = aligned(a, b);
  const allowed = fraction(size(y).num * tolerance.num, y.den * tolerance.den);
  return { holds: compareFractions(size(minus(x, y)), allowed) <= 0, found: printFigure(a) };
}

const size = ({ num, den }: Fraction): Fraction => ({ num: num < 0n ? -num : num, den });

/** Two figures in one unit: a bare number beside an amount counts whole units of its currency. */
function aligned(a: Figure, b: Figure): [Fraction, Fraction] {
  const scale = (figure: Figure, other: Figure): Fraction =>
    figure.currency === undefined && other.currency !== undefined
      ? fraction(figure.value.num * 100n, figure.value.den)
      : figure.value;
  return [scale(a, b), scale(b, a)];
}

function holds(order: number, operator: Operator): boolean {
  switch (operator) {
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '>':
      return order > 0;
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
  }
}

/** A figure for people: `12.34 CNY`, `22`, `0.006`. */
export const printFigure = ({ value, currency }: Figure): string =>
  currency !== undefined && value.den === 1n
    ? formatMoney(value.num, currency)
    : new Decimal(value.num.toString()).div(value.den.toString()).toFixed();
