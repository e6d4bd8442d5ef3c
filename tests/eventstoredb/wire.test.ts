import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUuid, encodeUuid } from './server/event.ts';
import { fieldSize, MalformedMessage, WireReader, WireWriter } from './server/wire.ts';

describe('a message', () => {
  it('gives its fields back', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.nat({ max: 2 ** 31 - 1 }),
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array({ maxLength: 600 }),
        (long, short, text, bytes) => {
          const inner = new WireWriter().uint(1, long).uint(2, short).text(3, text);
          const reader = new WireReader(new WireWriter().message(7, inner).bytes(15, bytes).finish());
          expect(reader.field()).toBe(7);
          const nested = reader.message();
          expect([nested.field(), nested.uint64()]).toEqual([1, long]);
          expect([nested.field(), nested.uint()]).toEqual([2, short]);
          expect([nested.field(), nested.text()]).toEqual([3, text]);
          expect(nested.field()).toBe(0);
          expect(reader.field()).toBe(15);
          expect(Uint8Array.from(reader.bytes())).toEqual(bytes);
          expect(reader.field()).toBe(0);
        },
      ),
    );
  });

  it('is passed over where it is not known', () => {
    const known = new WireWriter()
      .uint(1, 2n ** 64n - 1n)
      .text(2, 'unknown')
      .uint(3, 5)
      .finish();
    const fixed = Buffer.from([0x21, 1, 2, 3, 4, 5, 6, 7, 8, 0x2d, 1, 2, 3, 4]);
    const reader = new WireReader(Buffer.concat([fixed, known]));
    for (const field of [4, 5, 1, 2]) {
      expect(reader.field()).toBe(field);
      reader.skip();
    }
    expect([reader.field(), reader.uint()]).toEqual([3, 5]);
  });

  it('has fields of the size that is reckoned', () => {
    for (const length of [0, 1, 127, 128, 16_383, 16_384, 3_000_000])
      expect(new WireWriter().bytes(15, new Uint8Array(length)).length).toBe(fieldSize(length));
  });

  it('is refused when it is cut off', () => {
    const whole = new WireWriter().text(1, 'text').finish();
    for (let length = 1; length < whole.length; length += 1) {
      const reader = new WireReader(whole.subarray(0, length));
      expect(() => {
        reader.field();
        reader.text();
      }).toThrow(MalformedMessage);
    }
  });
});

it.each(['text', 'structured'] as const)('an id comes back from its form: %s', (form) => {
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(decodeUuid(new WireReader(encodeUuid(id, form).finish()))).toBe(id);
    }),
  );
});
