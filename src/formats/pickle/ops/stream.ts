import { fail, GO, type Machine, note, type Step, want } from '../machine.ts';

const HIGHEST_PROTOCOL = 5;
const NEWLINE = 0x0a;

export function opProto(m: Machine): Step {
  if (m.at >= m.limit) return want(m, 1);
  const protocol = m.window[m.at] ?? 0;
  m.at += 1;
  if (protocol > HIGHEST_PROTOCOL) return fail(m, 'bad-argument', `protocol ${protocol}`);
  if (m.opCount > 0) note(m, 'proto-inside', `PROTO ${protocol} is opcode number ${m.opCount + 1}`);
  m.protocol = protocol;
  if (protocol > m.highestProtocol) m.highestProtocol = protocol;
  return GO;
}

/**
 * C wants the whole frame to be there and forgets it; pickle.py reads from the frame alone until it is used up,
 * and takes a frame that is cut short by the end of the file.
 */
export function opFrame(m: Machine): Step {
  if (m.at + 8 > m.limit) return want(m, 8);
  const length = m.window.readUInt32LE(m.at) + m.window.readUInt32LE(m.at + 4) * 2 ** 32;
  m.at += 8;
  if (length >= 2 ** 63) return fail(m, 'bad-argument', `a frame of ${length} bytes`);
  const start = m.base + m.at;
  if (start > m.frameEnd) leaveFrame(m, FRAME_OPERAND);
  const left = m.sizeBytes - start;
  if (length > left) note(m, 'frame-size', `a frame of ${length} bytes, ${left} are left`, ['c']);
  if (start < m.frameEnd && m.frameEnd !== Number.POSITIVE_INFINITY) {
    note(m, 'frame-nested', `a frame begins before byte ${m.frameEnd}, the end of the last`, ['python']);
  }
  m.frameEnd = Math.min(start + length, m.sizeBytes);
  return GO;
}

/** How an opcode's operand is read: in pieces of which each must lie on one side of the end of a frame. */
export type OperandReads = 'none' | 'fixed' | 'line' | 'two-lines' | 1 | 4 | 8; // a number: counted by so many bytes

const FRAME_OPERAND = 'fixed';

/** Called after an opcode that ends past the end of its frame. */
export function leaveFrame(m: Machine, reads: OperandReads): void {
  const start = m.base + m.opAt;
  const { frameEnd } = m;
  m.frameEnd = Number.POSITIVE_INFINITY;
  if (start >= frameEnd || start + 1 === frameEnd) return;
  if (typeof reads === 'number' && frameEnd === start + 1 + reads) return;
  if (reads === 'two-lines' && frameEnd === m.base + m.window.indexOf(NEWLINE, m.opAt) + 1) return;
  note(m, 'frame-crossed', `an opcode goes over byte ${frameEnd}, the end of its frame`, ['python']);
}
