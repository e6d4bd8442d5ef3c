/**
 * A run as other programs and as people read it: JSON, tables, CSV, Markdown.
 *
 * @module
 */

import { describeOverride } from '../../kernel/state/timeline.ts';
import { formatDay } from '../../kernel/values/dates.ts';
import type { Expected } from '../../scenario/comparing/expect.ts';
import type { Divergence } from '../../scenario/running/evaluate.ts';
import { baselineName, describeTouched, type Run, type VariantRun } from '../../scenario/running/run.ts';
import { type Cell, wrapped } from '../frame/fitting.ts';
import { type Colour, csvText, type Output } from '../frame/output.ts';
import { difference, type Figure, type FigureTable, type MetricRow, printFigure } from './run-figures.ts';

/** A run with all that is told of it. */
export interface Told {
  readonly file: string;
  readonly run: Run;
  readonly tables: readonly FigureTable[];
  readonly metrics: readonly MetricRow[];
  readonly expected: readonly Expected[];
}

/** How many divergences of a variant people are shown, and programs. */
const divergencesShown = 5;
const divergencesListed = 1_000;

/** `1 divergence`, `2 divergences`, each code with how often. */
export function divergencesText(divergences: readonly Divergence[]): string {
  const counts = countBy(divergences.map(({ code, kind }) => `${kind} ${code}`));
  const said = Object.entries(counts).map(([text, count]) => `${count} × ${text}`);
  const { length } = divergences;
  return `${length} ${length === 1 ? 'divergence' : 'divergences'}: ${said.join(', ')}`;
}

const countBy = (texts: readonly string[]): { [text: string]: number } => {
  const counts: Record<string, number> = {};
  for (const text of [...texts].sort()) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
};

/** Whether the baseline came to what is recorded; undefined where its horizon is another than the record's. */
function baselineEqualsRecord({ variants, recordDigest, warnings }: Run): boolean | undefined {
  if (variants[0]?.digest === recordDigest) return true;
  return warnings.some(({ code }) => code === 'BASELINE_DIFFERS') ? false : undefined;
}

export function recordSentence(run: Run): string {
  const equal = baselineEqualsRecord(run);
  if (equal === true) return 'the baseline equals the record';
  return equal === false
    ? 'the baseline is not the record'
    : 'the horizon is another than the record’s: the baseline cannot be held against it';
}

/** The JSON of a run. */
export function runDocument({ file, run, tables, metrics, expected }: Told): unknown {
  const { scenario, base, id, engine, seed, variants } = run;
  const { horizon } = scenario;
  const byVariant = (values: readonly (Figure | undefined)[]): { [name: string]: string | null } =>
    Object.fromEntries(
      variants.map(({ name }, at) => [name, values[at] === undefined ? null : printFigure(values[at])]),
    );
  const differences = (values: readonly (Figure | undefined)[]): { [name: string]: string | null } =>
    byVariant(values.map((value) => difference(value, values[0])));
  return {
    file,
    scenario: scenario.id,
    title: scenario.title,
    description: scenario.description,
    source: scenario.source,
    id,
    base,
    engine,
    seed,
    horizon: { from: formatDay(horizon.from), to: formatDay(horizon.to), close: horizon.close },
    digest: run.digest,
    recordDigest: run.recordDigest,
    baselineEqualsRecord: baselineEqualsRecord(run) ?? null,
    variants: variants.map((variant) => variantDocument(variant)),
    report: tables.map(({ line, unit, rows }) => ({
      line,
      unit,
      rows: rows.map(({ segment, period, from, to, values }) => ({
        ...(segment === undefined ? {} : { segment }),
        period,
        from: formatDay(from),
        to: formatDay(to),
        values: byVariant(values),
        differences: differences(values),
      })),
    })),
    metrics: metrics.map(({ values, ...metric }) => ({
      ...metric,
      values: byVariant(values),
      differences: differences(values),
    })),
    warnings: run.warnings,
    expectations: expected,
  };
}

function variantDocument(variant: VariantRun): unknown {
  const { name, overrides, edits, firstTouched, evaluated, events, divergences, moot, digest } = variant;
  return {
    name,
    overrides: overrides.map(describeOverride),
    edits: edits.length,
    firstTouched:
      firstTouched === undefined ? null : { revision: firstTouched.revision, on: formatDay(firstTouched.on) },
    evaluated,
    events,
    moot,
    digest,
    divergences: {
      total: divergences.length,
      byCode: countBy(divergences.map(({ code }) => code)),
      byKind: countBy(divergences.map(({ kind }) => kind)),
      first: divergences.slice(0, divergencesListed).map((one) => ({ ...one, on: formatDay(one.on) })),
    },
  };
}

/** Text on as many lines as it needs, all but the first further in. */
function say(out: Output, text: string, indent = '', colour?: Colour): void {
  for (const line of wrapped(text, out.width - indent.length, '  ')) {
    const placed = `${indent}${line}`;
    out.line(colour === undefined ? placed : out.paint(colour, placed));
  }
}

/** A word and what it stands for, in two columns. */
function keyed(out: Output, key: string, text: string): void {
  const column = 9;
  wrapped(text, out.width - column).forEach((line, at) => {
    out.line(`${(at === 0 ? key : '').padEnd(column)}${line}`);
  });
}

/** A run for people: every figure. */
export function printRun(out: Output, told: Told): void {
  const { run, tables, metrics } = told;
  const { scenario, base } = run;
  const { horizon } = scenario;
  for (const line of wrapped(scenario.title, out.width)) out.line(out.paint('bold', line));
  say(out, scenario.description);
  if (scenario.source.trim() !== '') say(out, `Figures: ${scenario.source}`);
  out.line();
  keyed(out, 'run', run.id);
  keyed(out, 'base', `${base.title}, revision ${base.revision}, ${base.hash}`);
  keyed(out, 'engine', run.engine);
  keyed(out, 'horizon', `${formatDay(horizon.from)} to ${formatDay(horizon.to)}, close ${horizon.close}`);
  for (const table of tables) {
    out.line();
    out.line(out.paint('bold', `${table.line}${table.unit === '' ? '' : `, ${table.unit}`}`));
    const cells = figureCells(run, table);
    // Segment, where there is one, period and baseline stand before each block.
    // A variant's figure and its difference stay together.
    out.blocks(cells, typeof cells[0]?.[1] === 'string' ? 3 : 2, 2);
  }
  if (metrics.length > 0) {
    out.line();
    out.line(out.paint('bold', 'metrics over the horizon'));
    out.blocks(metricCells(run, metrics), 3, 2);
  }
  out.line();
  printVariants(out, run);
  printEnd(out, told);
}

const heads = (run: Run): string[] =>
  run.variants.flatMap(({ name }, at) => (at === 0 ? [name] : [name, 'difference']));

const valueCells = (values: readonly (Figure | undefined)[]): Cell[] =>
  values.flatMap((value, at): Cell[] =>
    at === 0
      ? [{ right: printFigure(value) }]
      : [{ right: printFigure(value) }, { right: printFigure(difference(value, values[0])) }],
  );

function figureCells(run: Run, { rows }: FigureTable): Cell[][] {
  const bySegment = rows.some(({ segment }) => segment !== undefined);
  const head: Cell[] = [
    ...(bySegment ? ['segment'] : []),
    'period',
    ...heads(run).map((right) => ({ right })),
  ];
  return [
    head,
    ...rows.map(({ segment, period, values }): Cell[] => [
      ...(bySegment ? [segment ?? ''] : []),
      period,
      ...valueCells(values),
    ]),
  ];
}

function metricCells(run: Run, metrics: readonly MetricRow[]): Cell[][] {
  const head: Cell[] = ['metric', 'unit', ...heads(run).map((right) => ({ right }))];
  return [
    head,
    ...metrics.map(({ segment, id, unit, values }): Cell[] => [
      `${segment}.${id}`,
      unit,
      ...valueCells(values),
    ]),
  ];
}

function printVariants(out: Output, run: Run): void {
  for (const variant of run.variants) {
    const { name, overrides, evaluated, events, divergences, moot, firstTouched } = variant;
    const isBaseline = name === baselineName;
    say(out, `${name}: ${evaluated} facts evaluated, ${events} events`, '', 'bold');
    for (const one of overrides) say(out, describeOverride(one), '  ');
    if (!isBaseline) out.line(`  first touched: ${describeTouched(firstTouched)}`);
    out.line(`  digest ${variant.digest}`);
    if (moot > 0) out.line(`  ${moot} moot`);
    if (divergences.length > 0) printDivergences(out, divergences);
  }
}

function printDivergences(out: Output, divergences: readonly Divergence[]): void {
  say(out, divergencesText(divergences), '  ');
  for (const { revision, line, on, kind, code, subject, detail } of divergences.slice(0, divergencesShown)) {
    const place = line === undefined ? `revision ${revision}` : `line ${line}`;
    say(out, `${formatDay(on)} ${place} ${subject}: ${kind}, ${code}: ${detail}`, '    ', 'dim');
  }
  if (divergences.length > divergencesShown)
    out.line(out.paint('dim', `    and ${divergences.length - divergencesShown} more; --json lists them`));
}

function printEnd(out: Output, { run, expected }: Told): void {
  for (const { code, variant, message } of run.warnings) {
    say(out, `${code} ${variant}: ${message}`, '', 'yellow');
  }
  for (const { holds, text, variant, found } of expected) {
    say(out, `${holds ? '✓' : '✗'} ${text} (${variant}: ${found})`, '', holds ? 'green' : 'red');
  }
  out.line(`digest ${run.digest}`);
  say(out, `${recordSentence(run)}, whose digest is ${run.recordDigest}`);
}

/** A run's report as CSV: a line a figure. */
export function runCsv({ run, tables, metrics }: Told, withHead: boolean): string {
  const lines: string[][] = withHead
    ? [
        [
          'scenario',
          'line',
          'segment',
          'period',
          'from',
          'to',
          'unit',
          'variant',
          'value',
          'baseline',
          'difference',
        ],
      ]
    : [];
  const { scenario, variants } = run;
  const { from, to } = scenario.horizon;
  const add = (
    line: string,
    segment: string,
    period: string,
    days: readonly [number, number],
    unit: string,
    values: readonly (Figure | undefined)[],
  ): void => {
    variants.forEach(({ name }, at) => {
      const value = values[at];
      const dates = days.map(formatDay);
      const figures = [value, values[0], difference(value, values[0])].map(printFigure);
      lines.push([scenario.id, line, segment, period, ...dates, unit, name, ...figures]);
    });
  };
  for (const { line, unit, rows } of tables) {
    for (const row of rows) add(line, row.segment ?? '', row.period, [row.from, row.to], unit, row.values);
  }
  for (const { segment, id, unit, values } of metrics)
    add(`metric ${segment}.${id}`, segment, 'total', [from, to], unit, values);
  return csvText(lines);
}

const mdCell = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.right).replaceAll('|', '\\|');

function mdTable(cells: readonly (readonly Cell[])[]): string {
  const [head = [], ...rows] = cells;
  const rule = head.map((cell) => (typeof cell === 'string' ? '---' : '---:'));
  return [head.map(mdCell), rule, ...rows.map((row) => row.map(mdCell))]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('');
}

/** A run as Markdown. */
export function runMarkdown(told: Told): string {
  const { run, tables, metrics, expected } = told;
  const { scenario, base } = run;
  const parts = [
    `## ${scenario.title}\n`,
    scenario.description.trim() === '' ? '' : `${scenario.description.trim()}\n`,
    `Run \`${run.id}\` on ${base.title}, revision ${base.revision} (\`${base.hash}\`), engine \`${run.engine}\`.\n`,
    ...tables.map((table) => `### ${table.line}, ${table.unit}\n\n${mdTable(figureCells(run, table))}`),
    metrics.length === 0 ? '' : `### Metrics over the horizon\n\n${mdTable(metricCells(run, metrics))}`,
    run.warnings.length === 0
      ? ''
      : run.warnings.map(({ code, variant, message }) => `- **${code}** ${variant}: ${message}\n`).join(''),
    expected.length === 0
      ? ''
      : expected
          .map(
            ({ holds, text, variant, found }) =>
              `- ${holds ? '✓' : '✗'} \`${text}\` (${variant}: ${found})\n`,
          )
          .join(''),
    `Digest \`${run.digest}\`.\n`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}
