/**
 * The hostile script: `node scripts/hostile.ts URL [part of a name]`. Tries against a running server of this machine what an
 * attacker would, one case after the other, and says of each whether the server held. Ends with 1 where one did not.
 *
 * @module
 */
import { booksCases } from './hostile/books.ts';
import { doorCases } from './hostile/door.ts';
import type { Case } from './hostile/wire.ts';

/** Each room of cases is one line here. */
const cases: readonly Case[] = [...doorCases, ...booksCases];
/** Cases at the same time, all of which wait most of the time. */
const atOnce = 4;

const [address = '', part = ''] = process.argv.slice(2);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

function target(): URL {
  const url = new URL(address);
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
    throw new RangeError(`${url.hostname} is not this machine: only a server of your own may be tried`);
  return url;
}

interface Tried {
  readonly one: Case;
  readonly wrong: string | undefined;
  readonly ms: number;
}

async function tried(one: Case, server: URL): Promise<Tried> {
  const began = performance.now();
  const wrong = await one
    .run(server)
    .catch((error: unknown) =>
      error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error),
    );
  return { one, wrong, ms: performance.now() - began };
}

/** Whether it answers a plain query still. */
async function alive(server: URL): Promise<boolean> {
  const answer = await fetch(new URL('/health', server), { signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  );
  return answer?.ok === true;
}

const server = target();
const wanted = cases.filter(({ point, name }) => `${point} ${name}`.includes(part));
const results: Tried[] = [];
const queue = wanted.values();
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (const one of queue) results.push(await tried(one, server));
  }),
);
const failed = results.filter(({ wrong }) => wrong !== undefined);
for (const one of wanted) {
  const { wrong, ms } = results.find((result) => result.one === one) ?? { wrong: 'not tried', ms: 0 };
  say(
    `${wrong === undefined ? 'PASS' : 'FAIL'}  ${`${(ms / 1_000).toFixed(1)} s`.padStart(7)}  ${one.point}: ${one.name}`,
  );
  if (wrong !== undefined) say(`               ${wrong}`);
}
const lives = await alive(server);
say(
  `${results.length - failed.length} of ${results.length} hold; the server ${lives ? 'answers' : 'does not answer'}`,
);
process.exitCode = failed.length === 0 && lives ? 0 : 1;
