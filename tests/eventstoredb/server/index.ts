/**
 * A server that speaks EventStoreDB's gRPC protocol as a real 21.10.11 does, so that the adapter can be tested through
 * the real client where no server can be installed, and with faults that no real server shows on demand. It is for
 * tests only.
 *
 * It has `Streams.Append`, `.BatchAppend` and `.Read` (of a stream, in both directions, and as a subscription),
 * `.Delete` and `.Tombstone`, `ServerFeatures.GetSupportedMethods` and `Gossip.Read`. A stream's metadata takes events away as
 * with the real one: `$maxCount`, `$maxAge`, `$tb`. `$all` and persistent subscriptions are UNIMPLEMENTED.
 * What a test can tell apart was compared with a real server (`../server.test.ts` runs against either). By default one
 * thing differs: a subscriber that has caught up and falls behind is read to from the store. The real one drops it, even
 * a quick one for one append of some hundred events; so does this with `slowSubscribers: 'drop'`.
 *
 * Within the process:
 *
 * ```ts
 * const server = await TestServer.start({ folder });        // without `folder`: in memory
 * const client = EventStoreDBClient.connectionString(server.url);
 *
 * server.faults.nextAppend({ kind: 'lose-answer', by: 'cut' });
 * server.faults.nextAppend({ kind: 'lose-append' }, { after: 2 });       // the third from now
 * server.faults.nextAppend({ kind: 'lose-append', by: 'not-ready' });
 * server.faults.nextAppend({ kind: 'before', run: ({ stream }) => server.write(stream, [event]) });
 * server.faults.cutNext('subscribe', { afterEvents: 10, by: 'unavailable' });
 * server.faults.hang('features');   server.faults.resume();
 * server.faults.slow(async () => { … });                                  // each message waits
 * await server.delete(stream);      await server.tombstone(stream);
 * await server.setMetadata(stream, { $maxCount: 10 });                    server.log.scavenge();
 * const backup = server.log.backup();                                     server.restore(backup);
 * server.cut('connection');         server.follow(other.endpoint);
 * server.settings.ready = false;    server.settings.maxAppendSizeBytes = 5_000;
 *
 * await server.until((counts) => counts.open.subscribe === 1);            // instead of sleeping
 * expect(server.counts.calls.read).toBe(1);
 * await server.stop();
 * ```
 *
 * `TestCluster.start(3)` gives several nodes before one log, with a leader that can change.
 *
 * As a process of its own, to kill it: `node tests/eventstoredb/server/main.ts --port 0 --data DIR`, which prints
 * `listening PORT`, ends on SIGTERM, and takes commands as lines of JSON on its standard input (`control.ts`).
 * `ServerProcess.start({ folder })` does that and speaks to it.
 *
 * @module
 */

export { EventLog } from './event-log.ts';
export { ServerProcess } from './server-process.ts';
export { TestCluster } from './test-cluster.ts';
export { TestServer } from './test-server.ts';
