/** Events: every field stands in the hash, and every hash in the next one's. */
import { describe, expect, it } from 'vitest';
import {
  asciiJson,
  canonicalText,
  eventId,
  genesisHash,
  hashHolds,
  hashInput,
  type StoredEvent,
  sealed,
  sha256,
  sorted,
} from '../../src/kernel/state/events.ts';

const event: Omit<StoredEvent, 'hash'> = {
  revision: 7,
  type: 'ToppedUp',
  schemaVersion: 1,
  kind: 'fact',
  segment: 'payments',
  subject: 'wallet/user-1',
  refs: ['a', 'bc'],
  effectiveOn: 16_861,
  recordedAt: 1_456_800_000_000,
  actor: 'somebody',
  cause: null,
  correlation: null,
  key: null,
  inputHash: null,
  header: null,
  data: { amount: '1.00 CNY' },
  accounts: ['x:asset:y:z:CNY', 'x:liability:y:z:CNY'],
  minors: [100n, -100n],
};

describe('the hash of an event', () => {
  const { hash } = sealed(event, genesisHash);

  it('is the SHA-256 of its canonical text', () => {
    expect(hash).toBe(sha256(canonicalText(event, genesisHash)));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashHolds({ ...event, hash }, genesisHash)).toBe(true);
  });

  it('hangs on the event before it', () => {
    expect(sealed(event, hash).hash).not.toBe(hash);
    expect(hashHolds({ ...event, hash }, hash)).toBe(false);
  });

  const changes: readonly (readonly [string, Partial<Omit<StoredEvent, 'hash'>>])[] = [
    ['revision', { revision: 8 }],
    ['type', { type: 'ToppedDown' }],
    ['schemaVersion', { schemaVersion: 2 }],
    ['kind', { kind: 'derived' }],
    ['segment', { segment: 'treasury' }],
    ['subject', { subject: 'wallet/user-2' }],
    ['refs', { refs: ['a', 'bd'] }],
    ['the cut between refs', { refs: ['ab', 'c'] }],
    ['one ref less', { refs: ['a'] }],
    ['effectiveOn', { effectiveOn: 16_862 }],
    ['recordedAt', { recordedAt: 1_456_800_000_001 }],
    ['actor', { actor: 'somebody else' }],
    ['cause', { cause: 0 }],
    ['correlation', { correlation: '' }],
    ['key', { key: 'k' }],
    ['inputHash', { inputHash: 'k' }],
    ['header', { header: { engine: '1', events: 2 } }],
    ['data', { data: { amount: '1.01 CNY' } }],
    ['an account', { accounts: ['x:asset:y:z:CNY', 'x:equity:y:z:CNY'] }],
    ['an amount', { minors: [101n, -101n] }],
    [
      'the order of the postings',
      { accounts: [...event.accounts].reverse(), minors: [...event.minors].reverse() },
    ],
  ];

  it.each(changes)('changes with %s', (_, change) => {
    expect(sealed({ ...event, ...change }, genesisHash).hash).not.toBe(hash);
  });

  it('tells texts beyond ASCII apart, and their escapes', () => {
    const hashes = ['é', '\\u00e9', 'e\u0301', '是'].map(
      (actor) => sealed({ ...event, actor }, genesisHash).hash,
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('gives the id: a UUID of version 8', () => {
    expect(eventId(hash)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(eventId(hash)).toBe(eventId(hash));
    expect(eventId(hash)).not.toBe(eventId(sha256(hash)));
  });
});

describe('the hash of a command’s input', () => {
  const hash = hashInput('2016-03-01', 'topUp', { holder: 'a', amount: '1.00 CNY' });

  it('does not hang on the order of the inputs, at any depth', () => {
    expect(hashInput('2016-03-01', 'topUp', { amount: '1.00 CNY', holder: 'a' })).toBe(hash);
    expect(hashInput('x', 'y', { a: [{ b: 1, c: 2 }] })).toBe(hashInput('x', 'y', { a: [{ c: 2, b: 1 }] }));
    expect(hashInput('x', 'y', { a: 1, b: undefined })).toBe(hashInput('x', 'y', { a: 1 }));
  });

  it('hangs on date, command and each input', () => {
    const others = [
      hashInput('2016-03-02', 'topUp', { holder: 'a', amount: '1.00 CNY' }),
      hashInput('2016-03-01', 'topDown', { holder: 'a', amount: '1.00 CNY' }),
      hashInput('2016-03-01', 'topUp', { holder: 'b', amount: '1.00 CNY' }),
      hashInput('2016-03-01', 'topUp', { holder: 'a' }),
      hashInput('2016-03-01', 'topUp', { holder: 'a', amount: '1.00 CNY', note: null }),
    ];
    expect(new Set([hash, ...others]).size).toBe(6);
  });

  it('of lists hangs on their order', () => {
    expect(sorted(['b', 'a'])).toEqual(['b', 'a']);
    expect(sorted({ b: 5n, a: null })).toEqual({ a: null, b: '5' });
  });
});

it('JSON in ASCII has as many bytes as characters, and means the same', () => {
  const json = { text: 'weil – “so” 是 🐜' };
  const ascii = asciiJson(json);
  expect(Buffer.byteLength(ascii)).toBe(ascii.length);
  expect(JSON.parse(ascii)).toEqual(json);
  expect(asciiJson(undefined)).toBe('null');
});
