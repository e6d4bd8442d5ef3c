/** Assumptions of a file and what its variants lay on top of them. */
import { expect, it } from 'vitest';
import { command, topUp } from '../support/commands.ts';
import { ask, balancesIn } from './asking.ts';

const on = '2016-01-12';
const sale = (payment: string, payee: string) =>
  command(on, 'initiatePayment', {
    payment,
    payer: 'u',
    payee,
    amount: '100.00 CNY',
    method: 'wallet',
    escrow: false,
  });
const lines = [topUp(on, 'u', '1000.00'), sale('P-1', 'm1'), sale('P-2', 'm2')];

const fee = 'payments.merchantFeeRate';
const income = 'platform:income:payments:merchant-fee:CNY';

it('a layer on top that says [*] stands before the keys of what lies below; within a layer a key stands before it', async () => {
  const run = await ask(
    lines,
    `assumptions: { "${fee}[m1]": 1% }
variants:
  - { name: every key, assumptions: { "${fee}[*]": 2% } }
  - { name: a key besides, assumptions: { "${fee}[m1]": 3%, "${fee}[*]": 2% } }
  - { name: another key, assumptions: { "${fee}[m2]": 3% } }
  - { name: the plain name, assumptions: { "${fee}": 3% } }
  - { name: on a day, assumptions: { "${fee}[*]": { 2016-01-13: 2% } } }
`,
  );
  const fees = (name: string) => balancesIn(run, name)[income];
  // 0.6 % of 100.00 by default: 0.60 of each sale.
  expect(fees('baseline')).toBe('1.20');
  expect(fees('s')).toBe('1.60');
  expect(fees('every key')).toBe('4.00');
  expect(fees('a key besides')).toBe('5.00');
  expect(fees('another key')).toBe('4.00');
  expect(fees('the plain name')).toBe('4.00');
  expect(fees('on a day')).toBe('1.60');
  const replaced = run.warnings.filter(({ code }) => code === 'REPLACED');
  expect(replaced.map(({ variant }) => variant)).toEqual([
    'every key',
    'a key besides',
    'a key besides',
    'on a day',
  ]);
});

it('in one layer a key stands before [*], in whatever order the file says them', async () => {
  for (const both of [`"${fee}[m1]": 1%, "${fee}[*]": 2%`, `"${fee}[*]": 2%, "${fee}[m1]": 1%`]) {
    expect(balancesIn(await ask(lines, `assumptions: { ${both} }\n`), 's')[income]).toBe('3.00');
  }
});
