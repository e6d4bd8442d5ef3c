import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberedEntry } from '../../src/kernel/state/state.ts';
import { type Day, dayMax, dayOf } from '../../src/kernel/values/dates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import type { Point } from '../../src/reading/reports.ts';
import { LedgerView } from '../../src/reading/view.ts';
import { type Booked, cash, house, kinds, type Remembered, SmallBook } from './small-house.ts';

const firstDay = dayOf('2016-11-28');
const dayCount = 40;

const accountIds = [
  'platform:asset:shop:cash:CNY',
  'platform:asset:shop:cash:USD',
  'platform:liability:shop:wallet:user-1:CNY',
  'platform:liability:shop:wallet:user-1:USD',
  'platform:liability:shop:wallet:user-10:CNY',
  'platform:liability:shop:wallet:user-1-x:CNY',
  'platform:liability:shop:wallet-fee:CNY',
  'platform:equity:shop:capital:CNY',
  'platform:income:shop:fee:CNY',
  'platform:income:shop:fee:USD',
  'platform:expense:shop:cost:CNY',
  'fund:asset:pool:deposit-1m:CNY',
  'fund:asset:pool:deposit-3m:CNY',
  'fund:liability:pool:units:user-1:CNY',
  'fund:income:pool:yield:CNY',
];

const entityOf = (id: string): string => id.slice(0, id.indexOf(':'));
const currencyOf = (id: string): string => id.slice(-3);
const sideOf = (id: string): bigint => (/:(asset|expense):/.test(id) ? 1n : -1n);

/** A balanced entry of two accounts of one entity and currency. */
const entry: fc.Arbitrary<Booked> = fc
  .tuple(fc.constantFrom(...accountIds), fc.nat(99), fc.integer({ min: -50, max: 50 }), fc.nat(dayCount - 1))
  .map(([id, other, minor, on]) => {
    const peers = accountIds.filter(
      (peer) => peer !== id && entityOf(peer) === entityOf(id) && currencyOf(peer) === currencyOf(id),
    );
    return {
      day: firstDay + on,
      ids: [id, peers[other % peers.length] ?? id],
      minors: [BigInt(minor), BigInt(-minor)],
    };
  });

const entries = fc.array(entry, { minLength: 1, maxLength: 40, size: 'max' });

/** What counts at a point, of what a book remembers. */
const counted = (book: SmallBook, { revision, asOf = dayMax }: Point): Remembered[] =>
  book.posted.filter((posted) => posted.revision <= revision && posted.day <= asOf);

const debitOf = (posted: readonly Remembered[], among: (id: string) => boolean): bigint =>
  posted.reduce((sum, { id, minor }) => (among(id) ? sum + minor : sum), 0n);

function pointAt(book: SmallBook, part: number, asOf: number): Point {
  const revision = Math.round(((book.revision + 1) * part) / 100) - 1;
  return {
    revision,
    postings: book.postingsAfter(revision),
    asOf: asOf >= dayCount ? undefined : firstDay + asOf,
  };
}

const points = fc.array(fc.record({ part: fc.nat(100), asOf: fc.nat(dayCount + 8) }), {
  minLength: 1,
  maxLength: 6,
});

/** Books of several layers; views of each made before more is recorded above it, and looked at afterwards. */
function checkAtPoints(
  first: readonly Booked[],
  second: readonly Booked[],
  third: readonly Booked[],
  at: readonly { readonly part: number; readonly asOf: number }[],
  check: (view: LedgerView, posted: readonly Remembered[]) => void,
): void {
  const book = new SmallBook();
  const views: { readonly view: LedgerView; readonly posted: readonly Remembered[] }[] = [];
  const look = (of: SmallBook): void => {
    for (const { part, asOf } of at) {
      const point = pointAt(of, part, asOf);
      const view = new LedgerView(house, of.state, point);
      views.push({ view, posted: counted(of, point) });
      // Asked now, and again when its state has moved on.
      check(view, counted(of, point));
    }
  };
  for (const given of first) book.book(given);
  look(book);
  for (const given of second) book.book(given);
  look(book);
  const fork = book.fork();
  for (const given of third) fork.book(given);
  look(fork);
  const batch = fork.fork();
  for (const given of first) batch.book(given);
  look(batch);
  batch.state.publish();
  for (const { view, posted } of views) check(view, posted);
}

const property = (check: (view: LedgerView, posted: readonly Remembered[]) => void, runs = 40): void => {
  fc.assert(
    fc.property(entries, entries, entries, points, (first, second, third, at) => {
      checkAtPoints(first, second, third, at, check);
    }),
    { numRuns: runs },
  );
};

describe('a view at any point of both axes', () => {
  it('balances accounts, heads of ids and prefixes as a sum of what counts does', () => {
    const heads = [
      ...accountIds,
      'fund',
      'fund:asset',
      'fund:asset:pool',
      'fund:liability:pool:units',
      'platform:liability',
      'platform:liability:shop:wallet',
      'platform:liability:shop:wallet:user-1',
      'platform:income:shop:fee',
    ];
    const prefixes = [
      '',
      'platform:',
      'platform:liability:shop:wallet',
      'platform:liability:shop:wallet:',
      'platform:liability:shop:wallet:user-1',
      'platform:liability:shop:wallet:user-1:',
      'fund:asset:pool:deposit-',
    ];
    property((view, posted) => {
      const expectSums = (of: string, among: (id: string) => boolean): void => {
        const sides = new Set(
          kinds
            .filter(({ path }) => accountIds.some((id) => id.startsWith(`${path}:`) && among(id)))
            .map(({ side }) => side),
        );
        const side = sides.size === 1 && sides.has(-1n) ? -1n : 1n;
        const sums = ['CNY', 'USD'].map((currency) => ({
          minor: side * debitOf(posted, (id) => among(id) && currencyOf(id) === currency),
          currency,
        }));
        const own = sums.filter(({ minor, currency }) => minor !== 0n || of.endsWith(`:${currency}`));
        expect(view.balance(of)).toEqual(own.length > 0 ? own : [{ minor: 0n, currency: 'CNY' }]);
      };
      for (const head of heads) expectSums(head, (id) => `${id}:`.startsWith(`${head}:`));
      for (const prefix of prefixes) expectSums(`${prefix}*`, (id) => id.startsWith(prefix));
    }, 25);
  });

  it('lists the accounts that were posted on, by id, page by page', () => {
    property((view, posted) => {
      const ids = [...new Set(posted.map(({ id }) => id))].sort();
      const readings = view.accounts();
      expect(readings.map(({ id }) => id)).toEqual(ids);
      for (const { id, minor, currency } of readings) {
        expect({ minor, currency }).toEqual({
          minor: sideOf(id) * debitOf(posted, (other) => other === id),
          currency: currencyOf(id),
        });
      }
      for (const id of accountIds) expect(view.account(id)?.id).toBe(ids.includes(id) ? id : undefined);
      const listed = (filter: Parameters<LedgerView['accounts']>[0]): string[] =>
        view.accounts(filter).map(({ id }) => id);
      const prefix = 'platform:liability:shop:wallet:user-1';
      expect(listed({ prefix })).toEqual(ids.filter((id) => id.startsWith(prefix)));
      expect(listed({ holder: 'user-1' })).toEqual(ids.filter((id) => id.includes(':user-1:')));
      expect(listed({ entity: 'fund', class: 'asset' })).toEqual(
        ids.filter((id) => id.startsWith('fund:asset:')),
      );
      expect(listed({ segment: 'shop', name: 'fee' })).toEqual(ids.filter((id) => id.includes(':fee:')));
      const paged: string[] = [];
      for (;;) {
        const page = view.accounts({}, { first: 2, after: paged.at(-1) });
        if (page.length === 0) break;
        paged.push(...page.map(({ id }) => id));
      }
      expect(paged).toEqual(ids);
    });
  });

  it('draws up a trial balance whose columns agree', () => {
    property((view, posted) => {
      for (const entity of [undefined, 'platform', 'fund']) {
        const { lines, totals } = view.trialBalance(entity);
        for (const { debit, credit } of totals) expect(debit).toBe(credit);
        for (const { kind, currency, debit, credit } of lines) {
          const minor = debitOf(
            posted,
            (id) => id.startsWith(`${kind.path}:`) && currencyOf(id) === currency,
          );
          expect([debit, credit]).toEqual(minor > 0n ? [minor, 0n] : [0n, -minor]);
        }
        const shown = lines.filter(({ kind }) => entity === undefined || kind.entity === entity);
        expect(shown).toEqual(lines);
        const sum = lines.reduce((total, { debit }) => total + debit, 0n);
        expect(totals.reduce((total, { debit }) => total + debit, 0n)).toBe(sum);
      }
    });
  });

  it('draws up a balance sheet whose sides agree, an overdraft among what is owed', () => {
    property((view, posted) => {
      const { assets, liabilities, totals } = view.balanceSheet();
      for (const sum of totals) expect(sum.assets).toBe(sum.liabilities + sum.equity + sum.result);
      for (const { minor } of assets) expect(minor).toBeGreaterThan(0n);
      for (const currency of ['CNY', 'USD']) {
        const own = debitOf(posted, (id) => id === `platform:asset:shop:cash:${currency}`);
        const overdraft = liabilities.find(
          (line) =>
            line.overdraft && line.kind.path === 'platform:asset:shop:cash' && line.currency === currency,
        );
        const asset = assets.find(
          (line) => line.kind.path === 'platform:asset:shop:cash' && line.currency === currency,
        );
        expect(overdraft?.minor).toBe(own < 0n ? -own : undefined);
        expect(asset?.minor).toBe(own > 0n ? own : undefined);
      }
    });
  });

  it('reports income and cost by period, the owner’s alone as a segment’s', () => {
    property((view, posted) => {
      const from = firstDay + 1;
      const to = firstDay + dayCount - 3;
      const statement = view.incomeStatement(from, to, 'MONTH', 'platform');
      if (statement instanceof Refusal) throw new Error(statement.message);
      const within = posted.filter(({ day }) => day >= from && day <= to);
      const result = debitOf(within, (id) => /^platform:(income|expense):.*:CNY$/.test(id));
      const results = statement.periods.flatMap((period) => period.result);
      const cny = results.filter(({ currency }) => currency === 'CNY');
      expect(cny.reduce((sum, { minor }) => sum + minor, 0n)).toBe(-result);
      for (const period of statement.periods) {
        const inPeriod = posted.filter(({ day }) => day >= period.from && day <= period.to);
        for (const { kind, currency, minor } of [...period.income, ...period.expenses]) {
          const among = (id: string): boolean => id === `${kind.path}:${currency}`;
          expect(minor).toBe(kind.side * debitOf(inPeriod, among));
        }
      }
      const fees = view.revenue('shop', { by: 'DAY' });
      if (fees instanceof Refusal) throw new Error(fees.message);
      for (const { from: day, minor, currency } of fees) {
        const onDay = posted.filter((other) => other.day === day);
        expect(minor).toBe(-debitOf(onDay, (id) => id === `platform:income:shop:fee:${currency}`));
      }
      const all = fees.reduce((sum, { minor }) => sum + minor, 0n);
      expect(all).toBe(-debitOf(posted, (id) => id.startsWith('platform:income:shop:fee:')));
      // What the fund earns is the fund's.
      const own = view.revenue('pool', { by: 'YEAR' });
      const funds = view.revenue('pool', { by: 'YEAR' }, 'fund');
      if (own instanceof Refusal || funds instanceof Refusal) throw new Error('refused');
      for (const { minor } of own) expect(minor).toBe(0n);
      expect(funds.reduce((sum, { minor }) => sum + minor, 0n)).toBe(
        -debitOf(posted, (id) => id.startsWith('fund:income:')),
      );
    });
  });

  it('gives every control account of a segment, and totals on any day before its own', () => {
    property((view, posted) => {
      for (const { kind, minor, currency } of view.controls('shop')) {
        const among = (id: string): boolean => id.startsWith(`${kind.path}:`) && currencyOf(id) === currency;
        expect(minor).toBe(kind.side * debitOf(posted, among));
        for (const day of [firstDay - 1, firstDay + 7, firstDay + dayCount]) {
          const until = posted.filter((other) => other.day <= day);
          expect(view.totalOn(kind, day, currency)).toBe(kind.side * debitOf(until, among));
          const since = posted.filter((other) => other.day >= day && other.day <= day + 9);
          expect(view.change(kind, day, day + 9, currency)).toBe(kind.side * debitOf(since, among));
        }
      }
      const changed = firstToLast(posted);
      expect(view.days()).toEqual(changed);
    });
  });
});

/** First and last day on which a control account's net change is not nothing. */
function firstToLast(posted: readonly Remembered[]): { from: Day; to: Day } | undefined {
  const nets = new Map<string, bigint>();
  for (const { id, minor, day } of posted) {
    const path = kinds.find((kind) => id.startsWith(`${kind.path}:`))?.path ?? '';
    const key = `${day} ${path} ${currencyOf(id)}`;
    nets.set(key, (nets.get(key) ?? 0n) + minor);
  }
  const days = [...nets].filter(([, net]) => net !== 0n).map(([key]) => Number.parseInt(key, 10));
  return days.length === 0 ? undefined : { from: Math.min(...days), to: Math.max(...days) };
}

describe('a view of a long journal', () => {
  it('goes out from the nearest checkpoint, below or above, in every layer', () => {
    const book = new SmallBook();
    const days: Day[] = [];
    const ends: number[] = [];
    const pair = ['platform:asset:shop:cash:CNY', 'platform:income:shop:fee:CNY'];
    const post = (of: SmallBook, count: number): void => {
      const accounts = pair.map((id) => of.state.chart.indexOfId(id) ?? 0);
      for (let event = 0; event < count; event++) {
        const day = firstDay + ((days.length * 7) % dayCount);
        of.state.post(new NumberedEntry(of.state.chart, accounts, [1n, -1n]), day, days.length);
        of.state.marks.events++;
        days.push(day);
        ends.push(of.state.journal.length);
      }
    };
    const check = (of: SmallBook, revision: number, asOf: Day): void => {
      const point = { revision, postings: ends[revision] ?? 0, asOf };
      const expected = days.slice(0, revision + 1).filter((day) => day <= asOf).length;
      const view = new LedgerView(house, of.state, point);
      expect(view.totalOn(cash, dayMax)).toBe(BigInt(expected));
      expect(view.balance('platform:income')).toEqual([{ minor: BigInt(expected), currency: 'CNY' }]);
    };
    post(book, 300_000);
    const fork = book.fork();
    post(fork, 200_000);
    const revisions = [
      -1, 0, 131_071, 131_072, 131_073, 200_000, 262_143, 262_144, 299_999, 300_000, 499_999,
    ];
    for (const revision of revisions) check(fork, revision, firstDay + 20);
    for (const revision of revisions.slice(0, 9)) check(book, revision, dayMax);
    fork.state.publish();
    for (const revision of revisions) check(book, revision, dayMax);
  });
});

describe('a view', () => {
  const book = new SmallBook();
  book.book({
    day: firstDay,
    ids: ['platform:asset:shop:cash:CNY', 'platform:equity:shop:capital:CNY'],
    minors: [500n, -500n],
  });
  const point = { revision: 0, postings: 2, asOf: undefined };
  const view = new LedgerView(house, book.state, point);

  it('shows zero for an account of the house that nothing was posted on', () => {
    expect(view.balance('platform:liability:shop:wallet:nobody:USD')).toEqual([
      { minor: 0n, currency: 'USD' },
    ]);
    expect(view.balance('platform:liability:shop:wallet:nobody')).toEqual([{ minor: 0n, currency: 'CNY' }]);
    expect(view.account('platform:liability:shop:wallet:nobody:CNY')).toBeUndefined();
  });

  it('numbers no account by being asked', () => {
    const before = book.state.chart.size;
    view.balance('platform:liability:shop:wallet:somebody:CNY');
    view.account('platform:liability:shop:wallet:somebody:CNY');
    view.accounts({ holder: 'somebody' });
    expect(book.state.chart.size).toBe(before);
  });

  it.each([
    'nobody',
    '',
    ':',
    'platform:',
    'platform:asset:shop:cas',
    'platform:asset:shop:cash:XXX',
    'platform:asset:shop:cash:CNY:more',
    'platform:liability:shop:wallet:user-1:CNY:more',
    'platform:liability:shop:wallet::CNY',
    'bank*',
    'platform:asset:shop:cash-*',
  ])('refuses %j: no account is meant', (of) => {
    const found = view.balance(of);
    expect(found instanceof Refusal ? found.code : found).toBe('ACCOUNT_UNKNOWN');
  });

  it('refuses more periods than a report has, and spans that end before they begin', () => {
    const refused = (found: unknown): unknown => (found instanceof Refusal ? found.code : found);
    expect(refused(view.incomeStatement(0, dayMax, 'DAY'))).toBe('TOO_MANY');
    expect(refused(view.revenue('shop', { from: 0, to: dayMax, by: 'DAY' }))).toBe('TOO_MANY');
    expect(refused(view.incomeStatement(5, 4, 'DAY'))).toBe('INVALID_INPUT');
  });

  it('is of nothing beyond its state', () => {
    expect(() => new LedgerView(house, book.state, { revision: 1, postings: 2, asOf: undefined })).toThrow(
      'revision 1 is beyond 0',
    );
    expect(
      new LedgerView(house, book.state, { revision: -1, postings: 0, asOf: undefined }).accounts(),
    ).toEqual([]);
  });
});
