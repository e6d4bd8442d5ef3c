/** The close of a day for the lines that lend. */
import type { Leg, Lender, Pool, State } from './credit-book.ts';
import { balanceOn, happen, heldOn, lowest, post } from './credit-book.ts';
import type { Debt, LineName } from './credit-debt.ts';
import {
  advance,
  bucketOf,
  daysPastDue,
  endDay,
  entityOf,
  interestAccount,
  isLive,
  LINES,
  lenderCash,
  noteVehicle,
  principalAccount,
  writeOff,
} from './credit-debt.ts';
import { isCalled } from './credit-loans.ts';
import type { Fraction } from './credit-numbers.ts';
import {
  addDays,
  addFractions,
  allocate,
  aYear,
  FOREVER,
  floor,
  halfEven,
  isLastOfMonth,
  max,
  min,
  minus,
  must,
  plus,
  sum,
  times,
  whole,
  ZERO,
} from './credit-numbers.ts';
import { BUCKETS, countOn, multipleOn, rateOn, ratesOn } from './credit-parameters.ts';
import { countMissed } from './zhima.ts';

function debtsOf(state: State, line: LineName): Debt[] {
  return [...state.debts.values()]
    .filter((debt) => debt.line === line)
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function sourcesOf(line: LineName): string[] {
  return line === 'mybank' ? ['deposits', 'interbank'] : ['borrowings'];
}

function sourceAccount(line: LineName, source: string): string {
  return `${line}:liability:${line}:${source}:CNY`;
}

// ---------------------------------------------------------------------------------------------- first phase

function moveBucket(state: State, debt: Debt, day: string, at: number): void {
  const bucket = bucketOf(daysPastDue(debt, day));
  if (bucket === debt.bucket) return;
  const legs = [0, 1, 2].flatMap((part): Leg[] => [
    [principalAccount(debt, part, bucket), debt.principal[part] ?? 0n],
    [principalAccount(debt, part, debt.bucket), -(debt.principal[part] ?? 0n)],
  ]);
  post(state, `${debt.line} arrearsMoved`, at, day, legs);
  happen(state, `${debt.line} arrearsMoved ${debt.bucket} to ${bucket}`, day, at, debt.id);
  if (debt.bucket === 'current') countMissed(state, debt.holder);
  debt.bucket = bucket;
}

function closeDebts(state: State, line: LineName, day: string, at: number): void {
  const looked = debtsOf(state, line).filter((debt) => isLive(debt) && debt.latest <= day);
  for (const debt of debtsOf(state, line))
    if (isLive(debt) && debt.latest > day) happen(state, `${line} passed over`, day, at, debt.id);
  for (const debt of looked) {
    advance(state, debt, day, day);
    endDay(state, debt, day);
  }
  for (const debt of looked) moveBucket(state, debt, day, at);
  const after = countOn(state.policy, `${line}.writeOffAfterDays`, day);
  for (const debt of looked) {
    const days = daysPastDue(debt, day);
    if (days === 0 || days < after) continue;
    post(state, `${line} writtenOffByAge`, at, day, writeOff(debt, day));
    noteVehicle(debt, day);
    happen(state, `${line} writtenOffByAge`, day, at, debt.id);
  }
  for (const debt of looked) {
    const pledge = debt.loan?.advance;
    if (pledge?.kind !== 'inventory' || pledge.sold || !isLive(debt)) continue;
    const called = isCalled(state, debt, day);
    if (called === (pledge.calledSince !== undefined)) continue;
    pledge.calledSince = called ? day : undefined;
    happen(state, `mybank marginMoved ${called ? 'called' : 'no longer called'}`, day, at, debt.id);
  }
}

// ---------------------------------------------------------------------------------------------- second phase

function closeInterest(state: State, line: LineName, lender: Lender, day: string, at: number): void {
  const debts = debtsOf(state, line);
  for (const debt of debts) {
    const earned = debt.earned.get(day);
    if (earned === undefined) continue;
    lender.interest = addFractions(lender.interest, earned.interest);
    lender.late = plus(lender.late, earned.late);
  }
  const dropped = debts.flatMap((debt) => debt.dropped.filter(({ date }) => date < day));
  const legs: Leg[] = [];
  for (const [part, name] of (['own', 'partner', 'vehicle'] as const).entries()) {
    const gone = dropped.reduce((all, one) => plus(all, must(one.interest[part], 'part')), ZERO);
    const booked = floor(minus(must(lender.interest[part], 'part'), gone));
    const now = booked - (lender.interestBooked[part] ?? 0n);
    lender.interestBooked[part] = booked;
    legs.push([interestAccount(line, part), now]);
    legs.push([`${entityOf(line, name)}:income:${line}:interest:CNY`, -now]);
    if (now < 0n) happen(state, `${line} negative booking`, day, at, name);
  }
  const lateGone = dropped.reduce((all, one) => plus(all, one.late), ZERO);
  const lateBooked = floor(minus(lender.late, lateGone));
  const lateNow = lateBooked - lender.lateBooked;
  lender.lateBooked = lateBooked;
  legs.push([`${line}:asset:${line}:late-fees:CNY`, lateNow]);
  legs.push([`${line}:income:${line}:late-fee:CNY`, -lateNow]);
  if (lateNow !== 0n) happen(state, `${line} late fees`, day, at, '');
  post(state, `${line} interestAccrued`, at, day, legs);
}

function closeFunding(state: State, line: LineName, lender: Lender, day: string, at: number): void {
  const rates = ratesOn(state.policy, `${line}.fundingRates`, day);
  for (const source of sourcesOf(line)) {
    const balance = heldOn(state, sourceAccount(line, source), addDays(day, -1));
    const exact = plus(lender.funding.get(source) ?? ZERO, aYear(balance, must(rates.get(source), 'rate')));
    const cost = floor(exact);
    lender.funding.set(source, minus(exact, whole(cost)));
    post(state, `${line} fundingCostAccrued`, at, day, [
      [`${line}:expense:${line}:funding-cost:CNY`, cost],
      [lenderCash(line), -cost],
    ]);
  }
}

function closeProvision(state: State, line: LineName, day: string, at: number): void {
  const rates = ratesOn(state.policy, `${line}.provisionRates`, day);
  const needed = sum(
    BUCKETS.map((bucket) => {
      const held = heldOn(state, `${line}:asset:${line}:principal-${bucket}:*`, day);
      return halfEven(times(held, must(rates.get(bucket), 'rate')));
    }),
  );
  const allowance = `${line}:liability:${line}:allowance:CNY`;
  const more = needed - heldOn(state, allowance, day);
  post(state, `${line} provisioned`, at, day, [
    [`${line}:expense:${line}:provision:CNY`, more],
    [allowance, -more],
  ]);
}

// ---------------------------------------------------------------------------------------------- third phase

function poolAccounts(line: LineName, pool: string) {
  return {
    cash: `vehicle:asset:${line}:cash:${pool}:CNY`,
    senior: `vehicle:liability:${line}:senior:${pool}:CNY`,
    subordinated: `vehicle:liability:${line}:subordinated:${pool}:CNY`,
    retained: `${line}:asset:${line}:retained:${pool}:CNY`,
  };
}

function poolsOf(state: State, line: LineName): string[] {
  const found = new Set<string>();
  for (const account of state.posted.keys()) {
    const [entity, , segment, name, pool] = account.split(':');
    if (entity !== 'vehicle' || segment !== line || pool === undefined || pool === '*') continue;
    if (name === 'cash' || name === 'senior' || name === 'subordinated') found.add(pool);
  }
  return [...found].sort();
}

/** the exact amount that a rate a year brings over the days of a month up to its last day */
function overMonth(last: string, rate: Fraction, heldAt: (date: string) => bigint): Fraction {
  let all = ZERO;
  for (let day = `${last.slice(0, 8)}01`; day <= last; day = addDays(day, 1))
    all = plus(all, aYear(heldAt(addDays(day, -1)), rate));
  return all;
}

function settlePool(
  state: State,
  line: LineName,
  lender: Lender,
  pool: string,
  day: string,
  at: number,
): void {
  const { cash, senior, subordinated, retained } = poolAccounts(line, pool);
  const seniorNow = heldOn(state, senior, day);
  const subordinatedNow = heldOn(state, subordinated, day);
  let purse = lowest(state, cash, day);
  if (purse === 0n && seniorNow === 0n && subordinatedNow === 0n) return;
  const kept: Pool = lender.pools.get(pool) ?? {
    serviceOwed: 0n,
    service: ZERO,
    seniorOwed: 0n,
    senior: ZERO,
  };
  lender.pools.set(pool, kept);

  const service = plus(
    kept.service,
    overMonth(
      day,
      rateOn(state.policy, `${line}.serviceFeeRate`, day),
      (date) => heldOn(state, senior, date) + heldOn(state, subordinated, date),
    ),
  );
  kept.service = minus(service, whole(floor(service)));
  kept.serviceOwed += floor(service);
  const interest = plus(
    kept.senior,
    overMonth(day, rateOn(state.policy, `${line}.seniorRate`, day), (date) => heldOn(state, senior, date)),
  );
  kept.senior = minus(interest, whole(floor(interest)));
  kept.seniorOwed += floor(interest);

  const spend = (most: bigint): bigint => {
    const spent = min(purse, most);
    purse -= spent;
    return spent;
  };
  const servicePaid = spend(kept.serviceOwed);
  kept.serviceOwed -= servicePaid;
  const interestPaid = spend(kept.seniorOwed);
  kept.seniorOwed -= interestPaid;
  const debts = [...state.debts.values()].filter((debt) => debt.line === line && debt.pool === pool);
  const owed = sum(
    debts.flatMap(({ vehicle }) => vehicle.filter(({ date }) => date <= day).map(({ amount }) => amount)),
  );
  const repaid = min(purse, max(0n, seniorNow + subordinatedNow - owed));
  const share = rateOn(state.policy, `${line}.subordinatedShare`, day);
  const seniorStays = owed - halfEven(times(owed, share));
  const seniorPaid = spend(
    min(min(repaid, max(0n, seniorNow - seniorStays)), max(0n, lowest(state, senior, day))),
  );
  const subordinatedPaid = spend(min(repaid - seniorPaid, max(0n, lowest(state, subordinated, day))));
  const excess = purse;

  if (kept.serviceOwed > 0n) happen(state, `${line} pool owes service fee`, day, at, pool);
  if (kept.seniorOwed > 0n) happen(state, `${line} pool owes senior interest`, day, at, pool);
  if (excess > 0n) happen(state, `${line} pool excess`, day, at, pool);
  happen(state, `${line} poolSettled`, day, at, pool);
  post(state, `${line} poolSettled`, at, day, [
    [cash, -servicePaid - interestPaid - seniorPaid - subordinatedPaid - excess],
    [`vehicle:expense:${line}:service-fee:CNY`, servicePaid],
    [`vehicle:expense:${line}:senior-interest:CNY`, interestPaid],
    [senior, seniorPaid],
    [subordinated, subordinatedPaid],
    [`vehicle:expense:${line}:excess:CNY`, excess],
    [lenderCash(line), servicePaid + subordinatedPaid + excess],
    [`${line}:income:${line}:service-fee:CNY`, -servicePaid],
    [retained, -subordinatedPaid],
    [`${line}:income:${line}:retained-income:CNY`, -excess],
  ]);

  const seniorLeft = heldOn(state, senior, day);
  const subordinatedLeft = heldOn(state, subordinated, day);
  const empty = heldOn(state, cash, day) === 0n && heldOn(state, cash, FOREVER) === 0n;
  if (debts.some(({ principal }) => principal[2] > 0n) || !empty || seniorLeft + subordinatedLeft === 0n)
    return;
  happen(state, `${line} poolEnded`, day, at, pool);
  post(state, `${line} poolEnded`, at, day, [
    [senior, seniorLeft],
    [subordinated, subordinatedLeft],
    [`vehicle:income:${line}:write-down:CNY`, -seniorLeft - subordinatedLeft],
    [`${line}:expense:${line}:retained-loss:CNY`, subordinatedLeft],
    [retained, -subordinatedLeft],
  ]);
}

// ---------------------------------------------------------------------------------------------- fourth phase

function closeBorrowing(state: State, line: LineName, day: string, at: number): void {
  const cash = lenderCash(line);
  const sources = sourcesOf(line);
  const short = -heldOn(state, cash, day);
  if (short > 0n) {
    const weights =
      line === 'mybank' ? [...ratesOn(state.policy, 'mybank.fundingMix', day).values()] : [whole(1n)];
    const parts = allocate(short, weights);
    happen(state, `${line} borrowed`, day, at, '');
    post(state, `${line} borrowed`, at, day, [
      [cash, short],
      ...sources.map((source, k): Leg => [sourceAccount(line, source), -(parts[k] ?? 0n)]),
    ]);
    return;
  }
  const owed = sources.map((source) => lowest(state, sourceAccount(line, source), day));
  const back = max(0n, min(lowest(state, cash, day), sum(owed)));
  if (back === 0n) return;
  const parts = allocate(back, owed.map(whole));
  happen(state, `${line} borrowed less`, day, at, '');
  post(state, `${line} borrowed`, at, day, [
    [cash, -back],
    ...sources.map((source, k): Leg => [sourceAccount(line, source), parts[k] ?? 0n]),
  ]);
}

export function netAssets(state: State, line: LineName, day: string): bigint {
  return sum(
    [...state.posted.keys()]
      .filter((account) => !account.endsWith(':*'))
      .filter((account) => account.startsWith(`${line}:asset:`) || account.startsWith(`${line}:liability:`))
      .map((account) => balanceOn(state, account, day)),
  );
}

function closeLeverage(state: State, line: LineName, lender: Lender, day: string, at: number): void {
  const net = max(0n, netAssets(state, line, day));
  const borrowed = sum(sourcesOf(line).map((source) => heldOn(state, sourceAccount(line, source), day)));
  const senior = heldOn(state, `vehicle:liability:${line}:senior:*`, day);
  const isBeyond = (exposure: bigint, limit: Fraction): boolean => exposure * limit.d > limit.n * net;
  const now = {
    on: isBeyond(borrowed, multipleOn(state.policy, `${line}.leverageOnMax`, day)),
    off: isBeyond(senior, multipleOn(state.policy, `${line}.leverageOffMax`, day)),
  };
  for (const side of ['on', 'off'] as const) {
    if (now[side]) state.breaches.push({ date: day, what: `${line}.leverage ${side}` });
    if (now[side] === lender.beyond[side]) continue;
    happen(state, `${line} leverageMoved ${side} ${now[side] ? 'beyond' : 'back'}`, day, at, '');
  }
  lender.beyond = now;
}

/** all four phases of the lines that lend */
export function closeCredit(state: State, day: string, at: number): void {
  for (const line of LINES) {
    const lender = state.lenders[line];
    closeDebts(state, line, day, at);
    closeInterest(state, line, lender, day, at);
    closeFunding(state, line, lender, day, at);
    closeProvision(state, line, day, at);
    if (isLastOfMonth(day))
      for (const pool of poolsOf(state, line)) settlePool(state, line, lender, pool, day, at);
    closeBorrowing(state, line, day, at);
    closeLeverage(state, line, lender, day, at);
  }
}
