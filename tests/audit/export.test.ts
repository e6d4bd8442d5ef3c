/** Exports: other ledgers find the same balances, account by account. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ExportOptions, exportBook } from '../../src/export/export.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import { genesisHash, hashHolds, type StoredEvent } from '../../src/kernel/state/events.ts';
import { dayMax, dayOf } from '../../src/kernel/values/dates.ts';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { formatMinor } from '../../src/kernel/values/money.ts';
import { house } from '../../src/segments/index.ts';
import { logOf, randomHistory, recordLines, withChanged } from './recorded.ts';

/** The text of an export. */
async function exported(events: readonly StoredEvent[], options: ExportOptions): Promise<string> {
  let text = '';
  for await (const chunk of exportBook(house, await logOf(events), options)) text += chunk;
  return text;
}

/** Balances that aren't zero by account, as decimal text, debit positive. */
function balancesOf(events: readonly StoredEvent[], asOf = dayMax): Record<string, string> {
  const state = emptyState(house);
  for (const event of events) fold(house, state, event);
  const found: Record<string, string> = {};
  for (let account = 0; account < state.chart.size; account++) {
    const minor = state.journal.balanceAt(account, asOf);
    if (minor !== 0n) found[state.chart.id(account)] = formatMinor(minor, 'CNY');
  }
  return found;
}

function run(program: string, words: readonly string[], input: string): string {
  const { stdout, stderr, status } = spawnSync(program, words, {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout;
}

/** Balances by account of lines of account and amount. */
const parsed = (rows: readonly string[], pattern: RegExp): Record<string, string> =>
  Object.fromEntries(
    rows.flatMap((row) => {
      const { account, amount } = pattern.exec(row)?.groups ?? {};
      return account === undefined || amount === undefined ? [] : [[account, amount]];
    }),
  );

const peers: Record<string, (journal: string) => Record<string, string>> = {
  hledger: (journal) => {
    // Accounts and commodities declared, entries balanced; and what the strict mode leaves out.
    run('hledger', ['-f', '-', 'check', '--strict', 'ordereddates'], journal);
    return parsed(
      run('hledger', ['-f', '-', 'balance', '--flat', '--no-total', '-O', 'csv'], journal)
        .split('\n')
        .slice(1),
      /^"(?<account>[^"]+)","(?<amount>-?[\d.]+) CNY"$/,
    );
  },
  ledger: (journal) =>
    parsed(
      run('ledger', ['-f', '-', '--pedantic', 'balance', '--flat', '--no-total'], journal).split('\n'),
      /^\s*(?<amount>-?[\d.]+) CNY\s+(?<account>\S+)$/,
    ),
};

const example = recordLines(
  [
    { on: '2016-03-02', command: 'topUp', with: { holder: 'a.b-c_1', amount: '200.00 CNY' } },
    { on: '2016-03-01', command: 'topUp', with: { holder: '9', amount: '0.07 CNY' } },
    { on: '2016-03-02', command: 'closeDay', with: {} },
  ],
  { close: 'recorded' },
);

describe('a journal', () => {
  it('has a transaction for each event with postings, by date and then by revision', async () => {
    const text = await exported(example, { format: 'hledger', assertions: true });
    const begins = text.indexOf('2016');
    expect(text.slice(0, begins)).toContain('commodity CNY\n  format 1000.00 CNY\n');
    expect(text.slice(0, begins)).toContain('account platform:liability\n  ; type:L\n');
    expect(text.slice(0, begins)).toContain('\naccount platform:liability:payments:wallet:a.b-c_1:CNY\n');
    expect(text.slice(begins)).toBe(
      [
        '2016-03-01 * (2) ToppedUp wallet/9',
        '    platform:asset:payments:reserve:CNY  0.07 CNY',
        '    platform:liability:payments:wallet:9:CNY  -0.07 CNY',
        '',
        '2016-03-02 * (1) ToppedUp wallet/a.b-c_1',
        '    platform:asset:payments:reserve:CNY  200.00 CNY',
        '    platform:liability:payments:wallet:a.b-c_1:CNY  -200.00 CNY',
        '',
        '2016-03-02 * balances at the end',
        '    platform:asset:payments:reserve:CNY  0.00 CNY = 200.07 CNY',
        '    platform:liability:payments:wallet:9:CNY  0.00 CNY = -0.07 CNY',
        '    platform:liability:payments:wallet:a.b-c_1:CNY  0.00 CNY = -200.00 CNY',
        '',
        '',
      ].join('\n'),
    );
  });

  it('at a point has what was recorded and counts by then', async () => {
    const asOf = await exported(example, { format: 'hledger', asOf: dayOf('2016-03-01') });
    expect(asOf.match(/^2016.*$/gm)).toEqual(['2016-03-01 * (2) ToppedUp wallet/9']);
    const known = await exported(example, { format: 'hledger', revision: 1 });
    expect(known.match(/^2016.*$/gm)).toEqual(['2016-03-02 * (1) ToppedUp wallet/a.b-c_1']);
  });
});

for (const [program, balances] of Object.entries(peers)) {
  // A peer that is not installed can't be asked.
  const there = spawnSync(program, ['--version']).status === 0;
  describe.runIf(there)(`${program} on the exported journal`, () => {
    it.each([1, 2, 3, 4])('finds the balances of random history %i', async (seed) => {
      const close = seed % 2 === 0 ? 'daily' : 'recorded';
      const events = recordLines(randomHistory(seed, close, true), { close, reverseEvery: 6 });
      const journal = await exported(events, { format: 'hledger', assertions: true });
      expect(balances(journal)).toEqual(balancesOf(events));
      const asOf = events[Math.floor(events.length / 2)]?.effectiveOn ?? 0;
      const earlier = await exported(events, { format: 'hledger', asOf, assertions: true });
      expect(balances(earlier)).toEqual(balancesOf(events, asOf));
    });

    const reference = join(import.meta.dirname, '../data/reference/history.jsonl');
    it('finds the balances of the reference history', async () => {
      const lines = readFileSync(reference, 'utf8').trim().split('\n').map(commandOf);
      const events = recordLines(lines, { close: 'daily' });
      expect(balances(await exported(events, { format: 'hledger' }))).toEqual(balancesOf(events));
    });

    it('sees an assertion fail that does not hold', async () => {
      const text = await exported(example, { format: 'hledger', assertions: true });
      expect(() => balances(text.replace('= 200.07 CNY', '= 200.08 CNY'))).toThrow(/assert/i);
    });
  });
}

function commandOf(text: string): Command {
  const line: unknown = JSON.parse(text);
  if (!isRecord(line) || typeof line.on !== 'string' || typeof line.command !== 'string')
    throw new Error(`not a line: ${text}`);
  return { on: line.on, command: line.command, with: isRecord(line.with) ? line.with : {} };
}

describe('values', () => {
  const events = recordLines(randomHistory(2, 'recorded', true, 200), { close: 'recorded', reverseEvery: 6 });

  it('separated by commas have a line for each posting, which sum to the balances', async () => {
    const [head, ...rows] = (await exported(events, { format: 'csv' })).trim().split('\n');
    expect(head).toBe('revision,date,type,subject,segment,kind,cause,actor,account,amount,currency');
    expect(rows).toHaveLength(events.reduce((sum, { accounts }) => sum + accounts.length, 0));
    const sums = new Map<string, bigint>();
    for (const row of rows) {
      const [, , , , , , , , account = '', amount = ''] = row.split(',');
      sums.set(account, (sums.get(account) ?? 0n) + BigInt(amount.replace('.', '')));
    }
    const shown = [...sums]
      .filter(([, minor]) => minor !== 0n)
      .map(([id, minor]) => [id, formatMinor(minor, 'CNY')]);
    expect(Object.fromEntries(shown)).toEqual(balancesOf(events));
  });

  it('from outside are quoted, and no formula', async () => {
    const at = events.findLastIndex(({ accounts }) => accounts.length > 0);
    const hostile = withChanged(events, at, () => ({ actor: '=cmd("x"),\n1' }));
    const text = await exported(hostile, { format: 'csv' });
    expect(text).toContain(`,"'=cmd(""x""),\n1",`);
  });

  it('as JSON Lines have every field, so that the chain can be worked out from them', async () => {
    const rows = (await exported(events, { format: 'jsonl' })).trim().split('\n');
    expect(rows).toHaveLength(events.length);
    let previous = genesisHash;
    for (const [at, row] of rows.entries()) {
      const line: unknown = JSON.parse(row);
      const event = events[at];
      if (!isRecord(line) || event === undefined || !Array.isArray(line.entry)) throw new Error(row);
      expect(line.revision).toBe(String(at));
      const again = {
        ...event,
        effectiveOn: dayOf(String(line.effectiveOn)),
        recordedAt: Date.parse(String(line.recordedAt)),
        actor: String(line.actor),
        cause: line.cause === null ? null : Number(line.cause),
        accounts: line.entry.map((posting: Record<string, string>) => posting.account ?? ''),
        minors: line.entry.map((posting: Record<string, string>) => BigInt(posting.minor ?? '')),
        hash: String(line.hash),
      };
      expect(JSON.stringify(line.data)).toBe(JSON.stringify(event.data));
      expect(hashHolds(again, previous)).toBe(true);
      previous = again.hash;
    }
  });
});
