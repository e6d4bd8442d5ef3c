/**
 * The figures of a run's report: a table a line of the scenario, by segment and period, variants beside the baseline.
 *
 * @module
 */
import { type Day, periodsBetween } from '../../kernel/values/dates.ts';
import { exponentOf } from '../../kernel/values/money.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { metrics } from '../../reading/metrics.ts';
import { flowTable } from '../../scenario/comparing/compare.ts';
import { balanceOf, viewOn } from '../../scenario/comparing/figures.ts';
import { printReportLine, type ReportLine } from '../../scenario/file/file.ts';
import type { Run, VariantRun } from '../../scenario/running/run.ts';

/** An exact figure: units of its last digit after the point. */
export interface Figure {
  readonly units: bigint;
  readonly digits: number;
}

/** A figure by variant, in the order of the run; undefined where there is none. */
export interface FigureRow {
  /** The segment, where the line is by segment; `total` for all. */
  readonly segment: string | undefined;
  /** `2016-03`; `total` for the whole horizon. */
  readonly period: string;
  readonly from: Day;
  readonly to: Day;
  readonly values: readonly (Figure | undefined)[];
}

/** A line of a report, worked out. */
export interface FigureTable {
  readonly line: string;
  /** A currency, `share`, … */
  readonly unit: string;
  readonly rows: readonly FigureRow[];
}

/** What is reported where a scenario doesn't say. */
const usualReport: readonly ReportLine[] = [{ kind: 'bySegment', of: 'revenue', by: 'MONTH' }];

export const total = 'total';

/** The tables of a run's report. */
export function figureTables(run: Run): readonly FigureTable[] {
  const { report } = run.scenario;
  const lines = report.length === 0 ? usualReport : report.map(({ line }) => line);
  return lines.map((line) => tableOf(run, line));
}

function tableOf(run: Run, line: ReportLine): FigureTable {
  switch (line.kind) {
    case 'bySegment':
      return bySegment(run, line);
    case 'balance':
      return balances(run, line);
    case 'metric':
      return metricTable(run, line);
  }
}

const money = (minor: bigint, currency = 'CNY'): Figure => ({
  units: minor,
  digits: exponentOf(currency) ?? 2,
});

function bySegment(run: Run, line: Extract<ReportLine, { kind: 'bySegment' }>): FigureTable {
  const { from, to } = run.scenario.horizon;
  const flows = flowTable(run, { from, to, by: line.by }, line.of);
  const segments = [...new Set(flows.map(({ segment }) => segment))];
  const spans = periodsBetween(from, to, line.by);
  const sumOf = (variant: number, segment: string, period: string): bigint =>
    flows.reduce(
      (sum, one) =>
        (segment === total || one.segment === segment) && (period === total || one.period === period)
          ? sum + (one.values[variant] ?? 0n)
          : sum,
      0n,
    );
  const row = (segment: string, span: { period: string; from: Day; to: Day }): FigureRow => ({
    segment,
    ...span,
    values: run.variants.map((_variant, at) => money(sumOf(at, segment, span.period))),
  });
  const all = segments.length > 1 ? [...segments, total] : segments;
  const whole = { period: total, from, to };
  const rows = all.flatMap((segment) =>
    [...spans, ...(spans.length > 1 ? [whole] : [])].map((span) => row(segment, span)),
  );
  return { line: printReportLine(line), unit: 'CNY', rows };
}

function balances(run: Run, line: Extract<ReportLine, { kind: 'balance' }>): FigureTable {
  const { from, to } = run.scenario.horizon;
  let unit = 'CNY';
  const rows = periodsBetween(from, to, line.by).map((span): FigureRow => {
    const values = run.variants.map((variant) => {
      const found = balanceOf(viewOn(variant, span.to), line.accounts);
      if (found instanceof Refusal) return undefined;
      unit = found.currency;
      return money(found.minor, found.currency);
    });
    return { segment: undefined, ...span, values };
  });
  return { line: printReportLine(line), unit, rows };
}

function metricTable(run: Run, line: Extract<ReportLine, { kind: 'metric' }>): FigureTable {
  const { from, to } = run.scenario.horizon;
  let unit = '';
  const columns = run.variants.map(({ view }) => {
    const found = metrics(view.house, view, line.segment, from, to, line.by);
    return found instanceof Refusal ? [] : found.filter(({ id }) => id === line.metric);
  });
  const rows = periodsBetween(from, to, line.by).map((span, at): FigureRow => {
    const values = columns.map((column) => {
      const value = column[at];
      unit = value?.unit ?? unit;
      return figureOf(value?.value);
    });
    return { segment: undefined, ...span, values };
  });
  return { line: printReportLine(line), unit, rows };
}

/** A metric over the horizon, by variant. */
export interface MetricRow {
  readonly segment: string;
  readonly id: string;
  readonly unit: string;
  readonly values: readonly (Figure | undefined)[];
}

/** Every metric of every segment over the whole horizon. */
export function metricRows(run: Run): readonly MetricRow[] {
  const [first] = run.variants;
  if (first === undefined) return [];
  return first.view.house.segments.flatMap((segment) => {
    const columns = run.variants.map((variant) => metricsOf(run, variant, segment.id));
    return segment.metrics.map(({ id, unit }) => ({
      segment: segment.id,
      id,
      unit,
      values: columns.map((column) => figureOf(column.get(id))),
    }));
  });
}

function metricsOf(run: Run, { view }: VariantRun, segment: string): ReadonlyMap<string, string | undefined> {
  const { from, to } = run.scenario.horizon;
  const found = metrics(view.house, view, segment, from, to, undefined);
  return new Map(found instanceof Refusal ? [] : found.map(({ id, value }) => [id, value]));
}

/** The figure that a decimal text says. */
function figureOf(text: string | undefined): Figure | undefined {
  if (text === undefined) return undefined;
  const digits = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
  return { units: BigInt(text.replace('.', '')), digits };
}

/** a − b. */
export function difference(a: Figure | undefined, b: Figure | undefined): Figure | undefined {
  if (a === undefined || b === undefined) return undefined;
  const digits = Math.max(a.digits, b.digits);
  const scaled = (figure: Figure): bigint => figure.units * 10n ** BigInt(digits - figure.digits);
  return { units: scaled(a) - scaled(b), digits };
}

/** A figure as text of a decimal; empty where there is none. */
export function printFigure(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  const { units, digits } = figure;
  const sign = units < 0n ? '-' : '';
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0');
  const cut = text.length - digits;
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, cut)}.${text.slice(cut)}`;
}
