import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creditHistory } from '../graphql/credit-book.ts';
import { topUp } from '../support/commands.ts';
import { Place, part } from './program.ts';

const place = new Place();
beforeAll(async () => {
  place.history(
    'credit.jsonl',
    [...creditHistory()].map(([on, command, inputs]) => ({ on, command, with: inputs })),
  );
  place.history('plain.jsonl', [topUp('2016-03-01', 'user-1', '1.00')]);
  expect((await place.run('import', 'credit.jsonl')).code).toBe(0);
  expect((await place.run('import', 'plain.jsonl', '--book', 'plain')).code).toBe(0);
});
afterAll(() => place[Symbol.dispose]());

/** The revision of the close of a day. */
async function closeOf(day: string): Promise<string> {
  const { stdout } = await place.run('events', '--type', 'DayClosed', '--from', day, '--to', day, '--json');
  return String(part(JSON.parse(stdout), 'revision'));
}

describe('report credit', () => {
  it('prints what each line has outstanding, earns and loses, period by period', async () => {
    const { code, stdout } = await place.run(
      'report',
      'credit',
      '--from',
      '2016-03-01',
      '--to',
      '2016-04-30',
    );
    expect(code).toBe(0);
    // mybank's pool has collected 96.21 by April: fees of 0.60 and 2.46, 91.87 of notes; 1.28 are left.
    expect(stdout.split('\n')).toEqual([
      'main at revision 417',
      'line    period   outstanding     own  partner  vehicle  interest  funding cost  net interest  fees  retained notes  credit cost  result',
      'huabei  2016-03       700.00   14.00   411.60   274.40      0.00          0.00          0.00  5.60            0.00         0.14    5.46',
      'huabei  2016-04       720.00   14.40   423.36   282.24      0.03          0.00          0.03  4.83            0.00         1.92    2.94',
      'jiebei  2016-03         0.00    0.00     0.00     0.00      0.00          0.00          0.00  0.00            0.00         0.00    0.00',
      'jiebei  2016-04         0.00    0.00     0.00     0.00      0.00          0.00          0.00  0.00            0.00         0.00    0.00',
      'mybank  2016-03      1400.00  420.00   588.00   392.00      5.10          0.65          4.45  0.00            0.00         4.20    0.25',
      'mybank  2016-04      1071.89  321.57   450.19   300.13      4.20          0.57          3.63  2.55            1.28        -0.98    8.44',
      '',
    ]);
  });

  it('as JSON, with fees by kind, as of a day and as recorded up to a revision', async () => {
    const asked = ['report', 'credit', '--by', 'year', '--from', '2016-01-01', '--to', '2016-12-31'] as const;
    const { code, said } = await place.json(...asked, '--as-of', '2016-04-11');
    expect(code).toBe(0);
    expect(said).toMatchObject({ report: 'credit', asOf: '2016-04-11', currency: 'CNY', revision: 417 });
    expect(part(said, 'lines', 0)).toMatchObject({
      line: 'huabei',
      periods: [
        {
          period: '2016',
          from: '2016-01-01',
          to: '2016-04-11',
          principal: { own: '13.40', total: '670.00' },
          fees: { 'merchant-fee': '5.60', 'late-fee': '0.20' },
        },
      ],
    });
    const then = await place.json(...asked, '--revision', await closeOf('2016-04-11'));
    expect(part(then.said, 'lines', 0, 'periods', 0, 'principal')).toEqual(
      part(said, 'lines', 0, 'periods', 0, 'principal'),
    );
  });

  it('as CSV, a line a line and period', async () => {
    const { stdout } = await place.run('report', 'credit', '--by', 'quarter', '--csv');
    const [head, ...rows] = stdout.trim().split('\n');
    expect(head).toBe(
      'line,period,outstanding,own,partner,vehicle,interest,funding cost,net interest,fees,retained notes,credit cost,result',
    );
    expect(rows.map((row) => row.split(',').slice(0, 3))).toEqual([
      ['huabei', '2016-Q1', '700.00'],
      ['huabei', '2016-Q2', '720.00'],
      ['jiebei', '2016-Q1', '0.00'],
      ['jiebei', '2016-Q2', '0.00'],
      ['mybank', '2016-Q1', '1400.00'],
      ['mybank', '2016-Q2', '1071.89'],
    ]);
  });
});

describe('report arrears', () => {
  it('prints buckets by line, and what is set aside', async () => {
    const { code, stdout } = await place.run('report', 'arrears');
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      'main at revision 417',
      'line    bucket   principal     own  partner  vehicle     share  provision rate  provision',
      'huabei  current     320.00    6.40   188.16   125.44  0.444444              1%       0.06',
      'huabei  1-30        400.00    8.00   235.20   156.80  0.555556             25%       2.00',
    ]);
  });

  it('at any date on both axes', async () => {
    const asOf = await place.json('report', 'arrears', '--as-of', '2016-04-10');
    expect(part(asOf.said, 'lines', 0)).toMatchObject({
      line: 'huabei',
      on: '2016-04-10',
      overdue: '0.00',
      overdueShare: '0.000000',
      provision: '0.13',
      allowance: '0.13',
    });
    const then = await place.json('report', 'arrears', '--revision', await closeOf('2016-04-10'));
    expect(part(then.said, 'lines')).toEqual(part(asOf.said, 'lines'));
    const now = await place.json('report', 'arrears');
    expect(part(now.said, 'lines', 0, 'buckets', 1)).toEqual({
      bucket: '1-30',
      principal: { own: '8.00', partner: '235.20', vehicle: '156.80', total: '400.00' },
      share: '0.555556',
      provisionRate: '25%',
      provision: '2.00',
    });
  });

  it('of a book without credit has nothing in any bucket', async () => {
    const { stdout } = await place.run('report', 'arrears', '--book', 'plain', '--csv');
    expect(stdout.split('\n')[1]).toBe('huabei,current,0.00,0.00,0.00,0.00,,1%,0.00');
    const { said } = await place.json('report', 'credit', '--book', 'plain');
    expect(part(said, 'lines', 2)).toMatchObject({ line: 'mybank', periods: [{ result: '0.00' }] });
  });
});

describe('a report of credit', () => {
  it.each([
    ['of an entity', ['report', 'credit', '--entity', 'huabei'], '--entity'],
    ['of a holder', ['report', 'credit', '--holder', 'user-1'], 'neither account nor holder'],
    ['of arrears by period', ['report', 'arrears', '--by', 'month'], '--by'],
    ['in two forms', ['report', 'arrears', '--csv', '--json'], 'one of them'],
    [
      'that ends before it begins',
      ['report', 'credit', '--from', '2016-05-01', '--to', '2016-04-01'],
      'before it begins',
    ],
    [
      'at two points',
      ['report', 'arrears', '--revision', '3', '--known-at', '2016-01-01T00:00:00Z'],
      'one of the two',
    ],
    ['of an unknown kind', ['report', 'arears'], 'did you mean arrears?'],
  ])('%s is refused', async (_what, args, said) => {
    const { code, stdout, stderr } = await place.run(...args);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(said);
  });
});
