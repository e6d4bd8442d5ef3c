/** Answers of others to a derived event, as audits see them: judged, explained and traced with the rule's own. */
import { describe, expect, it } from 'vitest';
import { conformance } from '../../src/audit/conformance.ts';
import { explain } from '../../src/audit/explaining/explain.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { House } from '../../src/kernel/engine/house.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { book } from '../support/book.ts';
import { bar, club, clubHouse } from '../support/club-house.ts';
import { closeDay, command, reverse } from '../support/commands.ts';
import { logOf, withChanged, without } from './recorded.ts';

const order = (on: string, name: string, guest: string, much: string) =>
  command(on, 'order', { order: name, guest, amount: `${much} CNY` });
const serve = (on: string, name: string) => command(on, 'serve', { order: name });

const recorded = (...more: readonly Command[]): readonly StoredEvent[] =>
  book(clubHouse).take(
    order('2016-03-01', 'O-1', 'ann', '20.00'),
    order('2016-03-01', 'O-2', 'ann', '5.00'),
    order('2016-03-01', 'O-3', 'bob', '30.00'),
    serve('2016-03-01', 'O-1'),
    closeDay('2016-03-01'),
    order('2016-03-02', 'O-4', 'bob', '40.00'),
    ...more,
    closeDay('2016-03-02'),
    closeDay('2016-03-03'),
  ).events;

const events = recorded();
const atClose = events.filter(({ type }) => type === 'ServedAtClose').map(({ revision }) => revision);
const of = (revision: number): StoredEvent => {
  const found = events[revision];
  if (found === undefined) throw new Error(`no revision ${revision}`);
  return found;
};
const judged = async (log: readonly StoredEvent[], rules?: House) =>
  await conformance(clubHouse, await logOf(log), rules === undefined ? {} : { rules });

describe('conformance', () => {
  it('is clean where derived events and facts are answered, reversals among them', async () => {
    expect(atClose).toHaveLength(3);
    expect(await judged(events)).toMatchObject({ clean: true, checked: events.length });
    const serving = events.findIndex(({ type }) => type === 'DayClosed') + 2;
    const reversed = recorded(serve('2016-03-02', 'O-4'), reverse('2016-03-02', serving));
    expect(reversed.filter(({ type }) => type === 'Reversed')).toHaveLength(1);
    expect(await judged(reversed)).toMatchObject({ clean: true, checked: reversed.length });
  });

  it('finds the posting of an answer that was tampered with, and it alone', async () => {
    const [revision = -1] = atClose;
    const { accounts, minors } = of(revision);
    const tampered = minors.map((minor, at) => {
      const account = accounts[at] ?? '';
      if (account === 'club:liability:club:points:ann:CNY') return minor - 7n;
      return account === 'club:expense:club:given:CNY' ? minor + 7n : minor;
    });
    expect(tampered).not.toEqual(minors);
    const result = await judged(withChanged(events, revision, () => ({ minors: tampered })));
    expect(result.findings).toMatchObject([
      {
        revision,
        kind: 'differs',
        type: 'ServedAtClose',
        rule: 'bar.lastOrders',
        detail: 'the entry is another',
        differences: [
          { account: 'club:expense:club:given:CNY', recorded: 57n, expected: 50n },
          { account: 'club:liability:club:points:ann:CNY', recorded: -57n, expected: -50n },
        ],
      },
    ]);
  });

  it('finds an answer that was left out, or given by no rule', async () => {
    const [revision = -1] = atClose;
    const { accounts, minors } = of(revision);
    const own = accounts.flatMap((id, at) => (id.startsWith('house:') ? [at] : []));
    const cut = withChanged(events, revision, () => ({
      accounts: own.map((at) => accounts[at] ?? ''),
      minors: own.map((at) => minors[at] ?? 0n),
    }));
    expect((await judged(cut)).findings).toMatchObject([
      { revision, kind: 'differs', rule: 'bar.lastOrders' },
    ]);
    const silent = new House([bar, { ...club, listeners: [] }]);
    const { findings } = await judged(events, silent);
    const served = events.filter(({ type }) => type.startsWith('Served')).map((event) => event.revision);
    expect(findings.map((finding) => finding.revision)).toEqual(served);
    expect(
      findings.every(({ differences }) => differences.every(({ account }) => /^club:/.test(account))),
    ).toBe(true);
  });

  it('says of a derived event that is missing what answers it too', async () => {
    const [, revision = -1] = atClose;
    const { findings } = await judged(without(events, revision));
    const [missing] = findings;
    expect(missing).toMatchObject({ kind: 'missing', type: 'ServedAtClose', subject: 'order/O-3' });
    expect(missing?.expected?.entry.map(({ account }) => account)).toEqual(of(revision).accounts);
  });
});

describe('an explanation', () => {
  it('names what those who answer a derived event looked at', async () => {
    const found = await explain(clubHouse, await logOf(events), {
      account: 'club:liability:club:points:bob',
    });
    if (found instanceof Refusal) throw new Error(found.message);
    expect(found.after).toEqual([{ minor: 700n, currency: 'CNY' }]);
    expect(found.lines).toMatchObject([
      {
        rule: { name: 'bar.lastOrders' },
        parameters: [{ name: 'club.pointRate', value: '10%' }],
        agrees: true,
      },
      {
        rule: { name: 'bar.lastOrders' },
        parameters: [{ name: 'club.pointRate', value: '10%' }],
        agrees: true,
      },
    ]);
  });
});
