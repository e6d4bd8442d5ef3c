/**
 * A small book with credit, for tests that ask for it: a line that is paid, one that falls into arrears, a loan, one that was
 * declined, an advance, pools that settle twice, scores. Days are closed through April 2016.
 *
 * @module
 */
import { formatDay, parseDay } from '../../src/kernel/values/dates.ts';

/** A line of the history: date, command, inputs. */
export type Line = readonly [on: string, command: string, inputs: { readonly [name: string]: unknown }];

const facts: readonly Line[] = [
  ['2016-03-01', 'contributeCapital', { entity: 'platform', amount: '1000.00 CNY' }],
  ['2016-03-01', 'contributeCapital', { entity: 'huabei', amount: '100.00 CNY' }],
  ['2016-03-01', 'contributeCapital', { entity: 'mybank', amount: '100.00 CNY' }],
  ['2016-03-01', 'topUp', { holder: 'user-1', amount: '5000.00 CNY' }],
  ['2016-03-01', 'topUp', { holder: 'maker-1', amount: '1000.00 CNY' }],
  ['2016-03-02', 'openCreditLine', { holder: 'user-1' }],
  ['2016-03-02', 'openCreditLine', { holder: 'user-2' }],
  ['2016-03-03', 'drawCredit', { holder: 'user-1', payee: 'merchant-1', amount: '300.00 CNY' }],
  ['2016-03-05', 'drawCredit', { holder: 'user-2', payee: 'merchant-1', amount: '400.00 CNY' }],
  loan('2016-03-02', 'L-1', 'mybank', '1000.00 CNY', 'annuity'),
  ['2016-03-02', 'disburseLoan', { loan: 'L-1', product: 'mybank' }],
  loan('2016-03-03', 'J-1', 'jiebei', '100.00 CNY', 'bullet'),
  loan('2016-03-04', 'L-2', 'mybank', '50.00 CNY', 'bullet'),
  [
    '2016-03-10',
    'applyForAdvance',
    {
      loan: 'A-1',
      kind: 'receivable',
      holder: 'user-3',
      core: 'maker-1',
      value: '500.00 CNY',
      principal: '400.00 CNY',
      dueOn: '2016-05-10',
    },
  ],
  ['2016-03-10', 'disburseLoan', { loan: 'A-1', product: 'mybank' }],
  ['2016-04-02', 'repayLoan', { loan: 'L-1', product: 'mybank', amount: 'due' }],
  ['2016-04-05', 'convertToInstalments', { holder: 'user-1', amount: '120.00 CNY', term: 3 }],
  ['2016-04-08', 'repayCredit', { holder: 'user-1', amount: 'minimum' }],
  ['2016-04-20', 'drawCredit', { holder: 'user-1', payee: 'merchant-1', amount: '50.00 CNY' }],
];

function loan(on: string, id: string, product: string, principal: string, method: string): Line {
  return [on, 'applyForLoan', { loan: id, product, holder: 'user-1', principal, term: 3, method }];
}

/** The commands of the book, its closes among them. */
export function* creditHistory(): Generator<Line, void, void> {
  const from = parseDay('2016-03-01') ?? 0;
  for (let day = from; day < from + 61; day++) {
    const on = formatDay(day);
    yield* facts.filter(([date]) => date === on);
    yield [on, 'closeDay', {}];
  }
}
