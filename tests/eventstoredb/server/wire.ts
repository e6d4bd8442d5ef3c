/**
 * Protocol Buffers as far as the server needs them: varints and length-prefixed fields. Written by hand because the
 * generated classes of the client copy every field of every event, which would make the server the bottleneck of a
 * measurement; and because a server that shared the client's code could not show a fault in it.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 *
 * @module
 */

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_PREFIXED = 2;
const FIXED_32 = 5;

/** A message that no valid client would send. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** Reads the fields of one message in the order in which they stand there. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;
  #wireType = VARINT;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The number of the next field, or 0 at the end. */
  field(): number {
    if (this.#at >= this.#bytes.length) return 0;
    const tag = this.uint();
    this.#wireType = tag & 7;
    return tag >>> 3;
  }

  /** An unsigned number that fits in 32 bits: lengths, enums, flags. */
  uint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new MalformedMessage('a number of more than 32 bits where a small one is expected');
  }

  uint64(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new MalformedMessage('a number of more than 64 bits');
  }

  /** A view, not a copy: it keeps the whole message in memory as long as it lives. */
  bytes(): Buffer {
    const length = this.uint();
    const from = this.#at;
    if (from + length > this.#bytes.length) throw new MalformedMessage('a field ends after its message');
    this.#at = from + length;
    return this.#bytes.subarray(from, this.#at);
  }

  text(): string {
    return this.bytes().toString('utf8');
  }

  /** A nested message. */
  message(): WireReader {
    return new WireReader(this.bytes());
  }

  skip(): void {
    switch (this.#wireType) {
      case VARINT:
        this.uint64();
        return;
      case LENGTH_PREFIXED:
        this.bytes();
        return;
      case FIXED_64:
        this.#at += 8;
        return;
      case FIXED_32:
        this.#at += 4;
        return;
      default:
        throw new MalformedMessage(`wire type ${this.#wireType}`);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new MalformedMessage('a number ends after its message');
    this.#at += 1;
    return byte;
  }
}

/** Writes one message, field after field. */
export class WireWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  uint(field: number, value: number | bigint): this {
    this.#tag(field, VARINT);
    this.#number(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, LENGTH_PREFIXED);
    this.#number(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  text(field: number, value: string): this {
    this.#tag(field, LENGTH_PREFIXED);
    const length = Buffer.byteLength(value);
    this.#number(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
    return this;
  }

  message(field: number, value: WireWriter): this {
    return this.bytes(field, value.#bytes.subarray(0, value.#length));
  }

  get length(): number {
    return this.#length;
  }

  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** Copies what was written into a larger buffer; returns where it ends there. */
  copyTo(target: Buffer, at: number): number {
    return at + this.#bytes.copy(target, at, 0, this.#length);
  }

  #tag(field: number, wireType: number): void {
    this.#number(field * 8 + wireType);
  }

  #number(value: number | bigint): void {
    this.#reserve(10);
    if (typeof value === 'bigint') {
      let rest = BigInt.asUintN(64, value);
      while (rest > 0x7fn) {
        this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      this.#bytes[this.#length++] = Number(rest);
      return;
    }
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/**
 * Puts a field of bytes into a buffer that was made large enough, without a writer of its own; returns where it ends.
 * For fields numbered below 16.
 */
export function putBytes(target: Buffer, at: number, field: number, value: Buffer): number {
  const start = putPrefix(target, at, field, value.length);
  return start + value.copy(target, start);
}

/** Puts what stands before the bytes of a field: its tag and length; returns where they end. */
export function putPrefix(target: Buffer, at: number, field: number, length: number): number {
  let end = at;
  target[end++] = field * 8 + LENGTH_PREFIXED;
  let rest = length;
  while (rest > 0x7f) {
    target[end++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[end++] = rest;
  return end;
}

/** How many bytes a field of so many bytes takes with its tag and length, for fields numbered below 16. */
export function fieldSize(length: number): number {
  let prefix = 2;
  for (let rest = Math.floor(length / 0x80); rest > 0; rest = Math.floor(rest / 0x80)) prefix += 1;
  return prefix + length;
}
