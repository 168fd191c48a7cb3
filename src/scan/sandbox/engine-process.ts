import { readlinkSync } from 'node:fs';
import type { ScanLimits } from '#formats';
import { MAX_REPORTED_CHARACTERS } from '../engine/limits.ts';
import { encodeHeader, type Frame, FrameSplitter } from './frame.ts';
import { type EngineChild, type EngineProgram, launchEngine } from './launch.ts';

/** Why we ended a process; undefined when it ended itself. */
export type KillReason = 'timeout' | 'memory' | 'protocol' | 'cancelled' | 'closed';

export interface EngineExit {
  readonly reason: KillReason | undefined;
  readonly status: string; // signal or exit code
  readonly stderr: string;
}

export interface EngineEvents {
  onFrame(frame: Frame): void;
  onExit(exit: EngineExit): void;
}

/** Two bytes a character would be much; a longer frame than the whole report may be is an attack. */
const MAX_FRAME_BYTES = MAX_REPORTED_CHARACTERS;
const MAX_STDERR_LENGTH = 4_096;

/** One running engine process and the wire to it. */
export class EngineProcess {
  readonly #child: EngineChild;
  readonly #events: EngineEvents;
  readonly #splitter = new FrameSplitter(MAX_FRAME_BYTES);
  #killReason: KillReason | undefined;
  #hasExited = false;
  #stderr = '';

  constructor(limits: ScanLimits, program: EngineProgram | undefined, events: EngineEvents) {
    this.#events = events;
    this.#child = launchEngine(limits, program);
    const { stdin, stdout, stderr } = this.#child;
    stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    stderr.setEncoding('utf8');
    stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_LENGTH);
    });
    // The process has ended: `close` tells the rest.
    for (const stream of [stdin, stdout, stderr]) stream.on('error', () => this.#child.kill('SIGKILL'));
    this.#child.on('error', (error) => {
      // Without a process there is no `close` to wait for.
      if (this.pid === undefined) this.#exit('not started', error.message);
    });
    this.#child.on('close', (code, signal) => this.#exit(signal ?? String(code), this.#stderr));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends one frame made of pieces; `onSent` when the process has taken it. */
  send(kind: number, id: number, pieces: readonly Uint8Array[], onSent?: () => void): void {
    const { stdin } = this.#child;
    const payloadBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    stdin.cork();
    stdin.write(encodeHeader(kind, id, payloadBytes), onSent === undefined ? undefined : () => onSent());
    for (const piece of pieces) stdin.write(piece);
    stdin.uncork();
  }

  /** No more jobs: the process ends when it has done what it has. */
  end(): void {
    this.#child.stdin.end();
  }

  kill(reason: KillReason): void {
    if (this.#killReason !== undefined) return;
    this.#killReason = reason;
    this.#child.kill('SIGKILL');
  }

  /** Whether the process has a network namespace of its own, i.e. no network. Looked at, not assumed. */
  hasOwnNetwork(): boolean {
    if (process.platform !== 'linux' || this.pid === undefined) return false;
    try {
      return readlinkSync(`/proc/${this.pid}/ns/net`) !== readlinkSync('/proc/self/ns/net');
    } catch (error) {
      if (error instanceof Error && 'code' in error) return false;
      throw error;
    }
  }

  #exit(status: string, stderr: string): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    this.#events.onExit({ reason: this.#killReason, status, stderr });
  }

  #receive(chunk: Buffer): void {
    if (this.#killReason !== undefined) return;
    try {
      for (const frame of this.#splitter.push(chunk)) {
        this.#events.onFrame(frame);
        if (this.#killReason !== undefined) return;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.kill('protocol');
    }
  }
}
