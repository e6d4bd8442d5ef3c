import { randomUUID } from 'node:crypto';
import { EventLog } from './event-log.ts';
import type { Member } from './responses.ts';
import type { TestServerOptions } from './test-server.ts';
import { TestServer } from './test-server.ts';

/**
 * Several nodes before one log, of which one leads. All take appends, as followers hand them on to their leader; only
 * calls that require a leader are refused by the others.
 *
 * @example
 * await using cluster = await TestCluster.start(3);
 * const client = EventStoreDBClient.connectionString(cluster.url);
 * cluster.elect(1);
 */
export class TestCluster {
  readonly nodes: readonly TestServer[];
  readonly #log: EventLog;
  readonly #stopped = new Set<TestServer>();

  private constructor(nodes: readonly TestServer[], log: EventLog) {
    this.nodes = nodes;
    this.#log = log;
    const ids = nodes.map(() => randomUUID());
    const members = (): Member[] =>
      nodes.map((node, index) => ({
        ...node.endpoint,
        role: node.settings.role,
        alive: !this.#stopped.has(node),
        instanceId: ids[index] ?? '',
      }));
    for (const node of nodes) node.settings.members = members;
    this.elect(0);
  }

  /** Starts so many nodes, the first of which leads. */
  static async start(
    count: number,
    options: Omit<TestServerOptions, 'port' | 'log'> = {},
  ): Promise<TestCluster> {
    const log = await EventLog.open({ folder: options.folder, nowMs: options.nowMs ?? Date.now });
    const nodes: TestServer[] = [];
    for (let index = 0; index < count; index += 1) nodes.push(await TestServer.start({ ...options, log }));
    return new TestCluster(nodes, log);
  }

  /** Names all nodes: the client asks them for the one that it prefers. */
  get url(): string {
    const hosts = this.nodes.map(({ endpoint: { host, port } }) => `${host}:${port}`);
    return `esdb://${hosts.join(',')}?tls=false`;
  }

  /** Names one node, as a cluster's DNS name would, of which the client asks for the others. */
  discoverUrl(index = 0): string {
    const { host, port } = this.#node(index).endpoint;
    return `esdb+discover://${host}:${port}?tls=false`;
  }

  /** Another node leads; calls that are open at the others are cut. */
  elect(index: number): void {
    const leader = this.#node(index);
    leader.lead();
    for (const node of this.nodes) if (node !== leader) node.follow(leader.endpoint);
  }

  /** A node goes away, and the others know. */
  async stopNode(index: number): Promise<void> {
    const node = this.#node(index);
    this.#stopped.add(node);
    await node.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.#log.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #node(index: number): TestServer {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`the cluster has no node ${index}`);
    return node;
  }
}
