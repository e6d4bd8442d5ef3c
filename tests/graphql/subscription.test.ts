import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Served } from '../server/served.ts';

let served: Served;
beforeAll(async () => {
  served = await Served.start();
});
afterAll(async () => {
  await served.server.close();
});

interface Message {
  readonly data?: { readonly events: { readonly revision: string; readonly type: string } } | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

/** A stream of server-sent events, message by message. */
class Stream implements AsyncDisposable {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = '';

  private constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  static async open(args: string, fields = 'revision type'): Promise<Stream> {
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { events${args} { ${fields} } }` }),
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    if (response.body === null) throw new Error('no body');
    return new Stream(response.body);
  }

  /** The next message; undefined when the stream is complete. */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) return undefined;
        this.#text += this.#decoder.decode(value, { stream: true });
        continue;
      }
      const message = this.#text.slice(0, end);
      this.#text = this.#text.slice(end + 2);
      if (message.startsWith('event: complete')) return undefined;
      const found = /^data: (.*)$/m.exec(message)?.[1];
      if (found !== undefined) return JSON.parse(found);
    }
  }

  async take(count: number): Promise<string[]> {
    const found: string[] = [];
    while (found.length < count) {
      const message = await this.next();
      if (message?.data === undefined || message.data === null) throw new Error(JSON.stringify(message));
      found.push(message.data.events.revision);
    }
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}

const topUp = () =>
  served.data(
    'mutation { topUp(input: { holder: "user-9", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03" }) { ... on CommandAccepted { revision } } }',
  );
const head = async (): Promise<number> =>
  Number((await served.data('{ ledger { revision } }')).ledger.revision);

describe('the stream of events', () => {
  it('gives the past first, then what comes, without gap or double', async () => {
    const last = await head();
    await using stream = await Stream.open(`(from: "${last - 2}")`);
    expect(await stream.take(3)).toEqual([last - 2, last - 1, last].map(String));
    await topUp();
    await topUp();
    expect(await stream.take(2)).toEqual([last + 1, last + 2].map(String));
  });

  it('gives all of a long past', async () => {
    const last = await head();
    await using stream = await Stream.open('(from: "0")');
    expect(await stream.take(last + 1)).toEqual(Array.from({ length: last + 1 }, (_, at) => String(at)));
  });

  it('goes on after the last one that was seen', async () => {
    const last = await head();
    await using stream = await Stream.open(`(after: "${last}")`);
    await topUp();
    expect(await stream.take(1)).toEqual([String(last + 1)]);
  });

  it('without a beginning gives only what comes', async () => {
    const last = await head();
    await using stream = await Stream.open('');
    await topUp();
    expect(await stream.take(1)).toEqual([String(last + 1)]);
  });

  it('is filtered', async () => {
    await using stream = await Stream.open(
      '(from: "0", filter: { type: "DayClosed" })',
      'revision type cause { type }',
    );
    const message = await stream.next();
    expect(message?.data?.events).toMatchObject({ type: 'DayClosed', cause: { type: 'DayClosing' } });
  });

  it('of a sandbox is its book’s past and its own', async () => {
    const { openSandbox } = await served.data(
      'mutation { openSandbox(input: {}) { ... on Sandbox { id forkedAt } } }',
    );
    const { id, forkedAt } = openSandbox;
    await using stream = await Stream.open(`(sandbox: "${id}", from: "${forkedAt}")`);
    expect(await stream.take(1)).toEqual([forkedAt]);
    await served.data(
      `mutation { topUp(input: { sandbox: "${id}", holder: "user-9", amount: { amount: "1.00", currency: "CNY" }, effectiveOn: "2016-04-03" }) { __typename } }`,
    );
    expect(await stream.take(1)).toEqual([String(Number(forkedAt) + 1)]);
  });

  it.each([
    ['a revision to come', '(from: "99999")', 'POINT_UNKNOWN'],
    ['two beginnings', '(from: "1", after: "1")', 'INVALID_INPUT'],
    ['a book that is not there', '(book: "none", from: "0")', 'BOOK_UNKNOWN'],
  ])('refuses %s', async (_what, args, code) => {
    await using stream = await Stream.open(args);
    expect((await stream.next())?.errors?.[0]?.extensions.code).toBe(code);
  });

  it('gives its place back when its reader leaves', async () => {
    // More, one after the other, than may be open at once.
    for (let at = 0; at < 120; at++) {
      await using stream = await Stream.open('(from: "0")');
      await stream.take(1);
    }
  });
});
