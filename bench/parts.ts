/**
 * Where a server's main thread spends its time, by part: from a profile that V8 wrote.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Parts by the files that a frame may lie in, the first that fits. What fits none belongs to the frame that called it. */
const parts: readonly (readonly [part: string, files: RegExp])[] = [
  [
    'store: its client, its driver, the disk it waits for',
    /@eventstore|@grpc|google-protobuf|better-sqlite3|http2|src\/log\/(?:eventstoredb|sqlite)\/(?!codec|columns)/,
  ],
  [
    'events as bytes, and their hashes',
    /src\/kernel\/state\/events\.ts|src\/log\/\w+\/(?:codec|columns)\.ts|internal\/crypto/,
  ],
  [
    'GraphQL: parsed, checked, executed',
    /node_modules\/(?:graphql|@envelop|@escape\.tech|@pothos|@graphql-tools|graphql-yoga)\/|\/graphql\/|graphql\.ts$/,
  ],
  ['commands: decided, posted, folded', /src\/(?:kernel|lending|segments|log|book|reading)\//],
  [
    'HTTP: taken, answered, logged',
    /_http|node:net|internal\/(?:url|webstreams)|fastify|find-my-way|@whatwg-node|pino|sonic-boom|undici|src\/server/,
  ],
];

/** What no part of the program asked for: the loop of events, sockets, microtasks. */
const elsewhere = 'Node: sockets, the event loop, loading the program';

const profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).optional(),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

type Profile = z.infer<typeof profile>;

/** What a frame belongs to by itself. */
function partOf({ functionName, url }: Profile['nodes'][number]['callFrame']): string | undefined {
  if (functionName === '(idle)') return 'waits';
  if (functionName === '(garbage collector)') return 'garbage collection';
  return url === '' ? undefined : parts.find(([, files]) => files.test(url))?.[0];
}

/** The shares of a thread's time, the largest first. */
export function sharesOf(given: Profile): (readonly [part: string, share: number])[] {
  const byId = new Map(given.nodes.map((node) => [node.id, node]));
  const partById = new Map<number, string>();
  // From the root down: a frame without a part of its own has its caller's.
  const open = given.nodes.slice(0, 1).map((node) => ({ node, above: elsewhere }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const part = partOf(next.node.callFrame) ?? next.above;
    partById.set(next.node.id, part);
    for (const id of next.node.children ?? []) {
      const node = byId.get(id);
      if (node !== undefined) open.push({ node, above: part });
    }
  }
  const micros = new Map<string, number>();
  given.samples.forEach((id, at) => {
    const part = partById.get(id) ?? elsewhere;
    micros.set(part, (micros.get(part) ?? 0) + (given.timeDeltas[at] ?? 0));
  });
  const total = [...micros.values()].reduce((sum, one) => sum + one, 0);
  return [...micros].map(([part, one]) => [part, one / total] as const).sort((a, b) => b[1] - a[1]);
}

/** The profile that a process wrote into a folder. */
export function profileIn(folder: string): Profile {
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error(`no profile in ${folder}`);
  return profile.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
}
