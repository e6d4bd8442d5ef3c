/** The kernel's own facts: opening, policy, days. */
import { describe, expect, it } from 'vitest';
import { parseParameterName } from '../../src/kernel/contract/parameter.ts';
import { initialValues, nearest, replacedByChange } from '../../src/kernel/engine/own-facts.ts';
import { policyTable, type State } from '../../src/kernel/state/state.ts';
import { inApplication, type Override } from '../../src/kernel/state/timeline.ts';
import { dayMin, dayOf } from '../../src/kernel/values/dates.ts';
import { closest } from '../../src/kernel/values/nearest.ts';
import { fraction } from '../../src/kernel/values/rates.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { book } from '../support/book.ts';
import { changePolicy, closeDay, command } from '../support/commands.ts';
import { tipRate, toyHouse } from '../support/toy-house.ts';

const on = '2016-03-01';
const change = (parameter: string, value: unknown, from: string, to?: string) =>
  changePolicy(on, parameter, value, to === undefined ? { from } : { from, to });

/** The rate that a rule would read on some days. */
const ratesOf = (state: State, key: string | undefined, ...days: readonly string[]): readonly string[] =>
  days.map((day) => {
    state.day = dayOf(day);
    const { num, den } = state.policy(tipRate, key);
    return `${(num * 100n) / den}%`;
  });

describe('a change of policy', () => {
  it('keeps the timeline as it is written: from a day on, and over a range', () => {
    const made = book(toyHouse()).take(
      change('till.tipRate', '20.0%', '2016-03-05'),
      change('till.tipRate', '3000bp', '2016-03-07', '2016-03-08'),
    );
    expect(made.state.row(policyTable, 'till.tipRate')).toEqual([
      { from: dayMin, value: '10%', source: 'a test' },
      { from: dayOf('2016-03-05'), value: '20%', source: 'changePolicy' },
      { from: dayOf('2016-03-07'), value: '30%', source: 'changePolicy' },
      { from: dayOf('2016-03-09'), value: '20%', source: 'changePolicy' },
    ]);
    expect(ratesOf(made.state, undefined, '2016-03-04', '2016-03-05', '2016-03-08', '2016-03-09')).toEqual([
      '10%',
      '20%',
      '30%',
      '20%',
    ]);
  });

  it('of a key stands before the plain name, from its own date on', () => {
    const made = book(toyHouse()).take(change('till.tipRate[a]', '50%', '2016-03-05', '2016-03-06'));
    expect(ratesOf(made.state, 'a', '2016-03-04', '2016-03-05', '2016-03-06', '2016-03-07')).toEqual([
      '10%',
      '50%',
      '50%',
      '10%',
    ]);
    expect(ratesOf(made.state, 'b', '2016-03-05')).toEqual(['10%']);
    expect(ratesOf(made.state, undefined, '2016-03-05')).toEqual(['10%']);
  });

  it('of every key is that of the keys with a timeline and of those without', () => {
    const made = book(toyHouse()).take(
      change('till.tipRate[a]', '50%', '2016-03-03'),
      change('till.tipRate[*]', '60%', '2016-03-05', '2016-03-06'),
    );
    expect(ratesOf(made.state, 'a', '2016-03-04', '2016-03-05', '2016-03-07')).toEqual(['50%', '60%', '50%']);
    expect(ratesOf(made.state, 'b', '2016-03-04', '2016-03-05', '2016-03-07')).toEqual(['10%', '60%', '10%']);
    expect(ratesOf(made.state, undefined, '2016-03-05')).toEqual(['10%']);
  });

  it('is seen by the very next command', () => {
    const made = book(toyHouse()).take(command(on, 'payIn', { box: 'till', guest: 'a', amount: '0.10 CNY' }));
    made.take(
      change('till.tipRate', '100%', on),
      command(on, 'payIn', { box: 'till', guest: 'a', amount: '0.10 CNY' }),
    );
    expect(made.balance('house/tips')).toBe('0.11');
  });

  it('tells which later values it replaces', () => {
    const made = book(toyHouse()).take(
      change('till.tipRate', '20%', '2016-03-05'),
      change('till.tipRate', '30%', '2016-03-09'),
    );
    const replaced = (from: string, to?: string) =>
      replacedByChange(made.state, tipRate, undefined, dayOf(from), to === undefined ? undefined : dayOf(to));
    expect(replaced(on)).toEqual(['"20%" from 2016-03-05', '"30%" from 2016-03-09']);
    expect(replaced('2016-03-05', '2016-03-08')).toEqual([]);
    expect(replaced('2016-03-09')).toEqual([]);
    expect(replacedByChange(made.state, tipRate, 'a', dayOf(on), undefined)).toEqual([]);
  });
});

describe('overrides of a run or a sandbox', () => {
  const given = (name: string, percent: bigint, from = on, to?: string): Override => ({
    parameter: tipRate,
    key: parseParameterName(name)?.key,
    from: dayOf(from),
    to: to === undefined ? undefined : dayOf(to),
    value: fraction(percent, 100n),
    source: 'a test',
  });

  it('lie over what is recorded, note which of them was read, and leave the base alone', () => {
    const made = book(toyHouse()).take(change('till.tipRate', '20%', '2016-03-05'));
    const used: boolean[] = [];
    const fork = made.state.fork({
      overrides: [
        given('till.tipRate', 40n, '2016-03-03'),
        given('till.tipRate', 80n, '2016-03-07', '2016-03-07'),
      ],
      used,
    });
    expect(ratesOf(fork, undefined, '2016-03-02', '2016-03-03', '2016-03-05')).toEqual(['10%', '40%', '40%']);
    expect(used).toEqual([true]);
    expect(ratesOf(fork, undefined, '2016-03-07', '2016-03-08')).toEqual(['80%', '40%']);
    expect(used).toEqual([true, true]);
    expect(ratesOf(made.state, undefined, '2016-03-03', '2016-03-07')).toEqual(['10%', '20%']);
    fork.day = dayOf('2016-03-07');
    expect(fork.stretch(tipRate, undefined, fork.day)).toMatchObject({
      value: fraction(80n, 100n),
      override: { source: 'a test' },
    });
  });

  it('of a key stand before those of every key, and these before a key’s recorded timeline', () => {
    const made = book(toyHouse()).take(
      change('till.tipRate[a]', '50%', on),
      change('till.tipRate[c]', '55%', on),
    );
    const fork = made.state.fork({
      overrides: [
        given('till.tipRate[a]', 70n),
        given('till.tipRate[*]', 60n),
        given('till.tipRate', 30n),
      ].sort(inApplication),
      used: [],
    });
    expect(['a', 'b', 'c'].map((key) => ratesOf(fork, key, on)[0])).toEqual(['70%', '60%', '60%']);
    expect(ratesOf(fork, undefined, on)).toEqual(['30%']);
  });

  it('of every key, in a layer on top, stand before those of a key below', () => {
    const below = [given('till.tipRate[a]', 70n)];
    const onTop = [given('till.tipRate[b]', 50n), given('till.tipRate[*]', 60n)].sort(inApplication);
    const fork = book(toyHouse()).state.fork({ overrides: [...below, ...onTop], used: [] });
    expect(['a', 'b', 'c'].map((key) => ratesOf(fork, key, on)[0])).toEqual(['60%', '50%', '60%']);
  });

  it('of the plain name leave keys alone', () => {
    const made = book(toyHouse()).take(change('till.tipRate[a]', '50%', on));
    const fork = made.state.fork({ overrides: [given('till.tipRate', 30n)], used: [] });
    expect(ratesOf(fork, 'a', on)).toEqual(['50%']);
    expect(ratesOf(fork, 'b', on)).toEqual(['30%']);
  });
});

describe('days', () => {
  it('the first close closes all days before it, too', () => {
    const made = book(toyHouse()).take(closeDay('2016-03-05'));
    expect(made.decide(closeDay('2016-03-01')).kind).toBe('repeated');
    expect(made.decide(closeDay('2016-03-07'))).toMatchObject({ refusal: { code: 'DAY_NOT_NEXT' } });
    made.take(closeDay('2016-03-06'));
  });

  it('a change of policy is a fact, and names the earliest date as any does', () => {
    const made = book(toyHouse()).take(change('till.tipRate', '20%', '2016-03-05'));
    expect(made.state.marks.earliest).toBe(dayOf(on));
    expect(made.decide(closeDay('2016-03-02'))).toMatchObject({ refusal: { code: 'DAY_NOT_NEXT' } });
  });
});

describe('names that are not known', () => {
  it('get the nearest that is, within a third of their length', () => {
    expect(closest('payin', ['payIn', 'payOut'])).toBe('payIn');
    expect(closest('topUpp', ['topUp', 'transfer'])).toBe('topUp');
    expect(closest('nonsense', ['payIn', 'payOut'])).toBeUndefined();
    expect(closest('', ['payIn'])).toBeUndefined();
    expect(nearest(toyHouse(), 'till.tiprate[a]')).toBe('did you mean till.tipRate?');
    expect(nearest(toyHouse(), 17)).toBe('');
  });
});

it('an opening records every parameter as it is written, by name', () => {
  expect(initialValues(toyHouse().parameters)).toEqual({
    'kernel.amountMax': [[null, '10000000000000000.00 CNY', expect.any(String)]],
    'kernel.daysAheadMax': [[null, 366, expect.any(String)]],
    'till.tipRate': [[null, '10%', 'a test']],
  });
});

it('a refusal has a sentence for people: meaning, value, what was found', () => {
  const decision = book(toyHouse()).decide(
    command(on, 'payIn', { box: 'till', guest: 'a b', amount: '1.00 CNY' }),
  );
  if (decision.kind !== 'refused') throw new Error('accepted');
  expect(decision.refusal).toBeInstanceOf(Refusal);
  expect(decision.refusal.message).toBe(
    'an input is not as it must be: guest: a b (an id matches [A-Za-z0-9._-]{1,64})',
  );
});
