/**
 * What must be true of a book that many clients have written to through several servers, and of every answer that they got. It is
 * worked out from the log and the answers alone: one walk with the kernel's Ledger, and the independent reference.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { conformance } from '../../src/audit/conformance.ts';
import type { Command } from '../../src/kernel/deciding/commands.ts';
import { type Head, headBeforeAll, Ledger, type Memory } from '../../src/kernel/deciding/ledger.ts';
import { emptyState, fold } from '../../src/kernel/engine/fold.ts';
import type { StoredEvent } from '../../src/kernel/state/events.ts';
import { formatDay } from '../../src/kernel/values/dates.ts';
import { house } from '../../src/segments/index.ts';
import { checkSound, memoryOf } from '../crash/oracle.ts';
import { record } from '../oracle/first-segments.ts';
import { balancesOf, circumstances } from '../support/book.ts';
import type { Told } from './asking.ts';
import type { Attempt } from './crowd.ts';
import type { Keyed } from './world.ts';

/** What was seen of it all. */
export interface Seen {
  readonly events: number;
  readonly attempts: number;
  readonly accepted: number;
  /** Answered with the first result. */
  readonly repeated: number;
  readonly refused: number;
  /** Not answered, or UNAVAILABLE. */
  readonly unanswered: number;
  /** Codes of the refusals, and how many. */
  readonly codes: { readonly [code: string]: number };
  /** How often a command in the log came by another server than the one before it. */
  readonly turns: number;
  readonly closes: number;
}

type Accepted = Extract<Told, { kind: 'accepted' }>;

/** @param beginning commands that were carried out before anybody came */
export async function checkBook(
  events: readonly StoredEvent[],
  attempts: readonly Attempt[],
  beginning: readonly Keyed[],
): Promise<Seen> {
  // One chain, each key once, no entry off, no wallet below zero and no customer's money unbacked on any date.
  checkSound(events);
  const commands = new Map(
    [...beginning, ...attempts.map(({ command }) => command)].map((one) => [one.key, one]),
  );
  checkAccepted(events, attempts);
  checkNothingLeft(events, attempts);
  const { codes, refused } = checkRefused(events, attempts);
  const { clean, findings } = await conformance(house, await memoryOf(events));
  assert(clean, `the log is not what the rules say: ${inspect(findings[0])}`);
  checkBalances(events, commands);
  const facts = events.filter(({ key }) => key !== null);
  const told = attempts.flatMap(({ told }) => (told?.kind === 'accepted' ? [told] : []));
  return {
    events: events.length,
    attempts: attempts.length,
    accepted: told.filter(({ repeated }) => !repeated).length,
    repeated: told.filter(({ repeated }) => repeated).length,
    refused,
    unanswered: attempts.filter(({ told }) => told === undefined).length,
    codes,
    turns: facts.filter(({ actor }, at) => at > 0 && actor !== facts[at - 1]?.actor).length,
    closes: facts.filter(({ type }) => type === house.own.closing.name).length,
  };
}

/** What was answered as done stands where the answer says, whole; and all answers to one key say the same. */
function checkAccepted(events: readonly StoredEvent[], attempts: readonly Attempt[]): void {
  const booked = new Map(
    events.flatMap(({ key, revision }) => (key === null ? [] : [[key, revision] as const])),
  );
  const first = new Map<string, Accepted>();
  for (const { command, told, to } of attempts) {
    if (told?.kind !== 'accepted') continue;
    const { key } = command;
    const what = `${key} (${command.command} of ${command.on}) by server ${to}`;
    for (const [revision, hash] of told.hashes)
      assert.equal(events[revision]?.hash, hash, `${what}: not there`);
    const last = events[told.revision];
    assert(last !== undefined, `${what}: lost`);
    const at = booked.get(key);
    if (at === undefined) {
      // A day that another key has closed: answered with that close.
      assert(command.command === 'closeDay' && told.repeated, `${what}: not booked`);
      assert.equal(last.type, house.own.closed.name, what);
      assert.equal(formatDay(last.effectiveOn), command.on, what);
      continue;
    }
    checkStands(events, at, told, what);
    if (!told.repeated) assert.equal(events[at]?.actor, `server-${to}`, `${what}: booked by another`);
    const other = first.get(key);
    first.set(key, told);
    if (other === undefined) continue;
    assert(told.repeated || other.repeated, `${what}: booked twice`);
    assert.deepEqual({ ...told, repeated: true }, { ...other, repeated: true }, `${what}: another answer`);
  }
}

/** All that followed from a fact, and what it was told to come to, is one stretch of the log. */
function checkStands(events: readonly StoredEvent[], at: number, told: Accepted, what: string): void {
  let last = at;
  while (events[last + 1]?.cause === at) last++;
  assert.equal(told.revision, last, `${what}: ends elsewhere`);
  const opened = events[at - 1]?.type === house.own.opened.name ? 1 : 0;
  assert.equal(told.eventCount, last - at + 1 + opened, `${what}: another number of events`);
}

/** A command that was refused wherever it was sent has left nothing. */
function checkNothingLeft(events: readonly StoredEvent[], attempts: readonly Attempt[]): void {
  const refused = new Set(attempts.map(({ command }) => command.key));
  for (const { command, told } of attempts) if (told?.kind !== 'refused') refused.delete(command.key);
  for (const { key } of events) assert(!refused.has(key ?? ''), `${key} was refused and is in the log`);
}

/**
 * Each refusal is one that the model gives at some revision between the two at which its server was when the command was sent, at
 * least, and when it had been answered, at most.
 */
function checkRefused(
  events: readonly StoredEvent[],
  attempts: readonly Attempt[],
): { readonly refused: number; readonly codes: { readonly [code: string]: number } } {
  const codes: Record<string, number> = {};
  const coming = attempts
    .flatMap(({ command, told, from, until, to }) =>
      told?.kind === 'refused'
        ? [{ command, code: told.code, from, until, to, found: new Set<string>() }]
        : [],
    )
    .sort((a, b) => a.from - b.from);
  const refused = coming.length;
  for (const { code } of coming) codes[code] = (codes[code] ?? 0) + 1;
  let open: typeof coming = [];
  const model = new Model();
  for (const event of events) {
    model.take(event);
    if (!model.isWhole(events[event.revision + 1])) continue;
    const { revision } = event;
    while ((coming[0]?.from ?? Number.POSITIVE_INFINITY) <= revision) open.push(...coming.splice(0, 1));
    const answers = model.answers(open.map(({ command }) => command));
    open = open.filter(({ code, found }, at) => {
      const answer = answers[at] ?? '';
      found.add(answer);
      return answer !== code;
    });
    const wrong = open.find(({ until }) => until <= revision);
    assert(
      wrong === undefined,
      `${JSON.stringify(wrong?.command)} was refused by server ${wrong?.to} with ${wrong?.code} ` +
        `between ${wrong?.from} and ${wrong?.until}, where the model says ${[...(wrong?.found ?? [])].join(', ')}`,
    );
  }
  assert.deepEqual([...open, ...coming], [], 'refused at a revision that is not there');
  return { refused, codes };
}

/** A book walked event by event, which is asked what it would answer now. */
class Model {
  readonly #state = emptyState(house);
  readonly #inputs = new Map<string, { readonly revision: number; readonly hash: string | null }>();
  readonly #hashes = new Map<number, string | null>();
  #head: Head = headBeforeAll;

  take(event: StoredEvent): void {
    fold(house, this.#state, event);
    this.#head = event;
    if (event.key === null) return;
    this.#inputs.set(event.key, { revision: event.revision, hash: event.inputHash });
    this.#hashes.set(event.revision, event.inputHash);
  }

  /** Whether no command is half done. */
  isWhole(next: StoredEvent | undefined): boolean {
    return (
      this.#state.marks.settling === undefined &&
      (next === undefined || next.cause === null) &&
      this.#hashes.size > 0
    );
  }

  /** The codes of its refusals, or what else it would answer, of each by itself. */
  answers(commands: readonly Command[]): readonly string[] {
    let ledger: Ledger | undefined;
    return commands.map((command) => {
      ledger ??= new Ledger(house, this.#state.fork(), this.#head, this.#memory);
      const decision = ledger.decide(command, circumstances);
      if (decision.kind === 'refused') return decision.refusal.code;
      // It has left something: the next one is asked on a fork of its own.
      if (decision.kind === 'accepted') ledger = undefined;
      return decision.kind;
    });
  }

  readonly #memory: Memory = {
    withKey: (key) => this.#inputs.get(key)?.revision,
    sameInput: (revision, inputHash) => this.#hashes.get(revision) === inputHash,
    event: () => undefined,
    reversedBy: () => undefined,
  };
}

/** The commands that were accepted, in the log's order, come to the same balances in the reference, which refuses none of them. */
function checkBalances(events: readonly StoredEvent[], commands: ReadonlyMap<string, Command>): void {
  const lines = events.flatMap(({ key }) => {
    if (key === null) return [];
    const command = commands.get(key);
    assert(command !== undefined, `nobody sent ${key}`);
    return [{ ...command, with: { ...command.with } }];
  });
  const reference = record(lines, { close: 'recorded' });
  assert.deepEqual(reference.refused, []);
  const state = emptyState(house);
  for (const event of events) fold(house, state, event);
  assert.deepEqual(balancesOf(state), reference.balances);
}
