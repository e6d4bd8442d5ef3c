/**
 * The events of any loan contract, asked for without a book: exact, by the rules of ACTUS.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import { builder } from '../../graphql/base/builder.ts';
import { fault, orFault } from '../../graphql/base/faults.ts';
import { type Day, formatDay } from '../../kernel/values/dates.ts';
import { codes, Refusal } from '../../kernel/values/refusals.ts';
import { tooLong } from '../../reading/codes.ts';
import { endOf, type Moment, startOf } from '../schedule/calendar.ts';
import { type ContractOutline, contractEvents, contractOutline } from '../schedule/contract/contract.ts';
import type { ContractEvent, EventType } from '../schedule/contract/event.ts';
import { parseObserved } from '../schedule/contract/observed.ts';
import { parseTerms } from '../schedule/contract/parse.ts';
import type { Observed } from '../schedule/contract/rate-reset.ts';
import { mistakenTerm } from '../schedule/contract/reader.ts';
import type { ContractTerms } from '../schedule/contract/terms.ts';
import { redemptions } from '../schedule/contract/timetable.ts';
import { Exact } from '../schedule/exact.ts';
import { enumValues } from './debt.ts';

/**
 * The most events of a contract, from its exchange to its end: thirty years of months with interest and redemption, and a reset
 * a quarter with its payment set anew. The payments of an annuity are worked out anew with each reset, so that work grows with
 * the square; so many take half a second.
 */
const contractEventsMax = 1_000;

/** Digits after the point of a figure, the last rounded half to even; and the most before it, as of any Decimal. */
const figureDigits = 12;
const wholeDigitsMax = 30;
const figureEnd = new Exact(10).pow(wholeDigitsMax);

/** A figure as text. It is rounded first, so that what rounds to zero has no sign. */
const figureText = (figure: Decimal): string =>
  figure.toDecimalPlaces(figureDigits, Exact.ROUND_HALF_EVEN).toFixed(figureDigits);

const TypeEnum = builder.enumType('ContractEventType', {
  description:
    'What happens to a contract, as ACTUS names it; in this order where several happen at the same moment.',
  values: enumValues<EventType>({
    IED: 'Initial exchange: the principal is lent.',
    PR: 'Principal redemption.',
    IP: 'Interest payment.',
    IPCI: 'Interest is added to the principal instead of paid.',
    RRF: 'The rate is reset to one agreed before.',
    RR: 'The rate is reset to the market.',
    XD: 'Call money is called: from here on no interest accrues.',
    PRF: 'The payment of an annuity is set anew.',
    PRD: 'Purchase: the holder buys the contract.',
    TD: 'Termination: the holder sells it, or it is settled early.',
    SC: 'What interest and principal pay is set anew by an index.',
    IPCB: 'Interest is counted from here on on the principal as it is now.',
    MD: 'Maturity: what is left is paid.',
    STD: 'Settlement: call money that was called is paid back.',
  }),
});

const EventRef = builder.objectRef<ContractEvent>('ContractEvent').implement({
  description: `What happens to a contract, what it pays, and the contract right after it. Figures are in units of the contract’s currency, with ${figureDigits} digits after the point, the last rounded half to even.`,
  fields: (t) => {
    const figure = (of: (event: ContractEvent) => Decimal, description: string) =>
      t.field({ type: 'Decimal', description, resolve: (event) => figureText(of(event)) });
    return {
      date: t.field({
        type: 'Date',
        description: 'When, moved to a business day where the terms say so: 2013-02-01.',
        resolve: ({ date }) => date.day,
      }),
      atEnd: t.boolean({
        description:
          'Whether it happens at the end of that day (23:59:59 in ACTUS’s files), when its interest has accrued too: false.',
        resolve: ({ date }) => date.atEnd,
      }),
      type: t.field({ type: TypeEnum, description: 'What happens: IP.', resolve: ({ type }) => type }),
      payoff: figure(
        ({ payoff }) => payoff,
        'What the holder of the contract receives; below zero what the holder pays: "-3000.000000000000" at the exchange of who lends.',
      ),
      principal: figure(
        ({ principal }) => principal,
        'Principal outstanding; below zero where the holder owes it: "3000.000000000000".',
      ),
      rate: figure(({ rate }) => rate, 'Interest as a share a year: "0.100000000000".'),
      accrued: figure(
        ({ accrued }) => accrued,
        'Interest accrued and not paid yet, with the sign of the principal: "25.479452054795" after 31 days of 0.1 on 3000, "0.000000000000" once it is paid.',
      ),
    };
  },
});

/** Rates of the market that must be there. */
const needed =
  (observed: Observed): Observed =>
  (market, on) => {
    const found = observed(market, on);
    if (found) return found;
    throw fault(
      new Refusal(
        codes.invalidInput,
        `observed.${market}: none`,
        `what happens on ${formatDay(on)} needs a value of that day or before`,
        `Give it: { "${market}": { "data": [{ "timestamp": "${formatDay(on)}", "value": "0.0098" }] } }.`,
      ),
    );
  };

/** What the engine makes of terms, or what it names as mistaken in them where it can't go on. */
function engine<T>(name: string, value: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof RangeError) throw fault(mistakenTerm(name, value, error.message));
    throw error;
  }
}

/** Refuses what is too much work. */
function bounded(length: number, from: Day, to: Day): void {
  if (length <= contractEventsMax) return;
  throw fault(
    new Refusal(
      tooLong,
      `${length} events from ${formatDay(from)} to ${formatDay(to)}`,
      `at most ${contractEventsMax} of a contract are worked out`,
      'Ask for longer cycles, or an earlier end.',
    ),
  );
}

function outlineOf(terms: ContractTerms, until: Moment | undefined): ContractOutline {
  const { kind, initialExchange, maturity } = terms;
  const amortisation = kind === 'ANN' ? terms.amortisation : undefined;
  const called = kind === 'CLM' && terms.call ? startOf(terms.call.settled) : undefined;
  const end = maturity ?? amortisation ?? called ?? (kind === 'CLM' ? until : undefined);
  if (kind === 'CLM' && !end)
    throw fault(mistakenTerm('maturityDate', 'none', 'call money that is not called needs until'));
  const said =
    maturity || !end ? 'maturityDate' : amortisation ? 'amortizationDate' : called ? 'events' : 'until';
  const outline = engine(said, end ? formatDay(end.day) : 'none', () => contractOutline(terms, until));
  bounded(outline.appointments.length, initialExchange, outline.end.day);
  if (kind === 'ANN' && amortisation)
    engine('amortizationDate', formatDay(amortisation.day), () =>
      bounded(redemptions(terms, amortisation).length, terms.redemption.anchor, amortisation.day),
    );
  return outline;
}

function scheduleOf(
  rawTerms: unknown,
  rawObserved: unknown,
  rawEvents: unknown,
  lastDay: Day | null | undefined,
) {
  const terms = orFault(parseTerms(rawTerms, rawEvents));
  const observed = needed(orFault(parseObserved(rawObserved)));
  const until = lastDay === null || lastDay === undefined ? undefined : endOf(lastDay);
  const outline = outlineOf(terms, until);
  const events = contractEvents(terms, observed, until, outline);
  for (const { date, type, payoff, principal, rate, accrued } of events) {
    // NaN is not below it either.
    if (![payoff, principal, rate, accrued].every((figure) => figure.abs().lt(figureEnd)))
      throw fault(
        mistakenTerm(
          'nominalInterestRate',
          `${terms.rate}`,
          `by ${type} of ${formatDay(date.day)} a figure has more than ${wholeDigitsMax} digits before the point`,
        ),
      );
  }
  return [...events];
}

builder.queryField('contractSchedule', (t) =>
  t.field({
    type: [EventRef],
    description: `The events of a loan contract, exact, by the rules of ACTUS (actusfrf.org): PAM (principal at maturity), ANN (annuity), LAM (equal parts of principal), NAM (payments that go to interest first), CLM (call money). Of no book. At most ${contractEventsMax} events from its start to its end: a contract of more is refused. What happens on the status date has happened, and interest accrues from there on where accruedInterest is not given. Fees, penalties and arrays of rates or payments are left out, as no line of business here has them, and are refused by name; fixingDays and deal dates are passed over.`,
    // The engine’s work, and every field of every event.
    complexity: { field: 1_000, multiplier: contractEventsMax },
    args: {
      terms: t.arg({
        type: 'JSON',
        required: true,
        description:
          'What the contract says, by the names of ACTUS’s data dictionary, figures as text or numbers: { contractType: "PAM", contractRole: "RPA", statusDate: "2012-12-30", initialExchangeDate: "2013-01-01", maturityDate: "2014-01-01", notionalPrincipal: "3000", nominalInterestRate: "0.1", dayCountConvention: "A365", cycleAnchorDateOfInterestPayment: "2013-01-01", cycleOfInterestPayment: "P1ML0" }.',
      }),
      observed: t.arg({
        type: 'JSON',
        description:
          'Market rates that resets ask for, as shares a year by market object and date; each counts until the next: { USD_SWP: { data: [{ timestamp: "2013-02-01", value: "0.0098" }] } }.',
      }),
      events: t.arg({
        type: 'JSON',
        description:
          'What was observed of the contract itself: the call of call money, which is paid back when its notice (xDayNotice) has passed: [{ time: "2015-09-20", type: "XD" }].',
      }),
      until: t.arg({
        type: 'Date',
        description:
          'Events to the end of this day: "2013-06-30"; to the end of the contract when left out. Needed for call money without maturityDate that is not called; what is called by then is told to its settlement.',
      }),
    },
    resolve: (_root, { terms, observed, events, until }) => scheduleOf(terms, observed, events, until),
  }),
);
