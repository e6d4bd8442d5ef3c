/** Conformance: clean where all is as the rules say; else it names exactly the events concerned, and what only follows from them. */
import { describe, expect, it } from 'vitest';
import { type Conformance, type ConformanceOptions, conformance } from '../../src/audit/conformance.ts';
import type { AccountKind } from '../../src/kernel/contract/account.ts';
import type { FactType } from '../../src/kernel/contract/fact.ts';
import type { NewEntry } from '../../src/kernel/contract/reading.ts';
import type { CloseRule } from '../../src/kernel/contract/rule.ts';
import type { Segment } from '../../src/kernel/contract/segment.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { House } from '../../src/kernel/engine/house.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { codes, Refusal } from '../../src/kernel/values/refusals.ts';
import { house, segments } from '../../src/segments/index.ts';
import { interbookHistory } from '../oracle/interbook-histories.ts';
import { shifting } from '../support/altering.ts';
import {
  logOf,
  randomCases,
  randomHistory,
  recordLines,
  withChanged,
  without,
  withTwice,
} from './recorded.ts';

const judged = async (
  events: readonly StoredEvent[],
  options: ConformanceOptions = {},
): Promise<Conformance> => await conformance(house, await logOf(events), options);

/** The house with one of its segments changed. */
const variant = (id: string, change: (segment: Segment) => Partial<Segment>): House =>
  new House(
    segments.map((segment: Segment) => (segment.id === id ? { ...segment, ...change(segment) } : segment)),
  );

const withFact = (id: string, name: string, change: (type: FactType) => Partial<FactType>): House =>
  variant(id, ({ facts }) => ({
    facts: facts.map((type) => (type.name === name ? { ...type, ...change(type) } : type)),
  }));

const withRule = (id: string, name: string, change: (rule: CloseRule) => readonly CloseRule[]): House =>
  variant(id, ({ close }) => ({
    close: close.flatMap((rule) => (rule.name === name ? change(rule) : [rule])),
  }));

const revisionsOf = (events: readonly StoredEvent[], type: string): readonly number[] =>
  events.filter((event) => event.type === type && event.accounts.length > 0).map(({ revision }) => revision);

/** The revisions of findings, roots and followers. */
const found = ({ findings }: Conformance): { roots: readonly number[]; follows: readonly number[] } => ({
  roots: findings.flatMap(({ revision, followsFrom }) => (followsFrom === undefined ? [revision] : [])),
  follows: [...new Set(findings.flatMap(({ followsFrom }) => followsFrom ?? []))],
});

const line = (on: string, command: string, inputs: Command['with']): Command => ({
  on,
  command,
  with: inputs,
});
const example = [
  line('2016-03-01', 'topUp', { holder: 'user-1', amount: '200.00 CNY' }),
  line('2016-03-01', 'topUp', { holder: 'user-2', amount: '50.00 CNY' }),
  line('2016-03-01', 'initiatePayment', {
    payment: 'P-1',
    payer: 'user-1',
    payee: 'merchant-1',
    amount: '120.00 CNY',
    method: 'wallet',
    escrow: true,
  }),
  line('2016-03-04', 'confirmReceipt', { payment: 'P-1' }),
  line('2016-03-05', 'withdraw', { holder: 'merchant-1', amount: 'all' }),
  line('2016-03-05', 'withdraw', { holder: 'user-2', amount: 'all' }),
  line('2016-03-06', 'withdraw', { holder: 'user-1', amount: 'all' }),
];

describe('a record as the rules made it', () => {
  it.each(randomCases(6))(
    'is clean: random history %i, closes %s, backdated %s',
    async (seed, close, backdated) => {
      const events = recordLines(randomHistory(seed, close, backdated), { close, reverseEvery: 5 });
      const result = await judged(events);
      expect(result.findings).toEqual([]);
      expect(result).toMatchObject({ clean: true, checked: events.length, findingCount: 0, rootCount: 0 });
      expect(result.facts).toBe(events.filter(({ kind }) => kind === 'fact').length);
      expect(result.facts + result.derived).toBe(result.checked);
    },
  );

  it.each(randomCases(2))(
    'is clean with transfers between books: history %i, closes %s, backdated %s',
    async (seed, close, backdated) => {
      const lines = interbookHistory(seed, {
        days: 40,
        lines: 400,
        users: 8,
        merchants: 3,
        close,
        backdated,
      });
      const events = recordLines(lines, { close, reverseEvery: 5 });
      expect(await judged(events)).toMatchObject({ clean: true, checked: events.length, findingCount: 0 });
    },
  );

  it('holds reversals and changes of policy among them', () => {
    const types = randomCases(6).flatMap(([seed, close, backdated]) =>
      recordLines(randomHistory(seed, close, backdated), { close, reverseEvery: 5 }).map(({ type }) => type),
    );
    for (const type of ['Reversed', 'PolicyChanged', 'ReceiptTimedOut', 'RedemptionPaid', 'PaymentRefunded'])
      expect(types.filter((other) => other === type).length, type).toBeGreaterThan(10);
  });

  it('is clean as far as it is read: up to any revision, in the middle of a close too', async () => {
    const events = recordLines(randomHistory(1, 'daily', false, 120), { close: 'daily' });
    const log = await logOf(events);
    const closing = events.findIndex(
      ({ type, header }) => type === 'DayClosing' && (header?.events ?? 0) > 5,
    );
    for (const to of [0, 10, closing, closing + 1, closing + 3, closing + 5])
      expect(await conformance(house, log, { to })).toMatchObject({ clean: true, checked: to + 1 });
    const later = await conformance(house, log, { from: closing + 3 });
    expect(later).toMatchObject({ clean: true, checked: events.length - closing - 3 });
  });
});

describe('a rule changed on purpose', () => {
  const events = recordLines(randomHistory(5, 'daily', true), { close: 'daily', reverseEvery: 11 });

  it('of a fact names exactly its events, each by itself', async () => {
    const rules = withFact('payments', 'ReceiptConfirmed', (type) => ({
      react: (event, s, entry) => type.react?.(event, s, shifting(entry, 'wallet', 'merchant-fee')),
    }));
    const result = await judged(events, { rules });
    expect(found(result)).toEqual({ roots: revisionsOf(events, 'ReceiptConfirmed'), follows: [] });
    expect(result.findings.map(({ rule }) => rule)).toEqual(result.findings.map(() => 'ReceiptConfirmed'));
    const [first] = result.findings;
    expect(
      first?.differences.map(({ account, recorded, expected }) => [account, expected - recorded]),
    ).toEqual(expect.arrayContaining([['platform:income:payments:merchant-fee:CNY', -1n]]));
  });

  it('of a fact that no longer fits names it as a misfit', async () => {
    const rules = withFact('payments', 'Transferred', () => ({
      fits: (event) => new Refusal(codes.nothingToDo, String(event.data.from)),
    }));
    const result = await judged(events, { rules });
    expect(found(result)).toEqual({ roots: revisionsOf(events, 'Transferred'), follows: [] });
    for (const { kind, detail, expected } of result.findings) {
      expect({ kind, expected }).toEqual({ kind: 'misfit', expected: undefined });
      expect(detail).toContain('NOTHING_TO_DO');
    }
  });

  it('of a listener names the facts that it answers', async () => {
    const rules = variant('yuebao', ({ listeners }) => ({
      listeners: listeners.map((listener) =>
        listener.to === 'PaymentInitiated'
          ? {
              ...listener,
              react: (told, s, entry) => listener.react?.(told, s, shifting(entry, 'units', 'cash')),
            }
          : listener,
      ),
    }));
    const paid = events.filter(
      ({ type, accounts }) =>
        type === 'PaymentInitiated' && accounts.some((id) => id.startsWith('fund:liability:yuebao:units')),
    );
    const broken = paid.filter(({ accounts }) => accounts.includes('fund:asset:yuebao:cash:CNY'));
    expect(found(await judged(events, { rules })).roots).toEqual(
      expect.arrayContaining(broken.map(({ revision }) => revision)),
    );
  });

  it.each([
    ['payments', 'payments.interestOnFloat', 'FloatInterestAccrued', 'own-cash', 'float-interest'],
    ['payments', 'payments.timeOuts', 'ReceiptTimedOut', 'wallet', 'merchant-fee'],
    ['yuebao', 'yuebao.incomeOfClass', 'IncomeEarned', 'cash', 'investment-income'],
    ['yuebao', 'yuebao.maturing', 'AssetsMatured', 'cash', 'deposit-long'],
  ])('%s: %s names exactly its events', async (id, name, type, up, down) => {
    const rules = withRule(id, name, (rule) => [
      {
        ...rule,
        derive: (item, s, entry) => {
          const postings: [AccountKind, bigint, string | undefined][] = [];
          const debit: NewEntry['debit'] = (kind, minor, holder) => void postings.push([kind, minor, holder]);
          const made = rule.derive(item, s, {
            debit,
            credit: (kind, minor, holder) => debit(kind, -minor, holder),
          });
          const touched = postings.some(([kind, minor]) => kind.name === down && minor !== 0n);
          const into = touched ? shifting(entry, up, down) : entry;
          for (const [kind, minor, holder] of postings) into.debit(kind, minor, holder);
          return made;
        },
      },
    ]);
    const concerned = events.filter(
      (event) => event.type === type && event.accounts.some((account) => account.includes(`:${down}:`)),
    );
    const result = await judged(events, { rules });
    expect(concerned.length).toBeGreaterThan(3);
    expect(result.findings.map(({ revision }) => revision)).toEqual(
      concerned.map(({ revision }) => revision),
    );
    // What a share of a balance is paid out of feeds back: less today would be more tomorrow, as the record has it.
    if (name !== 'yuebao.maturing') expect(result.rootCount).toBe(concerned.length);
    expect(new Set(result.findings.map(({ rule }) => rule))).toEqual(new Set([name]));
  });

  it('away names what no rule derives any more', async () => {
    const rules = withRule('yuebao', 'yuebao.incomeOfClass', () => []);
    const result = await judged(events, { rules });
    const earned = events.filter(({ type }) => type === 'IncomeEarned');
    // What it listed as a breach is gone with it, which the ends of those closes say.
    const ends = result.findings.filter(({ type }) => type === 'DayClosed');
    const others = result.findings.filter(({ type }) => type !== 'DayClosed');
    expect(others.map(({ revision, kind }) => [revision, kind])).toEqual(
      earned.map(({ revision }) => [revision, 'not derived']),
    );
    expect(ends.every(({ detail }) => detail.startsWith('what could not be paid'))).toBe(true);
  });

  it('in addition names what is missing, where it would stand', async () => {
    const rules = withRule('payments', 'payments.interestOnFloat', (rule) => [
      rule,
      { ...rule, name: 'payments.twice' },
    ]);
    const result = await judged(events, { rules });
    const accrued = events.filter(({ type }) => type === 'FloatInterestAccrued');
    expect(result.findings.filter(({ kind }) => kind === 'missing').length).toBeGreaterThan(3);
    for (const { kind, type, rule, recorded } of result.findings)
      expect({ kind, type, rule, recorded }).toEqual({
        kind: 'missing',
        type: 'FloatInterestAccrued',
        rule: 'payments.twice',
        recorded: undefined,
      });
    expect(result.findingCount).toBeLessThanOrEqual(accrued.length + 40);
  });
});

describe('a record changed on purpose', () => {
  const events = recordLines(example, { close: 'daily' });
  const at = (type: string, nth = 0): number =>
    events.filter((event) => event.type === type)[nth]?.revision ?? -1;

  it('a top-up of 200.00 booked as 300.00: it, and what its wallet and the reserve led to', async () => {
    const changed = withChanged(events, at('ToppedUp'), () => ({ minors: [30_000n, -30_000n] }));
    const result = await judged(changed);
    const [root, ...followers] = result.findings;
    expect(root).toEqual({
      revision: at('ToppedUp'),
      kind: 'differs',
      type: 'ToppedUp',
      subject: 'wallet/user-1',
      segment: 'payments',
      on: 16_861,
      rule: 'ToppedUp',
      detail: 'the entry is another',
      recorded: {
        data: { amount: '200.00 CNY', holder: 'user-1' },
        entry: [
          { account: 'platform:asset:payments:reserve:CNY', minor: 30_000n },
          { account: 'platform:liability:payments:wallet:user-1:CNY', minor: -30_000n },
        ],
      },
      expected: {
        data: { amount: '200.00 CNY', holder: 'user-1' },
        entry: [
          { account: 'platform:asset:payments:reserve:CNY', minor: 20_000n },
          { account: 'platform:liability:payments:wallet:user-1:CNY', minor: -20_000n },
        ],
      },
      differences: [
        { account: 'platform:asset:payments:reserve:CNY', recorded: 30_000n, expected: 20_000n },
        { account: 'platform:liability:payments:wallet:user-1:CNY', recorded: -30_000n, expected: -20_000n },
      ],
    });
    for (const { followsFrom } of followers) expect(followsFrom).toBe(at('ToppedUp'));
    expect(new Set(followers.map(({ type }) => type))).toEqual(
      new Set(['FloatInterestAccrued', 'Withdrawn']),
    );
    // The withdrawal of all of another wallet looks at nothing that was changed.
    expect(followers.filter(({ type }) => type === 'Withdrawn').map(({ revision }) => revision)).toEqual([
      at('Withdrawn', 2),
    ]);
    expect(result.rootCount).toBe(1);
  });

  it('two of them are two roots', async () => {
    const once = withChanged(events, at('ToppedUp'), () => ({ minors: [30_000n, -30_000n] }));
    const twice = withChanged(once, at('ToppedUp', 1), () => ({ minors: [6_000n, -6_000n] }));
    expect(found(await judged(twice))).toEqual({
      roots: [at('ToppedUp'), at('ToppedUp', 1)],
      follows: [at('ToppedUp'), at('ToppedUp', 1)],
    });
  });

  it('counts and lists a line of business by itself, with what it follows from elsewhere', async () => {
    const changed = withChanged(events, at('ToppedUp'), () => ({ minors: [30_000n, -30_000n] }));
    const all = await judged(changed);
    const none = await judged(changed, { segment: 'treasury' });
    expect(none).toMatchObject({ clean: true, checked: 0 });
    const own = await judged(changed, { segment: 'payments' });
    expect(own.findings).toEqual(all.findings);
    const few = await judged(changed, { findingsMax: 2 });
    expect(few).toMatchObject({ findings: all.findings.slice(0, 2), findingCount: all.findingCount });
  });

  it('another subject, segment or further name of an event', async () => {
    for (const parts of [{ subject: 'wallet/user-9' }, { segment: 'yuebao' }, { refs: ['wallet/user-9'] }]) {
      const result = await judged(withChanged(events, at('ToppedUp'), () => parts));
      expect(found(result)).toEqual({ roots: [at('ToppedUp')], follows: [] });
    }
  });

  it('what is wrong with an event itself follows from nothing, whatever went before', async () => {
    const once = withChanged(events, at('ToppedUp'), () => ({ minors: [30_000n, -30_000n] }));
    const confirmed = at('ReceiptConfirmed');
    const twice = withChanged(once, confirmed, () => ({ refs: ['wallet/user-9'] }));
    expect(found(await judged(twice)).roots).toEqual([at('ToppedUp'), confirmed]);
  });

  it('a fact moved into a closed day, and a payment twice', async () => {
    const moved = withChanged(events, at('Withdrawn', 2), () => ({ effectiveOn: 16_861 }));
    const [first] = (await judged(moved)).findings;
    expect(first).toMatchObject({ revision: at('Withdrawn', 2), kind: 'misfit' });
    expect(first?.detail).toContain('DAY_CLOSED');
    const double = withTwice(events, at('PaymentInitiated'));
    expect((await judged(double)).findings[0]).toMatchObject({
      revision: at('PaymentInitiated') + 1,
      kind: 'misfit',
    });
  });

  it('a reversal that is not the mirror, or the second of one fact', async () => {
    const lines = [...example.slice(0, 2), line('2016-03-01', 'reverse', { event: 1, reason: 'a mistake' })];
    const reversed = recordLines(lines, { close: 'recorded' });
    expect(reversed[3]?.type).toBe('Reversed');
    expect((await judged(reversed)).clean).toBe(true);
    const wrong = withChanged(reversed, 3, () => ({ minors: [-10_000n, 10_000n] }));
    expect(found(await judged(wrong))).toEqual({ roots: [3], follows: [] });
    const again = await judged(withTwice(reversed, 3));
    expect(again.findings).toMatchObject([{ revision: 4, kind: 'misfit' }]);
    expect(again.findings[0]?.detail).toContain('ALREADY_REVERSED');
  });

  it('the end of a close with another count, other breaches, or none', async () => {
    const end = at('DayClosed', 1);
    for (const data of [
      { events: 99, breaches: [] },
      { events: 1, breaches: [{ rule: 'x', detail: 'y', amount: '1.00 CNY' }] },
    ]) {
      const result = await judged(withChanged(events, end, () => ({ data })));
      expect(result.findings).toMatchObject([{ revision: end, type: 'DayClosed', kind: 'differs' }]);
    }
    const endless = await judged(without(events, end));
    expect(endless.findings[0]).toMatchObject({ revision: end, type: 'DayClosed', kind: 'missing' });
  });

  /** Every derived type, once changed, once dropped, once doubled: one root each, and all else follows from it. */
  const cases = randomCases(1);
  it.each(cases)(
    'in a close, one root each: random history %i, %s, backdated %s',
    async (seed, close, backdated) => {
      const recorded = recordLines(randomHistory(seed, close, backdated), { close });
      const types = [...new Set(recorded.flatMap(({ kind, type }) => (kind === 'derived' ? [type] : [])))];
      for (const type of types.filter((name) => name !== 'DayClosed')) {
        const those = revisionsOf(recorded, type);
        const revision = those[Math.floor(those.length / 2)];
        if (revision === undefined) continue;
        const tripled = withChanged(recorded, revision, ({ minors }) => ({
          minors: minors.map((minor) => minor * 3n),
        }));
        const tries = [
          { events: tripled, root: revision, kind: 'differs' },
          { events: without(recorded, revision), root: revision, kind: 'missing' },
          { events: withTwice(recorded, revision), root: revision + 1, kind: 'not derived' },
        ];
        for (const { events: changed, root, kind } of tries) {
          const { findings } = await judged(changed);
          const roots = findings.filter(({ followsFrom }) => followsFrom === undefined);
          expect(roots.map((each) => [each.revision, each.kind, each.type])).toEqual([[root, kind, type]]);
          expect(findings.every(({ followsFrom = root }) => followsFrom === root)).toBe(true);
        }
      }
    },
  );
});
