/**
 * Appends over the client's connection, by the protocol's batch call: one stream of requests and answers for all books of a store.
 *
 * The client has a batch call of its own, which no process with several connections can use: it keeps the appends of all clients in
 * one table, so that a connection that breaks rejects those of every other, and an answer that then comes late ends the process.
 * Here each stream knows its own appends, and what comes late is passed over. Servers that don't know the call (before 21.10) get the
 * client's unary one, which giving credentials with a call selects.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import {
  type Credentials,
  type EventData,
  EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
} from '@eventstore/db-client';
import { unpackToCommandError } from '@eventstore/db-client/dist/streams/appendToStream/unpackError.js';
import { convertToCommandError } from '@eventstore/db-client/dist/utils/index.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsRpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Encoded } from './codec.ts';

type Answer = InstanceType<typeof streams.BatchAppendResp>;
type Call = ReturnType<InstanceType<typeof streamsRpc.StreamsClient>['batchAppend']>;

/** An append that waits for its answer: the revision of its last event. */
interface Pending {
  readonly resolve: (revision: number) => void;
  readonly reject: (error: unknown) => void;
}

/** A stream of requests and answers with one server, until it breaks, and what waits on it. */
export interface Lane {
  /** How many were opened before it. */
  readonly number: number;
  readonly call: Call;
  readonly pending: Map<string, Pending>;
}

/** An append as it is sent. */
export interface Batch {
  readonly stream: string;
  /** The revision that the stream must end at; -1: there must be no stream. */
  readonly expected: number;
  readonly events: readonly Encoded[];
  /** Until when the server may carry it out, in milliseconds from now. */
  readonly msMax: number;
}

/** The client, with its connection lent to appends that it doesn't make itself. It has no fields of its own: see {@link of}. */
export class LendingClient extends EventStoreDBClient {
  /** The client makes itself from an address only as itself. */
  static of(storeUrl: string): LendingClient {
    const client: unknown = Object.setPrototypeOf(
      EventStoreDBClient.connectionString(storeUrl),
      LendingClient.prototype,
    );
    if (!(client instanceof LendingClient)) throw new TypeError('not a client');
    return client;
  }

  knowsBatches(): Promise<boolean> {
    return this.supports(streamsRpc.StreamsService.batchAppend);
  }

  /** A stream of requests and answers. When it breaks, the client looks for another server by itself. */
  openCall(): Promise<Call> {
    const call = (client: InstanceType<typeof streamsRpc.StreamsClient>): Call =>
      client.batchAppend(...this.callArguments({}, { deadline: Number.POSITIVE_INFINITY }));
    return this.GRPCStreamCreator(streamsRpc.StreamsClient, 'batchAppend', call)();
  }
}

/** Sends appends, any number at once. */
export class Appender {
  readonly #client: LendingClient;
  readonly #credentials: Credentials;
  #lane: Promise<Lane> | undefined;
  #opened = 0;

  /** @param credentials those that the address names */
  constructor(client: LendingClient, credentials: Credentials) {
    this.#client = client;
    this.#credentials = credentials;
  }

  /** The stream that appends go by now; another one after it broke. Undefined where the server knows no batches. */
  async lane(): Promise<Lane | undefined> {
    if (!(await this.#client.knowsBatches())) return undefined;
    this.#lane ??= this.#open(this.#opened++);
    return await this.#lane;
  }

  /**
   * Appends, and resolves to the revision that the server says the append ends in.
   *
   * @param lane where it goes; nowhere else where that has broken
   * @throws what the client throws for a refusal; {@link Unanswered} where nothing is known of it
   */
  async append(lane: Lane | undefined, batch: Batch): Promise<number> {
    return lane === undefined ? await this.#sendAlone(batch) : await this.#sendOn(lane, batch);
  }

  async #sendOn({ call, pending }: Lane, batch: Batch): Promise<number> {
    const id = randomUUID();
    const answered = new Promise<number>((resolve, reject) => {
      if (call.destroyed) reject(new Unanswered(new Error('the stream has ended')));
      else pending.set(id, { resolve, reject });
    });
    // It may fail before it is awaited.
    answered.catch(() => undefined);
    if (pending.has(id)) call.write(requestOf(id, batch));
    try {
      return await answered;
    } finally {
      pending.delete(id);
    }
  }

  async #sendAlone({ stream, expected, events, msMax }: Batch): Promise<number> {
    const { nextExpectedRevision } = await this.#client.appendToStream(stream, events.map(decoded), {
      expectedRevision: expected === -1 ? NO_STREAM : BigInt(expected),
      credentials: this.#credentials,
      deadline: msMax,
    });
    return Number(nextExpectedRevision);
  }

  async #open(number: number): Promise<Lane> {
    const pending = new Map<string, Pending>();
    const isLast = (): boolean => this.#opened === number + 1;
    const ended = (error: Error): void => {
      if (isLast()) this.#lane = undefined;
      for (const { reject } of pending.values()) reject(new Unanswered(convertToCommandError(error)));
      pending.clear();
    };
    try {
      const call = await this.#client.openCall();
      call
        .on('data', (answer: Answer) => settle(answer, pending))
        .on('error', ended)
        .on('end', () => ended(new Error('the server has ended the stream')))
        .on('close', () => ended(new Error('the stream was closed')));
      return { number, call, pending };
    } catch (error) {
      if (isLast()) this.#lane = undefined;
      throw error;
    }
  }
}

/** An event as the client's own call takes it. */
const decoded = ({ id, type, data, metadata }: Encoded): EventData =>
  jsonEvent({ id, type, data: parsed(data), metadata: parsed(metadata) });

const parsed = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString());

/** A stream broke before it brought an answer: what was sent on it may have been done or not. */
export class Unanswered extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'Unanswered';
  }
}

/** Passes an answer on to the append that it is to. One to an append that was given up is passed over. */
function settle(answer: Answer, pending: ReadonlyMap<string, Pending>): void {
  const waiting = pending.get(idOf(answer.getCorrelationId()));
  if (waiting === undefined) return;
  const error = answer.getError();
  if (error === undefined) waiting.resolve(Number(answer.getSuccess()?.getCurrentRevision() ?? -1));
  else waiting.reject(unpackToCommandError(error, ''));
}

const idOf = (uuid: InstanceType<typeof shared.UUID> | undefined): string =>
  uuid?.hasStructured() ? structuredId(uuid) : (uuid?.getString() ?? '');

/** The text of an id in two halves of 64 bits. */
function structuredId(uuid: InstanceType<typeof shared.UUID>): string {
  const halves = [
    uuid.getStructured()?.getMostSignificantBits(),
    uuid.getStructured()?.getLeastSignificantBits(),
  ];
  const hex = halves
    .map((half) =>
      BigInt.asUintN(64, BigInt(half ?? 0))
        .toString(16)
        .padStart(16, '0'),
    )
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function requestOf(
  id: string,
  { stream, expected, events, msMax }: Batch,
): InstanceType<typeof streams.BatchAppendReq> {
  const name = new shared.StreamIdentifier();
  name.setStreamName(Buffer.from(stream));
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(name);
  options.setDeadline(timestamps.Timestamp.fromDate(new Date(Date.now() + msMax)));
  if (expected === -1) options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));
  const request = new streams.BatchAppendReq();
  request.setCorrelationId(uuidOf(id));
  request.setOptions(options);
  request.setProposedMessagesList(events.map(messageOf));
  request.setIsFinal(true);
  return request;
}

function uuidOf(id: string): InstanceType<typeof shared.UUID> {
  const uuid = new shared.UUID();
  uuid.setString(id);
  return uuid;
}

function messageOf({
  id,
  type,
  data,
  metadata,
}: Encoded): InstanceType<typeof streams.BatchAppendReq.ProposedMessage> {
  const message = new streams.BatchAppendReq.ProposedMessage();
  message.setId(uuidOf(id));
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  message.setData(data);
  message.setCustomMetadata(metadata);
  return message;
}
