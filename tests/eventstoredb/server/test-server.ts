import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server as NetServer, Socket } from 'node:net';
import { createServer } from 'node:net';
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
} from '@grpc/grpc-js';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { handleAppend } from './append.ts';
import { handleBatchAppend } from './batch-append.ts';
import { handleFeatures, handleGossip } from './cluster-services.ts';
import type { Counts } from './counts.ts';
import { Counter } from './counts.ts';
import { handleDelete } from './delete.ts';
import type { NewEvent } from './event.ts';
import { propose } from './event.ts';
import type { Backup, Outcome } from './event-log.ts';
import { EventLog } from './event-log.ts';
import type { ExpectedRevision } from './expectation.ts';
import type { CutBy } from './faults.ts';
import { Faults } from './faults.ts';
import type { Node, OpenCall, Settings } from './node.ts';
import { handleRead } from './read.ts';
import type { Endpoint } from './refusals.ts';
import { unavailable } from './refusals.ts';

/** How a server starts; everything has a default. */
export interface TestServerOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The folder where events are kept. Without one they are kept in memory, and gone with the server. */
  readonly folder?: string;
  /** The log of another server, so that both are nodes of one cluster; it stays that server's to close. */
  readonly log?: EventLog;
  /** Bytes of data in one append; 1 MiB like the real server. */
  readonly maxAppendSizeBytes?: number;
  /** Milliseconds for the chunks of a batch to come; 2 000 like the real server. */
  readonly writeTimeoutMs?: number;
  /** False for a server of before 21.10. */
  readonly batchAppend?: boolean;
  readonly version?: string;
  /** `catch-up` by default, like a server of today; the real one of 21.10 drops them. */
  readonly slowSubscribers?: Settings['slowSubscribers'];
  readonly nowMs?: () => number;
}

const HOST = '127.0.0.1';
/** Gossip names the nodes by an id, which no client looks at. */
const LEADER_ID = '1eade000-0000-4000-8000-000000000000';

const MIB = 1024 * 1024;

/** A message of the protocol, so that no legal append is refused by the transport; as the real server has it. */
const MESSAGE_BYTES_MAX = 16 * MIB - 10_000;

/** See the module comment of `index.ts`. */
export class TestServer {
  readonly port: number;
  readonly faults: Faults;
  readonly log: EventLog;
  readonly #node: Node;
  readonly #net: NetServer;
  readonly #grpc: Server;
  readonly #sockets: Map<string, Socket>;
  readonly #ownsLog: boolean;
  #stopped: Promise<void> | undefined;

  private constructor(parts: {
    readonly port: number;
    readonly node: Node;
    readonly net: NetServer;
    readonly grpc: Server;
    readonly sockets: Map<string, Socket>;
    readonly ownsLog: boolean;
  }) {
    this.port = parts.port;
    this.faults = parts.node.faults;
    this.log = parts.node.log;
    this.#node = parts.node;
    this.#net = parts.net;
    this.#grpc = parts.grpc;
    this.#sockets = parts.sockets;
    this.#ownsLog = parts.ownsLog;
  }

  /** Resolves when the server takes connections. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const nowMs = options.nowMs ?? Date.now;
    const log = options.log ?? (await EventLog.open({ folder: options.folder, nowMs }));
    const sockets = new Map<string, Socket>();
    const counter = new Counter();
    const openCalls = new Set<OpenCall>();
    const instanceId = randomUUID();
    const net = createServer();
    net.listen(options.port ?? 0, HOST);
    await once(net, 'listening');
    const address = net.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;

    const settings: Settings = {
      maxAppendSizeBytes: options.maxAppendSizeBytes ?? MIB,
      writeTimeoutMs: options.writeTimeoutMs ?? 2_000,
      batchAppend: options.batchAppend ?? true,
      version: options.version ?? '21.10.11',
      ready: true,
      role: 'leader',
      leader: undefined,
      members: () => [
        { host: HOST, port, role: settings.role, alive: true, instanceId },
        ...(settings.leader === undefined
          ? []
          : [{ ...settings.leader, role: 'leader' as const, alive: true, instanceId: LEADER_ID }]),
      ],
      slowSubscribers: options.slowSubscribers ?? 'catch-up',
    };
    const node: Node = {
      log,
      faults: new Faults(),
      counter,
      settings,
      openCalls,
      cutConnection: (peer) => {
        // At once, so that nothing is counted as sent that cannot arrive.
        for (const call of [...openCalls]) if (call.peer === peer) call.close();
        sockets.get(peer)?.destroy();
      },
      nowMs,
      newId: randomUUID,
    };
    const grpc = new Server({ 'grpc.max_receive_message_length': MESSAGE_BYTES_MAX });
    register(grpc, node);
    accept(net, grpc.createConnectionInjector(ServerCredentials.createInsecure()), sockets, counter);
    return new TestServer({ port, node, net, grpc, sockets, ownsLog: options.log === undefined });
  }

  /** A connection string for the client. */
  get url(): string {
    return `esdb://${HOST}:${this.port}?tls=false`;
  }

  /** The node's address. */
  get endpoint(): Endpoint {
    return { host: HOST, port: this.port };
  }

  /** What the node shows and takes; may be changed at any time. */
  get settings(): Settings {
    return this.#node.settings;
  }

  /** What has come and gone until now. */
  get counts(): Counts {
    return this.#node.counter.snapshot();
  }

  /** Resolves as soon as the counts are so: what a test waits for instead of sleeping. */
  until(holds: (counts: Counts) => boolean): Promise<Counts> {
    return this.#node.counter.until(holds);
  }

  /** Writes as another writer would, past the faults and counts. */
  write(stream: string, events: readonly NewEvent[], expected: ExpectedRevision = 'any'): Promise<Outcome> {
    return this.log.append({ stream, expected, events: events.map(propose) });
  }

  /** Sets a stream's metadata, as the admin page does: `{ $maxCount: 10 }`. */
  setMetadata(stream: string, metadata: object): Promise<Outcome> {
    return this.write(`$$${stream}`, [{ id: this.#node.newId(), type: '$metadata', data: metadata }]);
  }

  /** Deletes a stream, as the admin page does: it can be written again, behind what was there. */
  delete(stream: string): Promise<Outcome> {
    return this.log.delete(stream, 'any');
  }

  /** Deletes a stream for good: nothing can be read from it or written to it any more. */
  tombstone(stream: string): Promise<Outcome> {
    return this.log.tombstone(stream, 'any');
  }

  /** Puts back an older state, as a server has that is started on a backup. All connections break, as they do then. */
  restore(backup: Backup): void {
    this.log.restore(backup);
    this.cut('connection');
  }

  /** Ends all calls that are open now, with their connections or each with a status. */
  cut(by: CutBy): void {
    if (by === 'connection') for (const peer of [...this.#sockets.keys()]) this.#node.cutConnection(peer);
    else for (const call of [...this.#node.openCalls]) call.fail(unavailable('Server Is Not Ready'));
  }

  /** Another node leads from now on: open calls are cut, and calls that require a leader are sent there. */
  follow(leader: Endpoint): void {
    this.settings.role = 'follower';
    this.settings.leader = leader;
    this.cut('unavailable');
  }

  /** This node leads from now on. */
  lead(): void {
    this.settings.role = 'leader';
    this.settings.leader = undefined;
  }

  /** Cuts all connections and gives the port back; what was acknowledged is on disk. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    const closed = once(this.#net, 'close');
    this.#net.close();
    this.cut('connection');
    this.#grpc.forceShutdown();
    await closed;
    if (this.#ownsLog) await this.log.close();
  }
}

function register(grpc: Server, node: Node): void {
  const append: handleClientStreamingCall<Buffer, Buffer> = (call, answer) => {
    void handleAppend(node, call, answer);
  };
  const batchAppend: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
    void handleBatchAppend(node, call);
  };
  const read: handleServerStreamingCall<Buffer, Buffer> = (call) => {
    void handleRead(node, call);
  };
  const features: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
    void handleFeatures(node, call, answer);
  };
  const gossip: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
    void handleGossip(node, call, answer);
  };
  for (const [name, how] of DELETIONS) {
    const handle: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
      void handleDelete(node, how, call, answer);
    };
    grpc.register(`${STREAMS}/${name}`, handle, same, same, 'unary');
  }
  grpc.register(`${STREAMS}/Append`, append, same, same, 'clientStream');
  grpc.register(`${STREAMS}/BatchAppend`, batchAppend, same, same, 'bidi');
  grpc.register(`${STREAMS}/Read`, read, same, same, 'serverStream');
  grpc.register(`${FEATURES}/GetSupportedMethods`, features, same, same, 'unary');
  grpc.register(`${GOSSIP}/Read`, gossip, same, same, 'unary');
}

const DELETIONS = [
  ['Delete', 'delete'],
  ['Tombstone', 'tombstone'],
] as const;
const STREAMS = '/event_store.client.streams.Streams';
const FEATURES = '/event_store.client.server_features.ServerFeatures';
const GOSSIP = '/event_store.client.gossip.Gossip';

/** Messages pass as bytes: their handlers decode them. */
function same(bytes: Buffer): Buffer {
  return bytes;
}

/** Connections are accepted here and handed on, so that one can be broken without the library's knowledge. */
function accept(
  net: NetServer,
  injector: ReturnType<Server['createConnectionInjector']>,
  sockets: Map<string, Socket>,
  counter: Counter,
): void {
  net.on('connection', (socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(peer, socket);
    counter.add({ connections: 1, openConnections: 1 });
    socket.on('close', () => {
      sockets.delete(peer);
      counter.add({ openConnections: -1 });
    });
    socket.setNoDelay(true);
    injector.injectConnection(socket);
  });
}
