/** Files that are imported again: as they were, edited, renamed, by standard input, into a book of an earlier version. */
import { copyFileSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Book, Series } from '../../src/book/book.ts';
import { ImportKeys } from '../../src/cli/importing/import-keys.ts';
import { type ImportResult, importHistory } from '../../src/cli/importing/importing.ts';
import { Rehearsal } from '../../src/cli/importing/rehearsal.ts';
import { MemoryLog } from '../../src/log/memory.ts';
import { openLog } from '../../src/log/open.ts';
import type { EventLog } from '../../src/log/port/port.ts';
import { historyFormatOf, readHistory } from '../../src/scenario/running/history.ts';
import { house } from '../../src/segments/index.ts';
import { balancesOf } from '../support/book.ts';
import { ended, Place } from './program.ts';

interface Asked {
  /** The source, where it is named. */
  readonly source?: string;
  readonly keepGoing?: boolean;
  readonly dryRun?: boolean;
}

/** A book that files are imported into. */
class Till {
  readonly book: Book;

  constructor(book: Book) {
    this.book = book;
  }

  static async on(log: EventLog): Promise<Till> {
    return new Till(await Book.open({ id: 'main', house, log, now: () => 0, engine: 'test' }));
  }

  async takes(file: string, lines: readonly string[], asked: Asked = {}): Promise<ImportResult> {
    const { source = file, keepGoing = false, dryRun = false } = asked;
    const { book } = this;
    const series = keepGoing ? undefined : new Series();
    const rehearsal = dryRun ? await Rehearsal.on(book) : undefined;
    const text = [Buffer.from(lines.map((line) => `${line}\n`).join(''))];
    const result = await importHistory(
      readHistory(text, { file, format: historyFormatOf(file), house }),
      rehearsal ?? {
        get state() {
          return book.state;
        },
        send: (sent) => book.executeAll(sent, series),
      },
      {
        keys: new ImportKeys(book, source, asked.source !== undefined),
        closeDaily: false,
        keepGoing: keepGoing || dryRun,
        actor: 'test',
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
    );
    rehearsal?.end();
    return result;
  }

  get revision(): number {
    return this.book.head.revision;
  }

  /** What all holders have together, in CNY. */
  get held(): string | undefined {
    return balancesOf(this.book.state)['platform:asset:payments:reserve:CNY'];
  }
}

const till = (): Promise<Till> => Till.on(new MemoryLog());

/** The first line that was refused: its number and its code. */
const refusal = ({ refusals: [first] }: ImportResult) => ({ line: first?.line, code: first?.refusal.code });

/** A line that tops up a wallet, and how it may be spelt. */
const top = (holder: string, amount: string): string =>
  `{"on":"2016-03-01","command":"topUp","with":{"holder":"${holder}","amount":"${amount} CNY"}}`;

const five = [
  top('u1', '10.00'),
  top('u2', '20.00'),
  top('u3', '30.00'),
  top('u4', '40.00'),
  top('u5', '50.00'),
];

/** Books five lines, then imports another version of the file. */
async function again(lines: readonly string[]): Promise<readonly [Till, ImportResult]> {
  const found = await till();
  await found.takes('till.jsonl', five);
  return [found, await found.takes('till.jsonl', lines)];
}

const line = (at: number): string => five[at - 1] ?? '';

describe('a file that was imported before', () => {
  it.each([
    ['a blank line on top', ['', ...five]],
    ['blank lines between', [line(1), '', line(2), '  ', ...five.slice(2)]],
    [
      'other blanks in the JSON',
      five.map((text) => text.replaceAll(':{', ' : { ').replaceAll(',"', ' ,  "')),
    ],
    [
      'inputs in another order',
      five.map((text) => text.replace(/("holder":"\w+"),("amount":"[^"]+")/, '$2,$1')),
    ],
    [
      'an amount spelt otherwise',
      [top('u1', '10'), top('u2', '20.0'), top('u3', '030.00'), ...five.slice(3)],
    ],
  ])('with %s is not booked again', async (_, lines) => {
    const [{ revision }, result] = await again(lines);
    expect(result).toMatchObject({ accepted: 0, repeated: 5, refused: 0 });
    expect(revision).toBe(5);
  });

  it('with a mended line is not booked on: it stops, and says which event was booked from it', async () => {
    const mended = [line(1), top('u2', '25.00'), ...five.slice(2)];
    const [place, result] = await again(mended);
    expect(result).toMatchObject({ accepted: 0, repeated: 1, refused: 1, events: 0 });
    expect(refusal(result)).toEqual({ line: 2, code: 'IMPORTED_OTHERWISE' });
    expect(result.refusals[0]?.refusal.message).toContain('event 2');
    expect(result.refusals[0]?.refusal.hint).toContain('reverse event 2');
    // A rehearsal says so before anything is written, and the rest of the file is looked at, too.
    const rehearsed = await place.takes('till.jsonl', mended, { dryRun: true });
    expect(rehearsed).toMatchObject({ accepted: 0, repeated: 4, refused: 1 });
    expect(place.held).toBe('150.00');
    // On purpose, as the hint says it.
    await place.takes('reverse.jsonl', [
      '{"on":"2016-03-01","command":"reverse","with":{"event":2,"reason":"20.00 was 25.00"}}',
    ]);
    const keyed = top('u2', '25.00').replace('"with"', '"key":"till/2/mended","with"');
    expect(await place.takes('till.jsonl', mended.with(1, keyed))).toMatchObject({
      accepted: 1,
      repeated: 4,
    });
    expect(place.held).toBe('155.00');
  });

  it.each([
    ['in another order', [line(2), line(1), ...five.slice(2)], 1],
    ['with a line put in', [line(1), top('new', '1.00'), ...five.slice(1)], 2],
    ['with a line taken out', [line(1), ...five.slice(2)], 2],
  ])('%s stops at the first that moved', async (_, lines, stopped) => {
    const [{ revision }, result] = await again(lines);
    expect(refusal(result)).toEqual({ line: stopped, code: 'IMPORTED_OTHERWISE' });
    expect(revision).toBe(5);
  });

  it('stops where a line moved into the place of one that was refused', async () => {
    const place = await till();
    const refused = '{"on":"2016-03-01","command":"withdraw","with":{"holder":"u9","amount":"1.00 CNY"}}';
    await place.takes('till.jsonl', [line(1), refused, ...five.slice(1)], { keepGoing: true });
    const result = await place.takes('till.jsonl', five);
    expect(refusal(result)).toEqual({ line: 2, code: 'IMPORTED_OTHERWISE' });
    expect(result.refusals[0]?.refusal.message).toContain('line 3 of till.jsonl');
    expect(place.held).toBe('150.00');
  });

  it('in CSV, with quotes round cells and its columns in another order, is not booked again', async () => {
    const place = await till();
    await place.takes('till.csv', [
      'on,command,holder,amount',
      '2016-03-01,topUp,u1,10.00 CNY',
      '2016-03-01,topUp,u2,20.00 CNY',
    ]);
    const spelt = [
      'command,on,amount,holder',
      '',
      '"topUp","2016-03-01","10.00 CNY","u1"',
      'topUp,2016-03-01,20.0 CNY,u2',
    ];
    expect(await place.takes('till.csv', spelt)).toMatchObject({ accepted: 0, repeated: 2 });
  });
});

describe('a file whose first lines are in the book from another source', () => {
  it.each([
    ['renamed', five],
    ['copied and grown', [...five, top('u6', '60.00')]],
    ['edited, too', [top('u1', '11.00'), ...five.slice(1)]],
    ['of another till, with the same first line', [line(1), top('u2', '7.00')]],
  ])('%s, stops before anything is booked', async (_, lines) => {
    const place = await till();
    await place.takes('till.jsonl', five);
    for (const asked of [{}, { dryRun: true }, { keepGoing: true }]) {
      const result = await place.takes('other.jsonl', lines, asked);
      expect(refusal(result).code).toBe('IMPORTED_ELSEWHERE');
      expect(result.refusals[0]?.refusal.hint).toContain('--source till.jsonl');
      expect(place.revision).toBe(5);
    }
  });

  it('is booked besides where a source is named, and once', async () => {
    const place = await till();
    await place.takes('till.jsonl', five.slice(0, 1));
    const lines = [line(1), top('u2', '7.00')];
    const named = { source: 'second till' };
    expect(await place.takes('till-2.jsonl', lines, named)).toMatchObject({ accepted: 2, repeated: 0 });
    expect(await place.takes('till-2.jsonl', lines, named)).toMatchObject({ accepted: 0, repeated: 2 });
    expect(place.held).toBe('27.00');
  });

  it('is known under its old name', async () => {
    const place = await till();
    await place.takes('till.jsonl', five);
    const grown = [...five, top('u6', '60.00')];
    const result = await place.takes('renamed.jsonl', grown, { source: 'till.jsonl' });
    expect(result).toMatchObject({ accepted: 1, repeated: 5 });
  });

  it('is not looked for behind its first lines: equal lines of two sources are two facts', async () => {
    const place = await till();
    const opening = Array.from({ length: 8 }, (_, at) => top(`a${at}`, '1.00'));
    await place.takes('till.jsonl', [...opening, line(1)]);
    const others = opening.map((text) => text.replace('"a', '"b'));
    expect(await place.takes('other.jsonl', [...others, line(1)])).toMatchObject({ accepted: 9 });
  });
});

it('standard input needs the name of a source, under which it is known again', async () => {
  using place = new Place();
  const piped = async (...args: readonly string[]) => {
    const child = place.start(['import', '-', ...args]);
    child.stdin.end(`${five.join('\n')}\n`);
    return await ended(child);
  };
  place.history('till.jsonl', five);
  const handed = await place.shell('formicary import /dev/stdin < till.jsonl');
  expect(handed.code).toBe(2);
  expect(handed.stderr).toContain('--source NAME');
  const unnamed = await piped();
  expect(unnamed.code).toBe(2);
  expect(unnamed.stderr).toContain('--source NAME');
  expect((await place.head()).revision).toBe(-1);
  expect((await piped('--source', 'till.jsonl')).stdout).toContain('5 accepted');
  expect((await place.json('import', 'till.jsonl')).said).toMatchObject({ accepted: 0, repeated: 5 });
});

describe('a book that an earlier version imported into', () => {
  const kept = (name: string): string => new URL(`older-import/${name}`, import.meta.url).pathname;
  const file = (name: string): string[] => readFileSync(kept(name), 'utf8').trimEnd().split('\n');

  /** Works on a copy of it. */
  async function older(work: (place: Till) => Promise<void>): Promise<void> {
    using place = new Place();
    place.folders('store');
    copyFileSync(kept('main.formicary'), place.path('store/main.formicary'));
    const found = await Till.on(await openLog(`sqlite:${place.path('store')}`, 'main'));
    await work(found).finally(() => found.book.close());
  }

  it.each([
    ['as they were', (lines: string[]) => lines, undefined],
    ['with blank lines put in', (lines: string[]) => ['', ...lines.flatMap((text) => [text, ''])], undefined],
    ['under other names', (lines: string[]) => lines, 'renamed.jsonl'],
  ])('counts its files %s as imported', async (_, edited, name) => {
    await older(async (place) => {
      const counts: readonly (readonly [string, number])[] = [
        ['five.jsonl', 5],
        ['others.jsonl', 4],
      ];
      for (const [was, repeated] of counts) {
        const result = await place.takes(name ?? was, edited(file(was)), { keepGoing: true });
        expect(result).toMatchObject({ accepted: 0, repeated });
      }
      expect(place.revision).toBe(9);
    });
  });

  it('goes on behind what it holds, and knows that by the new keys', async () => {
    await older(async (place) => {
      const grown = [...file('five.jsonl'), top('u6', '60.00')];
      expect(await place.takes('five.jsonl', grown)).toMatchObject({ accepted: 1, repeated: 5 });
      expect(await place.takes('five.jsonl', grown)).toMatchObject({ accepted: 0, repeated: 6 });
    });
  });

  it.each([
    ['a mended line', (lines: string[]) => lines.with(1, top('u2', '25.00')), 'IMPORTED_OTHERWISE', 2],
    [
      'a line put in',
      (lines: string[]) => lines.toSpliced(1, 0, top('new', '1.00')),
      'IMPORTED_OTHERWISE',
      2,
    ],
    ['a mended first line', (lines: string[]) => lines.with(0, top('u1', '11.00')), 'IMPORTED_ELSEWHERE', 2],
    ['another order', (lines: string[]) => lines.toReversed(), 'IMPORTED_ELSEWHERE', 1],
  ])('stops at %s', async (_, edited, code, stopped) => {
    await older(async (place) => {
      const result = await place.takes('five.jsonl', edited(file('five.jsonl')));
      expect(refusal(result)).toEqual({ line: stopped, code });
      expect(place.revision).toBe(9);
    });
  });

  it('books the mended line of what had been refused, and finds the rest again', async () => {
    await older(async (place) => {
      const mended = file('others.jsonl').with(1, top('v9', '9.00'));
      expect(await place.takes('others.jsonl', mended)).toMatchObject({
        accepted: 1,
        repeated: 4,
        refused: 0,
      });
    });
  });

  it('compares a retry with the words that it recorded then', async () => {
    await older(async (place) => {
      const retry = (amount: string) => [top('v3', amount).replace('"with"', '"key":"v3","with"')];
      expect(await place.takes('same.jsonl', retry('3.00'))).toMatchObject({ repeated: 1 });
      // It was spelt then as an event holds it: so is what this means.
      expect(await place.takes('spelt.jsonl', retry('3.0'))).toMatchObject({ repeated: 1 });
      expect(refusal(await place.takes('more.jsonl', retry('3.01'))).code).toBe('KEY_REUSED');
    });
  });
});
