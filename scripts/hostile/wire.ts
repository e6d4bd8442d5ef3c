/**
 * Ways to ask a server what no good client would: by bytes on a socket, and by whatever body. Each ask ends, answered or not.
 *
 * @module
 */
import { connect } from 'node:net';

/** A case: what is tried of which point, and what was wrong with what came of it. */
export interface Case {
  /** The point that it is of, as in the title of its table. */
  readonly point: string;
  readonly name: string;
  /** Undefined where it held. */
  run(server: URL): Promise<string | undefined>;
}

/** What came back, over a socket. */
export interface Heard {
  readonly text: string;
  /** Whether the server closed the connection, within the patience. */
  readonly closed: boolean;
}

/** What came back, over HTTP. */
export interface Answered {
  readonly status: number;
  readonly text: string;
}

/** How long one ask may take at most, in milliseconds: longer than any deadline of a server. */
const patienceMs = 60_000;
/** What is kept of an answer, in characters. */
const keptMax = 100_000;

/** The head of a request. */
export const headOf = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): string =>
  `${method} ${path} HTTP/1.1\r\n${Object.entries({ host: '127.0.0.1', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/** A chunk of a chunked body. */
export const chunkOf = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;

/**
 * Sends pieces over a connection of its own, and listens until it is closed.
 *
 * @param pauseMs between two pieces
 * @param enough ends the listening early
 */
export function overSocket(
  { hostname, port }: URL,
  pieces: Iterable<string>,
  { pauseMs = 0, enough }: { readonly pauseMs?: number; readonly enough?: (text: string) => boolean } = {},
): Promise<Heard> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname);
    const rest = pieces[Symbol.iterator]();
    let pausing: NodeJS.Timeout | undefined;
    const end = (closed: boolean): void => {
      clearTimeout(pausing);
      clearTimeout(patience);
      socket.destroy();
      resolve({ text, closed });
    };
    const patience = setTimeout(() => end(false), patienceMs);
    const send = (): void => {
      const { value, done } = rest.next();
      if (done === true || socket.destroyed) return;
      socket.write(value, () => {
        pausing = setTimeout(send, pauseMs);
      });
    };
    socket.setEncoding('utf8');
    socket.on('connect', send);
    socket.on('data', (data: string) => {
      if (text.length < keptMax) text += data;
      if (enough?.(text) === true) end(false);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => end(true));
  });
}

/** Posts a body as it is. */
export async function posted(
  server: URL,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(new URL('/graphql', server), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    signal: AbortSignal.timeout(patienceMs),
  });
  return { status: response.status, text: await response.text() };
}

/** Posts a query. */
export const asked = (server: URL, query: string, variables?: object): Promise<Answered> =>
  posted(server, JSON.stringify({ query, variables }));

/** What is wrong with an answer that should say no: with a status of 4xx, one of some codes, and nothing of the inside. */
export function refusedWith({ status, text }: Answered, ...codes: readonly string[]): string | undefined {
  const inside = insideOf(text);
  if (inside !== undefined) return inside;
  if (status < 400 || status >= 500) return `status ${status}: ${text.slice(0, 200)}`;
  return codes.some((code) => text.includes(`"${code}"`))
    ? undefined
    : `no ${codes.join(', ')}: ${text.slice(0, 200)}`;
}

/** What an answer tells that is nobody's business, or says that nobody foresaw it. */
export function insideOf(text: string): string | undefined {
  const told = /INTERNAL_SERVER_ERROR|Unexpected error|Maximum call stack|\n {4}at /.exec(text);
  return told === null ? undefined : `${told[0].trim()}: ${text.slice(0, 200)}`;
}
