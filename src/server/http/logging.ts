/**
 * The log: a JSON object a line. A line for each operation, under the correlation id that is also on the events that it made.
 *
 * @module
 */
import { type FastifyError, type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/index.ts';
import { isUnexpected } from './masking.ts';

/** Asked every few seconds by machines: a line each would bury the others. */
const probes: ReadonlySet<string | undefined> = new Set(['/health', '/ready', '/metrics']);

/** One line when a request is done, and none when it comes or is a probe that succeeds. */
export class OneLine extends LogController {
  constructor() {
    super({ requestIdLogLabel: 'correlation' });
  }

  override incomingRequest(): void {}

  override requestCompleted(error: FastifyError | null, request: FastifyRequest, reply: FastifyReply): void {
    const { method, routeOptions } = request;
    if (reply.statusCode < 400 && probes.has(routeOptions.url)) return;
    const about = {
      method,
      route: routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    };
    if (error === null || error === undefined) reply.log.info(about, 'answered');
    else reply.log.error({ ...about, err: error }, 'failed');
  }
}

/** What a logged operation is part of. */
export interface Logged extends Context {
  readonly incoming: FastifyRequest;
}

/** Says of each operation what it was, who sent it, how long it took and what errors it had. */
export const loggingPlugin: Plugin<Logged> = {
  onExecute({ args }) {
    const { incoming, sender } = args.contextValue;
    const operation = getOperationAST(args.document, args.operationName);
    const began = performance.now();
    return {
      onExecuteDone({ result }) {
        const errors = 'errors' in result ? result.errors : undefined;
        for (const error of errors ?? []) noteUnexpected(error, incoming);
        incoming.log.info(
          {
            kind: operation?.operation,
            operation: operation?.name?.value,
            actor: sender.actor,
            ms: Math.round(performance.now() - began),
            ...(errors === undefined ? {} : { errors: errors.map(codeOf) }),
          },
          'operation',
        );
      },
    };
  },
  onSubscribe({ args }) {
    const { incoming, sender } = args.contextValue;
    const operation = getOperationAST(args.document, args.operationName);
    incoming.log.info(
      { kind: 'subscription', operation: operation?.name?.value, actor: sender.actor },
      'operation',
    );
  },
};

const codeOf = (error: GraphQLError): unknown => error.extensions.code ?? 'UNEXPECTED';

const logged = new WeakSet<object>();

/** Whether an error has been logged with the request that it belongs to. */
export const isLogged = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  (logged.has(error) ||
    (error instanceof GraphQLError &&
      error.originalError !== undefined &&
      error.originalError !== null &&
      logged.has(error.originalError)));

/** What nobody meant to say goes into the log, whole; the client sees that there was something, and where it is told. */
function noteUnexpected(error: GraphQLError, { log }: FastifyRequest): void {
  if (!isUnexpected(error) || error.originalError === undefined || error.originalError === null) return;
  logged.add(error.originalError);
  log.error(error.originalError, 'unexpected error');
}
