/** The hostile script, case by case, against a server whose deadlines are short. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booksCases } from '../../scripts/hostile/books.ts';
import { doorCases } from '../../scripts/hostile/door.ts';
import { Served } from './served.ts';

let served: Served;
const log: string[] = [];
beforeAll(async () => {
  served = await Served.start(undefined, {
    log: { write: (line) => void log.push(line) },
    connections: { headersMsMax: 200, requestMsMax: 1_000, drainMsMax: 200 },
  });
});
afterAll(async () => {
  await served.server.close();
});

describe('the server holds', () => {
  it.each([...doorCases, ...booksCases].map((one) => [one.point, one.name, one] as const))(
    '%s: %s',
    async (_point, _name, one) => {
      expect(await one.run(new URL(served.url))).toBeUndefined();
      // Nothing that nobody foresaw is in the log, and it answers others.
      expect(log.filter((line) => line.includes('"level":50'))).toEqual([]);
      expect((await served.ask('{ __typename }')).status).toBe(200);
    },
  );
});
