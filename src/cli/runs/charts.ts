/**
 * Line charts as SVG: one a line of a report and segment, the variants over the periods.
 *
 * @module
 */
import { cutMiddle } from '../frame/fitting.ts';
import { type Figure, type FigureTable, total } from './run-figures.ts';

/** A chart's file name and text. */
export interface Chart {
  readonly name: string;
  readonly svg: string;
}

const size = {
  width: 760,
  plot: 256,
  left: 110,
  right: 44,
  top: 48,
  periods: 36,
  legendRow: 18,
  foot: 14,
} as const;
/** The widest that a letter is drawn, in pixels, at the usual size: whoever draws it has a font of his own. */
const letterWidth = 7.5;
const legendLine = 30;
const legendGap = 18;
/** Told apart by people who see few colours, too (Okabe and Ito). */
const colours = ['#000000', '#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#f0e442'];
const gridLines = 5;

/** The charts of a run's tables: one a segment where a line is by segment, the totals over all periods left out. */
export function charts(tables: readonly FigureTable[], variants: readonly string[]): readonly Chart[] {
  return tables.flatMap(({ line, unit, rows }) => {
    const segments = [...new Set(rows.map(({ segment }) => segment))];
    return segments.flatMap((segment): Chart[] => {
      const shown = rows.filter((row) => row.segment === segment && row.period !== total);
      if (shown.length < 2) return [];
      const title = segment === undefined ? line : `${line}: ${segment}`;
      const series = variants.map((name, at) => ({ name, values: shown.map(({ values }) => values[at]) }));
      const periods = shown.map(({ period }) => period);
      return [{ name: `${fileName(title)}.svg`, svg: lineChart(title, unit, periods, series) }];
    });
  });
}

const fileName = (title: string): string => title.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^-|-$/g, '');

interface Series {
  readonly name: string;
  readonly values: readonly (Figure | undefined)[];
}

/** A chart alone is drawn in floating point; the figures themselves stand in the table. */
const numberOf = ({ units, digits }: Figure): number => Number(units) / 10 ** digits;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function lineChart(
  title: string,
  unit: string,
  periods: readonly string[],
  series: readonly Series[],
): string {
  const { width, plot, left, right, top } = size;
  const entries = legend(series.map(({ name }) => name));
  const bottom = top + plot;
  const height = bottom + size.periods + entries.rows * size.legendRow + size.foot;
  const numbers = series.flatMap(({ values }) =>
    values.flatMap((value) => (value === undefined ? [] : [numberOf(value)])),
  );
  const { low, high, step } = axis(Math.min(0, ...numbers), Math.max(0, ...numbers));
  const x = (at: number): number => left + (at * (width - left - right)) / Math.max(1, periods.length - 1);
  const y = (value: number): number => top + ((high - value) * plot) / (high - low);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${left}" y="22" font-size="15" font-weight="bold">${escaped(cutMiddle(title, titleMax))}</text>`,
    `<text x="${left}" y="40" fill="#555555">${escaped(unit)}</text>`,
  ];
  for (let value = low; value <= high + step / 2; value += step) {
    const at = place(y(value));
    parts.push(
      `<line x1="${left}" x2="${width - right}" y1="${at}" y2="${at}" stroke="${Math.abs(value) < step / 2 ? '#888888' : '#e0e0e0'}"/>`,
      `<text x="${left - 8}" y="${place(y(value) + 4)}" text-anchor="end">${label(value, step)}</text>`,
    );
  }
  const longest = Math.max(...periods.map(widthOf));
  const every = Math.ceil((periods.length * (longest + legendGap)) / (width - left - right));
  periods.forEach((period, at) => {
    if (at % every !== 0) return;
    parts.push(`<text x="${place(x(at))}" y="${bottom + 18}" text-anchor="middle">${escaped(period)}</text>`);
  });
  series.forEach(({ values }, at) => {
    const colour = colours[at % colours.length] ?? '#000000';
    const points = values.flatMap((value, period) =>
      value === undefined ? [] : [`${place(x(period))},${place(y(numberOf(value)))}`],
    );
    const dash = at === 0 ? ' stroke-dasharray="6 4"' : '';
    parts.push(
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`,
      ...entryLines(entries.placed[at], bottom + size.periods, colour, dash),
    );
  });
  return `${parts.join('\n')}\n</svg>\n`;
}

/** How wide a text is drawn at most; letters of East Asia are as wide as two others. */
const widthOf = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 2 : 1), 0) * letterWidth;

/** The title's letters are a quarter larger, and bold. */
const titleMax = Math.floor((size.width - size.left - size.right) / (letterWidth * 1.4));

/** A name in the legend, and where it stands. */
interface Entry {
  readonly name: string;
  readonly x: number;
  readonly row: number;
}

/** Names beside each other, on as many rows as they need; one that is wider than a row is cut. */
function legend(names: readonly string[]): { readonly placed: readonly Entry[]; readonly rows: number } {
  const { width, left, right } = size;
  const room = width - left - right;
  const placed: Entry[] = [];
  let x = 0;
  let row = 0;
  for (const name of names) {
    const shown = cutMiddle(name, Math.floor((room - legendLine) / letterWidth));
    const needed = legendLine + widthOf(shown);
    if (x > 0 && x + needed > room) {
      x = 0;
      row++;
    }
    placed.push({ name: shown, x: left + x, row });
    x += needed + legendGap;
  }
  return { placed, rows: row + 1 };
}

function entryLines(entry: Entry | undefined, top: number, colour: string, dash: string): string[] {
  if (entry === undefined) return [];
  const { name, x, row } = entry;
  const y = top + (row + 1) * size.legendRow - 4;
  return [
    `<line x1="${place(x)}" x2="${place(x + 24)}" y1="${y - 4}" y2="${y - 4}" stroke="${colour}" stroke-width="2"${dash}/>`,
    `<text x="${place(x + legendLine)}" y="${y}">${escaped(name)}</text>`,
  ];
}

/** The same digits wherever it is drawn. */
const place = (value: number): string => value.toFixed(1);

/** Round bounds and steps around a range. */
function axis(low: number, high: number): { low: number; high: number; step: number } {
  if (low === high) return { low: 0, high: 1, step: 1 };
  const rough = (high - low) / gridLines;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((found) => found >= rough) ?? 10 * power;
  return { low: Math.floor(low / step) * step, high: Math.ceil(high / step) * step, step };
}

function label(value: number, step: number): string {
  const digits = Math.max(
    0,
    Math.min(8, -Math.floor(Math.log10(step))) + (step < 1 && !Number.isInteger(step * 10) ? 1 : 0),
  );
  return value.toFixed(Math.max(0, digits)).replace(/\B(?=(\d{3})+(?=\.|$))/g, ' ');
}
