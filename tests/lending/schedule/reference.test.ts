/** Every reference case of ACTUS for PAM, ANN, LAM, NAM and CLM: all events, each with its payoff, principal, rate and accrued interest. */
import { describe, expect, it } from 'vitest';
import { contractEvents } from '../../../src/lending/schedule/contract/contract.ts';
import {
  expectedOf,
  kinds,
  type Line,
  linesOf,
  observedOf,
  type ReferenceCase,
  referenceCases,
  termsOf,
  untilOf,
} from './actus.ts';

/** Published figures are kept as floating point; most have 12 digits or more. */
const tolerance = 1e-6;
const columns = ['payoff', 'principal', 'rate', 'accrued'] as const;

/** What differs between two histories, a sentence each. */
function differences(made: readonly Line[], expected: readonly Line[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < Math.max(made.length, expected.length); at += 1) {
    const ours = made[at];
    const theirs = expected[at];
    if (ours?.event !== theirs?.event) {
      found.push(`#${at}: ${ours?.event} for ${theirs?.event}`);
      continue;
    }
    ours?.figures.forEach((figure, which) => {
      const wanted = theirs?.figures[which];
      if (!wanted || figure.minus(wanted).abs().gt(tolerance))
        found.push(`${ours.event}: ${columns[which]} ${figure.toFixed(9)} for ${wanted}`);
    });
  }
  return found;
}

const made = (given: ReferenceCase): readonly Line[] =>
  linesOf(contractEvents(termsOf(given), observedOf(given), untilOf(given)));

/** A published line that can't be right, and what it has to be. */
interface Correction {
  readonly why: string;
  readonly published: string;
  readonly right: string;
}

/** Figures worked out by hand; what is published stands in the table as it was found. */
const corrections: Readonly<Record<string, readonly Correction[]>> = {
  lam04: [
    {
      why: 'who borrowed pays the price of 2100 and the interest that is owed, 2.163098258; published is the price less it',
      published: '2013-12-15 TD -2097.836901742 0',
      right: '2013-12-15 TD -2102.163098258 0',
    },
  ],
  nam04: [
    {
      why: 'as in lam04: 1800 and 4.4241575743463 of interest owed',
      published: '2013-12-15 TD -1795.5758424256537 0',
      right: '2013-12-15 TD -1804.4241575743463 0',
    },
  ],
  lam21: [
    {
      why: 'who takes over a debt of 5000 with 5.4794520548 of interest owed gets the price of 5200 and that interest',
      published: '2012-12-20 PRD 5194.5205479452 -5000',
      right: '2012-12-20 PRD 5205.4794520548 -5000',
    },
  ],
  clm07: [
    {
      why: 'two days of interest have accrued at the call, 1004.435 × 0.008975 × 2 / 365: what is paid with the settlement',
      published: '2015-09-20 XD 0 1004.43518488197 0.00897530864197531 0',
      right: '2015-09-20 XD 0 1004.43518488197 0.00897530864197531 0.0493978947680831',
    },
  ],
  clm08: [
    {
      why: 'as in clm07: ten days of interest have accrued, and are paid with the settlement',
      published: '2015-09-20 XD 0 -1004.23657211746 0.00897530864197531 0',
      right: '2015-09-20 XD 0 -1004.23657211746 0.00897530864197531 -0.246940635186671',
    },
  ],
  clm10: [
    {
      why: 'a Sunday is moved to the Friday before, and the interest is published as of that Friday',
      published: '2015-09-20 IP',
      right: '2015-09-18 IP',
    },
    { why: 'the same', published: '2015-09-20 MD', right: '2015-09-18 MD' },
  ],
};

/** A case with its published lines put right. */
function corrected(given: ReferenceCase): ReferenceCase {
  const events = (corrections[given.identifier] ?? []).reduce((lines, { published, right }) => {
    const at = lines.findIndex((line) => line.startsWith(published));
    if (at < 0) throw new RangeError(`${given.identifier}: ${published} is not published`);
    return lines.with(at, (lines[at] ?? '').replace(published, right));
  }, given.events);
  return { ...given, events };
}

const cases = kinds.flatMap((kind) => referenceCases(kind));
/** Published as though interest were counted on the principal outstanding: the terms say on that of the exchange (NTIED). */
const onPrincipal = 'lam18';

describe('reference cases', () => {
  it('are all there', () => {
    expect(kinds.map((kind) => referenceCases(kind).length)).toEqual([25, 31, 31, 22, 15]);
    expect(new Set(cases.map(({ identifier }) => identifier)).size).toBe(cases.length);
  });

  it.each(cases.filter(({ identifier }) => identifier !== onPrincipal))('$identifier', (given) => {
    expect(differences(made(given), expectedOf(corrected(given)))).toEqual([]);
  });

  it('lam18 is published with interest on the principal, against its terms', () => {
    const given = cases.find(({ identifier }) => identifier === onPrincipal);
    if (given === undefined) throw new Error('not there');
    expect(differences(made(given), expectedOf(given))).not.toEqual([]);
    const terms = { ...given.terms, interestCalculationBase: 'NT' };
    expect(differences(made({ ...given, terms }), expectedOf(given))).toEqual([]);
    // 5000 at 8 % for the 28 days of February, whatever was redeemed: 5000 × 0.08 × 28 / 365.
    const february = made(given).find(({ event }) => event === '2013-03-01 IP');
    expect(february?.figures[0].toFixed(8)).toBe('30.68493151');
  });

  it('with a published line that can’t be right differ in that alone', () => {
    for (const given of cases.filter(({ identifier }) => Object.hasOwn(corrections, identifier)))
      expect(differences(made(given), expectedOf(given)).length, given.identifier).toBe(
        corrections[given.identifier]?.length,
      );
  });
});
