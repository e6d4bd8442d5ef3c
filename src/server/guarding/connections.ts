/**
 * Connections: nobody keeps one by sending slowly, by taking nothing, or by sending what nobody reads.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { ConnectionLimits } from './limits.ts';

/** How often slow requests are looked for, at least: eight times within the shortest deadline. */
const looksWithin = 8;

/** What the server must be made with, so that the deadlines hold. */
export const connectionOptions = ({ headersMsMax, requestMsMax, idleMsMax }: ConnectionLimits) => ({
  connectionTimeout: idleMsMax,
  requestTimeout: requestMsMax,
  http: {
    headersTimeout: Math.min(headersMsMax, requestMsMax),
    connectionsCheckingInterval: Math.ceil(Math.min(headersMsMax, requestMsMax) / looksWithin),
  },
});

/**
 * Bounds the number of connections, and closes each whose request was answered before all of its body had come: what follows
 * could not be told from the rest of that body. The rest is taken for a while, since a client that is cut while it sends may
 * never read its answer.
 */
export function guardConnections(app: FastifyInstance, limits: ConnectionLimits): void {
  app.server.maxConnections = limits.connectionsMax;
  const unread = new WeakMap<Socket, IncomingMessage>();
  app.server.on('connection', (socket: Socket) => {
    const destroySoon = socket.destroySoon.bind(socket);
    // Node calls it when the last answer of a connection has been written.
    socket.destroySoon = () => {
      const request = unread.get(socket);
      if (request === undefined || request.complete) destroySoon();
      else drain(socket, request, limits);
    };
  });
  app.addHook('onRequest', async ({ raw: request }, { raw: answer }) => {
    if (hasBody(request)) closeUnlessRead(request, answer, unread);
  });
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function closeUnlessRead(
  request: IncomingMessage,
  answer: ServerResponse,
  unread: WeakMap<Socket, IncomingMessage>,
): void {
  const { shouldKeepAlive } = answer;
  answer.shouldKeepAlive = false;
  unread.set(request.socket, request);
  request.once('end', () => {
    answer.shouldKeepAlive = shouldKeepAlive;
    unread.delete(request.socket);
  });
}

function drain(
  socket: Socket,
  request: IncomingMessage,
  { drainMsMax, drainBytesMax }: ConnectionLimits,
): void {
  const { bytesRead } = socket;
  const cut = (): void => {
    clearTimeout(timer);
    socket.destroy();
  };
  const timer = setTimeout(cut, drainMsMax);
  socket.end();
  socket.once('close', () => clearTimeout(timer));
  request.on('data', () => {
    if (socket.bytesRead - bytesRead > drainBytesMax) cut();
  });
  request.once('end', cut);
  request.resume();
}
