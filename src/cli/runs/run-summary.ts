/**
 * A run's answer on one screen: what changed, largest first, beside the totals; what could not be kept; what was expected.
 *
 * @module
 */
import { formatDay } from '../../kernel/values/dates.ts';
import { baselineName, type Run, type VariantRun } from '../../scenario/running/run.ts';
import { blocksOf, type Cell, cutMiddle, wrapped } from '../frame/fitting.ts';
import type { Output } from '../frame/output.ts';
import { difference, type Figure, type FigureTable, printFigure, total } from './run-figures.ts';
import { divergencesText, recordSentence, type Told } from './run-report.ts';

/** Most lines of each part. */
const shown = { totals: 4, changes: 8, variants: 8, warnings: 3, failed: 5 } as const;

/** One figure of a run, by variant. */
interface Line {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly (Figure | undefined)[];
}

/** What a run came to, as it is told first. */
interface Summary {
  readonly totals: readonly Line[];
  /** What differs from the baseline, largest first: amounts, then shares and the like. */
  readonly changes: readonly Line[];
  /** Rows of all tables, and those of them that don't differ. */
  readonly rows: number;
  readonly same: number;
  /** Segments of which nothing differs. */
  readonly untouched: readonly string[];
}

const differences = ({ values }: Pick<Line, 'values'>): readonly number[] =>
  values.slice(1).map((value) => {
    const found = difference(value, values[0]);
    return found === undefined ? 0 : Math.abs(Number(found.units)) / 10 ** found.digits;
  });
const largest = (line: Pick<Line, 'values'>): number => Math.max(0, ...differences(line));
const differs = (line: Pick<Line, 'values'>): boolean =>
  line.values.slice(1).some((value) => printFigure(value) !== printFigure(line.values[0]));

/** `revenue by segment monthly` is about revenue, `balance(fund:asset:*) monthly` about these accounts. */
const subjectOf = (line: string): string =>
  line
    .replace(/^balance\((.+)\)/, '$1')
    .replace(/( by segment)? (daily|weekly|monthly|quarterly|yearly)$/, '');

/** The one row that stands for a segment, or for a series: the whole horizon, else its end, else where it differs most. */
function standing(table: FigureTable, segment: string | undefined): Line | undefined {
  const rows = table.rows.filter((row) => row.segment === segment);
  const whole = rows.find(({ period }) => period === total);
  const last = whole ?? rows.at(-1);
  if (last === undefined) return undefined;
  const widest = rows.reduce((most, row) => (largest(row) > largest(most) ? row : most), last);
  const row = whole !== undefined || differs(last) ? last : widest;
  const about = subjectOf(table.line);
  const of = segment === undefined || segment === total ? about : `${segment} ${about}`;
  const when = row === whole || rows.length === 1 ? '' : ` ${row.period}`;
  return { name: `${of}${when}`, unit: table.unit, values: row.values };
}

/** Works out what is told first. */
export function summaryOf({ tables, metrics }: Pick<Told, 'tables' | 'metrics'>): Summary {
  const totals: Line[] = [];
  const others: Line[] = [];
  // A metric is told over the horizon, whatever periods the report asks for.
  for (const table of tables.filter(({ line }) => !line.startsWith('metric '))) {
    const segments = [...new Set(table.rows.map(({ segment }) => segment))];
    for (const segment of segments) {
      const line = standing(table, segment);
      if (line === undefined) continue;
      (segment === total || (segment !== undefined && segments.length === 1) ? totals : others).push(line);
    }
  }
  for (const { segment, id, unit, values } of metrics)
    others.push({ name: `${segment}.${id}`, unit, values });
  const changes = others.filter(differs).toSorted((a, b) => rank(b) - rank(a) || largest(b) - largest(a));
  const rows = [...tables.flatMap(({ rows: all }) => all), ...metrics];
  const touched = new Set(rows.filter(differs).flatMap(({ segment }) => segment ?? []));
  const segments = [...new Set(rows.flatMap(({ segment }) => segment ?? []))];
  return {
    totals,
    changes,
    rows: rows.length,
    same: rows.filter((row) => !differs(row)).length,
    untouched: segments.filter((segment) => segment !== total && !touched.has(segment)),
  };
}

/** Amounts before shares: their sizes can't be compared. */
const rank = ({ unit }: Line): number => (/^[A-Z]{3}$/.test(unit) ? 1 : 0);

/** What stands over a variant's column: its name where it is alone, else a letter. */
const letterOf = (at: number): string => String.fromCharCode('A'.charCodeAt(0) + at);

/** A run's answer, on one screen. */
export function printSummary(out: Output, told: Told): void {
  const { run } = told;
  const { scenario, base } = run;
  const { width } = out;
  for (const line of wrapped(scenario.title, width)) out.line(out.paint('bold', line));
  const { from, to } = scenario.horizon;
  out.line(cutMiddle(`${formatDay(from)} to ${formatDay(to)}, on ${base.title}`, width));
  out.line(`run ${run.id}`);
  printLetters(out, run);
  const summary = summaryOf(told);
  out.line();
  printLines(out, run, summary);
  out.line();
  printEnd(out, told, summary);
}

const variantsOf = ({ variants }: Run): readonly VariantRun[] =>
  variants.filter(({ name }) => name !== baselineName);

function printLetters(out: Output, run: Run): void {
  const variants = variantsOf(run);
  if (variants.length < 2) return;
  out.line();
  out.line('differences from the baseline');
  variants.slice(0, shown.variants).forEach(({ name }, at) => {
    out.line(cutMiddle(`${letterOf(at)}  ${name}`, out.width));
  });
  const more = variants.length - shown.variants;
  if (more > 0) out.line(`and ${more} more`);
}

/** The figures: of one variant its values and differences, of several their differences. */
function printLines(out: Output, run: Run, { totals, changes }: Summary): void {
  const variants = variantsOf(run).slice(0, shown.variants);
  if (variants.length === 0) {
    out.blocks([[' ', { right: baselineName }], ...totals.map((line) => row(line, 0))], 2);
    return;
  }
  const heads: Cell[] =
    variants.length === 1
      ? [{ right: cutMiddle(variants[0]?.name ?? '', 20) }, { right: 'difference' }]
      : variants.map((_, at) => ({ right: letterOf(at) }));
  const rows = (lines: readonly Line[]): Cell[][] => lines.map((line) => row(line, variants.length));
  const blank: Cell[] = heads.map(() => '');
  const table = (count: number): Cell[][] => [
    ['totals', { right: baselineName }, ...heads],
    ...rows(totals.slice(0, shown.totals)),
    ...more(totals.length - shown.totals, blank),
    ['largest changes', '', ...blank],
    ...(changes.length === 0 ? [['  none', '', ...blank]] : []),
    ...rows(changes.slice(0, count)),
    ...more(changes.length - count, blank),
  ];
  // More tables have fewer rows each: the answer is one screen.
  const blocks = blocksOf(table(shown.changes), out.width, 2).length;
  out.blocks(table(Math.ceil(shown.changes / blocks)), 2);
}

const more = (count: number, blank: readonly Cell[]): Cell[][] =>
  count > 0 ? [[`  and ${count} more`, '', ...blank]] : [];

function row({ name, unit, values }: Line, variants: number): Cell[] {
  const [baseline] = values;
  const figures = values.slice(1, 1 + variants);
  const changed = figures.map((value) => ({ right: printFigure(difference(value, baseline)) }));
  const named = unit === 'CNY' || unit === '' ? name : `${name}, ${unit}`;
  const alone = variants === 1 ? [{ right: printFigure(figures[0]) }] : [];
  return [`  ${named}`, { right: printFigure(baseline) }, ...alone, ...changed];
}

function printEnd(out: Output, { run, expected }: Told, { rows, same, untouched }: Summary): void {
  const { width } = out;
  const say = (text: string): void => {
    for (const line of wrapped(text, width, '  ')) out.line(line);
  };
  const variants = variantsOf(run);
  const kept = variants.filter(({ divergences }) => divergences.length === 0);
  variants.slice(0, shown.variants).forEach(({ divergences }, at) => {
    if (divergences.length === 0) return;
    say(`${variants.length > 1 ? `${letterOf(at)}: ` : ''}${divergencesText(divergences)}`);
  });
  if (variants.length > 0 && kept.length === variants.length)
    out.line('no divergences: every fact was kept as it is recorded');
  for (const { code, variant, message } of run.warnings.slice(0, shown.warnings))
    say(`${code} ${variant}: ${message}`);
  if (run.warnings.length > shown.warnings)
    out.line(`and ${run.warnings.length - shown.warnings} more warnings`);
  const failed = expected.filter(({ holds }) => !holds);
  for (const { text, variant, found } of failed.slice(0, shown.failed))
    say(`✗ ${text}  (${variant}: ${found})`);
  if (failed.length > shown.failed) out.line(`and ${failed.length - shown.failed} more`);
  if (expected.length > 0) {
    const hold = `${expected.length - failed.length} of ${expected.length} expectations hold`;
    out.line(out.paint(failed.length === 0 ? 'green' : 'red', hold));
  }
  out.line(recordSentence(run));
  out.line(`digest ${run.digest}`);
  const folded = untouched.length === 0 ? '' : `, nothing of ${untouched.join(', ')}`;
  say(`--all prints every figure: ${rows} rows, ${same} of them without a change${folded}`);
}
