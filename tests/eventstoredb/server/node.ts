import type { Counter, Method } from './counts.ts';
import type { EventLog } from './event-log.ts';
import type { Faults } from './faults.ts';
import type { Endpoint, Refusal } from './refusals.ts';
import type { Member, Role } from './responses.ts';

/** What a node shows and takes; all of it can change while it runs. */
export interface Settings {
  /** Bytes of data in one append. */
  maxAppendSizeBytes: number;
  /** How long the server waits for the rest of a batch, if the client's own deadline is not sooner. */
  writeTimeoutMs: number;
  /** Servers before 21.10 have no `BatchAppend`. */
  batchAppend: boolean;
  version: string;
  /** False for a node that has just started: it answers appends and reads with that. */
  ready: boolean;
  role: Role;
  /** Where the leader is, for a node that is not. */
  leader: Endpoint | undefined;
  members: () => readonly Member[];
  /** What becomes of a subscriber that does not keep up: the real server of 21.10 drops it. */
  slowSubscribers: 'catch-up' | 'drop';
}

/** A call that has not ended, as faults see it. */
export interface OpenCall {
  readonly method: Method;
  readonly peer: string;
  close(): void;
  fail(refusal: Refusal): void;
}

/** What the handlers of all calls share. */
export interface Node {
  readonly log: EventLog;
  readonly faults: Faults;
  readonly counter: Counter;
  readonly settings: Settings;
  readonly openCalls: Set<OpenCall>;
  /** Breaks the connection that comes from an address, without a word. */
  cutConnection(peer: string): void;
  readonly nowMs: () => number;
  readonly newId: () => string;
}
