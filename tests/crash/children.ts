/** Writers as processes: started, listened to, killed. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Order } from './order.ts';

const node = join(import.meta.dirname, '../../node_modules/.bin/node');
const writer = join(import.meta.dirname, 'writer.ts');

/** An answer that a writer has told of. */
export interface Ack {
  readonly n: number;
  readonly kind: string;
  /** Of a refusal its code. */
  readonly code: string;
  readonly first: number;
  readonly last: number;
  readonly hash: string;
}

/** Whether a writer was told that the book took no command, or didn't know. */
export const isUnavailable = ({ code }: Ack): boolean => code === 'UNAVAILABLE';

/** What came of a writer. */
export interface Heard {
  readonly acks: readonly Ack[];
  /** The head when it had opened the book; undefined when it never did. */
  readonly opened: number | undefined;
  /** Head and digest at its end; undefined when it was killed. */
  readonly end: { readonly revision: number; readonly digest: string } | undefined;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** How a writer is run: under another program, killed when it has said so much, or listened to. */
export interface Manner {
  readonly under?: readonly string[];
  /** Kills it when it has written so many bytes. */
  readonly killAfterBytes?: number;
  /** Given all that it has written, whenever it has. */
  readonly said?: (stdout: string) => void;
  /** Kills it when it aborts. */
  readonly giveUp?: AbortSignal;
}

/** What a writer said, line by line; a line that was cut off counts as not said. */
export function heard(stdout: string): Pick<Heard, 'acks' | 'opened' | 'end'> {
  const acks: Ack[] = [];
  let opened: number | undefined;
  let end: Heard['end'];
  for (const line of stdout.split('\n').slice(0, -1)) {
    const [what, a = '', b = '', c = '', d = '', e = ''] = line.split(' ');
    if (what === 'open') opened = Number(a);
    else if (what === 'end') end = { revision: Number(a), digest: b };
    else if (what === 'ack' && b === 'refused')
      acks.push({ n: Number(a), kind: b, code: c, first: -1, last: -1, hash: '' });
    else if (what === 'ack')
      acks.push({ n: Number(a), kind: b, code: '', first: Number(c), last: Number(d), hash: e });
  }
  return { acks, opened, end };
}

/** Runs a writer to its end, by itself or by a kill. */
export function run(order: Order, { under = [], killAfterBytes, said, giveUp }: Manner = {}): Promise<Heard> {
  const [program = node, ...args] = [...under, node, writer, JSON.stringify(order)];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (killAfterBytes !== undefined && stdout.length >= killAfterBytes) child.kill('SIGKILL');
      said?.(stdout);
    });
    giveUp?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject).on('close', (_code, signal) => resolve({ ...heard(stdout), signal, stderr }));
  });
}

/** Why system calls can't be traced here; undefined when they can. */
export const untraceable: string | undefined =
  spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true']).status === 0
    ? undefined
    : 'strace is missing, or may not trace';
