/** What the lines that lend tell zhima: payments of a borrower, kept or not, and debts that go from current to another bucket. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { counted } from '../../src/segments/zhima/state.ts';
import { changePolicy } from '../support/commands.ts';
import {
  capital,
  closed,
  daily,
  draw,
  everyTier,
  expectSound,
  given,
  lend,
  openLine,
  type Product,
  repay,
  repayCredit,
  rich,
} from '../support/credit.ts';
import type { Scene } from '../support/scene.ts';

afterEach(expectSound);

const on = '2016-01-10';

const kept = ({ book }: Scene): readonly unknown[] => {
  const row = book.state.row(counted, 'a');
  return [row?.kept, row?.missed];
};

const funded = (...commands: readonly Command[]): Scene =>
  given(
    ...(['jiebei', 'mybank'] as const).map((line) =>
      changePolicy(on, `${line}.limits`, everyTier('9000.00 CNY')),
    ),
    ...(['huabei', 'jiebei', 'mybank'] as const).map((line) => capital(on, line, '9000.00')),
    rich(on, 'a'),
    ...commands,
  );

describe.each<Product>(['jiebei', 'mybank'])('%s', (product) => {
  it('a payment while nothing is overdue is kept; a due that passes is missed, once', () => {
    const scene = funded(
      ...lend(on, 'L-1', 'a', '900.00', { product, term: 3, method: 'equal-principal' }),
      repay('2016-01-20', 'L-1', '1.00', product),
    );
    expect(kept(scene)).toEqual([1, 0]);
    daily(scene, repay('2016-02-10', 'L-1', 'due', product));
    expect(kept(scene)).toEqual([2, 0]);
    closed(scene, '2016-03-11');
    expect(kept(scene)).toEqual([2, 1]);
    // A second due, other buckets, and payments while something is overdue count nothing.
    closed(scene, '2016-04-12');
    daily(scene, repay('2016-04-13', 'L-1', 'due', product));
    closed(scene, '2016-04-13');
    expect(kept(scene)).toEqual([2, 1]);
  });

  it('a payment on the day after the due date, before the close, is not kept, and nothing is missed', () => {
    const scene = funded(...lend(on, 'L-1', 'a', '900.00', { product }));
    daily(scene, repay('2016-02-11', 'L-1', 'all', product));
    closed(scene, '2016-02-12');
    expect(kept(scene)).toEqual([0, 0]);
  });
});

describe('huabei', () => {
  const line = (): Scene => closed(funded(openLine(on, 'a'), draw(on, 'a', 'm', '500.00')), '2016-02-01');

  it('a due that is met in part is not missed; payments are kept', () => {
    const scene = daily(line(), repayCredit('2016-02-05', 'a', 'minimum'));
    closed(scene, '2016-02-12');
    expect(kept(scene)).toEqual([1, 0]);
  });

  it('one that is not met is missed, and its payment is not kept', () => {
    const scene = closed(line(), '2016-02-11');
    expect(kept(scene)).toEqual([0, 1]);
    daily(scene, repayCredit('2016-02-12', 'a', 'due'));
    expect(kept(scene)).toEqual([0, 1]);
  });
});
