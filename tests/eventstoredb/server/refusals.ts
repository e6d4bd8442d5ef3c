import { Metadata, status } from '@grpc/grpc-js';

/** How a call ends other than well: the status, and the trailers by which the client tells the kinds apart. */
export interface Refusal {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Where a node takes calls. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** To calls that only a leader may answer. */
export function notLeader(leader: Endpoint): Refusal {
  return refusal(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': String(leader.port),
  });
}

/** To an `Append` of more data than the server takes at once. */
export function appendTooLarge(bytesMax: number): Refusal {
  return refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${bytesMax} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(bytesMax),
  });
}

/** To calls on a stream that has a tombstone. */
export function streamDeleted(stream: string): Refusal {
  return refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
}

/** To a deletion that expects the stream to end elsewhere. */
export function wrongExpectedVersion(stream: string, expected: string, actual: number): Refusal {
  return refusal(
    status.FAILED_PRECONDITION,
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': expected,
      'actual-version': String(actual),
    },
  );
}

/** To an `Append` of an event without a type or content type. */
export function metadataMissing(message: string): Refusal {
  return refusal(status.INVALID_ARGUMENT, message, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });
}

/** To a read whose arguments the store itself refuses: no count, or forwards from the end. */
export function readFailed(): Refusal {
  return refusal(status.UNKNOWN, 'Unexpected ReadStreamResult: Error');
}

/** To what the real server takes for an error of its own. */
export function handlerThrew(): Refusal {
  return refusal(status.UNKNOWN, 'Exception was thrown by handler.');
}

export function invalidArgument(details: string): Refusal {
  return refusal(status.INVALID_ARGUMENT, details);
}

export function unimplemented(details: string): Refusal {
  return refusal(status.UNIMPLEMENTED, details);
}

/** What a client sees of a node that goes away. */
export function unavailable(details: string): Refusal {
  return refusal(status.UNAVAILABLE, details);
}

export function internalError(error: unknown): Refusal {
  return refusal(status.INTERNAL, error instanceof Error ? error.message : String(error));
}

/** To an append that took the server too long; it may have been taken. */
export function commitTimedOut(): Refusal {
  return refusal(status.ABORTED, 'Operation timed out: Commit phase timeout.');
}

/** To everything, in the first moments of a node. */
export function notReady(): Refusal {
  return unavailable(NOT_READY);
}

/** What a node says that has just started, in both forms of append. */
export const NOT_READY = 'Server Is Not Ready';

/** To a subscriber that the real server no longer waits for. */
export function consumerTooSlow(): Refusal {
  return refusal(
    status.ABORTED,
    'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
  );
}

function refusal(code: status, details: string, trailers: Readonly<Record<string, string>> = {}): Refusal {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, metadata };
}
