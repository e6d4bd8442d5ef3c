/** A batch's text gives back exactly the events that it was made from, and its bytes follow from them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, genesisHash, type StoredEvent } from '../../src/kernel/state/events.ts';
import type { Json } from '../../src/kernel/values/fields.ts';
import { decodeBody, encodeBody } from '../../src/log/sqlite/codec.ts';
import { BodyUnreadable, decodeColumn, encodeColumn } from '../../src/log/sqlite/columns.ts';
import { chain } from './events.ts';

const text = fc.oneof(fc.constantFrom('a', 'b', ''), fc.string({ unit: 'binary', maxLength: 12 }));
const nullable = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.oneof(fc.constant(null), of);
const isJson = (_value: unknown): _value is Json => true;
const json = fc
  .oneof(
    fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 }),
    // Records of few shapes, whose values repeat, are what events' data are like.
    fc.record(
      { b: text, a: fc.constantFrom(1, 'x', null), '7': fc.boolean(), deep: fc.record({ k: text }) },
      { requiredKeys: ['b'] },
    ),
    fc.constant(JSON.parse('{"__proto__": 1, "constructor": {"prototype": []}}')),
  )
  .filter(isJson);
const minor = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -1_000n, max: 1_000n }),
  fc.constantFrom(2n ** 53n, 2n ** 53n - 1n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)),
);

const events = (first: number): fc.Arbitrary<readonly StoredEvent[]> =>
  fc
    .array(
      fc.record({
        type: text,
        schemaVersion: fc.nat(3),
        kind: fc.constantFrom('fact', 'derived'),
        segment: text,
        subject: text,
        refs: fc.array(text, { maxLength: 3 }),
        effectiveOn: fc.integer({ min: -719_162, max: 2_932_896 }),
        recordedAt: fc.maxSafeNat().map((ms) => Math.floor(ms / 2)),
        actor: text,
        behind: fc.nat(5),
        correlation: nullable(text),
        key: nullable(text),
        inputHash: nullable(fc.constantFrom('ab'.repeat(32), 'cd'.repeat(32))),
        header: nullable(fc.record({ engine: text, events: fc.nat() })),
        data: json,
        entry: fc.array(fc.tuple(text, minor), { maxLength: 5 }),
        hash: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((drafts) =>
      drafts.map(({ behind, entry, ...draft }, at) => ({
        ...draft,
        revision: first + at,
        cause: behind === 0 ? null : first + at - behind,
        accounts: entry.map(([account]) => account),
        minors: entry.map(([, amount]) => amount),
      })),
    );

/** All that counts of an event, in one text: what its hash is taken over, and the hash. */
const whole = (event: StoredEvent): string => `${canonicalText(event, genesisHash)} ${event.hash}`;

describe('a batch', () => {
  it('comes back as it was, and again as the same text', () => {
    fc.assert(
      fc.property(events(1_000), (batch) => {
        const body = encodeBody(batch);
        const back = decodeBody(body, 1_000, batch.length);
        expect(back.map(whole)).toEqual(batch.map(whole));
        expect(Object.keys(back[0] ?? {}).sort()).toEqual(Object.keys(batch[0] ?? {}).sort());
        expect(encodeBody(back)).toBe(body);
      }),
      { numRuns: 500 },
    );
  });

  it('cut short anywhere is no batch', () => {
    const body = encodeBody(chain(3));
    for (let end = 0; end < body.length; end++) {
      expect(() => decodeBody(body.slice(0, end), 0, 3)).toThrow(BodyUnreadable);
    }
  });

  it.each([0, 2, 4])('of three events is none of %d', (count) => {
    const events = chain(3).map((event, at) => ({ ...event, subject: `no two alike ${at}` }));
    expect(() => decodeBody(encodeBody(events), 0, count)).toThrow(BodyUnreadable);
  });

  it('with any of its columns put in place of another is no batch, or another one', () => {
    const batch = chain(4);
    const columns: unknown[] = JSON.parse(encodeBody(batch));
    for (let at = 0; at < columns.length; at++) {
      for (const wrong of [
        null,
        {},
        [],
        [1],
        [9, 9],
        [2, [], [0, 0, 0, 0]],
        [3, [[['a'], 1]], [7, 7, 7, 7]],
        'x',
        0.5,
      ]) {
        const body = JSON.stringify(columns.with(at, wrong));
        let found: readonly StoredEvent[];
        try {
          found = decodeBody(body, 0, 4);
        } catch (error) {
          expect(error).toBeInstanceOf(BodyUnreadable);
          continue;
        }
        const [bytesShow, hashesShow] = [
          encodeBody(found) !== body,
          found.map(whole).join() !== batch.map(whole).join(),
        ];
        expect(bytesShow || hashesShow || body === encodeBody(batch)).toBe(true);
      }
    }
  });
});

describe('a column', () => {
  it('gives back any list of JSON values', () => {
    fc.assert(
      fc.property(fc.array(json, { maxLength: 20 }), (values) => {
        const stored: unknown = JSON.parse(JSON.stringify(encodeColumn(values)));
        expect(JSON.stringify(decodeColumn(stored, values.length))).toBe(JSON.stringify(values));
      }),
      { numRuns: 500 },
    );
  });

  it('says what repeats once', () => {
    expect(encodeColumn(['a', 'a', 'a'])).toBe('a');
    expect(encodeColumn(['a', 'b', 'a', null])).toEqual([2, ['a', 'b'], [0, 1, 0, -1]]);
    expect(
      encodeColumn([
        { k: 1, v: 'x' },
        { k: 1, v: 'y' },
      ]),
    ).toEqual([3, [[['k', 'v'], 1, [1, ['x', 'y']]]]]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('takes no %d', (value) => {
    expect(() => encodeColumn([{ value }])).toThrow(RangeError);
  });

  it('does not let a key set a prototype', () => {
    expect(() => decodeColumn([3, [[['__proto__'], 1]]], 1)).toThrow(BodyUnreadable);
  });
});
