/** Charts: nothing that is written stands on something else. */
import { describe, expect, it } from 'vitest';
import { charts } from '../../src/cli/runs/charts.ts';
import type { FigureTable } from '../../src/cli/runs/run-figures.ts';

/** A table of some variants over some periods. */
function table(variants: number, periods: readonly string[]): FigureTable {
  const values = Array.from({ length: variants }, (_, at) => ({ units: BigInt(at * 1_000), digits: 2 }));
  return {
    line: 'revenue by segment daily, of a line of business whose name is as long as a sentence is, and then some',
    unit: 'CNY',
    rows: periods.map((period) => ({ segment: undefined, period, from: 0, to: 0, values })),
  };
}

interface Text {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/** Letters of DejaVu Sans, a wide font, are 0.61 of their size on average; digits 0.64; bold ones some 0.7. */
function textsOf(svg: string): readonly Text[] {
  return [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"([^>]*)>([^<]*)<\/text>/g)].map(
    ([, x, y, more = '', text = '']) => {
      const size = Number(/font-size="(\d+)"/.exec(more)?.[1] ?? 12);
      const wide = [...text].filter((letter) => letter > '\u2e80').length;
      const width = (text.length + wide) * size * (more.includes('bold') ? 0.7 : 0.62);
      const from = Number(x) - (more.includes('middle') ? width / 2 : more.includes('end') ? width : 0);
      return { text, left: from, right: from + width, y: Number(y) };
    },
  );
}

const overlaps = (texts: readonly Text[]): readonly string[] =>
  texts.flatMap((one, at) =>
    texts
      .slice(at + 1)
      .filter((other) => Math.abs(one.y - other.y) < 12 && one.left < other.right && other.left < one.right)
      .map((other) => `${one.text} | ${other.text}`),
  );

const names: readonly (readonly string[])[] = [
  [
    'baseline',
    'own share 30 %',
    'own share 100 %',
    '30 %, with the capital that it takes',
    '100 %, with the capital that it takes',
  ],
  Array.from({ length: 8 }, (_, at) => `variant ${at} of a question that was asked at great length`),
  [
    'baseline',
    'a name that is longer than the whole of the picture is wide, as somebody thought it should say everything',
  ],
  ['baseline', '全部商户的手续费降到百分之零点三八，从四月开始', '只有一家商户'],
];
const days = Array.from({ length: 31 }, (_, at) => `2016-03-${String(at + 1).padStart(2, '0')}`);
const months = Array.from({ length: 18 }, (_, at) => `2016-${String((at % 12) + 1).padStart(2, '0')}`);

describe.each([
  ['days', days],
  ['months', months],
  ['years', ['2016', '2017']],
])('over %s', (_, periods) => {
  it.each(names.map((each) => [each.length, each] as const))(
    '%i names stand apart, inside the picture',
    (_count, variants) => {
      const [{ svg } = { svg: '' }] = charts([table(variants.length, periods)], variants);
      const texts = textsOf(svg);
      expect(texts.length).toBeGreaterThan(variants.length);
      expect(overlaps(texts)).toEqual([]);
      const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number);
      const outside = texts.filter(({ left, right, y }) => left < 0 || right > width || y > height);
      expect(outside).toEqual([]);
    },
  );
});
