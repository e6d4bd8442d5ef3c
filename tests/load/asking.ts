/**
 * A server on this machine, asked over HTTP with connections that stay.
 *
 * @module
 */
import { Agent, request } from 'node:http';
import { isRecord } from '../../src/kernel/values/fields.ts';
import { isLoopback } from '../../src/server/http/request.ts';

/** A request that is not answered after so long is given up: many times what any of them may take. */
export const answerMsMax = 20_000;

/** No answer came in time, or the connection broke. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** Most connections: the queries and the runs of a load test come at once. */
const connectionsMax = 1_024;

/** A server, by its address. */
export class Asking implements Disposable {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });

  /** @throws RangeError where the address is not of this machine */
  constructor(url: string) {
    this.#url = new URL('/graphql', url);
    if (this.#url.protocol !== 'http:' || !isLoopback(this.#url.hostname.replace(/^\[|\]$/g, '')))
      throw new RangeError(`${url}: a load test asks servers at http://127.0.0.1 and no others`);
  }

  /**
   * The data of an operation.
   *
   * @throws Unanswered
   * @throws Error where the answer has errors
   */
  async data(query: string, variables: object = {}): Promise<Record<string, unknown>> {
    const answer: unknown = JSON.parse(await this.#post(JSON.stringify({ query, variables })));
    if (!isRecord(answer) || !isRecord(answer.data) || answer.errors !== undefined)
      throw new Error(`the server answered ${JSON.stringify(answer).slice(0, 500)}`);
    return answer.data;
  }

  #post(body: string): Promise<string> {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const signal = AbortSignal.timeout(answerMsMax);
    return new Promise((resolve, reject) => {
      const unanswered = (cause: Error): void => reject(new Unanswered(cause.message, { cause }));
      const asked = request(this.#url, { method: 'POST', agent: this.#agent, headers, signal }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
        });
        answer.on('end', () => resolve(text));
        answer.on('error', unanswered);
      });
      asked.on('error', unanswered);
      asked.end(body);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
