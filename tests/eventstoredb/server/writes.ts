import type { Call } from './call.ts';
import type { Append, Outcome } from './event-log.ts';
import type { AppendFault } from './faults.ts';
import type { Node } from './node.ts';

/** What the client is told of an append. */
export type Answer =
  | Exclude<Outcome, { kind: 'in-flight' }>
  /** The server waited too long for itself; the append may be taken or not. */
  | { readonly kind: 'timed-out' }
  /** The server has not become a leader or follower yet; the append is not taken. */
  | { readonly kind: 'not-ready' };

const TIMED_OUT: Answer = { kind: 'timed-out' };
const NOT_READY: Answer = { kind: 'not-ready' };

/** Carries out one append with its fault, if it has one; undefined if nobody is to be answered. */
export async function carryOut(node: Node, call: Call, append: Append): Promise<Answer | undefined> {
  const { counter, faults, log, settings } = node;
  counter.add({ appends: 1, eventsReceived: append.events.length });
  const fault = faults.takeAppendFault();
  if (!settings.ready) return NOT_READY;
  if (fault?.kind === 'before') await fault.run(append);
  if (fault?.kind === 'lose-append') return lose(call, fault.by ?? 'cut');

  const outcome = await log.append(append);
  faults.appendDecided();
  counter.add(countsOf(outcome));
  if (outcome.kind === 'in-flight') {
    await waitFor(settings.writeTimeoutMs, call);
    return TIMED_OUT;
  }
  if (fault?.kind !== 'lose-answer') return outcome;
  if (typeof fault.by === 'string') return lose(call, fault.by);
  await faults.untilAppends(fault.by.lateByAppends);
  return outcome;
}

type Loss = Extract<AppendFault, { kind: 'lose-answer' | 'lose-append' }>['by'];

/** What the client is told instead of the truth. */
function lose(call: Call, by: Extract<Loss, string>): Answer | undefined {
  switch (by) {
    case 'silence':
      return undefined;
    case 'cut':
      call.cut();
      return undefined;
    case 'timeout':
      return TIMED_OUT;
    case 'not-ready':
      return NOT_READY;
  }
}

/** Waits so long, or until the call has ended. */
async function waitFor(ms: number, call: Call): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, call.closed]);
  clearTimeout(timer);
}

function countsOf(outcome: Outcome) {
  if (outcome.kind === 'wrong-expected-version' || outcome.kind === 'deleted') return { appendsRefused: 1 };
  return outcome.kind === 'done' && outcome.added > 0
    ? { appendsTaken: 1, eventsTaken: outcome.added }
    : { appendsRepeated: 1 };
}
