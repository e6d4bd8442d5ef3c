/**
 * Credit: a close over many open loans, and what-ifs over two years of ten thousand borrowers.
 *
 * @module
 */

import { headBeforeAll, Ledger } from '../src/kernel/deciding/ledger.ts';
import { emptyState } from '../src/kernel/engine/fold.ts';
import { dayMin, dayOf, formatDay } from '../src/kernel/values/dates.ts';
import { HistoryBook } from '../src/scenario/running/base.ts';
import { Evaluation } from '../src/scenario/running/evaluate.ts';
import { planOf } from '../src/scenario/running/plan.ts';
import { house } from '../src/segments/index.ts';
import { creditHistory, creditSize } from './credit-history.ts';
import { median, printRows, type Row } from './table.ts';

const borrowers = Number(process.argv[2] ?? creditSize.borrowers);
const openLoans = Number(process.argv[3] ?? 100_000);

/** Milliseconds of the closes of a month over open loans, of which some fall due each day: as a ledger closes, hashes and all. */
function closes(loans: number): { readonly quiet: number; readonly busy: number; readonly events: number } {
  const state = emptyState(house);
  const ledger = new Ledger(house, state, headBeforeAll, {
    withKey: () => undefined,
    sameInput: () => false,
    event: () => undefined,
    reversedBy: () => undefined,
  });
  const circumstances = { now: 0, actor: 'bench', engine: 'bench' };
  const decide = (on: string, command: string, inputs: Record<string, unknown>): number => {
    const decision = ledger.decide({ on, command, with: inputs }, circumstances);
    if (decision.kind === 'refused') throw new Error(`${command}: ${decision.refusal.message}`);
    return decision.kind === 'accepted' ? decision.events.length : 0;
  };
  const first = dayOf('2016-01-01');
  const tiers = ['unscored', 'from-350', 'from-550', 'from-600', 'from-650', 'from-700'];
  decide('2016-01-01', 'changePolicy', {
    parameter: 'jiebei.limits',
    from: '2016-01-01',
    value: Object.fromEntries(tiers.map((tier) => [tier, '50000.00 CNY'])),
    reason: 'bench',
  });
  // Paid out over a month, so that some fall due each day; nobody pays.
  const days = 28;
  const times: number[] = [];
  let events = 0;
  for (let day = 0; day < 60; day++) {
    const on = formatDay(first + day);
    for (let loan = day; day < days && loan < loans; loan += days) {
      const named = { loan: `L-${loan}`, product: 'jiebei' };
      decide(on, 'applyForLoan', {
        ...named,
        holder: `user-${loan}`,
        principal: '3000.00 CNY',
        term: 12,
        method: 'annuity',
      });
      decide(on, 'disburseLoan', named);
    }
    const from = performance.now();
    const made = decide(on, 'closeDay', {});
    times.push(performance.now() - from);
    events = Math.max(events, made);
  }
  // Before the first due day a close has the whole book and nothing to do; after it, a part falls into arrears each day.
  return { quiet: median(times.slice(days - 5, days)), busy: Math.max(...times.slice(days)), events };
}

const few = closes(openLoans / 10);
const many = closes(openLoans);

const to = dayOf('2017-12-31');
const history = new HistoryBook({
  house,
  engine: 'bench',
  title: 'credit',
  refused: 'skip',
  close: 'daily',
  to,
});
let line = 0;
for (const command of creditHistory({ ...creditSize, borrowers })) {
  line++;
  history.take({ line, command }, dayOf(command.on));
}
const base = history.finish();
const plan = planOf(base, { from: dayMin, to, close: 'recorded' }, [], []);
const times: number[] = [];
let booked = 0;
let evaluated = 0;
for (let run = 0; run < 3; run++) {
  const evaluation = new Evaluation(house, emptyState(house), plan);
  const from = performance.now();
  evaluation.finish();
  times.push((performance.now() - from) / 1000);
  booked = evaluation.booked;
  evaluated = evaluation.evaluated;
}
const seconds = median(times);

const count = (figure: number): string => figure.toLocaleString('en');
const rows: Row[] = [
  {
    what: `a close over ${count(openLoans)} loans, none of them due`,
    figure: many.quiet,
    unit: 'ms',
    against: { what: `over ${count(openLoans / 10)}`, figure: few.quiet },
    aim: '2,000',
  },
  {
    what: `the longest, most events: ${count(many.events)}`,
    figure: many.busy,
    unit: 'ms',
    against: { what: `over ${count(openLoans / 10)}`, figure: few.busy },
    aim: '2,000; in proportion to what is due (10)',
  },
  {
    what: `what-if over ${count(borrowers)} borrowers, two years: facts`,
    figure: evaluated / seconds,
    unit: 'facts/s',
    aim: '500,000',
  },
  { what: `of it, events (${count(booked)})`, figure: booked / seconds, unit: 'events/s' },
];
printRows(`Credit: ${count(line)} commands`, rows);
