import { z } from 'zod';
import { METHODS } from './counts.ts';
import type { Backup } from './event-log.ts';
import type { Waiter } from './faults.ts';
import type { TestServer } from './test-server.ts';

const cutBy = z.enum(['connection', 'unavailable']);
const method = z.enum(METHODS);
const stream = z.string().min(1);

/** Events of another writer, made by the server itself: how many, and of which type. */
const newEvents = z.object({
  id: z.uuid(),
  type: z.string().min(1),
  data: z.unknown(),
  metadata: z.unknown().optional(),
});

const appendFault = z.discriminatedUnion('kind', [
  /** Another writer's events come in before the append is decided, in its own stream. */
  z.object({ kind: z.literal('overtake'), events: z.array(newEvents).min(1) }),
  z.object({
    kind: z.literal('lose-answer'),
    by: z.union([z.enum(['silence', 'cut', 'timeout']), z.object({ lateByAppends: z.int().positive() })]),
  }),
  z.object({
    kind: z.literal('lose-append'),
    by: z.enum(['cut', 'timeout', 'not-ready']).optional(),
  }),
]);

/** What a server in a process of its own can be told, one JSON object a line; each is answered by one line. */
export const command = z.discriminatedUnion('do', [
  z.object({ do: z.literal('next-append'), fault: appendFault, after: z.int().nonnegative().optional() }),
  z.object({
    do: z.literal('cut-next'),
    method: z.enum(['read', 'subscribe', 'readMetadata', 'watchMetadata']),
    afterEvents: z.int().nonnegative(),
    by: cutBy,
  }),
  z.object({ do: z.literal('cut'), by: cutBy }),
  z.object({ do: z.literal('hang'), methods: z.array(method) }),
  z.object({ do: z.literal('resume') }),
  /** Milliseconds that each message takes; 0 for none. */
  z.object({ do: z.literal('slow'), ms: z.int().nonnegative() }),
  z.object({ do: z.literal('follow'), host: z.string(), port: z.int().positive() }),
  z.object({ do: z.literal('lead') }),
  z.object({ do: z.literal('ready'), is: z.boolean() }),
  z.object({ do: z.literal('slow-subscribers'), are: z.enum(['catch-up', 'drop']) }),
  z.object({ do: z.literal('write'), stream, events: z.array(newEvents) }),
  z.object({ do: z.literal('delete'), stream }),
  z.object({ do: z.literal('tombstone'), stream }),
  z.object({ do: z.literal('set-metadata'), stream, metadata: z.record(z.string(), z.unknown()) }),
  z.object({ do: z.literal('scavenge') }),
  /** Keeps the log as it is now under a name; only of a server that keeps it in memory. */
  z.object({ do: z.literal('back-up'), as: z.string() }),
  z.object({ do: z.literal('restore'), from: z.string() }),
  z.object({ do: z.literal('counts') }),
]);

/** See {@link command}. */
export type Command = z.input<typeof command>;

/** Carries out a command; the answer is what it asks for, or nothing. */
export async function obey(server: TestServer, told: Command): Promise<unknown> {
  switch (told.do) {
    case 'next-append': {
      const { fault } = told;
      const when = { after: told.after ?? 0 };
      if (fault.kind !== 'overtake') server.faults.nextAppend(fault, when);
      else
        server.faults.nextAppend(
          {
            kind: 'before',
            run: async (append) => {
              await server.write(append.stream, fault.events);
            },
          },
          when,
        );
      return undefined;
    }
    case 'cut-next':
      server.faults.cutNext(told.method, { afterEvents: told.afterEvents, by: told.by });
      return undefined;
    case 'cut':
      server.cut(told.by);
      return undefined;
    case 'hang':
      server.faults.hang(...told.methods);
      return undefined;
    case 'resume':
      server.faults.resume();
      return undefined;
    case 'slow':
      server.faults.slow(told.ms === 0 ? undefined : waitMs(told.ms));
      return undefined;
    case 'follow':
      server.follow({ host: told.host, port: told.port });
      return undefined;
    case 'lead':
      server.lead();
      return undefined;
    case 'ready':
      server.settings.ready = told.is;
      return undefined;
    case 'slow-subscribers':
      server.settings.slowSubscribers = told.are;
      return undefined;
    case 'write':
      return server.write(told.stream, told.events);
    case 'counts':
      return server.counts;
    default:
      return await takeAway(server, told);
  }
}

const backups = new Map<string, Backup>();

type TakingAway = Extract<
  Command,
  { do: 'delete' | 'tombstone' | 'set-metadata' | 'scavenge' | 'back-up' | 'restore' }
>;

/** Does to the log what takes events away. */
async function takeAway(server: TestServer, told: TakingAway): Promise<unknown> {
  switch (told.do) {
    case 'delete':
      return await server.delete(told.stream);
    case 'tombstone':
      return await server.tombstone(told.stream);
    case 'set-metadata':
      return await server.setMetadata(told.stream, told.metadata);
    case 'scavenge':
      server.log.scavenge();
      return undefined;
    case 'back-up':
      backups.set(told.as, server.log.backup());
      return undefined;
    case 'restore': {
      const backup = backups.get(told.from);
      if (backup === undefined) throw new Error(`there is no backup ${told.from}`);
      server.restore(backup);
      return undefined;
    }
  }
}

function waitMs(ms: number): Waiter {
  return () => new Promise((resolve) => setTimeout(resolve, ms));
}
