/**
 * The server: GraphQL over HTTP with its playground, health and readiness, on this machine alone.
 *
 * @module
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EnvelopArmorPlugin } from '@escape.tech/graphql-armor';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { createYoga } from 'graphql-yoga';
import type { Book } from '../book/book.ts';
import { engineVersion } from '../book/engine-version.ts';
import type { Secret } from '../book/snapshot/seal.ts';
import { defaultBook } from '../graphql/base/point.ts';
import type { Context } from '../graphql/index.ts';
import { codes, declareCode, Refusal, RefusedError } from '../kernel/values/refusals.ts';
import { within } from '../log/port/patience.ts';
import { house } from '../segments/index.ts';
import { ServerAuditing } from './books/auditing.ts';
import { Books, type BooksBounds, sweepMs } from './books/books.ts';
import { clockWarnings } from './books/clock-watch.ts';
import { Leases, leasesPlugin } from './books/leases.ts';
import { OpenLibrary } from './books/library.ts';
import { connectionOptions, guardConnections } from './guarding/connections.ts';
import { costPlugin } from './guarding/cost.ts';
import { deadlinePlugin } from './guarding/deadline.ts';
import { introspectionOffPlugin } from './guarding/introspection.ts';
import { type ConnectionLimits, connectionLimits, requestLimits } from './guarding/limits.ts';
import { ownHeaderPlugin } from './guarding/own-header.ts';
import { parametersPlugin } from './guarding/parameters.ts';
import { shapePlugin } from './guarding/query-shape.ts';
import { quiet, reported } from './guarding/quiet.ts';
import { turnstilePlugin } from './guarding/turnstile.ts';
import { isLogged, type Logged, loggingPlugin, OneLine } from './http/logging.ts';
import { isUnexpected, masked } from './http/masking.ts';
import { correlationHeader, correlationOf, isAddressedHere, isLoopback, senderOf } from './http/request.ts';
import { schema } from './http/schema.ts';
import { Metrics } from './metrics.ts';
import { examples } from './playground/examples.ts';
import { playground } from './playground/playground.ts';
import { ServerWhatIfs, type WhatIfBounds } from './runs/index.ts';
import { ScenarioFiles } from './runs/scenario-files.ts';
import { ServerTransfers } from './transfers.ts';

/** The server would be open to others. */
export const hostRefused = declareCode(
  'HOST_REFUSED',
  'question',
  'the server has no access control yet, and serves this machine only',
  'Use --host 127.0.0.1, and a proxy that checks who asks where others must reach it.',
);

const endpoint = '/graphql';
const shippedScenarios = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** With what a server is started. */
export interface ServerSettings {
  /** `sqlite:DIR`, `memory:` or `esdb://…`. */
  readonly store: string;
  /** A folder for snapshots of books whose log is elsewhere; without one, none of these are kept. */
  readonly snapshots?: string | undefined;
  /** 0: any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** How many books may be open, and for how long. */
  readonly bounds?: Partial<BooksBounds>;
  /** Bounds of runs; see {@link whatIfBounds}. */
  readonly runs?: Partial<WhatIfBounds>;
  /** What connections may take, where that is not what {@link connectionLimits} says. */
  readonly connections?: Partial<ConnectionLimits>;
  /** Whether the schema is told to those who ask for it. Default: yes. */
  readonly introspection?: boolean;
  /** The folder of scenario files; those that are shipped when left out. */
  readonly scenarios?: string;
  /** Where the log goes, a JSON object a line; nowhere when left out. */
  readonly log?: { write(line: string): void };
  /** What snapshots are sealed with: they count as verified at the next start then. */
  readonly snapshotKey?: Secret | undefined;
  /** Works out no hashes. Everything served says that it is unverified. */
  readonly trust?: boolean;
}

/** A server that runs. */
export interface RunningServer {
  /** `http://127.0.0.1:4000` */
  readonly url: string;
  readonly books: Books;
  /** Takes no more commands, ends streams, answers what waits, and lets go of the store. */
  close(): Promise<void>;
}

/** The app that routes are added to. */
const appOf = (log: ServerSettings['log'], limits: typeof connectionLimits) =>
  fastify({
    logger: log === undefined ? false : { level: 'info', stream: log },
    genReqId: correlationOf,
    logController: new OneLine(),
    forceCloseConnections: true,
    bodyLimit: requestLimits.bodyBytes,
    ...connectionOptions(limits),
  });

/**
 * Starts a server and opens its default book.
 *
 * @throws RefusedError with HOST_REFUSED when the host is another than this machine
 * @throws what opening the store throws
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const {
    store,
    snapshots,
    port = 4000,
    host = '127.0.0.1',
    now = Date.now,
    scenarios = shippedScenarios,
    log,
    bounds = {},
    introspection = true,
    snapshotKey: secret,
    trust = false,
  } = settings;
  const limits = { ...connectionLimits, ...settings.connections };
  if (!isLoopback(host)) throw new RefusedError(new Refusal(hostRefused, `host: ${host}`));
  const app = appOf(log, limits);
  const note = (text: string, about: object = {}, level: 'info' | 'warn' | 'error' = 'info'): void =>
    app.log[level](about, text);
  const engine = engineVersion();
  const books = new Books({ store, snapshots, house, engine, now, note, bounds, secret, trust });
  const library = new OpenLibrary(house, books, now);
  const whatIfs = new ServerWhatIfs({
    engine,
    store,
    books,
    files: new ScenarioFiles({ folder: scenarios, house, note }),
    bounds: settings.runs ?? {},
    trust,
    now,
    note,
  });
  const transfers = new ServerTransfers({
    hold: (id) => books.lease(id),
    open: () => books.held.map(({ book }) => book),
    note,
  });
  const desks: Desks = {
    library,
    transfers,
    auditing: new ServerAuditing(),
    whatIfs,
  };
  const metrics = new Metrics({ books, library, whatIfs, now });
  guardConnections(app, limits);
  guard(app);
  serveGraphQL(app, desks, books, metrics, introspection);
  serveHealth(app, books, now);
  serveMetrics(app, metrics);
  try {
    // Never given back: the default book stays open, since it is what readiness is asked of.
    const first = await books.lease(defaultBook);
    // One that nothing can be read of takes neither the others nor the server down.
    if (first instanceof Refusal && !books.broken.has(defaultBook)) throw new RefusedError(first);
    await app.listen({ host, port });
  } catch (error) {
    await books.close();
    await app.close();
    throw error;
  }
  transfers.start();
  const sweeping = setInterval(() => {
    library.sweep();
    void books.sweep();
  }, sweepMs);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(sweeping);
    const ended = whatIfs.close();
    await app.close();
    await ended;
    await transfers.close();
    await books.close();
  };
  return {
    url: addressOf(app, host),
    books,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

function addressOf(app: FastifyInstance, host: string): string {
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host}:${port}`;
}

/** What every request passes: it must be addressed to this machine, and is answered with its correlation id. */
function guard(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header(correlationHeader, request.id);
    if (isAddressedHere(request.headers)) return;
    const refusal = new Refusal(hostRefused, `host: ${request.headers.host ?? ''}`);
    const { code, message, hint } = refusal;
    await reply.code(421).send({ errors: [{ message, extensions: { code, hint } }] });
  });
}

/** What a request's context is made of, beside who asks. */
interface Desks {
  readonly library: OpenLibrary;
  readonly auditing: ServerAuditing;
  readonly whatIfs: Context['whatIfs'];
  readonly transfers: Context['transfers'];
}

function serveGraphQL(
  app: FastifyInstance,
  desks: Desks,
  books: Books,
  metrics: Metrics,
  introspection: boolean,
): void {
  const streams = new Set<ServerResponse>();
  const failed = (error: unknown): void => {
    if (isUnexpected(error) && !isLogged(error)) app.log.error(error, 'unexpected error');
  };
  const yoga = createGateway(desks, books, metrics, { failed, introspection });
  const page = playground(endpoint, examples, introspection);
  app.route({ url: '/', method: 'GET', exposeHeadRoute: false, handler: page });
  app.register(async (scope) => {
    // Yoga reads the body itself: its errors for a bad one are those of GraphQL over HTTP.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.route({
      url: endpoint,
      method: ['GET', 'POST', 'OPTIONS'],
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const { accept = '' } = request.headers;
        if (request.method === 'GET' && accept.includes('text/html')) return await page(request, reply);
        if (accept.includes('text/event-stream')) {
          streams.add(reply.raw);
          reply.raw.once('close', () => streams.delete(reply.raw));
        }
        return await yoga.handleNodeRequestAndResponse(request, reply, { incoming: request, reply });
      },
    });
  });
  // Before connections are cut: each stream gets its last word, and time to be read.
  app.addHook('preClose', async () => {
    books.stop();
    const ended = [...streams].map((stream) => (stream.destroyed ? undefined : once(stream, 'close')));
    await Promise.race([Promise.all(ended), wait(requestLimits.stopMsMax, undefined, { ref: false })]);
  });
}

interface HttpContext {
  /** Not `request`: that is what Yoga makes of it. */
  readonly incoming: FastifyRequest;
  readonly reply: FastifyReply;
}

function createGateway(
  { library, auditing, whatIfs, transfers }: Desks,
  books: Books,
  metrics: Metrics,
  { failed, introspection }: { failed(error: unknown): void; readonly introspection: boolean },
) {
  return createYoga<HttpContext, Logged & { readonly giveUp: AbortController; readonly leases: Leases }>({
    schema,
    graphqlEndpoint: endpoint,
    context: ({ incoming, reply }) => {
      const giveUp = new AbortController();
      reply.raw.once('close', () => giveUp.abort());
      const leases = Leases.until(reply.raw, books);
      return {
        library: library.through(leases),
        auditing: auditing.through(leases),
        whatIfs,
        transfers,
        leases,
        incoming,
        giveUp,
        signal: giveUp.signal,
        sender: senderOf(incoming.headers, incoming.id),
      };
    },
    cors: false,
    multipart: false,
    batching: false,
    landingPage: false,
    graphiql: false,
    logging: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (...args: unknown[]) => args.forEach(failed),
    },
    maskedErrors: {
      errorMessage: 'Unexpected error: see the server’s log under the correlation id.',
      isDev: false,
      maskError: masked,
    },
    maxRequestBodySize: requestLimits.bodyBytes,
    plugins: [
      ownHeaderPlugin,
      parametersPlugin,
      turnstilePlugin(),
      shapePlugin(requestLimits),
      ...(introspection ? [] : [introspectionOffPlugin]),
      EnvelopArmorPlugin({
        // See query-shape.ts.
        maxTokens: { enabled: false },
        maxDepth: { n: requestLimits.depth, flattenFragments: true, ...reported },
        maxAliases: { n: requestLimits.aliases, allowList: [], ...reported },
        maxDirectives: { n: requestLimits.directives, ...reported },
        // It knows neither types nor variables: see cost.ts.
        costLimit: { enabled: false },
        // See quiet.ts.
        blockFieldSuggestion: { enabled: false },
      }),
      metrics.plugin,
      loggingPlugin,
      quiet,
      costPlugin(requestLimits.cost),
      leasesPlugin,
      deadlinePlugin(requestLimits.queryMsMax),
    ],
  });
}

/** Health: the process answers. Readiness: the default book takes commands, and its store answers. */
function serveHealth(app: FastifyInstance, books: Books, now: () => number): void {
  app.get('/health', async () => ({ status: 'ok', engine: engineVersion() }));
  app.get('/ready', async (_request, reply) => {
    const lease = await books
      .lease(defaultBook)
      .catch((error: unknown) =>
        error instanceof RefusedError ? error.refusal : new Refusal(codes.unavailable, String(error)),
      );
    await lookAgain(books);
    const unavailable = { status: 'unavailable', book: defaultBook, broken: brokenOf(books) };
    if (lease instanceof Refusal) return await reply.code(503).send({ ...unavailable, why: lease.message });
    const { book } = lease;
    try {
      // Whoever waits for readiness sends no command that would have it look again.
      const why = (await unreachable(book)) ?? (await stillStopped(book));
      const verified = verifiedOf(book);
      const about = { verified, broken: brokenOf(books) };
      if (why !== undefined) return await reply.code(503).send({ ...unavailable, ...about, why });
      const warnings = clockWarnings(books.held, now());
      const warned = warnings.length === 0 ? {} : { warnings };
      return { status: 'ready', book: book.id, revision: String(book.head.revision), ...about, ...warned };
    } finally {
      lease.release();
    }
  });
}

const verifiedOf = ({ verified: { through, state } }: Book) => ({ through: String(through), state });

const brokenOf = (books: Books) => [...books.broken].map(([book, why]) => ({ book, why }));

/** Has each broken book look whether it still is, for as long as readiness may take; it goes on looking after that. */
async function lookAgain(books: Books): Promise<void> {
  const broken = books.held.filter(({ book }) => book.verified.state === 'BROKEN');
  const looks = Promise.allSettled(broken.map(({ book }) => book.recover()));
  await within('a look at broken books', requestLimits.readyMsMax, looks).catch(() => undefined);
}

/** Why a book takes no commands, if it doesn't: what was found is looked at again. */
async function stillStopped(book: Book): Promise<string | undefined> {
  await book.recover();
  return book.stopped?.message;
}

/** Why a book's store does not answer now, if so: reads may go on from memory, commands can't. */
const unreachable = (book: Book): Promise<string | undefined> =>
  within('a look at the store', requestLimits.readyMsMax, book.log.head()).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

/** Metrics, for whoever scrapes them. */
function serveMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.contentType);
    return await metrics.text();
  });
}
