/**
 * Where a thread's time goes, as benchmarks tell it from a profile.
 */
import { expect, it } from 'vitest';
import { sharesOf } from '../../bench/parts.ts';

const frame = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url },
  children,
});

it('a frame that is nobody’s belongs to the one that called it, and time is told by what is sampled', () => {
  const nodes = [
    frame(1, '(root)', '', [2, 3, 4, 8]),
    frame(2, '(idle)', ''),
    frame(3, 'processTicksAndRejections', 'node:internal/process/task_queues'),
    frame(4, 'executeFields', 'file:///srv/node_modules/graphql/execution/execute.js', [5]),
    frame(5, 'execute', 'file:///srv/src/book/book.ts', [6]),
    frame(6, 'hashOf', 'file:///srv/src/kernel/state/events.ts', [7]),
    frame(7, 'update', 'node:internal/crypto/hash'),
    frame(8, 'appendToStream', 'file:///srv/node_modules/@eventstore/db-client/dist/streams/append.js', [9]),
    frame(9, 'stringify', ''),
  ];
  const samples = [2, 3, 4, 5, 6, 7, 8, 9];
  const shares = sharesOf({ nodes, samples, timeDeltas: [20, 10, 10, 10, 10, 10, 10, 20] });
  expect(Object.fromEntries(shares)).toEqual({
    waits: 0.2,
    'Node: sockets, the event loop, loading the program': 0.1,
    'GraphQL: parsed, checked, executed': 0.1,
    'commands: decided, posted, folded': 0.1,
    'events as bytes, and their hashes': 0.2,
    'store: its client, its driver, the disk it waits for': 0.3,
  });
});
