/** Figures of runs about credit, by the words that docs/how-to/credit.md has over its columns. */
import { dayOf } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { buckets } from '../../src/lending/lender/buckets.ts';
import { flowKinds } from '../../src/reading/flows.ts';
import { metrics } from '../../src/reading/metrics.ts';
import type { BaseRecord } from '../../src/scenario/running/base.ts';
import { type Run, replayVariant, type VariantRun } from '../../src/scenario/running/run.ts';
import { house } from '../../src/segments/index.ts';
import { kindOf } from './figures.ts';

/** Columns of a scenario's first table: levels of the baseline, differences of the others. */
export const creditColumns = [
  'variant',
  'payments',
  'huabei',
  'jiebei',
  'mybank',
  'cost',
  'divergences',
  'moot',
] as const;

/** The cells of a variant in the first table: revenue by segment, and what all segments cost. */
export function creditCellsOf(run: Run, variant: VariantRun): readonly string[] {
  const [baseline = variant] = run.variants;
  const { from, to } = run.scenario.horizon;
  const flow = ({ view }: VariantRun, of: 'revenue' | 'cost', segment: string | undefined): bigint =>
    flowKinds(house.kinds, of, segment).reduce((sum, kind) => sum + view.change(kind, from, to), 0n);
  const figure = (of: 'revenue' | 'cost', segment?: string): string => {
    const level = flow(variant, of, segment);
    if (variant === baseline) return formatMinor(level, 'CNY');
    const difference = level - flow(baseline, of, segment);
    return `${difference > 0n ? '+' : ''}${formatMinor(difference, 'CNY')}`;
  };
  return [
    variant.name,
    ...['payments', 'huabei', 'jiebei', 'mybank'].map((segment) => figure('revenue', segment)),
    figure('cost'),
    String(variant.divergences.length),
    String(variant.moot),
  ];
}

/** Metrics by the words of a column, over the horizon or one stretch of it. */
const metricWords: { readonly [words: string]: readonly [segment: string, metric: string, until?: string] } =
  {
    'huabei: own part': ['huabei', 'ownOutstanding'],
    'jiebei: own part': ['jiebei', 'ownOutstanding'],
    'huabei: net interest': ['huabei', 'netInterestIncome'],
    'jiebei: net interest': ['jiebei', 'netInterestIncome'],
    'huabei: fees': ['huabei', 'feeIncome'],
    'jiebei: fees': ['jiebei', 'feeIncome'],
    'mybank: net interest': ['mybank', 'netInterestIncome'],
    'mybank: fees': ['mybank', 'feeIncome'],
    'huabei: retained': ['huabei', 'retainedIncome'],
    'jiebei: retained': ['jiebei', 'retainedIncome'],
    'mybank: retained': ['mybank', 'retainedIncome'],
    'huabei: losses': ['huabei', 'creditCost'],
    'jiebei: losses': ['jiebei', 'creditCost'],
    'mybank: losses': ['mybank', 'creditCost'],
    'huabei: leverage': ['huabei', 'leverageOn'],
    'jiebei: leverage': ['jiebei', 'leverageOn'],
    'huabei: leverage off balance': ['huabei', 'leverageOff'],
    'huabei: net assets': ['huabei', 'netAssets'],
    'jiebei: net assets': ['jiebei', 'netAssets'],
    'mybank: net assets': ['mybank', 'netAssets'],
    'huabei: merchant fees': ['huabei', 'merchantFees'],
    'huabei: outstanding': ['huabei', 'outstanding'],
    'jiebei: outstanding': ['jiebei', 'outstanding'],
    'mybank: outstanding': ['mybank', 'outstanding'],
    'huabei: in arrears, end of 2016': ['huabei', 'arrearsRate', '2016-12-31'],
    'jiebei: in arrears, end of 2016': ['jiebei', 'arrearsRate', '2016-12-31'],
    'mybank: in arrears, end of 2016': ['mybank', 'arrearsRate', '2016-12-31'],
    'mybank: in arrears': ['mybank', 'arrearsRate'],
    'jiebei: outstanding, end of 2016': ['jiebei', 'outstanding', '2016-12-31'],
    'huabei: outstanding, end of 2016': ['huabei', 'outstanding', '2016-12-31'],
  };

/** Account kinds by the words of a column: their balance at the end. */
const balanceWords: { readonly [words: string]: string } = {
  'lost by partner banks, huabei': 'partner:expense:huabei:credit-loss',
  'lost by partner banks, jiebei': 'partner:expense:jiebei:credit-loss',
  'lost by partner banks': 'partner:expense:mybank:credit-loss',
  'lost by the vehicle, huabei': 'vehicle:expense:huabei:credit-loss',
  'lost by the vehicle, jiebei': 'vehicle:expense:jiebei:credit-loss',
  'lost by the vehicle': 'vehicle:expense:mybank:credit-loss',
  'huabei: notes written down': 'vehicle:income:huabei:write-down',
  'jiebei: notes written down': 'vehicle:income:jiebei:write-down',
  'mybank: notes written down': 'vehicle:income:mybank:write-down',
  'jiebei: of them retained': 'jiebei:expense:jiebei:retained-loss',
  'huabei: late fees': 'huabei:income:huabei:late-fee',
  'jiebei: late fees': 'jiebei:income:jiebei:late-fee',
  'mybank: late fees': 'mybank:income:mybank:late-fee',
  'mybank: provision for losses': 'mybank:liability:mybank:allowance',
};

/** Lines by the words of a column: what notes of their pools have beyond loans and cash at the end. */
const uncoveredWords: { readonly [words: string]: string } = {
  'huabei: notes without loans': 'huabei',
  'jiebei: notes without loans': 'jiebei',
  'mybank: notes without loans': 'mybank',
};

/** What is counted in the events of a variant. */
type Counts = { readonly [words: string]: number };

/** The cell of a variant under some words. */
export function creditCell(
  words: string,
  run: Run,
  variant: VariantRun,
  counts: (() => Counts) | undefined,
): string {
  if (words === 'variant') return variant.name;
  const metric = metricWords[words];
  if (metric !== undefined) return metricCell(run, variant, metric);
  const line = uncoveredWords[words];
  if (line !== undefined) return uncoveredCell(run, variant, line);
  const path = balanceWords[words];
  if (path !== undefined)
    return formatMinor(variant.view.totalOn(kindOf(path), run.scenario.horizon.to), 'CNY');
  const count = counts?.()[words];
  if (count === undefined) throw new RangeError(`no figure is called ${words}`);
  return String(count);
}

function uncoveredCell({ scenario: { horizon } }: Run, { view }: VariantRun, line: string): string {
  const total = (name: string): bigint => view.totalOn(kindOf(`vehicle:${name}`), horizon.to);
  const notes = total(`liability:${line}:senior`) + total(`liability:${line}:subordinated`);
  const loans = buckets.reduce((sum, bucket) => sum + total(`asset:${line}:principal-${bucket}`), 0n);
  return formatMinor(notes - loans - total(`asset:${line}:cash`), 'CNY');
}

function metricCell(
  run: Run,
  { view }: VariantRun,
  [segment, metric, until]: readonly [string, string, string?],
): string {
  const { from, to } = run.scenario.horizon;
  const found = metrics(house, view, segment, from, until === undefined ? to : dayOf(until), undefined);
  const one = found instanceof Refusal ? undefined : found.find(({ id }) => id === metric);
  if (one?.value === undefined) return 'none';
  if (one.unit === 'multiple') return Number(one.value).toFixed(2);
  return one.unit === 'share' ? `${(Number(one.value) * 100).toFixed(1)} %` : one.value;
}

/** Tiers of scores, as columns name them. */
const tiers = [700, 650, 600] as const;

/** Events that are counted under some words. */
const countedEvents: readonly (readonly [words: string, types: RegExp])[] = [
  ['jiebei: loans paid out', /^JiebeiLoanDisbursed$/],
  ['written off', /WrittenOff/],
];
/** As of this day borrowers are counted by score. */
const scoresUntil = dayOf('2016-12-31');

/** Counts what a variant's events tell, evaluating it again. */
export function countsOf(base: BaseRecord, { scenario }: Run, variant: VariantRun): Counts {
  const counts: Record<string, number> = {};
  const add = (words: string, count = 1): void => {
    counts[words] = (counts[words] ?? 0) + count;
  };
  for (const [words] of countedEvents) add(words, 0);
  for (const segment of ['huabei', 'jiebei', 'mybank']) add(`${segment}: days beyond`, 0);
  for (const words of ['below 600', 'from 600', 'from 650', 'from 700']) add(words, 0);
  const holders = new Map<unknown, unknown>();
  const late = new Set<unknown>();
  const scores = new Map<string, number>();
  replayVariant(house, base, variant, scenario, ({ name }, { data, on }) => {
    if (!isRecord(data)) return;
    for (const [words, types] of countedEvents) if (types.test(name)) add(words);
    if (name.endsWith('Applied')) holders.set(data.loan, data.holder);
    if (data.to === 'over-90') late.add(holders.get(data.debt) ?? data.debt);
    if (name === 'DayClosed')
      for (const rule of rulesIn(data.breaches)) add(`${rule.replace('.leverage', '')}: days beyond`);
    if (name === 'ScoresComputed' && on <= scoresUntil)
      for (const [holder, score] of scoresIn(data.scores)) scores.set(holder, score);
  });
  add('over 90 days', late.size);
  for (const [holder, score] of scores) if (holder.startsWith('user-')) add(tierWords(score));
  return counts;
}

function tierWords(score: number): string {
  const tier = tiers.find((from) => from <= score);
  return tier === undefined ? 'below 600' : `from ${tier}`;
}

/** The rules of the breaches of a close. */
const rulesIn = (breaches: unknown): readonly string[] =>
  Array.isArray(breaches)
    ? breaches.flatMap((breach: unknown) => (isRecord(breach) ? [String(breach.rule)] : []))
    : [];

/** Holders and scores of an event. */
const scoresIn = (given: unknown): readonly (readonly [string, number])[] =>
  Array.isArray(given)
    ? given.flatMap((each: unknown) => {
        if (!Array.isArray(each)) return [];
        const [holder, score]: unknown[] = each;
        return typeof holder === 'string' && typeof score === 'number' ? [[holder, score] as const] : [];
      })
    : [];
