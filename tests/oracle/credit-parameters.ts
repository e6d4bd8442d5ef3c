/** The parameters of all segments that the reference of the credit lines knows, their timelines, and what stands on a date. */
import type { Fraction, Period } from './credit-numbers.ts';
import {
  ALWAYS,
  FOREVER,
  isDate,
  isId,
  isObject,
  must,
  parseAmount,
  parseMultiple,
  parseRate,
  plus,
  ZERO,
} from './credit-numbers.ts';

export const CLASSES = ['deposit-1m', 'deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'] as const;
const LONGER = ['deposit-3m', 'deposit-long', 'bond', 'insurance', 'other'] as const;
export const TIERS = ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'] as const;
export const BUCKETS = ['current', '1-30', '31-60', '61-90', 'over-90'] as const;
export const COMPONENTS = ['payments', 'repayment', 'tenure', 'assets', 'relations'] as const;
const KINDS = ['receivable', 'order', 'inventory'] as const;

type Kind =
  | { kind: 'rate'; period: Period }
  | { kind: 'amount' | 'days' | 'flag' | 'id' | 'multiple' }
  | { kind: 'count'; least: number; most: number }
  | { kind: 'rates'; names: readonly string[]; period: Period; together: boolean }
  | { kind: 'amounts'; names: readonly string[] };

type Parameter = Kind & { keyed: boolean; defaults: [from: string, value: unknown][] };

function rate(period: Period, ...defaults: [string, unknown][]): Parameter {
  return { kind: 'rate', period, keyed: false, defaults };
}

function one(kind: 'amount' | 'days' | 'flag' | 'id' | 'multiple', value: unknown): Parameter {
  return { kind, keyed: false, defaults: [[ALWAYS, value]] };
}

function count(least: number, most: number, value: number): Parameter {
  return { kind: 'count', least, most, keyed: false, defaults: [[ALWAYS, String(value)]] };
}

function rates(
  names: readonly string[],
  period: Period,
  values: readonly string[],
  together = false,
): Parameter {
  const record = Object.fromEntries(names.map((name, at) => [name, values[at]]));
  return { kind: 'rates', names, period, together, keyed: false, defaults: [[ALWAYS, record]] };
}

function amounts(names: readonly string[], values: readonly string[]): Parameter {
  const record = Object.fromEntries(names.map((name, at) => [name, `${values[at]} CNY`]));
  return { kind: 'amounts', names, keyed: false, defaults: [[ALWAYS, record]] };
}

/** what every line that lends has, by its defaults */
function lending(
  line: string,
  own: string,
  late: string,
  leverageOn: string,
  sources: readonly string[],
  costs: readonly string[],
): [string, Parameter][] {
  return [
    [`${line}.fundingRates`, rates(sources, 'year', costs)],
    [`${line}.ownFundingShare`, rate('none', [ALWAYS, own])],
    [`${line}.securitisedShare`, rate('none', [ALWAYS, '40%'])],
    [`${line}.subordinatedShare`, rate('none', [ALWAYS, '10%'])],
    [`${line}.partnerBank`, one('id', 'bank-1')],
    [`${line}.technologyFeeRate`, rate('none', [ALWAYS, '30%'])],
    [`${line}.serviceFeeRate`, rate('year', [ALWAYS, '1%'])],
    [`${line}.seniorRate`, rate('year', [ALWAYS, '4.5%'])],
    [`${line}.lateFeeRate`, rate('day', [ALWAYS, late])],
    [`${line}.provisionRates`, rates(BUCKETS, 'none', ['1%', '25%', '50%', '75%', '100%'])],
    [`${line}.writeOffAfterDays`, one('days', '180')],
    [`${line}.leverageOnMax`, one('multiple', leverageOn)],
    [`${line}.leverageOffMax`, one('multiple', '4')],
  ];
}

const PARAMETERS = new Map<string, Parameter>([
  ['payments.merchantFeeRate', { ...rate('none', [ALWAYS, '0.6%']), keyed: true }],
  ['payments.refundReturnsFee', one('flag', 'yes')],
  ['payments.confirmAfterDays', one('days', '10')],
  ['payments.withdrawalFeeRate', rate('none', [ALWAYS, '0%'], ['2016-10-12', '0.1%'])],
  ['payments.withdrawalFreeAllowance', one('amount', '20000.00 CNY')],
  ['payments.withdrawalFeeMin', one('amount', '0.10 CNY')],
  ['payments.cardCostRate', rate('none', [ALWAYS, '0.15%'])],
  ['payments.floatRate', rate('year', [ALWAYS, '2%'], ['2019-01-14', '0%'])],
  ['yuebao.allocation', rates(CLASSES, 'none', ['30%', '30%', '30%', '7%', '2%', '1%'], true)],
  ['yuebao.maturingPerDay', rates(LONGER, 'day', ['1.6%', '0.5%', '0.1%', '0.1%', '0.1%'])],
  ['yuebao.managementFeeRate', rate('year', [ALWAYS, '0.30%'])],
  ['yuebao.custodyFeeRate', rate('year', [ALWAYS, '0.08%'])],
  ['yuebao.salesFeeRate', rate('year', [ALWAYS, '0.25%'])],
  [
    'yuebao.holdingCap',
    {
      kind: 'amount',
      keyed: false,
      defaults: [
        [ALWAYS, '1000000.00 CNY'],
        ['2017-05-27', '250000.00 CNY'],
        ['2017-08-14', '100000.00 CNY'],
      ],
    },
  ],
  [
    'yuebao.quickRedemptionLimit',
    {
      kind: 'amount',
      keyed: false,
      defaults: [
        [ALWAYS, '1000000.00 CNY'],
        ['2018-06-06', '10000.00 CNY'],
      ],
    },
  ],
  ['huabei.limits', amounts(TIERS, ['1000.00', '500.00', '1000.00', '3000.00', '8000.00', '20000.00'])],
  ['huabei.merchantFeeRate', { ...rate('none', [ALWAYS, '0.8%']), keyed: true }],
  ['huabei.statementDay', count(1, 28, 1)],
  ['huabei.dueDay', count(1, 28, 10)],
  ['huabei.minimumShare', rate('none', [ALWAYS, '10%'])],
  ['huabei.revolvingRate', rate('day', [ALWAYS, '0.05%'])],
  [
    'huabei.instalmentFeeRates',
    rates(['3-months', '6-months', '9-months', '12-months'], 'none', ['2.5%', '4.5%', '6.5%', '8.8%']),
  ],
  ...lending('huabei', '2%', '0.05%', '1', ['borrowings'], ['4.5%']),
  ['jiebei.limits', amounts(TIERS, ['0.00', '0.00', '3000.00', '10000.00', '30000.00', '100000.00'])],
  ['jiebei.prices', rates(TIERS, 'day', ['0.06%', '0.06%', '0.05%', '0.045%', '0.04%', '0.03%'])],
  ...lending('jiebei', '2%', '0.02%', '1', ['borrowings'], ['4.5%']),
  [
    'mybank.limits',
    amounts(TIERS, ['20000.00', '10000.00', '50000.00', '100000.00', '300000.00', '1000000.00']),
  ],
  ['mybank.prices', rates(TIERS, 'day', ['0.05%', '0.05%', '0.045%', '0.04%', '0.035%', '0.03%'])],
  ['mybank.advanceShares', rates(KINDS, 'none', ['80%', '50%', '60%'])],
  ['mybank.advancePrice', rate('day', [ALWAYS, '0.03%'])],
  ['mybank.coreLimit', { ...one('amount', '1000000.00 CNY'), keyed: true }],
  ['mybank.marginCallShare', rate('none', [ALWAYS, '75%'])],
  ['mybank.marginDays', one('days', '5')],
  ['mybank.fundingMix', rates(['deposits', 'interbank'], 'none', ['70%', '30%'], true)],
  ...lending('mybank', '30%', '0.02%', '12', ['deposits', 'interbank'], ['2%', '4%']),
  ['zhima.weights', rates(COMPONENTS, 'none', ['30%', '35%', '15%', '10%', '10%'], true)],
  ['zhima.fullPayments', count(0, 999999999, 60)],
  ['zhima.fullTenureDays', count(0, 999999999, 1095)],
  ['zhima.fullRelations', count(0, 999999999, 20)],
  ['zhima.missedWeight', count(0, 999999999, 4)],
  ['zhima.fullAssets', one('amount', '50000.00 CNY')],
  ['zhima.scoreDay', count(1, 28, 6)],
  ['zhima.queryFee', one('amount', '0.50 CNY')],
  ['zhima.waiverScore', count(0, 999999999, 650)],
]);

// ---------------------------------------------------------------------------------------------- values

function parseCount(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function parseFlag(value: unknown): boolean | undefined {
  return value === 'yes' ? true : value === 'no' ? false : undefined;
}

function parseEach<T>(
  value: unknown,
  names: readonly string[],
  parse: (raw: unknown) => T | undefined,
): Map<string, T> | undefined {
  if (!isObject(value) || Object.keys(value).length !== names.length) return undefined;
  const parsed = new Map<string, T>();
  for (const name of names) {
    const found = parse(value[name]);
    if (found === undefined) return undefined;
    parsed.set(name, found);
  }
  return parsed;
}

function parseRates(value: unknown, names: readonly string[], period: Period, together: boolean) {
  const parsed = parseEach(value, names, (raw) => parseRate(raw, period));
  if (parsed === undefined) return undefined;
  const all = [...parsed.values()].reduce(plus, ZERO);
  return together && all.n !== all.d ? undefined : parsed;
}

function isValueOf(parameter: Parameter, value: unknown): boolean {
  switch (parameter.kind) {
    case 'rate':
      return parseRate(value, parameter.period) !== undefined;
    case 'amount':
      return parseAmount(value) !== undefined;
    case 'days':
      return (parseCount(value) ?? Number.POSITIVE_INFINITY) <= 999999;
    case 'flag':
      return parseFlag(value) !== undefined;
    case 'id':
      return isId(value);
    case 'multiple':
      return parseMultiple(value) !== undefined;
    case 'count': {
      const counted = parseCount(value);
      return counted !== undefined && parameter.least <= counted && counted <= parameter.most;
    }
    case 'rates':
      return parseRates(value, parameter.names, parameter.period, parameter.together) !== undefined;
    case 'amounts':
      return parseEach(value, parameter.names, parseAmount) !== undefined;
  }
}

// ---------------------------------------------------------------------------------------------- timelines

/** a value on the dates from..to; `key` undefined: the plain name; '*': every key */
export type Given = { name: string; key: string | undefined; from: string; to: string; value: unknown };

/** the recorded changes, in their order, and what a what-if assumes */
export type Policy = { changes: Given[]; overrides: Given[] };

/** `payments.merchantFeeRate[merchant-1]` → name and key; undefined if there is no such parameter */
export function splitName(text: string): { name: string; key: string | undefined } | undefined {
  const match = /^([^[\]]+)(?:\[([^[\]]+)\])?$/.exec(text);
  if (match === null) return undefined;
  const name = match[1] ?? '';
  const key = match[2];
  const parameter = PARAMETERS.get(name);
  if (parameter === undefined) return undefined;
  if (key !== undefined && !parameter.keyed) return undefined;
  if (key !== undefined && key !== '*' && !isId(key)) return undefined;
  return { name, key };
}

export function isValue(name: string, value: unknown): boolean {
  return isValueOf(must(PARAMETERS.get(name), name), value);
}

export function parseAssumptions(assumptions: Record<string, unknown>): Given[] {
  const all: Given[] = [];
  for (const [text, content] of Object.entries(assumptions)) {
    const split = must(splitName(text), `parameter ${text}`);
    const dated =
      isObject(content) &&
      Object.keys(content).length > 0 &&
      Object.keys(content).every((name) => /^\d{4}-\d{2}-\d{2}/.test(name));
    for (const [when, value] of dated ? Object.entries(content) : [[ALWAYS, content] as const]) {
      const [from = '', to = FOREVER] = when.split('..');
      if (!isValue(split.name, value)) throw new Error(`bad value of ${text}`);
      if (from !== ALWAYS && !isDate(from)) throw new Error(`bad date ${when}`);
      all.push({ ...split, from, to, value });
    }
  }
  return all;
}

/** in one file of assumptions: a range stands before a value given from a date; of those, the latest date */
function overrideOn(policy: Policy, name: string, key: string | undefined, date: string): Given | undefined {
  const covering = policy.overrides.filter(
    (g) => g.name === name && g.key === key && g.from <= date && date <= g.to,
  );
  return (
    covering.find((g) => g.to !== FOREVER) ??
    covering.reduce<Given | undefined>(
      (best, g) => (best === undefined || g.from > best.from ? g : best),
      undefined,
    )
  );
}

/** of recorded changes: the last recorded one that covers the date */
function changeOn(policy: Policy, name: string, key: string | undefined, date: string): Given | undefined {
  return policy.changes.findLast((g) => g.name === name && g.key === key && g.from <= date && date <= g.to);
}

function valueOn(policy: Policy, name: string, date: string, key?: string): unknown {
  const given =
    (key === undefined ? undefined : overrideOn(policy, name, key, date)) ??
    (key === undefined ? undefined : overrideOn(policy, name, '*', date)) ??
    (key === undefined ? undefined : changeOn(policy, name, key, date)) ??
    overrideOn(policy, name, undefined, date) ??
    changeOn(policy, name, undefined, date);
  const standing = PARAMETERS.get(name)?.defaults.findLast(([from]) => from <= date)?.[1];
  return given === undefined ? standing : given.value;
}

export function rateOn(policy: Policy, name: string, date: string, key?: string): Fraction {
  const parameter = must(PARAMETERS.get(name), name);
  const period = parameter.kind === 'rate' ? parameter.period : 'none';
  return must(parseRate(valueOn(policy, name, date, key), period), name);
}

export function amountOn(policy: Policy, name: string, date: string, key?: string): bigint {
  return must(parseAmount(valueOn(policy, name, date, key)), name);
}

export function countOn(policy: Policy, name: string, date: string): number {
  return must(parseCount(valueOn(policy, name, date)), name);
}

export function flagOn(policy: Policy, name: string, date: string): boolean {
  return must(parseFlag(valueOn(policy, name, date)), name);
}

export function idOn(policy: Policy, name: string, date: string): string {
  const value = valueOn(policy, name, date);
  return must(isId(value) ? value : undefined, name);
}

export function multipleOn(policy: Policy, name: string, date: string): Fraction {
  return must(parseMultiple(valueOn(policy, name, date)), name);
}

/** in the order of the parameter's list */
export function ratesOn(policy: Policy, name: string, date: string): Map<string, Fraction> {
  const parameter = must(PARAMETERS.get(name), name);
  if (parameter.kind !== 'rates') throw new Error(`oracle: ${name} is no record of rates`);
  return must(
    parseRates(valueOn(policy, name, date), parameter.names, parameter.period, parameter.together),
    name,
  );
}

export function amountsOn(policy: Policy, name: string, date: string): Map<string, bigint> {
  const parameter = must(PARAMETERS.get(name), name);
  if (parameter.kind !== 'amounts') throw new Error(`oracle: ${name} is no record of amounts`);
  return must(parseEach(valueOn(policy, name, date), parameter.names, parseAmount), name);
}
