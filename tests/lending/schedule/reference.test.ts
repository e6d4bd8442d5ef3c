/** Every reference case of ACTUS for PAM and ANN: all events, each with its payoff, principal, rate and accrued interest. */
import { describe, expect, it } from 'vitest';
import { contractEvents } from '../../../src/lending/schedule/contract.ts';
import {
  expectedOf,
  type Line,
  linesOf,
  observedOf,
  type ReferenceCase,
  referenceCases,
  termsOf,
  untilOf,
} from './actus.ts';

/** Cases that the engine doesn't make, each with the reason. */
const leftOut: Readonly<Record<string, string>> = {};

/** Published figures are kept as floating point; most have 12 digits or more. */
const tolerance = 1e-6;

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
        found.push(
          `${ours.event}: ${['payoff', 'principal', 'rate', 'accrued'][which]} ${figure.toFixed(9)} for ${wanted}`,
        );
    });
  }
  return found;
}

const compared = (given: ReferenceCase): readonly string[] =>
  differences(linesOf(contractEvents(termsOf(given), observedOf(given), untilOf(given))), expectedOf(given));

const cases = [...referenceCases('pam'), ...referenceCases('ann')];

describe('reference cases', () => {
  it('are all there', () => {
    expect(referenceCases('pam')).toHaveLength(25);
    expect(referenceCases('ann')).toHaveLength(31);
    const known = new Set(cases.map(({ identifier }) => identifier));
    expect(known.size).toBe(cases.length);
    expect(Object.keys(leftOut).filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(cases.filter(({ identifier }) => !Object.hasOwn(leftOut, identifier)))('$identifier', (given) => {
    expect(compared(given)).toEqual([]);
  });

  it('that are left out would not pass', () => {
    const passing = cases
      .filter(({ identifier }) => Object.hasOwn(leftOut, identifier))
      .filter((given) => {
        try {
          return compared(given).length === 0;
        } catch {
          return false;
        }
      });
    expect(passing.map(({ identifier }) => identifier)).toEqual([]);
  });
});
