/**
 * How fast is a look at any point of both axes? Ten million postings on ten thousand accounts, three million of them on one;
 * one in a hundred is back-dated by up to forty days. Balances and statement pages at random points, reports at the head and at an older revision.
 * Run: `node --expose-gc bench/view.ts [postings] [share back-dated] [days at most]`.
 *
 * @module
 */
import { accountKind } from '../src/kernel/contract/account.ts';
import { House } from '../src/kernel/engine/house.ts';
import { Chart } from '../src/kernel/state/journal/chart.ts';
import { State } from '../src/kernel/state/state.ts';
import { type Day, dayOf } from '../src/kernel/values/dates.ts';
import { statement } from '../src/reading/statement.ts';
import { LedgerView } from '../src/reading/view.ts';

const postingCount = Number(process.argv[2] ?? 10_000_000);
const lateShare = Number(process.argv[3] ?? 0.01);
const accountCount = 10_000;
const dayCount = 3_650;
const lateDaysMax = Number(process.argv[4] ?? 40);
const asked = 2_000;

const reserve = accountKind('platform:asset:bench:reserve', { doc: 'the large one' });
const wallet = accountKind('platform:liability:bench:wallet', { doc: '', perHolder: true });
const fee = accountKind('platform:income:bench:fee', { doc: '' });
const kinds = [reserve, wallet, fee];
const house = new House([
  {
    id: 'bench',
    title: '',
    doc: '',
    accounts: kinds,
    borrows: [],
    parameters: [],
    tables: [],
    facts: [],
    derived: [],
    listeners: [],
    close: [],
    invariants: [],
    metrics: [],
  },
]);

let seed = 20_160_301;
/** A whole number below another, the same sequence every time. */
function below(most: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * most);
}

const firstDay = dayOf('2010-01-01');
const chart = new Chart(house.kinds);
const state = State.empty(chart);
const large = chart.index(reserve, '', 'CNY');
const fees = chart.index(fee, '', 'CNY');
const wallets = Array.from({ length: accountCount }, (_, at) => chart.index(wallet, `user-${at}`, 'CNY'));

/** Three postings an event: the large account, a wallet, a fee now and then another wallet. */
const started = performance.now();
const ends: number[] = [];
for (let event = 0; state.journal.length < postingCount; event++) {
  const today = firstDay + Math.floor((state.journal.length / postingCount) * dayCount);
  const late = below(1_000_000) < lateShare * 1_000_000;
  const day: Day = late ? Math.max(firstDay, today - below(lateDaysMax)) : today;
  const minor = BigInt(below(100_000));
  const accounts = [
    below(10) < 9 ? large : (wallets[below(accountCount)] ?? large),
    wallets[below(accountCount)] ?? large,
    below(10) < 1 ? fees : (wallets[below(accountCount)] ?? large),
  ];
  const minors = [minor, -minor + 3n, -3n];
  accounts.forEach((account, at) => {
    const amount = minors[at] ?? 0n;
    state.journal.append(account, amount, day, event);
    state.cube.add(chart.controlOf[account] ?? 0, day, amount);
  });
  state.marks.events++;
  ends.push(state.journal.length);
}
const seconds = (performance.now() - started) / 1_000;
await settled();
const { arrayBuffers } = process.memoryUsage();
console.log(
  `${state.journal.length} postings in ${seconds.toFixed(1)} s; ${(arrayBuffers / state.journal.length).toFixed(1)} bytes a posting in buffers, the cube included`,
);

function show(what: string, look: () => unknown, times = asked): void {
  const first = timed(look);
  const took = Array.from({ length: times }, () => timed(look)).sort((a, b) => a - b);
  const at = (share: number): string => (took[Math.floor((times - 1) * share)] ?? 0).toFixed(4);
  console.log(`${what}: first ${first.toFixed(3)} ms, median ${at(0.5)} ms, 99 % ${at(0.99)} ms`);
}

function timed(look: () => unknown): number {
  const from = performance.now();
  look();
  return performance.now() - from;
}

/** Lets go of columns that were outgrown: a collector gives buffers back some time after it has run. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

/** A view at a random point of both axes. */
function anyView(): LedgerView {
  const revision = below(ends.length);
  return new LedgerView(house, state, {
    revision,
    postings: ends[revision] ?? 0,
    asOf: firstDay + below(dayCount),
  });
}

const head = new LedgerView(house, state, {
  revision: ends.length - 1,
  postings: state.journal.length,
  asOf: undefined,
});

show('balance of any account at any point', () => anyView().balanceOf(wallets[below(accountCount)] ?? 0));
show('balance of the large account at any point', () => anyView().balanceOf(large));

const anyPage = (account: number, view: LedgerView): unknown => {
  const reading = view.account(chart.id(account));
  return reading === undefined ? undefined : statement(view, reading, { from: firstDay + below(dayCount) });
};
show('page of 100 of any account at any point', () => anyPage(wallets[below(accountCount)] ?? 0, anyView()));
show('page of 100 of the large account at any point', () => anyPage(large, anyView()));
show('page of 100 of the large account at the head', () => anyPage(large, head));
show('lowest balance from a day on, large account', () =>
  state.journal.available(large, firstDay + dayCount - 1 - below(60), 1n),
);

show('income by month over a year, at the head', () =>
  head.incomeStatement(firstDay + 700, firstDay + 1_064, 'MONTH'),
);
show(
  'revenue of a segment by month over ten years, at the head',
  () => head.revenue('bench', { by: 'MONTH' }),
  200,
);
show('balance sheet, at the head', () => head.balanceSheet());
show('balance of all wallets, at the head', () => head.balance('platform:liability:bench:wallet'));
show(
  'balance of a prefix of a thousand wallets, at the head',
  () => head.balance(`${wallet.path}:user-1*`),
  50,
);
show('first hundred accounts, at the head', () => head.accounts({}, { first: 100 }), 200);
show('balance sheet at an older revision, a new view each', () => anyView().balanceSheet(), 101);
show('balance of all wallets at any point', () => anyView().balance(wallet.path), 101);
const older = anyView();
show('balance sheet at an older revision, the same view', () => older.balanceSheet(), 200);
await settled();
const after = process.memoryUsage().arrayBuffers;
console.log(`${(after / state.journal.length).toFixed(1)} bytes a posting in buffers after all that`);
