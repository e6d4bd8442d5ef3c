/**
 * Whether a node of EventStoreDB takes part, as deploy/node-ready.sh judges it by the node's gossip. The gossip is served here, in the
 * form of EventStoreDB 23.10.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../../deploy/node-ready.sh');

interface Member {
  readonly state: string;
  readonly isAlive?: boolean;
}

/** What a node gossips of members at ports 2111, 2112 and so on, as clients see them. */
const gossipOf = (members: readonly Member[]): string =>
  JSON.stringify(
    {
      members: members.map(({ state, isAlive = true }, at) => ({
        instanceId: `00000000-0000-0000-0000-00000000000${at}`,
        timeStamp: '2026-01-02T03:04:05.678901Z',
        state,
        isAlive,
        internalTcpIp: `esdb${at + 1}`,
        internalTcpPort: 0,
        internalSecureTcpPort: 1112,
        externalTcpIp: '127.0.0.1',
        externalTcpPort: 0,
        externalSecureTcpPort: 0,
        httpEndPointIp: '127.0.0.1',
        httpEndPointPort: 2111 + at,
        lastCommitPosition: 2113,
        writerCheckpoint: 2113,
        chaserCheckpoint: 2113,
        epochPosition: 0,
        epochNumber: 0,
        epochId: '00000000-0000-0000-0000-0000000000ee',
        nodePriority: 0,
        isReadOnlyReplica: false,
        esVersion: '23.10.8.0',
      })),
      serverIp: 'esdb1',
      serverPort: 2113,
    },
    undefined,
    2,
  );

interface Judged {
  readonly ready: boolean;
  readonly said: string;
}

/** Judges the node that clients find at a port, by a server that answers so. */
async function judge(status: number, body: string, clientsPort: number, host = '127.0.0.1'): Promise<Judged> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`listening at ${address}`);
  const env = {
    ...process.env,
    EVENTSTORE_ADVERTISE_HOST_TO_CLIENT_AS: host,
    EVENTSTORE_ADVERTISE_NODE_PORT_TO_CLIENT_AS: String(clientsPort),
  };
  const child = spawn('sh', [script, `http://127.0.0.1:${address.port}/gossip`, '--noproxy', '*'], { env });
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  const code = await new Promise((done) => child.once('close', done));
  server.close();
  return { ready: code === 0, said };
}

const leader = { state: 'Leader' };
const follower = { state: 'Follower' };

describe.runIf(spawnSync('curl', ['--version']).status === 0)('a node', () => {
  it.each([
    ['leads', [leader, follower, follower], 2111],
    ['follows', [leader, follower, follower], 2113],
    ['leads beside a node that is gone', [leader, follower, { state: 'Follower', isAlive: false }], 2111],
    ['is the only one', [leader], 2111],
  ])('is ready where it %s', async (_how, members, port) => {
    expect(await judge(200, gossipOf(members), port)).toEqual({ ready: true, said: '' });
  });

  it.each([
    ['looks for a leader', [{ state: 'Unknown' }, { state: 'Unknown' }, { state: 'DiscoverLeader' }], 2111],
    ['follows a leader that is gone', [{ state: 'Leader', isAlive: false }, follower, follower], 2112],
    ['is about to lead', [{ state: 'PreLeader' }, follower, follower], 2111],
    ['catches up', [leader, follower, { state: 'CatchingUp' }], 2113],
    ['resigns', [{ state: 'ResigningLeader' }, follower, follower], 2111],
    ['is not in the gossip', [leader, follower], 2113],
    ['is not alive', [leader, { state: 'Follower', isAlive: false }], 2112],
    ['has no cluster', [], 2111],
  ])('is not ready where it %s', async (_how, members, port) => {
    const { ready, said } = await judge(200, gossipOf(members), port);
    expect([ready, said]).toEqual([
      false,
      expect.stringMatching(/no member leads|neither leads nor follows/),
    ]);
  });

  it('is told from a node at the same port of another machine', async () => {
    expect((await judge(200, gossipOf([leader]), 2111, '10.0.0.1')).ready).toBe(false);
  });

  it('is not ready where its gossip is refused, or is none', async () => {
    expect((await judge(401, gossipOf([leader]), 2111)).said).toMatch(/^no gossip from /);
    expect((await judge(204, '', 2111)).ready).toBe(false);
    expect((await judge(200, '<html>Leader</html>', 2111)).ready).toBe(false);
  });
});
