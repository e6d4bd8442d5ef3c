/** How the events of commands are packed into appends. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Append, appendBytesMax, appendsOf } from '../../src/book/appends.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { encodeBody } from '../../src/log/sqlite/codec.ts';
import { histories, run } from '../support/histories.ts';
import { eventAfter } from './events.ts';

/** Commands of so many events with so much text each; a close's run where it says so. */
const commands = fc
  .array(
    fc.record({
      run: fc.boolean(),
      refused: fc.boolean(),
      texts: fc.array(fc.nat(3_000), { minLength: 1, maxLength: 8 }),
    }),
    { maxLength: 12 },
  )
  .map((drafts) => {
    let last: StoredEvent | undefined;
    return drafts.map(({ run, refused, texts }) => {
      if (refused) return [];
      const events: StoredEvent[] = [];
      for (const text of texts) {
        const begins = run && events.length === 0;
        last = eventAfter(last, {
          data: { text: 'x'.repeat(text) },
          header: begins ? { engine: 'test', events: texts.length - 1 } : null,
        });
        events.push(last);
      }
      return events;
    });
  });

const listed = (groups: readonly (readonly StoredEvent[])[], bytesMax?: number): readonly Append[] => [
  ...appendsOf(groups, bytesMax),
];

describe('appends', () => {
  it('hold all events in order, none of them empty', () => {
    fc.assert(
      fc.property(commands, fc.integer({ min: 500, max: 20_000 }), (groups, bytesMax) => {
        const appends = listed(groups, bytesMax);
        expect(appends.flatMap(({ events }) => events)).toEqual(groups.flat());
        for (const { events } of appends) expect(events.length).toBeGreaterThan(0);
      }),
    );
  });

  it('say how many commands are whole once they are written, and cut none but a run', () => {
    fc.assert(
      fc.property(commands, fc.integer({ min: 500, max: 20_000 }), (groups, bytesMax) => {
        let written = 0;
        for (const { events, commandsDone } of listed(groups, bytesMax)) {
          written += events.length;
          const done = groups.slice(0, commandsDone).flat().length;
          expect(done).toBeLessThanOrEqual(written);
          // What is beyond them belongs to one run that goes on.
          const begun = groups[commandsDone];
          if (done < written) {
            expect(begun?.[0]?.header).not.toBeNull();
            expect(written - done).toBeLessThan(begun?.length ?? 0);
          }
        }
        const last = listed(groups, bytesMax).at(-1);
        if (last !== undefined) expect(last.commandsDone).toBeGreaterThan(0);
      }),
    );
  });

  it('are as few as the limit allows, one after the other', () => {
    const events = Array.from({ length: 40 }, (_, at) => [eventAfter({ revision: at - 1, hash: '0' })]);
    const [one] = listed(events);
    expect(listed(events)).toHaveLength(1);
    expect(one?.commandsDone).toBe(40);
    expect(listed(events, 1)).toHaveLength(40);
    const sizes = listed(events, 7_000).map((append) => append.events.length);
    expect(new Set(sizes.slice(0, -1)).size).toBe(1);
    expect(listed([[], [], []])).toEqual([]);
  });

  it.each(histories(2, { days: 25, lines: 400, users: 8, merchants: 3 }))(
    'stay below what they are taken for: $name',
    ({ lines, close, last }) => {
      const { events } = run(lines, { close, through: last }).book;
      for (const bytesMax of [20_000, 60_000, appendBytesMax]) {
        for (const append of listed(
          events.map((event) => [event]),
          bytesMax,
        )) {
          if (append.events.length > 1)
            expect(Buffer.byteLength(encodeBody(append.events))).toBeLessThanOrEqual(bytesMax);
        }
      }
    },
  );
});
