import type { ByteSource } from '#bytes';
import { hasTellingEvent } from './evidence.ts';
import { machineOn, runWindow } from './run-machine.ts';
import { toProgram } from './run-program.ts';

/** How far behind the last program another one is looked for by its PROTO, and by trying each byte. */
const MAX_SEARCHED_BYTES = 8 * 1024 * 1024;
const TRIED_BYTES = 4096;
const WINDOW_BYTES = 1024 * 1024;
/** A trial sees at least so much of what follows. */
const OVERLAP_BYTES = 64 * 1024;
const MAX_TRIALS = 20_000;
const MAX_TRIAL_OPS = 4096;
const MAX_TRIED_OPS = 2_000_000;
const MAX_TRIED_BYTES = 32 * 1024 * 1024;
const PROTO = 0x80;
const LETTER_C = 0x63;
const LETTER_I = 0x69;
const STACK_GLOBAL = 0x93;
const NEWLINE = 0x0a;
/** Where an import stands, its program may have begun so much earlier. */
const LOOK_BACK_BYTES = 256;
const MAX_NAME_BYTES = 200;

/** What may still be spent on looking, over all searches of a file. */
export interface SearchBudget {
  trials: number;
  ops: number;
  bytes: number; // that trials went over
  readonly endOffset: number; // absolute: no further
}

export function createSearchBudget(from: number, sizeBytes: number): SearchBudget {
  return {
    trials: MAX_TRIALS,
    ops: MAX_TRIED_OPS,
    bytes: MAX_TRIED_BYTES,
    endOffset: Math.min(sizeBytes, from + MAX_SEARCHED_BYTES),
  };
}

/**
 * Looks for the next place from which a load would import or call something. No unpickler goes there by itself;
 * a program that seeks, or that goes on after an error, does. What only builds plain data is not found.
 *
 * @returns an absolute offset, or nothing within the budget
 */
export async function searchProgram(
  source: ByteSource,
  from: number,
  budget: SearchBudget,
  checkDeadline: () => void,
): Promise<number | undefined> {
  for (let offset = from; offset < budget.endOffset; offset += WINDOW_BYTES) {
    checkDeadline();
    const length = Math.min(WINDOW_BYTES + OVERLAP_BYTES, source.sizeBytes - offset);
    const bytes = await source.read(offset, length);
    const searched = Math.min(WINDOW_BYTES, bytes.length);
    const tried = offset === from ? Math.min(TRIED_BYTES, searched) : 0;
    for (const at of candidates(bytes, searched, tried)) {
      if (!BEGINNINGS.has(bytes[at] ?? 0)) continue;
      if (budget.trials <= 0 || budget.ops <= 0 || budget.bytes <= 0) return undefined;
      if (budget.trials % 256 === 0) checkDeadline();
      budget.trials -= 1;
      if (isTelling(bytes.subarray(at, at + OVERLAP_BYTES), offset + at, source.sizeBytes, budget))
        return offset + at;
    }
  }
  return undefined;
}

/** Opcodes with which a program can begin: they want nothing on the stack. */
const BEGINNINGS = new Set(
  [...Buffer.from('(FIJKLMNPSTUVX}ci])GBC'), PROTO, 0x82, 0x83, 0x84, 0x88, 0x89, 0x8a, 0x8b].concat([
    0x8c, 0x8d, 0x8e, 0x8f, 0x95, 0x96, 0x97,
  ]),
);

/** Every byte of the first ones, each PROTO, and what stands shortly before each name that is imported. */
function* candidates(bytes: Uint8Array, searched: number, tried: number): Generator<number> {
  for (let at = 0; at < tried; at += 1) yield at;
  let next = tried;
  for (let at = tried; at < searched; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === PROTO && isProtocol(bytes[at + 1])) yield at;
    else if (isImport(bytes, at, byte)) {
      for (let back = Math.max(next, at - LOOK_BACK_BYTES); back <= at; back += 1) yield back;
      next = at + 1;
    }
  }
}

function isProtocol(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 2 && byte <= 5;
}

function isImport(bytes: Uint8Array, at: number, byte: number): boolean {
  if (byte === LETTER_C || byte === LETTER_I) {
    const second = nameEnd(bytes, at + 1);
    return second > 0 && nameEnd(bytes, second + 1) > 0;
  }
  return byte === STACK_GLOBAL && isWordByte(bytes[at - 1] ?? 0);
}

/** Offset of the newline after a name, or 0 when no name stands there. */
function nameEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at < from + MAX_NAME_BYTES; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === NEWLINE) return at > from ? at : 0;
    if (!isWordByte(byte)) return 0;
  }
  return 0;
}

function isWordByte(byte: number): boolean {
  const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return isLetter || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte === 0x2e || byte > 0x7f;
}

function isTelling(bytes: Uint8Array, offset: number, sizeBytes: number, budget: SearchBudget): boolean {
  const m = machineOn(bytes, offset, sizeBytes);
  runWindow(m, Math.min(MAX_TRIAL_OPS, budget.ops), () => {});
  budget.ops -= m.opCount;
  budget.bytes -= m.at;
  return hasTellingEvent(toProgram(m, offset));
}
