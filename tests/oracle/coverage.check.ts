/** How often each code and divergence occurs in the random histories: `node tests/oracle/coverage.check.ts [seeds] [first]`. */
import { addDays, record, whatIf } from './first-segments.ts';
import { assumptions, history, startOf } from './histories.ts';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

const counts = new Map<string, number>();

function count(what: string, times = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

const seeds = Number(process.argv[2] ?? 30);
const first = Number(process.argv[3] ?? 1);
const days = 60;
const settings = [
  { close: 'daily', backdated: false },
  { close: 'daily', backdated: true },
  { close: 'recorded', backdated: false },
  { close: 'recorded', backdated: true },
] as const;

let slowest = 0;
for (let seed = first; seed < first + seeds; seed += 1) {
  for (const { close, backdated } of settings) {
    const lines = history(seed, { days, lines: 600, users: 8, merchants: 4, close, backdated });
    const options = { close, closedThrough: addDays(startOf(seed), days - 1) };
    const started = performance.now();
    try {
      const made = record(lines, options);
      slowest = Math.max(slowest, performance.now() - started);
      count('lines', lines.length);
      count('accepted, repeated or no-op', lines.length - made.refused.length);
      for (const [, code] of made.refused) count(`refused ${code}`);
      count('redemptions not paid in full at a close', made.breaches);
      count('time-outs', made.timeOuts);
      count('time-outs that passed over a payment', made.passedOver);
      for (const entry of made.entries) count(`entry ${entry.what}`);
      for (const entry of made.entries.filter((e) => e.what === 'refundPayment')) {
        if (entry.postings.some((p) => p.account.endsWith('merchant-fee:CNY')))
          count('refund that returns a fee');
        const id = lines[entry.line - 1]?.with.payment;
        const paidFromFund = lines.some(
          (l) => l.command === 'initiatePayment' && l.with.payment === id && l.with.method === 'yuebao',
        );
        const intoUnits = entry.postings.some((p) => p.account.startsWith('fund:liability:yuebao:units:'));
        const intoWallet = entry.postings.some(
          (p) => p.account.startsWith('platform:liability:payments:wallet:') && p.amount < 0n,
        );
        if (paidFromFund)
          count(
            `refund to the fund: ${intoUnits ? (intoWallet ? 'units, and wallet above the cap' : 'units') : 'wallet only'}`,
          );
      }
      for (const entry of made.entries.filter(
        (e) => e.what === 'redeemFund' || e.what === 'initiatePayment',
      )) {
        if (entry.postings.some((p) => p.account === 'fund:asset:yuebao:deposit-1m:CNY'))
          count('quick redemption or payment that breaks deposit-1m');
      }
      const ownCash = Object.entries(made.balances).find(([account]) => account.includes('own-cash'));
      if (ownCash?.[1].startsWith('-') === true) count('own cash overdrawn at the end');
      const variant = whatIf(lines, { ...options, assumptions: assumptions(seed) });
      for (const [, kind, code] of variant.divergences) {
        count(`what-if ${kind} ${code}`);
      }
      count('what-if moot', variant.moot);
    } catch (problem) {
      print(
        `seed ${seed} ${close}${backdated ? ' backdated' : ''}: ${problem instanceof Error ? problem.message : String(problem)}`,
      );
      process.exitCode = 1;
    }
  }
}
for (const [what, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  print(`${String(times).padStart(8)}  ${what}`);
print(`slowest record: ${Math.round(slowest)} ms`);
