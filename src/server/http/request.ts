/**
 * Who asks: read once from a request's headers.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Sender } from '../../reading/ports.ts';

/** Names the actor of a command, where nobody checks who asks. */
export const actorHeader = 'x-formicary-actor';
/** Names a request in logs, and on the events that it made. */
export const correlationHeader = 'x-correlation-id';

const actorPattern = /^[\x20-\x7e]{1,100}$/;
const correlationPattern = /^[A-Za-z0-9._:/+=-]{1,128}$/;

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/** The caller's correlation id where it is one, or a new one. */
export function correlationOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = single(headers[correlationHeader]);
  return given !== undefined && correlationPattern.test(given) ? given : randomUUID();
}

/** Who sends what this request asks for. */
export function senderOf(headers: IncomingHttpHeaders, correlation: string): Sender {
  const given = single(headers[actorHeader])?.trim();
  return { actor: given !== undefined && actorPattern.test(given) ? given : 'anonymous', correlation };
}

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/** Whether a host is this machine under one of its own names. */
export const isLoopback = (host: string): boolean => loopbackHosts.has(host.toLowerCase());

/**
 * Whether a request's Host header names this machine. A page from elsewhere whose name was made to point here would name its own:
 * without the check it could read and command as if it were ours.
 */
export const isAddressedHere = ({ host }: IncomingHttpHeaders): boolean =>
  host !== undefined && isLoopback(host.replace(/:\d+$/, ''));
