import { describe, expect, it } from 'vitest';
import { streamLimits } from '../../src/graphql/base/limits.ts';
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { house } from '../../src/segments/index.ts';
import { Books } from '../../src/server/books/books.ts';
import { OpenLibrary } from '../../src/server/books/library.ts';

describe('places for streams', () => {
  it('are as many as there are, however often one is given back', () => {
    const books = new Books({ store: 'memory:', house, engine: 'test', now: () => 0, note: () => undefined });
    const library = new OpenLibrary(house, books, () => 0);
    const leave = library.enterStream();
    if (leave instanceof Refusal) throw new Error(leave.message);
    leave();
    leave();
    const taken = Array.from({ length: streamLimits.openMax }, () => library.enterStream());
    expect(taken.some((place) => place instanceof Refusal)).toBe(false);
    expect(library.enterStream()).toMatchObject({ code: 'TOO_MANY' });
  });
});
