/**
 * What holds of the reference of the credit lines by itself: the figures that the pages work out, its books over random histories, a
 * what-if without assumptions, and how often each event, code and divergence is reached:
 * `node tests/oracle/credit.check.ts [seeds] [first] [days] [lines]`.
 */
import type { CreditOutcome } from './credit.ts';
import { balancesOn, choices, record, whatIf } from './credit.ts';
import type { State } from './credit-book.ts';
import { ESCROW, heldOn, MERCHANT_FEE, OWN_CASH, RESERVE, WALLETS, WITHDRAWAL_FEE } from './credit-book.ts';
import type { Debt } from './credit-debt.ts';
import { entityOf, interestAccount, LINES } from './credit-debt.ts';
import { creditAssumptions, creditHistory, creditStartOf } from './credit-histories.ts';
import { levelOf, schedule } from './credit-loans.ts';
import type { Fraction } from './credit-numbers.ts';
import { addDays, floor, fraction, must, plus, sum, ZERO } from './credit-numbers.ts';
import { BUCKETS, TIERS } from './credit-parameters.ts';
import type { Line } from './first-segments.ts';
import { record as recordFirst, whatIf as whatIfFirst } from './first-segments.ts';
import { assumptions, history, startOf } from './histories.ts';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(text: string): void {
  print(`WRONG: ${text}`);
  process.exitCode = 1;
}

function same(title: string, actual: unknown, expected: unknown): void {
  const write = (value: unknown): string =>
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one));
  if (write(actual) === write(expected)) print(`agrees: ${title}`);
  else fail(`${title}\n  expected ${write(expected)}\n  found    ${write(actual)}`);
}

// ---------------------------------------------------------------------------------------------- worked figures

function line(on: string, command: string, input: Record<string, unknown>): Line {
  return { on, command, with: input };
}

function set(on: string, parameter: string, value: unknown): Line {
  return line(on, 'changePolicy', { parameter, value, from: on, reason: 'worked out' });
}

function tiers(text: string): Record<string, string> {
  return Object.fromEntries(TIERS.map((tier) => [tier, text]));
}

/** the postings of an entry, as `entity name amount` */
function entryOf(outcome: CreditOutcome, what: string, date: string): string[] {
  const entry = outcome.entries.find((one) => one.what === what && one.date === date);
  return (entry?.postings ?? []).map(
    ({ account, amount }) =>
      `${account.split(':')[0]} ${account.split(':').slice(3, -1).join(':')} ${amount}`,
  );
}

function debtOf(outcome: CreditOutcome, id: string) {
  return must(
    outcome.debts.find((debt) => debt.id === id),
    id,
  );
}

function workedFigures(): void {
  const half: Fraction = fraction(5n, 10000n);
  same('level payment', levelOf(100000n, half, [29, 31, 30]), 34333n);
  same('annuity', schedule(100000n, 3, 'annuity', '2016-01-31', half), [
    { date: '2016-02-29', principal: 32883n },
    { date: '2016-03-31', principal: 33293n },
    { date: '2016-04-30', principal: 33824n },
  ]);

  const loan = { loan: 'L', product: 'jiebei' };
  const loans = record(
    [
      set('2016-01-30', 'jiebei.limits', tiers('5000.00 CNY')),
      set('2016-01-30', 'jiebei.prices', tiers('0.05%')),
      line('2016-01-31', 'applyForLoan', {
        ...loan,
        holder: 'user-1',
        principal: '1000.00 CNY',
        term: 3,
        method: 'annuity',
      }),
      line('2016-01-31', 'disburseLoan', loan),
      line('2016-02-29', 'repayLoan', { ...loan, amount: 'due' }),
      line('2016-03-31', 'repayLoan', { ...loan, amount: 'due' }),
    ],
    { close: 'daily', closedThrough: '2016-04-30' },
  );
  same('draw of 1000.00', entryOf(loans, 'disburseLoan', '2016-01-31'), [
    'platform reserve 100000',
    'jiebei principal-current:user-1 2000',
    'jiebei retained:jiebei-2016-01 3920',
    'jiebei cash -5920',
    'partner principal-current:user-1 58800',
    'partner funds:bank-1 -58800',
    'vehicle principal-current:user-1 39200',
    'vehicle subordinated:jiebei-2016-01 -3920',
    'vehicle senior:jiebei-2016-01 -35280',
    'platform wallet:user-1 -100000',
  ]);
  same(
    'level payments',
    ['2016-02-29', '2016-03-31'].map((date) => entryOf(loans, 'repayLoan', date)[0]),
    ['platform wallet:user-1 34333', 'platform wallet:user-1 34333'],
  );
  same(
    'last due',
    debtOf(loans, 'L').dues.map(({ date, principal, interest }) => [date, principal, interest]),
    [['2016-04-30', '338.24', '5.07']],
  );

  same(
    'level payments show on their dates',
    ['2016-01-31', '2016-02-29', '2016-03-31'].map(
      (date) => balancesOn(loans, date)['platform:liability:payments:wallet:user-1:CNY'],
    ),
    ['1000.00', '656.67', '313.34'],
  );

  // a line by hand: drawn 600.00 on 5 January, statement of 1 February due on the 10th, minimum 60.00; 100.00 is paid, 500.00 revolves
  // from the 11th to 1 March: 20 days at 0.05 % = 5.00 (2016 has a 29 February); of 505.00 the minimum is 50.00 + 5.00
  const credit = record(
    [
      line('2016-01-05', 'openCreditLine', { holder: 'user-1' }),
      line('2016-01-05', 'topUp', { holder: 'user-1', amount: '1000.00 CNY' }),
      line('2016-01-05', 'drawCredit', { holder: 'user-1', payee: 'merchant-1', amount: '600.00 CNY' }),
      line('2016-02-05', 'repayCredit', { holder: 'user-1', amount: '100.00 CNY' }),
    ],
    { close: 'daily', closedThrough: '2016-03-02' },
  );
  same(
    'a statement after a due that revolved',
    debtOf(credit, 'user-1').dues.map(({ date, principal, interest, minimum }) => [
      date,
      principal,
      interest,
      minimum,
    ]),
    [['2016-03-10', '500.00', '5.00', '55.00']],
  );
  same('merchant fee of a draw', credit.balances['huabei:income:huabei:merchant-fee:CNY'], '4.80');

  // the waterfall of January's pool on 29 February: 134.58 of cash; 392.00 and 352.80 stood for 29 days
  same('waterfall', entryOf(loans, 'jiebei poolSettled', '2016-02-29'), [
    'vehicle cash:jiebei-2016-01 -13458',
    'vehicle service-fee 31',
    'vehicle senior-interest 126',
    'vehicle senior:jiebei-2016-01 13301',
    'jiebei cash 31',
    'jiebei service-fee -31',
  ]);

  // a plan by hand: of 300.00 billed 200.01 become three parts of 66.67 with a fee of 5.00; 99.99 are left with the minimum of 30.00; that
  // is paid, 69.99 revolve for 20 days: 0.69; the next minimum is 13.67 + 0.69 + 1.66
  const plan = record(
    [
      line('2016-01-05', 'openCreditLine', { holder: 'user-1' }),
      line('2016-01-05', 'topUp', { holder: 'user-1', amount: '1000.00 CNY' }),
      line('2016-01-05', 'drawCredit', { holder: 'user-1', payee: 'merchant-1', amount: '300.00 CNY' }),
      line('2016-02-03', 'convertToInstalments', { holder: 'user-1', amount: '200.01 CNY', term: 3 }),
      line('2016-02-05', 'repayCredit', { holder: 'user-1', amount: 'minimum' }),
    ],
    { close: 'daily', closedThrough: '2016-03-02' },
  );
  same(
    'a minimum that was paid after a conversion',
    entryOf(plan, 'repayCredit', '2016-02-05')[0],
    'platform wallet:user-1 3000',
  );
  same(
    'a statement with a part of a plan',
    debtOf(plan, 'user-1').dues.map(({ principal, interest, fee, minimum }) => [
      principal,
      interest,
      fee,
      minimum,
    ]),
    [['136.66', '0.69', '1.66', '16.02']],
  );
  same('parts of a plan that are left', debtOf(plan, 'user-1').plans, [
    [
      { principal: '66.67', fee: '1.66' },
      { principal: '66.67', fee: '1.68' },
    ],
  ]);

  // nothing is paid: overdue from 11 February, 600.00 at 0.05 % a day is 0.30 a day
  const late = record(
    [
      line('2016-01-05', 'openCreditLine', { holder: 'user-1' }),
      line('2016-01-05', 'drawCredit', { holder: 'user-1', payee: 'merchant-1', amount: '600.00 CNY' }),
    ],
    { close: 'daily', closedThrough: '2016-08-08' },
  );
  const lost = must(
    late.happened.find(({ what }) => what === 'huabei writtenOffByAge'),
    'write-off by age',
  );
  same('written off after 180 days past due', lost.date, addDays('2016-02-10', 180));
  same('late fees', late.balances['huabei:income:huabei:late-fee:CNY'], '54.00');
  same('lost', debtOf(late, 'user-1').lost, '654.00');
}

// ---------------------------------------------------------------------------------------------- books

const NEVER_BELOW =
  /^(?:platform:asset:payments:reserve|platform:liability:payments:(?:wallet|escrow)|[a-z]+:asset:[a-z]+:principal-|[a-z]+:asset:[a-z]+:retained:|vehicle:liability:|vehicle:asset:[a-z]+:cash:|[a-z]+:liability:[a-z]+:(?:borrowings|deposits|interbank):|fund:asset|fund:liability)/;

function datesOf(state: State): string[] {
  return [...new Set(state.entries.map((entry) => entry.date))].sort();
}

function checkDates(state: State): void {
  const running = new Map<string, bigint>();
  const byDate = Map.groupBy(
    state.entries.flatMap((entry) => entry.postings),
    (posting) => posting.date,
  );
  for (const date of datesOf(state)) {
    const totals = new Map<string, bigint>();
    for (const { account, amount } of byDate.get(date) ?? []) {
      running.set(account, (running.get(account) ?? 0n) + amount);
      const entity = account.split(':')[0] ?? '';
      totals.set(entity, (totals.get(entity) ?? 0n) + amount);
    }
    for (const [entity, total] of totals) if (total !== 0n) fail(`${entity} does not balance on ${date}`);
    for (const [account, balance] of running) {
      const held = /^[a-z]+:(?:asset|expense)/.test(account) ? balance : -balance;
      if (held < 0n && NEVER_BELOW.test(account)) fail(`${account} is below zero on ${date}`);
    }
    for (const [account, balance] of running) {
      const found = /^vehicle:liability:([a-z]+):subordinated:(.+):CNY$/.exec(account);
      if (found === null) continue;
      const retained = running.get(`${found[1]}:asset:${found[1]}:retained:${found[2]}:CNY`) ?? 0n;
      if (retained !== -balance) fail(`notes retained of ${found[2]} are not those of the pool on ${date}`);
    }
  }
}

/** reserve = wallets + escrow + fees not swept */
function checkBacking(state: State): void {
  const fees = new Map<string, bigint>();
  for (const { what, date, postings } of state.entries) {
    let change = 0n;
    for (const { account, amount } of postings) {
      if (
        ['initiatePayment', 'confirmReceipt', 'timeOut', 'withdraw'].includes(what) &&
        (account === MERCHANT_FEE || account === WITHDRAWAL_FEE)
      )
        change -= amount;
      if (what === 'sweep' && account === OWN_CASH) change -= amount;
    }
    fees.set(date, (fees.get(date) ?? 0n) + change);
  }
  for (const date of datesOf(state)) {
    const unswept = sum([...fees].filter(([on]) => on <= date).map(([, amount]) => amount));
    const customers = heldOn(state, WALLETS, date) + heldOn(state, ESCROW, date);
    if (heldOn(state, RESERVE, date) !== customers + unswept) fail(`the backing fails on ${date}`);
  }
}

/** what the accounts hold is what the debts say */
function checkDebts(outcome: CreditOutcome): void {
  const { state } = outcome;
  const last = must(state.closed, 'last close');
  const debts = [...state.debts.values()];
  // only where nothing is dated later than the last close, or the books are not there yet
  const settled = debts.every((debt) => debt.latest <= last);
  for (const name of LINES) {
    const own = debts.filter((debt) => debt.line === name);
    for (const [part, who] of (['own', 'partner', 'vehicle'] as const).entries()) {
      const entity = entityOf(name, who);
      for (const bucket of BUCKETS) {
        const holders = new Set(own.map((debt) => debt.holder));
        for (const holder of holders) {
          const account = `${entity}:asset:${name}:principal-${bucket}:${holder}:CNY`;
          const said = sum(
            own
              .filter((debt) => debt.holder === holder && debt.bucket === bucket)
              .map((debt) => must(debt.principal[part], 'part')),
          );
          if (heldOn(state, account, '9999-12-31') !== said) fail(`${account} is not what its debts say`);
        }
      }
      if (!settled) continue;
      const due = sum(own.map((debt) => must(debt.interestDue[part], 'part')));
      const exact = [
        ...own.map((debt) => must(debt.uncharged[part], 'part')),
        ...own.flatMap((debt) => droppedOn(debt, last).map((one) => must(one.interest[part], 'part'))),
      ].reduce(plus, ZERO);
      const account = interestAccount(name, part);
      if (heldOn(state, account, '9999-12-31') !== due + floor(exact))
        fail(`${account} is not what its debts say`);
    }
    if (!settled) continue;
    const late = [
      ...own.map((debt) => debt.late),
      ...own.flatMap((debt) => droppedOn(debt, last).map((one) => one.late)),
    ].reduce(plus, ZERO);
    if (heldOn(state, `${name}:asset:${name}:late-fees:CNY`, '9999-12-31') !== floor(late))
      fail(`late fees of ${name} are not what its debts say`);
  }
}

function droppedOn(debt: Debt, day: string): Debt['dropped'] {
  return debt.dropped.filter(({ date }) => date >= day);
}

// ---------------------------------------------------------------------------------------------- histories

const counts = new Map<string, number>();

function count(what: string, times = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

function countOutcome(outcome: CreditOutcome, lines: readonly Line[]): void {
  count('lines', lines.length);
  for (const [number, code] of outcome.refused) count(`refused ${lines[number - 1]?.command} ${code}`);
  for (const { what } of outcome.happened) count(`happened ${what}`);
  for (const { what } of outcome.breaches) count(`breach ${what}`);
  for (const debt of outcome.state.debts.values())
    for (const { what } of debt.steps) count(`step ${debt.line} ${what}`);
  for (const debt of outcome.debts) {
    count(`at the end ${debt.line} ${debt.status}${debt.decision === undefined ? '' : ` ${debt.decision}`}`);
    if (debt.status === 'open') count(`at the end ${debt.line} ${debt.bucket}`);
  }
}

/** codes and events that the histories must reach */
const MUST_REACH = [
  ...['current to 1-30', '1-30 to 31-60', '31-60 to 61-90', '61-90 to over-90', '1-30 to current'].flatMap(
    (move) => LINES.map((name) => `happened ${name} arrearsMoved ${move}`),
  ),
  ...LINES.flatMap((name) =>
    [
      'passed over',
      'writtenOffByAge',
      'late fees',
      'poolSettled',
      'poolEnded',
      'pool excess',
      'pool owes service fee',
      'pool owes senior interest',
      'borrowed',
      'borrowed less',
      'leverageMoved on beyond',
      'leverageMoved on back',
      'leverageMoved off beyond',
      'leverageMoved off back',
      'contributeCapital',
    ].map((what) => `happened ${name} ${what}`),
  ),
  ...['jiebei', 'mybank'].flatMap((name) =>
    [
      ...['bullet', 'equal-principal', 'annuity', 'interest-only'].map((method) => `disburseLoan ${method}`),
      ...['approved', 'score', 'limit'].map((decision) => `applyForLoan ${decision}`),
      ...['amount', 'due', 'all'].map((size) => `repayLoan ${size}`),
      'restructureLoan',
      'writeOffLoan',
      'recoverLoan',
      'closed',
    ].map((what) => `happened ${name} ${what}`),
  ),
  ...['receivable', 'order', 'inventory'].flatMap((kind) => [
    `happened mybank disburseLoan ${kind}`,
    ...['approved', 'value', 'core'].map((decision) => `happened mybank applyForAdvance ${kind} ${decision}`),
  ]),
  ...[
    'mybank settleAdvance',
    'mybank settleAdvance closed',
    'mybank valuePledge',
    'mybank sellPledge',
    'mybank sellPledge with a rest',
    'mybank marginMoved called',
    'mybank marginMoved no longer called',
    'openCreditLine',
    'drawCredit',
    'payment on credit',
    'payment on credit in escrow',
    'repayCredit amount',
    'repayCredit due',
    'repayCredit minimum',
    'repayCredit all',
    'convertToInstalments',
    'writeOffCredit',
    'recoverCredit',
    'queryScore',
    'waiveDeposit',
    'returnWaived',
    'claimWaived',
    'score computed',
  ].map((what) => `happened ${what}`),
  'happened huabei negative booking',
  'step huabei statement',
  'step huabei due passed, revolves',
  'step huabei due passed, overdue',
  ...[
    'applyForLoan UNKNOWN_PRODUCT',
    'contributeCapital UNKNOWN_ENTITY',
    'applyForLoan TERM_OUT_OF_RANGE',
    'restructureLoan TERM_OUT_OF_RANGE',
    'convertToInstalments TERM_OUT_OF_RANGE',
    'applyForAdvance VALUATION_REQUIRED',
    'applyForAdvance SAME_PARTY',
    'applyForLoan LOAN_EXISTS',
    'disburseLoan LOAN_NOT_APPROVED',
    'disburseLoan LOAN_DISBURSED',
    ...['repayLoan', 'restructureLoan', 'writeOffLoan', 'recoverLoan', 'settleAdvance', 'valuePledge'].map(
      (command) => `${command} LOAN_NOT_APPROVED`,
    ),
    ...['repayLoan', 'restructureLoan', 'writeOffLoan'].flatMap((command) => [
      `${command} LOAN_CLOSED`,
      `${command} LOAN_WRITTEN_OFF`,
      `${command} BEFORE_LATEST`,
    ]),
    'recoverLoan NOT_WRITTEN_OFF',
    'recoverLoan EXCEEDS_OWED',
    'settleAdvance ADVANCE_KIND',
    'valuePledge ADVANCE_KIND',
    'sellPledge PLEDGE_NOT_CALLED',
    'repayLoan EXCEEDS_OWED',
    'repayLoan NOTHING_TO_DO',
    'repayLoan INSUFFICIENT_FUNDS',
    'openCreditLine CREDIT_LINE_EXISTS',
    ...['initiatePayment', 'drawCredit'].flatMap((command) => [
      `${command} BEFORE_LATEST`,
      `${command} SAME_PARTY`,
      `${command} CREDIT_LINE_UNKNOWN`,
      `${command} CREDIT_CLOSED`,
      `${command} CREDIT_OVERDUE`,
      `${command} CREDIT_LIMIT_EXCEEDED`,
    ]),
    'repayCredit BEFORE_LATEST',
    'repayCredit CREDIT_CLOSED',
    'repayCredit EXCEEDS_OWED',
    'repayCredit NOTHING_TO_DO',
    'repayCredit INSUFFICIENT_FUNDS',
    'convertToInstalments EXCEEDS_BILLED',
    'convertToInstalments CREDIT_OVERDUE',
    'recoverCredit NOT_WRITTEN_OFF',
    'recoverCredit EXCEEDS_OWED',
    'refundPayment BEFORE_LATEST',
    'queryScore SAME_PARTY',
    'queryScore QUERY_EXISTS',
    'queryScore SCORE_UNKNOWN',
    'waiveDeposit WAIVER_EXISTS',
    'waiveDeposit SCORE_UNKNOWN',
    'waiveDeposit SCORE_TOO_LOW',
    'returnWaived WAIVER_UNKNOWN',
    'returnWaived WAIVER_FINISHED',
    'claimWaived EXCEEDS_DEPOSIT',
    'claimWaived INSUFFICIENT_FUNDS',
  ].map((what) => `refused ${what}`),
];

/** in how many histories each of the other readings of the pages shows */
function otherReadings(): void {
  const others: [keyof typeof choices, () => void, () => void][] = [
    [
      'interestPaid',
      () => (choices.interestPaid = 'newest first'),
      () => (choices.interestPaid = 'oldest first'),
    ],
    [
      'revolvingParts',
      () => (choices.revolvingParts = 'exact'),
      () => (choices.revolvingParts = 'allocated'),
    ],
    [
      'lineFractions',
      () => (choices.lineFractions = 'all dropped'),
      () => (choices.lineFractions = 'whole kept'),
    ],
    ['emptyDueDays', () => (choices.emptyDueDays = 'kept'), () => (choices.emptyDueDays = 'gone')],
    [
      'principalPaid',
      () => (choices.principalPaid = 'due, then not yet due'),
      () => (choices.principalPaid = 'at once'),
    ],
    [
      'passingRates',
      () => (choices.passingRates = 'of the due date'),
      () => (choices.passingRates = 'of the event'),
    ],
    [
      'valuedBeforePaidOut',
      () => (choices.valuedBeforePaidOut = 'yes'),
      () => (choices.valuedBeforePaidOut = 'no'),
    ],
  ];
  const runs = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((seed) =>
    (['daily', 'recorded'] as const).map((close) => ({
      lines: creditHistory(seed, { days: 200, lines: 900, users: 8, merchants: 3, close, backdated: true }),
      options: { close, closedThrough: addDays(creditStartOf(seed), 199) },
    })),
  );
  const write = (): string[] =>
    runs.map(({ lines, options }) => {
      const { refused, balances } = record(lines, options);
      return JSON.stringify([refused, balances]);
    });
  const plain = write();
  for (const [name, other, back] of others) {
    other();
    const shown = write().filter((text, at) => text !== plain[at]).length;
    back();
    print(`the other reading of ${name} shows in ${shown} of ${runs.length} histories`);
  }
}

/** without credit, all is as the reference of the first segments has it */
function firstSegments(): void {
  for (const [seed, close, backdated] of [
    [3, 'daily', true],
    [4, 'recorded', true],
    [5, 'recorded', false],
  ] as const) {
    const size = { days: 40, lines: 400, users: 8, merchants: 3, close, backdated };
    const lines = history(seed, size).filter((one) => one.with.method !== 'huabei');
    const options = { close, closedThrough: addDays(startOf(seed), 39) };
    const [ours, theirs] = [record(lines, options), recordFirst(lines, options)];
    same(`first segments, seed ${seed}`, [ours.refused, ours.balances], [theirs.refused, theirs.balances]);
    const assumed = { ...options, assumptions: assumptions(seed) };
    const [our, their] = [whatIf(lines, assumed), whatIfFirst(lines, assumed)];
    same(
      `what-if of the first segments, seed ${seed}`,
      [our.divergences, our.moot, our.balances],
      [their.divergences, their.moot, their.balances],
    );
  }
}

workedFigures();
firstSegments();
otherReadings();

const [seeds = 6, first = 1, days = 260, many = 900] = process.argv.slice(2).map(Number);
let slowest = 0;
for (let seed = first; seed < first + seeds; seed += 1) {
  for (const close of ['daily', 'recorded'] as const) {
    for (const backdated of [false, true]) {
      const name = `seed ${seed} ${close}${backdated ? ' backdated' : ''}`;
      const lines = creditHistory(seed, { days, lines: many, users: 8, merchants: 3, close, backdated });
      const options = { close, closedThrough: addDays(creditStartOf(seed), days - 1) };
      try {
        const started = performance.now();
        const made = record(lines, options);
        slowest = Math.max(slowest, performance.now() - started);
        countOutcome(made, lines);
        checkDates(made.state);
        checkBacking(made.state);
        checkDebts(made);
        const unchanged = whatIf(lines, { ...options, assumptions: {} });
        if (JSON.stringify(unchanged.balances) !== JSON.stringify(made.balances))
          fail(`${name}: a what-if without assumptions differs`);
        if (unchanged.divergences.length > 0) fail(`${name}: a what-if without assumptions diverges`);
        const drop = lines.flatMap(({ command }, at) =>
          ['topUp', 'initiatePayment', 'transfer', 'repayCredit', 'repayLoan'].includes(command) &&
          (at + seed) % 9 === 0
            ? [at + 1]
            : [],
        );
        for (const variant of [
          whatIf(lines, { ...options, assumptions: creditAssumptions(seed) }),
          whatIf(lines, { ...options, assumptions: creditAssumptions(seed + 500), drop }),
        ]) {
          checkDates(variant.state);
          checkBacking(variant.state);
          checkDebts(variant);
          for (const [number, kind, code] of variant.divergences)
            count(`what-if ${kind} ${lines[number - 1]?.command} ${code}`);
          count('what-if moot', variant.moot);
        }
      } catch (problem) {
        fail(`${name}: ${problem instanceof Error ? (problem.stack ?? problem.message) : String(problem)}`);
      }
    }
  }
}
for (const [what, times] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
  print(`${String(times).padStart(8)}  ${what}`);
for (const what of MUST_REACH) if (!counts.has(what)) fail(`not reached: ${what}`);
print(`slowest record: ${Math.round(slowest)} ms`);
