/**
 * The wire between the program and an engine process: kind (1 byte), id (4), payload length (4), little-endian, then
 * the payload.
 */
export const FRAME_HEADER_BYTES = 9;

/** Program to engine. `job`: see {@link encodeJob}; `data`, `fail`: the answer to a read of this id. */
export const ToEngine = { job: 1, data: 2, fail: 3 } as const;

/** Engine to program. `read`: see {@link encodeRead}; `report`: JSON `[order, report]` of a job; `done`: of a job. */
export const FromEngine = { hello: 10, read: 11, report: 12, done: 13 } as const;

export interface Frame {
  readonly kind: number;
  readonly id: number;
  readonly payload: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

export function encodeHeader(kind: number, id: number, payloadBytes: number): Uint8Array {
  const header = new Uint8Array(FRAME_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, id, true);
  view.setUint32(5, payloadBytes, true);
  return header;
}

export function decodeHeader(bytes: Uint8Array): { kind: number; id: number; payloadBytes: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, FRAME_HEADER_BYTES);
  return { kind: view.getUint8(0), id: view.getUint32(1, true), payloadBytes: view.getUint32(5, true) };
}

export interface JobHead {
  readonly path: string;
  readonly sizeBytes: number;
  readonly deadlineMs: number;
}

/** The head as JSON, its length before it, then the ends of the file; in two pieces, so that the ends are not copied. */
export function encodeJobHead(head: JobHead): Uint8Array {
  const json = Buffer.from(JSON.stringify(head));
  const bytes = Buffer.allocUnsafe(4 + json.length);
  bytes.writeUInt32LE(json.length, 0);
  json.copy(bytes, 4);
  return bytes;
}

export function decodeJob(payload: Uint8Array): { readonly head: JobHead; readonly ends: Uint8Array } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const jsonEnd = 4 + view.getUint32(0, true);
  const head: JobHead = JSON.parse(decodeText(payload.subarray(4, jsonEnd)));
  return { head, ends: payload.subarray(jsonEnd) };
}

export interface ReadRequest {
  readonly jobId: number;
  readonly offset: number;
  readonly length: number;
}

export const READ_REQUEST_BYTES = 16;

export function encodeRead({ jobId, offset, length }: ReadRequest): Uint8Array {
  const bytes = new Uint8Array(READ_REQUEST_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, jobId, true);
  view.setFloat64(4, offset, true);
  view.setUint32(12, length, true);
  return bytes;
}

export function decodeRead(payload: Uint8Array): ReadRequest {
  const view = new DataView(payload.buffer, payload.byteOffset, READ_REQUEST_BYTES);
  return {
    jobId: view.getUint32(0, true),
    offset: view.getFloat64(4, true),
    length: view.getUint32(12, true),
  };
}

const decoder = new TextDecoder();

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Cuts a stream of chunks into frames; holds at most one frame's bytes. */
export class FrameSplitter {
  readonly #maxPayloadBytes: number;
  #chunks: Uint8Array[] = [];
  #heldBytes = 0;
  #header: ReturnType<typeof decodeHeader> | undefined;

  constructor(maxPayloadBytes: number) {
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /** @throws {RangeError} when a frame is longer than allowed */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    for (;;) {
      this.#header ??= this.#readHeader();
      if (this.#header === undefined || this.#heldBytes < this.#header.payloadBytes) return;
      const { kind, id, payloadBytes } = this.#header;
      this.#header = undefined;
      yield { kind, id, payload: this.#take(payloadBytes) };
    }
  }

  #readHeader(): ReturnType<typeof decodeHeader> | undefined {
    if (this.#heldBytes < FRAME_HEADER_BYTES) return undefined;
    const header = decodeHeader(this.#take(FRAME_HEADER_BYTES));
    if (header.payloadBytes > this.#maxPayloadBytes) throw new RangeError('frame too long');
    return header;
  }

  #take(length: number): Uint8Array {
    if (length === 0) return NO_BYTES;
    const [first] = this.#chunks;
    if (first !== undefined && first.length > length) {
      this.#chunks[0] = first.subarray(length);
      this.#heldBytes -= length;
      return first.subarray(0, length);
    }
    const whole = this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#heldBytes -= length;
    this.#chunks = whole.length > length ? [whole.subarray(length)] : [];
    return whole.subarray(0, length);
  }
}
