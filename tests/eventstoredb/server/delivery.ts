import type { Call, Sender } from './call.ts';
import type { RecordedEvent } from './event.ts';
import type { ReadCut } from './faults.ts';
import type { Node } from './node.ts';
import { unavailable } from './refusals.ts';
import type { ReadRequest } from './requests.ts';
import { encodeEvent } from './responses.ts';

/** Events that the real server takes from the store at once. */
export const PAGE_EVENTS = 32;

/** A read or subscription of one stream, once it is clear that it can be carried out. */
export type StreamRead = ReadRequest & { readonly stream: string };

/** Sends events to one reader, until the cut that was planned for it. */
export class Delivery {
  readonly sender: Sender;
  readonly #node: Node;
  readonly #call: Call;
  readonly #request: ReadRequest;
  readonly #cut: ReadCut | undefined;
  #delivered = 0;

  constructor(node: Node, call: Call, sender: Sender, request: ReadRequest, cut: ReadCut | undefined) {
    this.#node = node;
    this.#call = call;
    this.sender = sender;
    this.#request = request;
    this.#cut = cut;
  }

  /** Whether the reader gets nothing at all, not even that there is no such stream. */
  cutAtOnce(): boolean {
    if (this.#cut?.afterEvents !== 0) return false;
    this.#carryOutCut(this.#cut);
    return true;
  }

  /** Sends the first message of a subscription; a cut after no events comes behind it. */
  async confirm(confirmation: Buffer): Promise<void> {
    if (this.#cut?.afterEvents === 0) {
      await this.sender.flush(confirmation);
      this.#carryOutCut(this.#cut);
    } else {
      await this.sender.send(confirmation);
    }
  }

  /** Resolves when the reader is ready for the next event, or gone. */
  async deliver(event: RecordedEvent, withPosition: boolean): Promise<void> {
    if (!this.#call.isOpen) return;
    const message = encodeEvent(event, { uuids: this.#request.uuids, withPosition });
    this.#delivered += 1;
    this.#node.counter.add({ eventsSent: 1 });
    if (this.#delivered !== this.#cut?.afterEvents) {
      await this.sender.send(message);
      return;
    }
    await this.sender.flush(message);
    this.#carryOutCut(this.#cut);
  }

  #carryOutCut({ by }: ReadCut): void {
    if (by === 'connection') this.#call.cut();
    else this.#call.fail(unavailable('Connection dropped'));
  }
}
