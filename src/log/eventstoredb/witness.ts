/**
 * What a writer has seen of a stream, and whether the server still has it so. A server that was put back to a backup, or whose
 * stream somebody has changed, takes the next append by its number alone: so what was seen is looked at again wherever the server
 * may be another one than before, and nothing is sent before it is found whole.
 *
 * @module
 */
import { eventId, genesisHash, hashHolds, type StoredEvent } from '../../kernel/state/events.ts';
import { emptyHead, headAt, type LogHead, LogNotKept, LogUnreadable } from '../port/port.ts';
import { takenBy } from './keeping.ts';
import type { Page } from './pages.ts';
import { once, type Stream } from './stream.ts';

/**
 * How often the leader is asked for an event that was seen before it counts as lost: it has all that was acknowledged, and what it
 * lets read is behind that by moments.
 */
const looksMax = 6;

const restored =
  'Restore the newest backup of the store. If this is the newest, stop all servers, and start them again on it.';

/** Another event stands where one with this hash was written. */
const replaced = ({ revision, hash: found }: StoredEvent, hash: string): LogNotKept =>
  new LogNotKept(
    revision,
    `at revision ${revision} stands event ${eventId(found)}, where ${eventId(hash)} was written: an older state of the store was put back`,
    restored,
  );

export class Witness {
  readonly #stream: Stream;
  /** The last event that is known to have been there. */
  #known: LogHead = emptyHead;
  /** What was wrong when it was last looked at. */
  #fault: LogUnreadable | undefined;
  /** The connection by which all was found whole. */
  #soundBy: number | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  get known(): LogHead {
    return this.#known;
  }

  /** Why the stream can't be vouched for, by the last look at it. */
  get fault(): LogUnreadable | undefined {
    return this.#fault;
  }

  /** Takes note of what is wrong, until a look finds nothing. */
  blame(fault: LogUnreadable): void {
    this.#fault = fault;
  }

  /** Something has changed: it is looked at before the next append, whatever it is sent by. */
  doubt(): void {
    this.#soundBy = undefined;
  }

  /** Takes note of an event that goes on from what was seen. */
  saw(event: StoredEvent): void {
    if (event.revision > this.#known.revision) this.#known = headAt(event);
  }

  /**
   * Takes note of events that were read in order.
   *
   * @returns them; as far as they are what was seen before
   */
  read({ events, fault }: Page): Page {
    const from = events[0]?.revision ?? 0;
    const { revision, hash } = this.#known;
    const known = events[revision - from];
    if (known !== undefined && known.hash !== hash)
      return { events: events.slice(0, revision - from), fault: replaced(known, hash) };
    const last = events.at(-1);
    if (last !== undefined && from <= revision + 1) this.saw(last);
    return { events, ...(fault === undefined ? {} : { fault }) };
  }

  /**
   * Looks whether the stream is as it was seen, and whether the server is to keep it so.
   *
   * @throws LogNotKept, LogUnreadable it isn't; kept as the fault until a look finds none
   * @throws LogUnavailable nobody answers
   */
  async look(attemptsMax?: number): Promise<void> {
    const asking = attemptsMax === undefined ? {} : { attemptsMax };
    try {
      const metadata = await this.#stream.metadata(asking);
      const taken = takenBy(this.#stream.name, metadata, this.#known.revision + 1);
      if (taken !== undefined) throw taken;
      if (this.#known.revision >= 0) {
        await this.#checkKnown(asking);
        await this.#checkFirst(asking);
      }
      this.#fault = undefined;
    } catch (error) {
      if (error instanceof LogUnreadable) this.#fault = error;
      throw error;
    }
  }

  /**
   * Makes sure of the stream before something is sent to it.
   *
   * @param connection what it is to be sent by: nothing has been lost while that stands. Undefined: that can't be told
   * @throws as {@link look}
   */
  async vouch(connection: number | undefined): Promise<void> {
    const isSound = connection !== undefined && connection === this.#soundBy && this.#fault === undefined;
    if (isSound) return;
    await this.look(once);
    this.#soundBy = connection;
  }

  /** Where nothing is read although something was seen: says what has become of it, or that it is there all the same. */
  async #checkKnown(asking: { readonly attemptsMax?: number }): Promise<void> {
    const { revision, hash } = this.#known;
    const triesMax = this.#fault === undefined ? looksMax : 1;
    for (let tries = 0; tries < triesMax; tries++) {
      if (tries > 0) await this.#stream.rest(tries);
      const event = await this.#stream.eventAt(revision, tries === 0 ? asking : { ofLeader: true });
      if (event?.hash === hash) return;
      if (event !== undefined) throw replaced(event, hash);
    }
    const end = (await this.#stream.last(asking))?.revision ?? -1;
    const found = end < 0 ? 'the stream is empty' : `the stream ends at revision ${end}`;
    throw new LogNotKept(
      end + 1,
      `${found}, and was written up to ${revision}: an older state of the store was put back`,
      restored,
    );
  }

  async #checkFirst(asking: { readonly attemptsMax?: number }): Promise<void> {
    const first = await this.#stream.eventAt(0, asking);
    if (first === undefined)
      throw new LogNotKept(
        0,
        'its first events are gone: they were scavenged',
        'Restore a backup of the store from before the scavenge, or copy the book from one under another id.',
      );
    if (!hashHolds(first, genesisHash)) throw new LogUnreadable(0, 'it is not as it was written');
  }
}
