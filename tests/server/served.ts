/**
 * A server on a small book, and ways to ask it.
 *
 * @module
 */
import { Refusal } from '../../src/kernel/values/refusals.ts';
import { type RunningServer, type ServerSettings, startServer } from '../../src/server/server.ts';

/** A line of the small history: date, command, inputs. */
type Line = readonly [on: string, command: string, inputs: { readonly [name: string]: unknown }];

/** Spring 2016 in little: wallets, escrow, a card, a refund, the fund, own cash; days closed through March. */
const lines: readonly Line[] = [
  ['2016-03-01', 'contributeCapital', { entity: 'platform', amount: '1000.00 CNY' }],
  ['2016-03-01', 'topUp', { holder: 'user-1', amount: '200.00 CNY' }],
  ['2016-03-01', 'topUp', { holder: 'user-2', amount: '5000.00 CNY' }],
  pay('2016-03-01', 'P-1', 'user-1', '120.00 CNY', 'wallet', true),
  ['2016-03-01', 'publishRate', { asset: 'deposit-1m', rate: '2.5%' }],
  ['2016-03-02', 'subscribeFund', { fund: 'yuebao', holder: 'user-2', amount: '3000.00 CNY' }],
  ['2016-03-04', 'confirmReceipt', { payment: 'P-1' }],
  ['2016-03-05', 'withdraw', { holder: 'merchant-1', amount: 'all' }],
  pay('2016-03-10', 'P-2', 'user-3', '100.00 CNY', 'card', false),
  ['2016-03-11', 'refundPayment', { payment: 'P-2', amount: '30.00 CNY' }],
  ['2016-03-20', 'transfer', { from: 'user-2', to: 'user-1', amount: '250.00 CNY' }],
];

function pay(
  on: string,
  payment: string,
  payer: string,
  amount: string,
  method: string,
  escrow: boolean,
): Line {
  return [on, 'initiatePayment', { payment, payer, payee: 'merchant-1', amount, method, escrow }];
}

/** The commands of the small history, its closes among them: every day of March. */
export function* smallHistory(): Generator<Line, void, void> {
  for (let day = 1; day <= 31; day++) {
    const on = `2016-03-${String(day).padStart(2, '0')}`;
    yield* lines.filter(([date]) => date === on);
    yield [on, 'closeDay', {}];
  }
  yield pay('2016-04-02', 'P-3', 'user-1', '50.00 CNY', 'wallet', true);
}

/** Milliseconds since the epoch at which the clock of these tests stands; it goes on by a second a look. */
const clockFrom = Date.UTC(2016, 3, 5);

/** An answer of the server. */
export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asks for is what it knows the shape of
  readonly data: any;
  readonly errors: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly [name: string]: unknown };
  }[];
  readonly extensions: { readonly cost?: { readonly of: number; readonly used: number } };
  readonly headers: Headers;
}

export class Served implements AsyncDisposable {
  readonly server: RunningServer;

  private constructor(server: RunningServer) {
    this.server = server;
  }

  /** A server in memory, with the small history in its book, or with nothing. */
  static async start(
    history: Iterable<Line> = smallHistory(),
    settings: Partial<ServerSettings> = {},
  ): Promise<Served> {
    let now = clockFrom;
    const server = await startServer({ store: 'memory:', port: 0, now: () => (now += 1000), ...settings });
    const lines = [...history];
    if (lines.length === 0) return new Served(server);
    const lease = await server.books.lease('main');
    if (lease instanceof Refusal) throw new Error(lease.message);
    for (const [on, command, inputs] of lines) {
      const answer = await lease.desk.execute(
        { on, command, with: inputs },
        { actor: 'history', correlation: 'history' },
      );
      if (answer.kind === 'refused') throw new Error(`${on} ${command}: ${answer.refusal.message}`);
    }
    lease.release();
    return new Served(server);
  }

  get url(): string {
    return this.server.url;
  }

  /** Posts a query, as a program would. */
  async ask(
    query: string,
    variables?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    const body: unknown = text === '' ? {} : JSON.parse(text);
    return {
      status: response.status,
      data: undefined,
      errors: [],
      extensions: {},
      ...(body as object),
      headers: response.headers,
    };
  }

  /** The data of a query that must have no errors. */
  async data(query: string, variables?: object): Promise<Answered['data']> {
    const { data, errors } = await this.ask(query, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
  }
}
