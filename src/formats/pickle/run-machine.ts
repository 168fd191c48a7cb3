import { LEAN_WEIGHT_BYTES, MAX_STACK, MAX_WEIGHT_BYTES, OPS_PER_CHECK } from './limits.ts';
import { fail, GO, HALT, type Machine, MORE, note, type OnBuild, type Step } from './machine.ts';
import { type CarriedMemo, createMemo } from './memo.ts';
import { OPCODES, type Opcode } from './opcodes.ts';
import { dropRest } from './operand.ts';
import { leaveFrame } from './ops/stream.ts';

export interface MachineOptions {
  readonly startOffset: number;
  readonly sizeBytes: number; // absolute end of what may be read
  readonly onBuild?: OnBuild | undefined;
  readonly carried?: CarriedMemo | undefined;
  readonly isStream?: boolean | undefined;
  readonly heldBytes?: number | undefined; // estimate of what the programs before it hold
}

export function createMachine(options: MachineOptions): Machine {
  return {
    window: Buffer.alloc(0),
    base: options.startOffset,
    at: 0,
    limit: 0,
    sizeBytes: options.sizeBytes,
    opAt: 0,
    wantedBytes: 1,
    searchLineAt: -1,
    longLine: undefined,
    operand: { start: 0, kept: 0, lengthBytes: 0, isCutByEnd: false, last: 0 },
    stack: [],
    marks: [],
    fence: 0,
    memo: createMemo(options.carried),
    hashable: new WeakSet(),
    protocol: 0,
    highestProtocol: 0,
    frameEnd: Number.POSITIVE_INFINITY,
    isStream: options.isStream ?? false,
    isReadInto: false,
    opCount: 0,
    weightBytes: options.heldBytes ?? 0,
    events: [],
    anomalies: [],
    anomalyCounts: new Map(),
    end: undefined,
    endDetail: '',
    result: undefined,
    onBuild: options.onBuild,
    pendingSkip: undefined,
  };
}

/** A machine on bytes that are in memory; MORE where the file has more of them. */
export function machineOn(
  bytes: Uint8Array,
  startOffset: number,
  sizeBytes: number,
  carried?: CarriedMemo,
): Machine {
  const m = createMachine({ startOffset, sizeBytes, carried });
  setWindow(m, bytes, startOffset);
  return m;
}

/** Lays the window at an absolute offset; the next byte is its first. */
export function setWindow(m: Machine, bytes: Uint8Array, offset: number): void {
  m.window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  m.base = offset;
  m.at = 0;
  m.opAt = 0;
  m.limit = bytes.byteLength;
}

/**
 * Runs until the program ends or the window is used up. After MORE nothing of the opcode at `opAt` has happened
 * and `at` stands on it.
 *
 * @param maxOps ends the program with `limit`
 * @param check called every few thousand opcodes; may throw
 */
export function runWindow(m: Machine, maxOps: number, check: () => void): Step {
  for (;;) {
    const start = m.at;
    m.opAt = start;
    if (start >= m.limit) return needByte(m);
    const opcode = OPCODES[m.window[start] ?? 0];
    if (opcode === undefined) return unknownOpcode(m);
    m.at = start + 1;
    const step = m.isStream ? executeInStream(m, opcode) : opcode.execute(m);
    if (step === MORE) {
      m.at = start;
      return MORE;
    }
    if (opcode.protocol > m.protocol && opcode.protocol > 1) noteNewer(m, opcode.name, opcode.protocol);
    if (m.base + m.at > m.frameEnd) leaveFrame(m, opcode.reads, opcode.width);
    if (step === HALT && m.end !== 'stop') return HALT;
    m.opCount += 1;
    if (step !== GO) return step;
    if (m.opCount % OPS_PER_CHECK === 0) check();
    if (m.opCount >= maxOps || m.weightBytes > LEAN_WEIGHT_BYTES || m.stack.length > MAX_STACK) {
      if (isPastLimit(m, maxOps)) return HALT;
    }
  }
}

function executeInStream(m: Machine, opcode: Opcode): Step {
  m.isReadInto = opcode.reads === 'counted-into';
  const step = dropRest(m, opcode.width);
  return step === GO ? opcode.execute(m) : step;
}

function needByte(m: Machine): Step {
  if (m.base + m.at >= m.sizeBytes) return fail(m, 'truncated', 'the file ends without STOP');
  m.wantedBytes = 1;
  return MORE;
}

function unknownOpcode(m: Machine): Step {
  const byte = m.window[m.at] ?? 0;
  return fail(m, 'unknown-opcode', `byte 0x${byte.toString(16).padStart(2, '0')} is no opcode`);
}

function noteNewer(m: Machine, name: string, protocol: number): void {
  note(m, 'opcode-above-protocol', `${name} of protocol ${protocol} in protocol ${m.protocol}`);
}

function isPastLimit(m: Machine, maxOps: number): boolean {
  if (m.opCount >= maxOps) fail(m, 'limit', `more than ${maxOps} opcodes`);
  else if (m.stack.length > MAX_STACK) fail(m, 'limit', `more than ${MAX_STACK} values on the stack`);
  else if (m.weightBytes > MAX_WEIGHT_BYTES) fail(m, 'limit', 'more values than are kept in memory');
  else noteLean(m);
  return m.end !== undefined;
}

function noteLean(m: Machine): void {
  if (!m.anomalyCounts.has('values-dropped')) {
    note(m, 'values-dropped', 'from here on plain data is not kept in memory');
  }
}
