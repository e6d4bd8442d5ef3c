import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FigureTooLarge, Journal } from '../../src/kernel/state/journal/journal.ts';
import { countUpTo, SortedRuns, sumUpTo } from '../../src/kernel/state/journal/sorted-postings.ts';
import type { Day } from '../../src/kernel/values/dates.ts';
import { minorMax, minorMin } from '../../src/kernel/values/money.ts';
import { type Handling, steps, walk } from './layers.ts';

interface Posted {
  readonly account: number;
  readonly minor: bigint;
  readonly day: Day;
  readonly event: number;
}

const accountCount = 3;
const dayCount = 7;

const handling: Handling<Journal, Posted[]> = {
  root: () => ({ real: Journal.empty(), model: [] }),
  fork: (real) => real.fork(),
  copy: (model) => [...model],
  write: (journal, model, [a = 0, b = 0, c = 0, d = 0]) => {
    // Several at a time, so that chains get long enough for their jumps.
    for (let at = 0; at <= d % 4; at++) {
      const posted = {
        account: (a + at) % accountCount,
        minor: BigInt(((b + 37 * at) % 201) - 100),
        day: (c + 3 * at) % dayCount,
        event: model.length + 1_000,
      };
      journal.append(posted.account, posted.minor, posted.day, posted.event);
      model.push(posted);
    }
  },
};

/** Numbers of an account's postings in the order of its statement. */
const inOrder = (model: readonly Posted[], account: number, limit: number): number[] =>
  model
    .slice(0, limit)
    .flatMap((posted, at) => (posted.account === account ? [at] : []))
    .sort((a, b) => (model[a]?.day ?? 0) - (model[b]?.day ?? 0) || a - b);

const sumOf = (model: readonly Posted[], numbers: readonly number[]): bigint =>
  numbers.reduce((sum, at) => sum + (model[at]?.minor ?? 0n), 0n);

/** Those of some postings that are dated up to a day. */
const upTo = (model: readonly Posted[], numbers: readonly number[], day: Day): number[] =>
  numbers.filter((at) => (model[at]?.day ?? 0) <= day);

/** The lowest balance on any day from one on. */
function lowestFrom(model: readonly Posted[], account: number, day: Day): bigint {
  const all = inOrder(model, account, model.length);
  const there = upTo(model, all, day);
  let running = sumOf(model, there);
  let lowest = running;
  all.slice(there.length).forEach((at, n, later) => {
    running += model[at]?.minor ?? 0n;
    const next = later[n + 1];
    const endOfDay = next === undefined || model[next]?.day !== model[at]?.day;
    if (endOfDay && running < lowest) lowest = running;
  });
  return lowest;
}

const turned = (model: readonly Posted[]): Posted[] =>
  model.map((posted) => ({ ...posted, minor: -posted.minor }));

/** Every question at every point of both axes. */
function expectLike(journal: Journal, model: readonly Posted[]): void {
  expect(journal.length).toBe(model.length);
  model.forEach((posted, at) => {
    const found = {
      account: journal.account(at),
      minor: journal.amount(at),
      day: journal.day(at),
      event: journal.event(at),
    };
    expect(found).toEqual(posted);
    const before = model.findLastIndex((other, n) => n < at && other.account === posted.account);
    expect(journal.previous(at)).toBe(before);
    expect(journal.balanceAfter(at)).toBe(sumOf(model, inOrder(model, posted.account, at + 1)));
  });
  for (let account = 0; account < accountCount; account++) {
    const all = inOrder(model, account, model.length);
    expect(journal.head(account)).toBe(Math.max(-1, ...all));
    expect(journal.balance(account)).toBe(sumOf(model, all));
    expect(journal.latestDay(account)).toBe(all.length === 0 ? undefined : model[all.at(-1) ?? 0]?.day);
    for (let day = -1; day <= dayCount; day++) {
      expect(journal.available(account, day, 1n)).toBe(lowestFrom(model, account, day));
      expect(journal.available(account, day, -1n)).toBe(lowestFrom(turned(model), account, day));
    }
    for (let limit = 0; limit <= model.length; limit++) {
      const known = inOrder(model, account, limit);
      expect(journal.headBefore(account, limit)).toBe(Math.max(-1, ...known));
      for (let day = -1; day <= dayCount; day++) {
        const there = upTo(model, known, day);
        expect(journal.balanceAt(account, day, limit)).toBe(sumOf(model, there));
        expect(journal.touched(account, day, limit)).toBe(there.length > 0);
      }
    }
  }
}

describe('a journal', () => {
  it('answers as a list of its postings does, in every layer', () => {
    fc.assert(
      fc.property(steps(30), (taken) => {
        for (const { real, model } of walk(handling, taken)) expectLike(real, model);
      }),
      { numRuns: 60 },
    );
  });

  it('gives ranges and pages as a sorted list does', () => {
    fc.assert(
      fc.property(
        steps(40),
        fc.array(fc.record({ from: fc.nat(7), to: fc.nat(7), most: fc.nat(9), part: fc.nat(99) }), {
          minLength: 5,
        }),
        (taken, asked) => {
          for (const { real, model } of walk(handling, taken)) {
            for (const { from, to, most, part } of asked) {
              const limit = Math.round((model.length * part) / 99);
              for (let account = 0; account < accountCount; account++) {
                const known = inOrder(model, account, limit);
                const range = known.filter((at) => {
                  const on = model[at]?.day ?? 0;
                  return on >= from && on <= to;
                });
                const got = real.postings(account, from, to, limit, most);
                expect(got).toEqual(range.length > most ? undefined : range.toSorted((a, b) => a - b));
                const cursor = { day: from, posting: (part * 7) % (model.length + 1) };
                const passed = known.filter((at) => {
                  const on = model[at]?.day ?? 0;
                  return on < cursor.day || (on === cursor.day && at <= cursor.posting);
                });
                const rest = known.slice(passed.length).filter((at) => (model[at]?.day ?? 0) <= to);
                expect(real.page(account, cursor, to, limit, most)).toEqual(rest.slice(0, most));
                expect(real.balanceThrough(account, cursor.day, cursor.posting, limit)).toBe(
                  sumOf(model, passed),
                );
              }
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps what a fork saw, whatever its base does afterwards', () => {
    const base = Journal.empty();
    base.append(0, 5n, 3, 0);
    const fork = base.fork();
    const further = fork.fork();
    base.append(0, 7n, 1, 1);
    expect(fork.balance(0)).toBe(5n);
    expect(further.available(0, 0, 1n)).toBe(0n);
    expect(base.balance(0)).toBe(12n);
    expect(() => fork.publish()).toThrow('the base has moved on');
  });

  it('refuses what leaves 64 bits, and appends nothing then', () => {
    const journal = Journal.empty();
    journal.append(0, minorMax, 0, 0);
    journal.append(1, minorMin, 0, 0);
    expect(() => journal.append(0, 1n, 0, 1)).toThrow(FigureTooLarge);
    expect(() => journal.append(1, -1n, 0, 1)).toThrow(FigureTooLarge);
    expect(() => journal.append(2, minorMax + 1n, 0, 1)).toThrow(FigureTooLarge);
    expect(journal.length).toBe(2);
    expect(journal.balance(0)).toBe(minorMax);
    expect(journal.balance(1)).toBe(minorMin);
    // An amount that doesn't fit a column would be cut although the balance after it fits.
    expect(() => journal.append(1, 2n ** 64n - 1n, 0, 1)).toThrow(FigureTooLarge);
  });

  it('is exact between dates even where a balance leaves 64 bits there', () => {
    const journal = Journal.empty();
    journal.append(0, minorMax, 1, 0);
    journal.append(0, -minorMax, 2, 1);
    journal.append(0, minorMax, 1, 2);
    expect(journal.balanceAt(0, 1)).toBe(2n * minorMax);
    expect(journal.available(0, 0, -1n)).toBe(-2n * minorMax);
  });

  it('comes back from its columns, empty or not, and grows on', () => {
    for (const count of [0, 1, 300]) {
      const journal = Journal.empty();
      const model: Posted[] = [];
      for (let at = 0; at < count; at++) handling.write(journal, model, [at, at * 7, at * 5, 0]);
      const restored = Journal.restore(journal.columns());
      for (let at = 0; at < 30; at++) handling.write(restored, model, [at, at * 11, at * 3, 0]);
      expectTotals(restored, model);
    }
  });
});

function expectTotals(journal: Journal, model: readonly Posted[]): void {
  for (let account = 0; account < accountCount; account++) {
    for (let day = 0; day < dayCount; day++) {
      const there = upTo(model, inOrder(model, account, model.length), day);
      expect(journal.balanceAt(account, day)).toBe(sumOf(model, there));
    }
  }
}

describe('a journal with very many back-dated postings', () => {
  /** A plain generator of figures, the same every time. */
  function* figures(seed: number): Generator<number, never, void> {
    for (let state = seed; ; ) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      yield state >>> 8;
    }
  }

  it.each([
    { dates: 'in any order', late: (figure: number) => figure % 400 },
    {
      dates: 'mostly in order',
      late: (figure: number, at: number) => (figure % 3 === 0 ? at / 60 - 20 : at / 60),
    },
    { dates: 'behind one far ahead', late: (_: number, at: number) => (at === 10 ? 900 : at / 60) },
  ])('answers as a list does, dates $dates', ({ late }) => {
    const random = figures(7);
    const next = (below: number): number => random.next().value % below;
    const model: Posted[] = [];
    const layers: { journal: Journal; length: number }[] = [];
    let journal = Journal.empty();
    const fill = (count: number): void => {
      for (let n = 0; n < count; n++) {
        const at = model.length;
        const posted = {
          account: next(8) === 0 ? 1 : 0,
          minor: BigInt(next(2_000) - 1_000),
          day: Math.max(0, Math.floor(late(next(1 << 20), at))),
          event: at,
        };
        journal.append(posted.account, posted.minor, posted.day, posted.event);
        model.push(posted);
      }
    };
    const ask = (times: number, of: Journal, length: number): void => {
      const seen = model.slice(0, length);
      for (let n = 0; n < times; n++) {
        const account = next(2);
        const limit = n % 2 === 0 ? length : next(length + 1);
        const day = next(420);
        const known = inOrder(seen, account, limit);
        const there = upTo(seen, known, day);
        expect(of.balanceAt(account, day, limit)).toBe(sumOf(seen, there));
        expect(of.touched(account, day, limit)).toBe(there.length > 0);
        const posting = known[next(known.length || 1)] ?? 0;
        const cursor = { day: seen[posting]?.day ?? 0, posting };
        const passed = known.slice(0, known.indexOf(posting) + 1);
        const rest = upTo(seen, known.slice(passed.length), 420);
        expect(of.page(account, cursor, 420, limit, 60)).toEqual(rest.slice(0, 60));
        expect(of.balanceThrough(account, cursor.day, posting, limit)).toBe(sumOf(seen, passed));
        expect(of.available(account, day, 1n)).toBe(lowestFrom(seen, account, day));
      }
    };
    for (let round = 0; round < 3; round++) {
      fill(4_000);
      ask(6, journal, model.length);
      // A sandbox that stays open below what follows.
      layers.push({ journal: journal.fork(), length: model.length });
      journal = journal.fork();
      fill(3_000);
      ask(6, journal, model.length);
      fill(700);
      ask(6, journal, model.length);
      const batch = journal.fork();
      const above = journal;
      journal = batch;
      fill(2_500);
      ask(4, journal, model.length);
      batch.publish();
      journal = above;
      ask(4, journal, model.length);
    }
    for (const open of layers) ask(6, open.journal, open.length);
  });
});

describe('sorted runs', () => {
  it('sum exactly where a sum leaves 64 bits on the way', () => {
    const amounts = Array.from({ length: 5_000 }, (_, at) => (at % 2 === 0 ? minorMax : -minorMax));
    const of = { day: (posting: number) => posting % 2, amount: (posting: number) => amounts[posting] ?? 0n };
    const runs = new SortedRuns(-1);
    runs.extend([...amounts.keys()].slice(0, 3_000), of);
    runs.extend([...amounts.keys()].slice(3_000), of);
    expect(runs.last).toBe(4_999);
    const sum = (day: Day, upTo: number): bigint =>
      runs.upTo(upTo, of).reduce((total, run) => total + sumUpTo(run, day, Number.POSITIVE_INFINITY), 0n);
    expect(sum(0, 4_999)).toBe(2_500n * minorMax);
    expect(sum(1, 4_999)).toBe(0n);
    expect(sum(0, 4_500)).toBe(2_251n * minorMax);
    expect(runs.upTo(4_999, of).reduce((count, run) => count + countUpTo(run, 0, 10), 0)).toBe(6);
  });
});
