/**
 * Errors that a client may see: what somebody meant to say goes out with its code, and everything else only into the log.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import { maskError } from 'graphql-yoga';
import { fault } from '../../graphql/base/faults.ts';
import { codes, Refusal, RefusedError } from '../../kernel/values/refusals.ts';
import { LogClosed, LogUnavailable } from '../../log/port/port.ts';

/** The refusal that an error stands for, if it does. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof RefusedError) return error.refusal;
  const isOfLog = error instanceof LogUnavailable || error instanceof LogClosed;
  return isOfLog ? new Refusal(codes.unavailable, 'the log', error.message) : undefined;
}

const causeOf = (error: unknown): unknown =>
  error instanceof GraphQLError ? (error.originalError ?? undefined) : error;

/** Whether an error says nothing that anybody meant to say: a fault of ours. */
export function isUnexpected(error: unknown): boolean {
  const cause = causeOf(error);
  return cause !== undefined && !(cause instanceof GraphQLError) && refusalOf(cause) === undefined;
}

/** The error as the client sees it. */
export function masked(error: unknown, message: string): Error {
  const refusal = refusalOf(causeOf(error));
  if (refusal === undefined) return maskError(error, message, false);
  const { message: said, extensions } = fault(refusal);
  const { nodes, path } = error instanceof GraphQLError ? error : {};
  return new GraphQLError(said, { nodes: nodes ?? null, path: path ?? null, extensions });
}
