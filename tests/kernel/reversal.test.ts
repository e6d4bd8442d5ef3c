/** Reversal: the mirror entry, rows taken back, once, linked both ways. (Of each fact: tests/segments.) */

import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/kernel/deciding/ledger.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { dayOf } from '../../src/kernel/values/dates.ts';
import { balancesOf, book, circumstances, noMemory, rowsOf } from '../support/book.ts';
import { closeDay, command, reverse } from '../support/commands.ts';
import { Scene } from '../support/scene.ts';
import { toyHouse, visits } from '../support/toy-house.ts';

const on = '2016-03-01';
const payIn = (who: string, amount: string, day = on) =>
  command(day, 'payIn', { box: 'till', guest: who, amount: `${amount} CNY` });
const payOut = (who: string, amount: string) =>
  command(on, 'payOut', { guest: who, amount: `${amount} CNY`, by: 'cash' });
const scene = () => new Scene(book(toyHouse()));

it('mirrors the whole entry, those who answered the fact included, and takes rows back', () => {
  const made = scene().and(payIn('a', '1.00'));
  expect(made.book.state.row(visits, 'a')).toBe(1);
  made
    .when(reverse(on, 1))
    .recorded({
      event: 1,
      reason: 'a mistake',
      of: { type: 'PaidIn', on, data: { amount: '1.00 CNY', box: 'till', guest: 'a' } },
    })
    .gives(
      'Reversed: house/box -1.00 · house/guest:a +0.90 · house/tips +0.10 · house/tokens-given -0.01 · house/tokens +0.01',
    );
  expect(made.book.state.row(visits, 'a')).toBeUndefined();
});

it('at the fact’s own figures, whatever the policy has become', () => {
  scene()
    .and(
      payIn('a', '1.00'),
      command(on, 'changePolicy', { parameter: 'till.tipRate', value: '50%', from: on, reason: 'x' }),
    )
    .when(reverse(on, 1))
    .gives(
      'Reversed: house/box -1.00 · house/guest:a +0.90 · house/tips +0.10 · house/tokens-given -0.01 · house/tokens +0.01',
    );
});

it('a fact without a way back says what to do instead', () => {
  scene()
    .and(payIn('a', '1.00'), payOut('a', '0.10'))
    .when(reverse(on, 2))
    .refused('NOT_REVERSIBLE', { value: 'PaidOut', hint: 'Let the guest pay in again.' });
});

it('must fit on every date from its own on', () => {
  const made = scene().and(payIn('a', '1.00'), payIn('b', '5.00'), payOut('a', '0.50'));
  made.when(reverse(on, 1)).refused('REVERSAL_DOES_NOT_FIT', {
    value: 'house:liability:till:guest:a:CNY',
    detail: /TOY_SHORT: 0\.40 CNY is there/,
  });
});

it('of a fact below the ledger’s own beginning is looked up in the log', () => {
  const house = toyHouse();
  const earlier = book(house).take(payIn('a', '1.00'));
  const state = emptyState(house);
  for (const event of earlier.events) fold(house, state, event);
  const [, event] = earlier.events;
  const hash = event?.hash ?? '';
  const head = { revision: 1, hash, recordedAt: 0 };
  const known = { ...noMemory, event: (revision: number) => (revision === 1 ? event : undefined) };
  const ledger = new Ledger(house, state, head, known);
  expect(ledger.decide(reverse(on, 0), circumstances)).toMatchObject({ refusal: { code: 'EVENT_UNKNOWN' } });
  expect(ledger.decide(reverse(on, 1), circumstances)).toMatchObject({ kind: 'accepted', first: 2 });
  expect(ledger.decide(reverse(on, 1), circumstances)).toMatchObject({
    refusal: { code: 'ALREADY_REVERSED', detail: 'by event 2' },
  });
  const other = new Ledger(house, state.fork(), ledger.head, { ...known, reversedBy: () => 2 });
  expect(other.decide(reverse(on, 1), circumstances)).toMatchObject({
    refusal: { code: 'ALREADY_REVERSED' },
  });
});

it('folded from the record it takes the same rows back', () => {
  const house = toyHouse();
  const made = book(house).take(payIn('a', '1.00'), payIn('a', '2.00'), reverse('2016-03-02', 1));
  const rebuilt = emptyState(house);
  for (const event of made.events) fold(house, rebuilt, event);
  expect(rowsOf(house, rebuilt)).toEqual(rowsOf(house, made.state));
  expect(balancesOf(rebuilt)).toEqual(balancesOf(made.state));
  expect(rebuilt.row(visits, 'a')).toBe(1);
});

describe('dates', () => {
  it('both days must be open, and the reversal’s not before the fact’s', () => {
    const made = scene().and(payIn('a', '1.00', '2016-03-02'));
    made.when(reverse(on, 1)).refused('BEFORE_LATEST', { detail: /2016-03-02/ });
    made.and(closeDay('2016-03-02'));
    made.when(reverse('2016-03-02', 1)).refused('DAY_CLOSED');
    made.when(reverse('2016-03-03', 1)).refused('NOT_REVERSIBLE', { detail: '2016-03-02 is closed' });
  });

  it('its entry counts from its own date on', () => {
    const made = scene().and(payIn('a', '1.00')).when(reverse('2016-03-04', 1)).accepted();
    expect(made.book.events.at(-1)?.effectiveOn).toBe(dayOf('2016-03-04'));
    expect(made.book.balance('house/guest:a', '2016-03-03')).toBe('0.90');
    expect(made.book.balance('house/guest:a', '2016-03-04')).toBe('0.00');
  });
});
