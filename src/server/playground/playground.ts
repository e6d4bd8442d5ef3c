/**
 * The playground: GraphiQL as one page that needs no network, rendered and compressed once.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { csrfHeader } from '../guarding/own-header.ts';
import type { Example } from './examples.ts';

/** What the page may load: itself, and answers of this server. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const compressed = {
  br: (html: Buffer) =>
    promisify(brotliCompress)(html, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: 22 },
    }),
  gzip: (html: Buffer) => promisify(gzip)(html, { level: 6 }),
  identity: (html: Buffer) => Promise.resolve(html),
} as const;
type Encoding = keyof typeof compressed;

/** A tab moves while it is pressed, so that a click of a real mouse would end beside it. */
const style = '<style>.graphiql-tab{transform:none!important}</style>';

/** What stands above each query where the page can't know the schema. */
const noSchema = `# This server does not tell its schema (--introspection off): the page completes no names, and knows no docs.
# schema/schema.graphql of the program holds it. What you write here is answered all the same.

`;

function render(endpoint: string, examples: readonly Example[], introspection: boolean): Buffer {
  const html = renderGraphiQL({
    title: introspection ? 'formicary' : 'formicary (introspection is off)',
    endpoint,
    defaultTabs: examples.map(({ query, variables }) => ({
      query: introspection ? query : `${noSchema}${query}`,
      ...(variables === undefined ? {} : { variables: JSON.stringify(variables, null, 2) }),
    })),
    additionalHeaders: { [csrfHeader]: '1' },
  });
  return Buffer.from(html.trim().replace('<head>', () => `<head>${style}`));
}

/** Answers with the page: 9 MB, so it is compressed once an encoding, and sent again only when it has changed. */
export function playground(endpoint: string, examples: readonly Example[], introspection: boolean) {
  let html: Buffer | undefined;
  const made = new Map<Encoding, Promise<Buffer>>();
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    html ??= render(endpoint, examples, introspection);
    const page = html;
    const encoding = encodingOf(request);
    const body = made.get(encoding) ?? compressed[encoding](page);
    made.set(encoding, body);
    const etag = `"${createHash('sha256').update(page).digest('base64url').slice(0, 22)}-${encoding}"`;
    reply.headers({
      etag,
      vary: 'accept-encoding',
      'cache-control': 'no-cache',
      'content-security-policy': contentPolicy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    if (request.headers['if-none-match']?.split(/,\s*/).includes(etag)) return reply.code(304).send();
    if (encoding !== 'identity') reply.header('content-encoding', encoding);
    return reply.type('text/html; charset=utf-8').send(await body);
  };
}

function encodingOf({ headers }: FastifyRequest): Encoding {
  const accepted = String(headers['accept-encoding'] ?? '');
  return /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : 'identity';
}
