/** Runs the oracle against a reference history: `node tests/oracle/reference.check.ts <directory>`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Line } from './first-segments.ts';
import { record, whatIf } from './first-segments.ts';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is no object`);
  return Object.fromEntries(Object.entries(value));
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is no text`);
  return value;
}

function lineOf(json: string): Line {
  const raw = object(JSON.parse(json), 'line');
  const line: Line = {
    on: text(raw.on, 'on'),
    command: text(raw.command, 'command'),
    with: object(raw.with ?? {}, 'with'),
  };
  if (raw.key !== undefined) line.key = text(raw.key, 'key');
  if (raw.actor !== undefined) line.actor = text(raw.actor, 'actor');
  return line;
}

/** every leaf of a value as `path → text` */
function leaves(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value))
      leaves(inner, path === '' ? name : `${path} / ${name}`, into);
  } else {
    into.set(path, String(value));
  }
  return into;
}

function compare(title: string, expected: unknown, actual: unknown): boolean {
  const want = leaves(expected, '', new Map());
  const have = leaves(actual, '', new Map());
  const different = [...new Set([...want.keys(), ...have.keys()])].filter(
    (path) => want.get(path) !== have.get(path),
  );
  print(
    `${title}: ${different.length === 0 ? `agrees (${want.size} values)` : `${different.length} differences`}`,
  );
  for (const path of different.slice(0, 20))
    print(`  ${path}: expected ${want.get(path) ?? '–'}, oracle ${have.get(path) ?? '–'}`);
  return different.length === 0;
}

/** the entries of some lines, as the page writes them */
function entriesOf(lines: readonly Line[], closedThrough?: string): string[] {
  const made = record(
    lines,
    closedThrough === undefined ? { close: 'recorded' } : { close: 'daily', closedThrough },
  );
  return made.entries.map(({ what, postings }) => {
    const shown = postings.map(
      ({ account, amount }) =>
        `${account.split(':').slice(3, -1).join(':')} ${amount > 0n ? '+' : ''}${amount}`,
    );
    return `${what}: ${shown.join(', ')}`;
  });
}

// the two worked examples of the page
let agrees = true;
agrees =
  compare(
    'worked example',
    [
      'topUp: reserve +20000, wallet:user-1 -20000',
      'initiatePayment: wallet:user-1 +12000, escrow -12000',
      'confirmReceipt: escrow +12000, wallet:merchant-1 -11928, merchant-fee -72',
      'withdraw: wallet:merchant-1 +11928, reserve -11928',
    ],
    entriesOf([
      { on: '2016-03-01', command: 'topUp', with: { holder: 'user-1', amount: '200.00 CNY' } },
      {
        on: '2016-03-01',
        command: 'initiatePayment',
        with: {
          payment: 'P-1',
          payer: 'user-1',
          payee: 'merchant-1',
          amount: '120.00 CNY',
          method: 'wallet',
          escrow: true,
        },
      },
      { on: '2016-03-04', command: 'confirmReceipt', with: { payment: 'P-1' } },
      { on: '2016-03-05', command: 'withdraw', with: { holder: 'merchant-1', amount: 'all' } },
    ]),
  ) && agrees;
agrees =
  compare(
    'instant card payment',
    [
      'initiatePayment: reserve +10000, channel-cost +15, channel-cost-due -15, wallet:merchant-1 -9940, merchant-fee -60',
      'sweep: own-cash +60, reserve -60',
      'channelCost: channel-cost-due +15, own-cash -15',
      'refundPayment: wallet:merchant-1 +2982, merchant-fee +18, own-cash -18, reserve +18, reserve -3000',
    ],
    entriesOf(
      [
        {
          on: '2016-03-01',
          command: 'initiatePayment',
          with: {
            payment: 'P-1',
            payer: 'user-1',
            payee: 'merchant-1',
            amount: '100.00 CNY',
            method: 'card',
            escrow: false,
          },
        },
        { on: '2016-03-02', command: 'refundPayment', with: { payment: 'P-1', amount: '30.00 CNY' } },
      ],
      '2016-03-01',
    ).filter((entry) => !entry.startsWith('floatInterest')),
  ) && agrees;

const directory = process.argv[2] ?? join(import.meta.dirname, '../data/reference');
const expected = object(JSON.parse(readFileSync(join(directory, 'expected.json'), 'utf8')), 'expected');
const history = readFileSync(join(directory, text(expected.history, 'history')), 'utf8');
const lines = history
  .split('\n')
  .filter((row) => row.trim() !== '')
  .map(lineOf);
const closedThrough = text(expected.closedThrough, 'closedThrough');

const base = object(expected.record, 'record');
const made = record(lines, { close: 'daily', closedThrough });
for (const part of ['refused', 'balances', 'revenue'] as const)
  agrees = compare(`record ${part}`, base[part], made[part]) && agrees;

const variants = expected.variants;
if (!Array.isArray(variants)) throw new Error('no variants');
for (const [index, one] of variants.entries()) {
  const variant = object(one, 'variant');
  const run = whatIf(lines, {
    close: 'daily',
    closedThrough,
    assumptions: object(variant.assumptions, 'assumptions'),
  });
  for (const part of ['divergences', 'moot', 'balances', 'revenue'] as const) {
    agrees =
      compare(`variant ${index + 1} ${part}`, { [part]: variant[part] }, { [part]: run[part] }) && agrees;
  }
}
print(agrees ? 'The oracle agrees with the reference.' : 'The oracle DIFFERS from the reference.');
process.exitCode = agrees ? 0 : 1;
