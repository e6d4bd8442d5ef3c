/**
 * Figures of a run: what report lines and expectations name, worked out of a variant's books, exactly.
 *
 * @module
 */
import { type Day, dayMax } from '../../kernel/values/dates.ts';
import type { Money } from '../../kernel/values/money.ts';
import { type Fraction, fraction } from '../../kernel/values/rates.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { flowKinds } from '../../reading/flows.ts';
import { metrics } from '../../reading/metrics.ts';
import { LedgerView } from '../../reading/view.ts';
import {
  type Accounts,
  type Horizon,
  type Level,
  printAccounts,
  type Side,
  type Term,
} from '../file/file.ts';
import { metricWithoutValue } from '../format/codes.ts';
import type { Run, VariantRun } from '../running/run.ts';

/** An exact figure: an amount's minor units with their currency, or a number without one. */
export interface Figure {
  /** Minor units of the currency, or the number itself. */
  readonly value: Fraction;
  readonly currency: string | undefined;
}

const ofMoney = ({ minor, currency }: Money): Figure => ({ value: { num: minor, den: 1n }, currency });
const ofCount = (count: number): Figure => ({ value: { num: BigInt(count), den: 1n }, currency: undefined });

/** The number that a decimal text says. */
function ofDecimal(text: string): Fraction {
  const [whole = '0', digits = ''] = text.split('.');
  return fraction(BigInt(whole + digits), 10n ** BigInt(digits.length));
}

/** A variant's books as of a day; as they stand without one. */
export function viewOn({ view }: VariantRun, day: Day | undefined): LedgerView {
  return day === undefined ? view : new LedgerView(view.house, view.state, { ...view.point, asOf: day });
}

/** What accounts hold together in a view; a refusal where none can be meant or they are of several currencies. */
export function balanceOf(view: LedgerView, accounts: Accounts): Money | Refusal {
  const found = view.balance(printAccounts(accounts));
  if (found instanceof Refusal) return found;
  return found[0] ?? { minor: 0n, currency: 'CNY' };
}

/**
 * A level of a variant.
 *
 * @param day the day at whose end balances are looked at, and up to which flows without a span of their own are summed;
 *   undefined: the horizon's end
 */
export function levelOf(
  variant: VariantRun,
  level: Level,
  horizon: Horizon,
  day: Day | undefined,
): Figure | Refusal {
  switch (level.kind) {
    case 'flow':
      return flowOf(variant, level, horizon, day);
    case 'balance': {
      const found = balanceOf(viewOn(variant, day ?? horizon.to), level.accounts);
      return found instanceof Refusal ? found : ofMoney(found);
    }
    case 'metric': {
      const { from, to } = level.span ?? { from: horizon.from, to: day ?? horizon.to };
      return metricOver(variant, level.segment, level.metric, from, to);
    }
    case 'divergences': {
      const { code } = level;
      const { divergences } = variant;
      return ofCount(
        code === undefined ? divergences.length : divergences.filter((one) => one.code === code).length,
      );
    }
  }
}

function flowOf(
  { view }: VariantRun,
  { of, segment, span }: Extract<Level, { kind: 'flow' }>,
  horizon: Horizon,
  day: Day | undefined,
): Figure {
  const from = span?.from ?? horizon.from;
  const to = Math.min(span?.to ?? dayMax, day ?? horizon.to);
  const kinds = flowKinds(view.house.kinds, of, segment === 'total' ? undefined : segment);
  const minor = kinds.reduce((sum, kind) => sum + view.change(kind, from, to), 0n);
  return ofMoney({ minor, currency: 'CNY' });
}

/** A metric over one stretch of days, whatever calendar periods it spans. */
function metricOver(
  { view }: VariantRun,
  segment: string,
  metric: string,
  from: Day,
  to: Day,
): Figure | Refusal {
  const found = metrics(view.house, view, segment, from, to, undefined);
  if (found instanceof Refusal) return found;
  const value = found.find(({ id }) => id === metric);
  if (value?.value === undefined) return new Refusal(metricWithoutValue, `${segment}.${metric}`);
  return value.unit === 'CNY'
    ? { value: scaledToMinor(ofDecimal(value.value)), currency: 'CNY' }
    : { value: ofDecimal(value.value), currency: undefined };
}

const scaledToMinor = ({ num, den }: Fraction): Fraction => fraction(num * 100n, den);

/** A term of a variant: a level, or what it is more than the baseline's. */
export function termOf(run: Run, variant: VariantRun, term: Term, day: Day | undefined): Figure | Refusal {
  const { horizon } = run.scenario;
  if (term.kind !== 'difference') return levelOf(variant, term, horizon, day);
  const [baseline] = run.variants;
  const own = levelOf(variant, term.of, horizon, day);
  const base = baseline === undefined ? own : levelOf(baseline, term.of, horizon, day);
  if (own instanceof Refusal) return own;
  if (base instanceof Refusal) return base;
  return { value: minus(own.value, base.value), currency: own.currency };
}

/** A side of a comparison. */
export function sideOf(run: Run, variant: VariantRun, side: Side, day: Day | undefined): Figure | Refusal {
  if (side.kind === 'money') return ofMoney(side);
  if (side.kind === 'number' || side.kind === 'percent') return { value: side.value, currency: undefined };
  return termOf(run, variant, side, day);
}

/** a − b. */
export const minus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.num * b.den - b.num * a.den, a.den * b.den);
