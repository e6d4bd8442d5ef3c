/**
 * The parameters of a request, out of its body or its address: read strictly, so that what is asked is what was sent.
 *
 * @module
 */
import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { isRecord, show } from '../../kernel/values/fields.ts';
import { jsonDepthMax, nestedDeeper, parseJsonLine } from '../../scenario/text/json-line.ts';
import { badRequest, turnedAway } from './codes.ts';

const names: ReadonlySet<string> = new Set(['query', 'variables', 'operationName', 'extensions']);

/** Reads the bodies of requests in JSON itself, and holds those of all others to the same bounds. */
export const parametersPlugin: Plugin = {
  onRequestParse({ request, requestParser, setRequestParser }) {
    if (isJsonPost(request)) setRequestParser(fromJson);
    else if (requestParser !== undefined)
      setRequestParser(async (sent) => {
        try {
          return await requestParser(sent);
        } catch (error) {
          // Parameters of an address or of a form are JSON, too, and their parser says no more than that they aren't.
          throw error instanceof SyntaxError
            ? turnedAway(badRequest, 'variables or extensions', error.message)
            : error;
        }
      });
  },
  onParams({ params: { variables, extensions } }) {
    for (const [name, given] of Object.entries({ variables, extensions })) {
      if (nestedDeeper(given, jsonDepthMax))
        throw turnedAway(badRequest, name, `nested deeper than ${jsonDepthMax} levels`);
    }
  },
};

function isJsonPost({ method, headers }: Request): boolean {
  const [type = ''] = (headers.get('content-type') ?? '').split(/[;,]/);
  return method === 'POST' && /^application\/(graphql\+)?json$/i.test(type.trim());
}

async function fromJson(request: Request): Promise<GraphQLParams> {
  const bytes = await request.arrayBuffer().catch((error: unknown) => {
    throw error instanceof GraphQLError ? error : turnedAway(badRequest, 'the body', 'it was cut off');
  });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw turnedAway(badRequest, 'the body', 'not UTF-8');
  }
  const parsed = parseJsonLine(text);
  if ('expected' in parsed) {
    const { offset, found, expected } = parsed;
    throw turnedAway(badRequest, 'the body', `at character ${offset + 1}: ${found}, expected ${expected}`);
  }
  return paramsOf(parsed.value);
}

function paramsOf(body: unknown): GraphQLParams {
  if (Array.isArray(body)) throw turnedAway(badRequest, 'the body', 'a list: one query a request');
  if (!isRecord(body)) throw turnedAway(badRequest, 'the body', `${show(body)}, expected an object`);
  const stray = Object.keys(body).find((name) => !names.has(name) && body[name] !== null);
  if (stray !== undefined) throw turnedAway(badRequest, show(stray), 'no such parameter');
  const { query, operationName, variables, extensions } = body;
  return {
    ...textOf('query', query),
    ...textOf('operationName', operationName),
    ...recordOf('variables', variables),
    ...recordOf('extensions', extensions),
  };
}

/** A parameter that is text, where it was given. */
function textOf<K extends string>(name: K, given: unknown): { [key in K]?: string } {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'string') throw turnedAway(badRequest, `${name}: ${show(given)}`, 'expected text');
  const found: { [key in K]?: string } = {};
  found[name] = given;
  return found;
}

function recordOf<K extends string>(name: K, given: unknown): { [key in K]?: Record<string, unknown> } {
  if (given === undefined || given === null) return {};
  if (!isRecord(given)) throw turnedAway(badRequest, `${name}: ${show(given)}`, 'expected an object');
  const found: { [key in K]?: Record<string, unknown> } = {};
  found[name] = given;
  return found;
}
