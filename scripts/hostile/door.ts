/**
 * What is tried at the door: bodies without end, bytes that trickle, nesting, repetition, and what is no request at all.
 *
 * @module
 */
import {
  type Answered,
  asked,
  type Case,
  chunkOf,
  headOf,
  insideOf,
  overSocket,
  posted,
  refusedWith,
} from './wire.ts';

const json = { 'content-type': 'application/json' };
const chunked = { ...json, 'transfer-encoding': 'chunked' };
const mebibytes = 3;
const block = 'x'.repeat(65_536);
const blocks = (mebibytes * 1_048_576) / block.length;

function* flood(head: string): Generator<string> {
  yield head;
  for (let sent = 0; sent < blocks; sent++) yield chunkOf(block);
}

/** A body without end must be answered, and its connection closed. */
const closes = (name: string, head: string, status: number): Case => ({
  point: 'bodies',
  name,
  run: async (server) => {
    const { text, closed } = await overSocket(server, flood(head));
    if (!text.startsWith(`HTTP/1.1 ${status}`)) return `answered with ${text.slice(0, 60)}`;
    return closed ? undefined : 'the connection hangs';
  },
});

const bodies: readonly Case[] = [
  closes('chunked, too large, to the graph', headOf('POST', '/graphql', chunked), 413),
  closes('chunked, beside a query in the address', headOf('GET', '/graphql?query=x', chunked), 200),
  closes(
    'chunked, of a type that is not taken',
    headOf('POST', '/graphql', { ...chunked, 'content-type': 'text/plain' }),
    403,
  ),
  closes('chunked, to another host', headOf('POST', '/graphql', { ...chunked, host: 'evil.example' }), 421),
  closes('chunked, to /health', headOf('GET', '/health', chunked), 200),
  closes('chunked, to /metrics', headOf('GET', '/metrics', chunked), 200),
  closes('chunked, to a page that takes none', headOf('POST', '/', chunked), 413),
  {
    point: 'bodies',
    name: 'announced as too large, and not sent',
    run: async (server) => {
      const head = headOf('POST', '/graphql', { ...json, 'content-length': '1000000000' });
      const { text, closed } = await overSocket(server, [head]);
      if (!text.startsWith('HTTP/1.1 413')) return `answered with ${text.slice(0, 60)}`;
      return closed ? undefined : 'the connection hangs';
    },
  },
];

/** Bytes one by one for ever must be cut. */
const cut = (name: string, head: string, byte: string): Case => ({
  point: 'trickling',
  name,
  run: async (server) => {
    const bytes = function* (): Generator<string> {
      yield head;
      for (;;) yield byte;
    };
    const { text, closed } = await overSocket(server, bytes(), { pauseMs: 20 });
    const inside = insideOf(text);
    return inside ?? (closed ? undefined : 'it is never cut');
  },
});

const trickling: readonly Case[] = [
  cut('headers', 'GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ', 'y'),
  cut('a body of a length', headOf('POST', '/graphql', { ...json, 'content-length': '1000000' }), ' '),
  cut('a chunked body', headOf('POST', '/graphql', chunked), chunkOf(' ')),
  cut('a body to a page that takes none', headOf('POST', '/', chunked), chunkOf(' ')),
];

const brackets = (count: number, open: string, close: string, inside = ''): string =>
  `${open.repeat(count)}${inside}${close.repeat(count)}`;

const refused = (point: string, name: string, query: string, variables?: object): Case => ({
  point,
  name,
  run: async (server) => refusedWith(await asked(server, query, variables), 'QUERY_LIMIT'),
});

const badBody = (point: string, name: string, body: string | Uint8Array<ArrayBuffer>): Case => ({
  point,
  name,
  run: async (server) => refusedWith(await posted(server, body), 'BAD_REQUEST'),
});

const deep = brackets(100_000, '[', ']');
const deepObject = brackets(100_000, '{"a":', '}', '1');

const nesting: readonly Case[] = [
  refused('nesting', 'fields', brackets(1_900, '{a', '}')),
  refused('nesting', 'fields, never closed', '{a'.repeat(1_990)),
  refused(
    'nesting',
    'lists in a literal',
    `{ events(first: ${brackets(1_900, '[', ']')}) { nodes { revision } } }`,
  ),
  refused(
    'nesting',
    'objects in a literal',
    `{ events(filter: ${brackets(900, '{a:', '}', '1')}) { nodes { revision } } }`,
  ),
  refused('nesting', 'types of variables', `query($a: ${brackets(1_900, '[', ']', 'Int')}) { __typename }`),
  refused('nesting', 'inline fragments', `{${brackets(900, '...{', '}', '__typename')}}`),
  badBody(
    'nesting',
    'lists in a variable',
    `{"query":"query($f: Revision!) { event(at: $f) { revision } }","variables":{"f":${deep}}}`,
  ),
  badBody('nesting', 'objects in a variable', `{"query":"{ __typename }","variables":{"f":${deepObject}}}`),
  badBody('nesting', 'lists in extensions', `{"query":"{ __typename }","extensions":{"f":${deep}}}`),
  badBody('nesting', 'lists in place of all', deep),
  {
    point: 'nesting',
    name: 'lists in a variable of an address',
    run: async (server) => {
      const variables = `{"a":${brackets(2_000, '[', ']')}}`;
      const address = `/graphql?query=%7B__typename%7D&variables=${encodeURIComponent(variables)}`;
      const response = await fetch(new URL(address, server), { headers: { 'x-formicary-csrf': '1' } });
      return refusedWith({ status: response.status, text: await response.text() }, 'BAD_REQUEST');
    },
  },
  scenario('lists of a scenario', brackets(10_000, '[', ']')),
  scenario(
    'blocks of a scenario',
    Array.from({ length: 1_000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
  ),
  scenario('aliases of a scenario', aliases(24)),
];

/** Ten times as much with each line. */
function aliases(lines: number): string {
  const more = Array.from({ length: lines }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(10)}]`);
  return ['a0: &a0 x', ...more].join('\n');
}

function scenario(name: string, text: string): Case {
  return {
    point: 'nesting',
    name,
    run: async (server) => {
      const { status, text: answer } = await asked(
        server,
        'mutation($text: String!) { runScenario(input: { text: $text }) { __typename } }',
        { text },
      );
      if (status === 200 && answer.includes('InvalidInput')) return undefined;
      return insideOf(answer) ?? `status ${status}: ${answer.slice(0, 200)}`;
    },
  };
}

const doubling = (levels: number): string =>
  `{ ...f0 } ${Array.from({ length: levels }, (_, at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`).join(' ')} fragment f${levels} on Query { __typename }`;

const repetition: readonly Case[] = [
  refused('repetition', 'the same field 500 times', `{ ${'__typename '.repeat(500)}}`),
  refused('repetition', 'the same object 500 times', `{ ${'ledger { revision } '.repeat(500)}}`),
  refused(
    'repetition',
    'the same fragment 500 times',
    `{ ${'...a '.repeat(500)}} fragment a on Query { __typename }`,
  ),
  refused('repetition', 'fragments that double 60 times', doubling(60)),
  refused('repetition', 'fields of a schema, wide and again', wide()),
  refused('repetition', 'directives', `{ __typename ${'@skip(if: false) '.repeat(100)}}`),
];

/** Few names in one place, and many places: 31 times 30 times 3. */
function wide(): string {
  const inside = Array.from({ length: 15 }, (_, at) => `a${at}: name name`).join(' ');
  return `{ __schema { ${`types { ${inside} } `.repeat(30)}queryType { ...q } } ${'ledger { revision } '.repeat(30)}${'...s '.repeat(3)}} fragment q on __Type { name } fragment s on Query { __schema { ${`types { ${'kind '.repeat(30)}} `.repeat(30)}} }`;
}

/** An answer that may say yes or no, but in no case that nobody foresaw it. */
const sane = (name: string, ask: (server: URL) => Promise<Answered>): Case => ({
  point: 'what is no request',
  name,
  run: async (server) => {
    const { status, text } = await ask(server);
    return insideOf(text) ?? (status < 500 ? undefined : `status ${status}`);
  },
});

const plain = '{"query":"{ __typename }"}';
const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-formicary-csrf': '1' };
const count = '{"query":"query($n: Int) { events(first: $n) { nodes { revision } } }","variables":{"n":';

const mistaken: readonly Case[] = [
  badBody(
    'what is no request',
    'bytes that are no UTF-8',
    new Uint8Array([...Buffer.from('{"query":"{ a }'), 0xff, 0xc0, 0x22, 0x7d]),
  ),
  badBody(
    'what is no request',
    'a key that stands twice',
    '{"query":"{ __typename }","query":"{ ledger { revision } }"}',
  ),
  badBody('what is no request', 'a list of queries', `[${plain},${plain}]`),
  badBody('what is no request', 'a body that ends early', '{"query":"{ __typ'),
  badBody('what is no request', 'a parameter __proto__', '{"__proto__":{"query":"{ __typename }"}}'),
  sane('variables named __proto__ and constructor', (server) =>
    posted(
      server,
      '{"query":"query($n: Int) { events(first: $n) { nodes { revision } } }","variables":{"__proto__":{"n":1},"constructor":{"prototype":{"n":1}}}}',
    ),
  ),
  sane('a number of 1e400', (server) => posted(server, `${count}1e400}}`)),
  sane('a number of 400 digits', (server) => posted(server, `${count}${'9'.repeat(400)}}}`)),
  sane('UTF-16', (server) =>
    posted(server, Buffer.from(plain, 'utf16le'), { 'content-type': 'application/json; charset=utf-16' }),
  ),
  sane('a charset that is none', (server) =>
    posted(server, plain, { 'content-type': 'application/json; charset="' }),
  ),
  sane('compressed, and not', (server) => posted(server, plain, { 'content-encoding': 'gzip' })),
  sane('a form whose variables are no JSON', (server) =>
    posted(server, 'query=%7B__typename%7D&variables=%7B', form),
  ),
  sane('a form with broken escapes', (server) => posted(server, 'query=%ZZ&variables=%', form)),
  sane('GraphQL without JSON', (server) =>
    posted(server, '{ __typename }', { 'content-type': 'application/graphql' }),
  ),
  sane('a persisted query', (server) =>
    posted(server, '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}'),
  ),
  sane('a stream of a query that is cut off', (server) =>
    posted(server, '{"query":"{ a', { accept: 'text/event-stream' }),
  ),
  sane('half a surrogate', (server) =>
    posted(server, '{"query":"{ ledger(book: \\"\\ud800\\") { revision } }"}'),
  ),
  sane('a name of 900,000 letters', (server) => asked(server, `{ ${'a'.repeat(900_000)} }`)),
  sane('a text of 900,000 letters', (server) =>
    asked(server, `{ ledger(book: "${'a'.repeat(900_000)}") { revision } }`),
  ),
  sane('60,000 variables', (server) =>
    asked(
      server,
      'query($a: Int) { __typename }',
      Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`v${at}`, at])),
    ),
  ),
];

/** The first line of the answer to a request on a socket must have a status below 500, or the connection be closed. */
const wire = (name: string, ...pieces: readonly string[]): Case => ({
  point: 'the wire',
  name,
  run: async (server) => {
    const { text, closed } = await overSocket(server, pieces, {
      enough: (heard) => heard.includes('\r\n\r\n'),
    });
    const inside = insideOf(text);
    if (inside !== undefined) return inside;
    if (text === '') return closed ? undefined : 'no answer';
    return /^HTTP\/1\.1 (100|[234]\d\d)/.test(text) ? undefined : text.slice(0, 100);
  },
});

const wires: readonly Case[] = [
  wire('a header of 100,000 bytes', headOf('GET', '/health', { x: 'y'.repeat(100_000) })),
  wire(
    '3,000 headers',
    headOf('GET', '/health', Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`a${at}`, '1']))),
  ),
  wire('no host', 'GET /health HTTP/1.1\r\n\r\n'),
  wire('another host', headOf('GET', '/health', { host: 'evil.example' })),
  wire(
    'two lengths of one body',
    'POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ),
  wire('a chunk that is none', headOf('POST', '/graphql', chunked), 'zz\r\n'),
  wire('TLS', '\u0016\u0003\u0001 hello\r\n\r\n'),
  wire('a path with broken escapes', headOf('GET', '/%ff%')),
  wire('a query with broken escapes', headOf('GET', '/graphql?query=%', { 'x-formicary-csrf': '1' })),
  wire(
    'a mutation in an address',
    headOf('GET', '/graphql?query=mutation%7Bx%7D', { 'x-formicary-csrf': '1' }),
  ),
  wire(
    'variables in an address that are no JSON',
    headOf('GET', '/graphql?query=%7Bx%7D&variables=%7B', { 'x-formicary-csrf': '1' }),
  ),
  wire('an upgrade', headOf('GET', '/graphql', { connection: 'upgrade', upgrade: 'websocket' })),
  wire('an expectation', headOf('POST', '/graphql', { ...json, 'content-length': '2', expect: 'more' })),
  {
    point: 'the wire',
    name: '1,000 requests at once on one connection',
    run: async (server) => {
      const one = `${headOf('POST', '/graphql', { ...json, 'content-length': String(plain.length) })}${plain}`;
      const answers = (heard: string): number => heard.split('HTTP/1.1 200').length - 1;
      const { text } = await overSocket(server, [one.repeat(1_000)], {
        enough: (heard) => answers(heard) >= 200,
      });
      return insideOf(text) ?? (answers(text) >= 200 ? undefined : `${answers(text)} answers`);
    },
  },
];

/** All of it, the slow ones among them. */
export const doorCases: readonly Case[] = [
  ...bodies,
  ...trickling,
  ...nesting,
  ...repetition,
  ...mistaken,
  ...wires,
];
