import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { receiveTransfer, sendTransfer, topUp } from '../support/commands.ts';
import { Place } from './program.ts';

const half = (transfer: string, book: string, amount: string) => ({
  transfer,
  book,
  from: 'user-1',
  to: 'user-9',
  amount,
});

describe('report consolidated', () => {
  const place = new Place();
  beforeAll(async () => {
    place.history('main.jsonl', [
      topUp('2016-03-01', 'user-1', '100.00'),
      sendTransfer('2016-03-02', half('T-1', 'north', '30.00')),
      sendTransfer('2016-03-03', half('T-2', 'north', '5.00')),
    ]);
    place.history('north.jsonl', [
      topUp('2016-03-01', 'user-9', '50.00'),
      receiveTransfer('2016-03-02', half('T-1', 'main', '30.00')),
    ]);
    for (const book of ['main', 'north'])
      expect((await place.run('import', `${book}.jsonl`, '--book', book)).code).toBe(0);
  });
  afterAll(() => place[Symbol.dispose]());

  const asked = ['report', 'consolidated', '--books', 'main,north'] as const;

  it('prints books side by side, and what is held twice or on its way', async () => {
    const { code, stdout } = await place.run(...asked);
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'main at revision 3, north at revision 2',
      'account                                       main  north  eliminated   total',
      'platform:asset:interbook:set-aside:CNY       35.00   0.00       30.00    5.00',
      'platform:asset:payments:reserve:CNY          65.00  80.00        0.00  145.00',
      'platform:liability:interbook:in-transit:CNY  35.00   0.00       30.00    5.00',
      'platform:liability:payments:wallet:CNY       65.00  80.00        0.00  145.00',
      '',
      'entity    currency   debit  credit  assets  liabilities  equity  income  expenses  result',
      'platform  CNY       150.00  150.00  150.00       150.00    0.00    0.00      0.00    0.00',
      '',
      'transfer  book  to     amount  sent on     decided on  holding',
      'T-1       main  north   30.00  2016-03-02  2016-03-02  held twice',
      'T-2       main  north    5.00  2016-03-03              in transit',
      '',
    ]);
  });

  it('as of a day, as JSON', async () => {
    const { code, said } = await place.json(...asked, '--as-of', '2016-03-02');
    expect(code).toBe(0);
    expect(said).toEqual({
      report: 'consolidated',
      asOf: '2016-03-02',
      books: [
        { book: 'main', revision: 3 },
        { book: 'north', revision: 2 },
      ],
      lines: expect.arrayContaining([
        {
          account: 'platform:asset:interbook:set-aside:CNY',
          books: { main: '30.00', north: '0.00' },
          eliminated: '30.00',
          total: '0.00',
          currency: 'CNY',
        },
      ]),
      totals: [expect.objectContaining({ entity: 'platform', debit: '150.00', liabilities: '150.00' })],
      eliminations: [
        {
          transfer: 'T-1',
          book: 'main',
          toBook: 'north',
          amount: '30.00',
          currency: 'CNY',
          sentOn: '2016-03-02',
          decidedOn: '2016-03-02',
          holding: 'held twice',
        },
      ],
      inTransit: [],
      differences: [],
    });
  });

  it('as CSV, a line an account', async () => {
    const { stdout } = await place.run(...asked, '--csv');
    expect(stdout.split('\n')).toEqual([
      'account,currency,main,north,eliminated,total',
      'platform:asset:interbook:set-aside,CNY,35.00,0.00,30.00,5.00',
      'platform:asset:payments:reserve,CNY,65.00,80.00,0.00,145.00',
      'platform:liability:interbook:in-transit,CNY,35.00,0.00,30.00,5.00',
      'platform:liability:payments:wallet,CNY,65.00,80.00,0.00,145.00',
      '',
    ]);
  });

  it.each([
    ['without books', ['report', 'consolidated'], '--books is missing'],
    ['of one book', ['report', 'consolidated', '--books', 'main'], '2 to 64 books'],
    ['of a book twice', ['report', 'consolidated', '--books', 'main,north,main'], 'main is named twice'],
    ['of a book that is not there', ['report', 'consolidated', '--books', 'main,nowhere'], 'nowhere'],
    ['as recorded up to a revision', [...asked, '--revision', '1'], '--revision'],
    ['of an entity', [...asked, '--entity', 'platform'], '--entity'],
    ['of an account', ['report', 'consolidated', 'fund:asset', '--books', 'main,north'], 'neither account'],
    ['in two forms', [...asked, '--json', '--csv'], '--csv'],
    ['of one book as CSV', ['report', 'balance', '--csv'], '--csv'],
  ])('%s is refused', async (_what, args, said) => {
    const { code, stdout, stderr } = await place.run(...args);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(said);
  });
});
