/**
 * A server that runs: what it says of a book.
 *
 * @module
 */
import { isRecord } from '../../kernel/values/fields.ts';
import { Refusal } from '../../kernel/values/refusals.ts';
import { badUsage, cliCodes, exits, Failure } from './failures.ts';

/** How long a server may take to work out a digest, in milliseconds. */
const answerMsMax = 60_000;

/** A book as a server has it. */
export interface RunningLedger {
  readonly revision: number;
  readonly digest: string;
  readonly balanceDigest: string;
  /** The server's engine version. */
  readonly engine: string;
}

/**
 * Asks a server for a book's head and digests.
 *
 * @param url the server's address, as `http://127.0.0.1:4000`
 * @throws Failure when nobody answers there, or it has no such book
 */
export async function runningLedger(url: string, book: string): Promise<RunningLedger> {
  const server = URL.canParse(url) ? new URL(url) : undefined;
  if (server?.protocol !== 'http:' && server?.protocol !== 'https:')
    throw badUsage(`--against ${url}`, 'an address is like http://127.0.0.1:4000');
  const query = 'query Head($book: ID!) { ledger(book: $book) { revision digest balanceDigest } }';
  const [health, answer] = await Promise.all([
    ask(new URL('/health', server), undefined),
    ask(new URL('/graphql', server), { query, variables: { book } }),
  ]);
  const ledger = isRecord(answer.data) ? answer.data.ledger : undefined;
  if (!isRecord(ledger)) throw unreachable(url, messageOf(answer));
  return {
    revision: Number(ledger.revision),
    digest: String(ledger.digest),
    balanceDigest: String(ledger.balanceDigest),
    engine: String(health.engine),
  };
}

async function ask(url: URL, body: unknown): Promise<Readonly<Record<string, unknown>>> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(answerMsMax),
      ...(body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
    });
    const read: unknown = await response.json();
    return isRecord(read) ? read : {};
  } catch (error) {
    throw unreachable(url.origin, error instanceof Error ? error.message : String(error));
  }
}

function messageOf({ errors }: Readonly<Record<string, unknown>>): string {
  const [first]: unknown[] = Array.isArray(errors) ? errors : [];
  return isRecord(first) ? String(first.message) : 'no answer';
}

const unreachable = (url: string, why: string): Failure =>
  new Failure(new Refusal(cliCodes.server, url, why), exits.unreachable);
