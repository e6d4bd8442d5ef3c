/**
 * What was observed of markets, as it is written.
 *
 * @module
 */
import type { Decimal } from 'decimal.js';
import type { Day } from '../../../kernel/values/dates.ts';
import { isRecord } from '../../../kernel/values/fields.ts';
import type { Refusal } from '../../../kernel/values/refusals.ts';
import type { Observed } from './rate-reset.ts';
import { figureOf, parsed, parseMoment, refuse } from './reader.ts';

/** The most observed rates of one question, all markets together: more than a hundred years of months. */
export const observationsMax = 2_000;

interface Observation {
  readonly day: Day;
  readonly value: Decimal;
}

/**
 * Market rates by name, each like `{ "data": [{ "timestamp": "2013-02-01", "value": "0.0098" }] }`; none if nothing is given.
 * A rate counts until the next.
 */
export const parseObserved = (raw: unknown): Observed | Refusal =>
  parsed<Observed>(() => {
    if (raw === null || raw === undefined) return () => undefined;
    if (!isRecord(raw)) return refuse('observed', raw, 'an object of rates by market object');
    let count = 0;
    const markets = new Map<string, readonly Observation[]>();
    for (const [market, given] of Object.entries(raw)) {
      const data = isRecord(given) ? given.data : undefined;
      if (!Array.isArray(data))
        return refuse(`observed.${market}`, given, 'like { "data": [{ "timestamp": …, "value": … }] }');
      count += data.length;
      if (count > observationsMax)
        return refuse('observed', `${count} rates`, `at most ${observationsMax}, all markets together`);
      const rates = data.map((each: unknown, at) => observation(`observed.${market}.data[${at}]`, each));
      markets.set(
        market,
        rates.toSorted((a, b) => a.day - b.day),
      );
    }
    return (market, on) => markets.get(market)?.findLast(({ day }) => day <= on)?.value;
  });

function observation(name: string, raw: unknown): Observation {
  const { timestamp, value } = isRecord(raw) ? raw : {};
  const at = typeof timestamp === 'string' ? parseMoment(timestamp.trim()) : undefined;
  if (!at) return refuse(`${name}.timestamp`, timestamp, 'a date like 2013-02-01');
  if (typeof value !== 'string' && typeof value !== 'number')
    return refuse(`${name}.value`, value, 'a share a year, like 0.0098');
  return { day: at.day, value: figureOf(`${name}.value`, value) };
}
