/** Text and tables in a width. */
import { describe, expect, it } from 'vitest';
import { blocksOf, cutMiddle, widthOf, wrapped } from '../../src/cli/frame/fitting.ts';
import { tableLines } from '../../src/cli/frame/output.ts';

describe('a width', () => {
  it('is the terminal’s, else COLUMNS, else 80; never less than one can read', () => {
    expect(widthOf({ columns: 132 }, { COLUMNS: '60' })).toBe(132);
    expect(widthOf({}, { COLUMNS: '60' })).toBe(60);
    expect(widthOf({}, { COLUMNS: 'wide' })).toBe(80);
    expect(widthOf({}, {})).toBe(80);
    expect(widthOf({ columns: 3 }, {})).toBe(40);
  });
});

describe('text', () => {
  it('is cut in its middle', () => {
    expect(cutMiddle('abcdefghij', 10)).toBe('abcdefghij');
    expect(cutMiddle('abcdefghij', 7)).toBe('abc…hij');
    expect(cutMiddle('abcdefghij', 6)).toBe('abc…ij');
  });

  it('is wrapped between words, further in from the second line on; a hash stands whole', () => {
    expect(wrapped('what  if it\nhad rained', 10, '  ')).toEqual(['what if it', '  had', '  rained']);
    const hash = 'f'.repeat(64);
    expect(wrapped(`digest ${hash}`, 40)).toEqual(['digest', hash]);
    expect(wrapped('', 40)).toEqual([]);
  });
});

describe('a table', () => {
  const right = (text: string) => ({ right: text });
  const rows = [
    ['metric', right('baseline'), right('one'), right('difference'), right('two'), right('difference')],
    ['payments.takeRate', right('0.1'), right('0.2'), right('0.1'), right('0.3'), right('0.2')],
  ];
  const lines = (width: number, together = 1): readonly string[][] =>
    blocksOf(rows, width, 2, together).map((block) => tableLines(block));

  it('stands as it is where there is room', () => {
    expect(lines(80)).toEqual([
      [
        'metric             baseline  one  difference  two  difference',
        'payments.takeRate       0.1  0.2         0.1  0.3         0.2',
      ],
    ]);
  });

  it('is broken into blocks behind its leading columns, and keeps together what belongs together', () => {
    expect(lines(50, 2)).toEqual([
      ['metric             baseline  one  difference', 'payments.takeRate       0.1  0.2         0.1'],
      ['metric             baseline  two  difference', 'payments.takeRate       0.1  0.3         0.2'],
    ]);
    expect(lines(50).map(([head]) => head)).toEqual([
      'metric             baseline  one  difference  two',
      'metric             baseline  difference',
    ]);
  });

  it('has its first column cut before a block more is made', () => {
    const long = rows.map(([first, ...others], at) => [at === 0 ? (first ?? '') : 'n'.repeat(60), ...others]);
    const [block, ...more] = blocksOf(long, 70, 2, 2);
    expect(more).toEqual([]);
    expect(tableLines(block ?? []).map((line) => line.length)).toEqual([70, 70]);
  });
});
