/**
 * The test server as a process of its own: see `index.ts`.
 *
 * @module
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { command, obey } from './control.ts';
import { TestServer } from './test-server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    'max-append-size': { type: 'string' },
    'no-batch-append': { type: 'boolean', default: false },
    /** Ends with its parent, which holds the other end of the standard input. */
    'until-stdin-ends': { type: 'boolean', default: false },
  },
});

const server = await TestServer.start({
  port: Number(values.port),
  ...(values.data === undefined ? {} : { folder: values.data }),
  ...(values['max-append-size'] === undefined
    ? {}
    : { maxAppendSizeBytes: Number(values['max-append-size']) }),
  batchAppend: !values['no-batch-append'],
});

async function stop(): Promise<void> {
  await server.stop();
  process.exit(0);
}

process.on('SIGTERM', () => void stop());

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void answer(line));
if (values['until-stdin-ends']) lines.on('close', () => void stop());

async function answer(line: string): Promise<void> {
  try {
    say({ ok: true, value: await obey(server, command.parse(JSON.parse(line))) });
  } catch (error) {
    say({ ok: false, error: error instanceof Error ? error.message : String(error) });
  }
}

function say(reply: unknown): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

process.stdout.write(`listening ${server.port}\n`);
