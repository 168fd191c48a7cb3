import { type ByteSource, BytesError, type BytesErrorCode } from '#bytes';
import {
  decodeHeader,
  decodeJob,
  decodeText,
  encodeHeader,
  encodeRead,
  FRAME_HEADER_BYTES,
  type Frame,
  FromEngine,
  type JobHead,
  ToEngine,
} from './frame.ts';

export interface ReceivedJob {
  readonly id: number;
  readonly head: JobHead;
  readonly ends: Uint8Array;
}

/** Importing `node:fs` as a module evaluates its stream classes too, a sixth of what a process needs to start. */
const { readSync, writeSync } = process.getBuiltinModule('node:fs');

interface PendingRead {
  resolve(bytes: Uint8Array): void;
  reject(error: BytesError): void;
}

/** One pipe read; holds a batch of small jobs. */
const BUFFER_BYTES = 128 * 1024;
/** A longer read is asked for in parts, as the program answers none longer. */
const MAX_PART_BYTES = 4 * 1024 * 1024;

/**
 * The engine's end of the wire. It reads and writes the two pipes synchronously: an engine process has nothing else
 * to do while it waits, and the stream classes would cost a third of its start.
 */
export class ParentChannel {
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #start = 0;
  #end = 0;
  #nextReadId = 1;
  #isPumping = false;
  readonly #reads = new Map<number, PendingRead>();
  readonly #jobs: ReceivedJob[] = [];

  /** Waits for the next job; undefined when the program has no more. */
  nextJob(): ReceivedJob | undefined {
    while (this.#jobs.length === 0) {
      if (!this.#receive()) return undefined;
    }
    return this.#jobs.shift();
  }

  send(kind: number, id: number, payload: Uint8Array): void {
    this.#write(encodeHeader(kind, id, payload.length));
    this.#write(payload);
  }

  /** The job's file, read through the program. */
  sourceOf(job: ReceivedJob): ByteSource {
    return {
      sizeBytes: job.head.sizeBytes,
      read: async (offset, length) => {
        if (length <= MAX_PART_BYTES) return this.#read(job.id, offset, length);
        const bytes = Buffer.allocUnsafeSlow(length);
        for (let done = 0; done < length; done += MAX_PART_BYTES) {
          bytes.set(await this.#read(job.id, offset + done, Math.min(MAX_PART_BYTES, length - done)), done);
        }
        return bytes;
      },
    };
  }

  #read(jobId: number, offset: number, length: number): Promise<Uint8Array> {
    const id = this.#nextReadId;
    this.#nextReadId = id === 0xffff_ffff ? 1 : id + 1;
    const answer = new Promise<Uint8Array>((resolve, reject) => this.#reads.set(id, { resolve, reject }));
    this.send(FromEngine.read, id, encodeRead({ jobId, offset, length }));
    this.#pump();
    return answer;
  }

  /** Waits for answers once everything that can run without them has run, so that reads go out together. */
  #pump(): void {
    if (this.#isPumping || this.#reads.size === 0) return;
    this.#isPumping = true;
    setImmediate(() => {
      this.#isPumping = false;
      if (this.#receive()) this.#pump();
      else process.exit(0); // the program has gone: nobody waits for the report
    });
  }

  /** Takes in one frame; false when the program has closed the pipe. */
  #receive(): boolean {
    const frame = this.#readFrame();
    if (frame === undefined) return false;
    if (frame.kind === ToEngine.job) {
      this.#jobs.push({ id: frame.id, ...decodeJob(frame.payload) });
      return true;
    }
    const pending = this.#reads.get(frame.id);
    this.#reads.delete(frame.id);
    if (frame.kind === ToEngine.data) pending?.resolve(frame.payload);
    else pending?.reject(toBytesError(frame.payload));
    return true;
  }

  #readFrame(): Frame | undefined {
    if (!this.#fill(FRAME_HEADER_BYTES)) return undefined;
    const { kind, id, payloadBytes } = decodeHeader(this.#buffer.subarray(this.#start));
    this.#start += FRAME_HEADER_BYTES;
    // A copy of its own: parsers keep views of it.
    const payload = Buffer.allocUnsafeSlow(payloadBytes);
    let done = this.#buffer.copy(payload, 0, this.#start, Math.min(this.#end, this.#start + payloadBytes));
    this.#start += done;
    while (done < payloadBytes) {
      const bytesRead = readSync(0, payload, done, payloadBytes - done, null);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return { kind, id, payload };
  }

  #fill(neededBytes: number): boolean {
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    } else if (BUFFER_BYTES - this.#start < neededBytes) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    while (this.#end - this.#start < neededBytes) {
      const bytesRead = readSync(0, this.#buffer, this.#end, BUFFER_BYTES - this.#end, null);
      if (bytesRead === 0) return false;
      this.#end += bytesRead;
    }
    return true;
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
  }
}

function toBytesError(payload: Uint8Array): BytesError {
  const { code, message }: { code: BytesErrorCode; message: string } = JSON.parse(decodeText(payload));
  return new BytesError(code, message);
}
