import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { expect, it, vi } from 'vitest';
import { headOf, overSocket } from '../../scripts/hostile/wire.ts';
import { Served } from './served.ts';

const query = '{"query":"{ __typename }"}';
const whole = (length = query.length): string =>
  headOf('POST', '/graphql', { 'content-type': 'application/json', 'content-length': String(length) });

const posted = (url: string, agent: Agent) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(`${url}/graphql`, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json' },
    });
    asked.on('response', (answer) => answer.resume().once('end', () => resolve(answer)));
    asked.on('error', reject);
    asked.end(query);
  });

it('a connection whose bodies were read is kept for the next request', async () => {
  await using served = await Served.start([]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await posted(served.url, agent);
  const second = await posted(served.url, agent);
  agent.destroy();
  expect(first.headers.connection).toBe('keep-alive');
  expect(second.socket).toBe(first.socket);
});

it('a request that comes in time is answered, however many pieces it comes in', async () => {
  await using served = await Served.start([]);
  const { text } = await overSocket(new URL(served.url), [whole(), ...query], {
    enough: (heard) => heard.includes('"__typename"'),
  });
  expect(text).toContain('200 OK');
});

it('the answer to a body that is too large is read by who goes on sending', async () => {
  await using served = await Served.start([], { connections: { drainBytesMax: 100_000_000 } });
  const response = await fetch(`${served.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: 'x'.repeat(20_000_000),
  });
  expect(response.status).toBe(413);
});

it('a body without end is taken for so long, and for so much', async () => {
  await using served = await Served.start([], { connections: { drainMsMax: 50, drainBytesMax: 1_000 } });
  const { text, closed } = await overSocket(new URL(served.url), [whole(10_000_000), 'x'.repeat(10_000)]);
  expect(text).toContain('413 Payload Too Large');
  expect(closed).toBe(true);
});

it('no more connections are open than may be', async () => {
  await using served = await Served.start([], { connections: { connectionsMax: 2 } });
  const { port } = new URL(served.url);
  const open = () =>
    new Promise<'open' | 'cut'>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      sockets.push(socket);
      socket.on('error', () => resolve('cut'));
      socket.on('close', () => resolve('cut'));
      socket.on('data', () => resolve('open'));
      socket.write(headOf('GET', '/health'));
    });
  const sockets: ReturnType<typeof connect>[] = [];
  expect(await open()).toBe('open');
  expect(await open()).toBe('open');
  expect(await open()).toBe('cut');
  for (const socket of sockets) socket.destroy();
});

it('a stream that nobody reads is cut, and gives its place back', async () => {
  await using served = await Served.start(undefined, { connections: { idleMsMax: 300 } });
  const long = 'a'.repeat(400_000);
  const body = JSON.stringify({ query: `subscription { events(from: "0") { ${long}: revision } }` });
  const { port } = new URL(served.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write(
    `${headOf('POST', '/graphql', { 'content-type': 'application/json', accept: 'text/event-stream', 'content-length': String(body.length) })}${body}`,
  );
  const streams = async (): Promise<string | undefined> =>
    /^formicary_streams_open (\d+)$/m.exec(await (await fetch(`${served.url}/metrics`)).text())?.[1];
  await vi.waitFor(async () => expect(await streams()).toBe('1'), { timeout: 20_000 });
  await vi.waitFor(async () => expect(await streams()).toBe('0'), { timeout: 20_000 });
  socket.destroy();
});
