import { fail, GO, type Machine, note, type Step, want } from '../machine.ts';
import { dropRest } from '../operand.ts';

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
 * A frame is a buffer to some readers. C given bytes wants it to be there whole and forgets it. C given a file reads
 * it into memory; an operand that runs over its end is read from behind it, and what the frame had left is dropped
 * (`isStream`). pickle.py stops at such an operand, and takes a frame that the end of the file cuts short.
 */
export function opFrame(m: Machine): Step {
  if (m.at + 8 > m.limit) return want(m, 8);
  const length = m.window.readUInt32LE(m.at) + m.window.readUInt32LE(m.at + 4) * 2 ** 32;
  m.at += 8;
  if (length >= 2 ** 63) return fail(m, 'bad-argument', `a frame of ${length} bytes`);
  if (m.base + m.at > m.frameEnd) leaveFrame(m, 'fixed', 8);
  const start = m.base + m.at;
  const inFrame = start < m.frameEnd && m.frameEnd !== Number.POSITIVE_INFINITY;
  if (inFrame) {
    note(m, 'frame-nested', `a frame begins before byte ${m.frameEnd}, the end of the last`, ['python']);
    if (m.isStream && start + length <= m.frameEnd) return GO;
  }
  const step = m.isStream ? dropRest(m, length) : GO;
  if (step !== GO) return step;
  const left = m.sizeBytes - m.base - m.at;
  if (length > left) note(m, 'frame-size', `a frame of ${length} bytes, ${left} are left`, ['c']);
  m.frameEnd = Math.min(m.base + m.at + length, m.sizeBytes);
  return GO;
}

/** How an operand is read: in pieces, each of which pickle.py wants on one side of the end of a frame. */
export type OperandReads = 'none' | 'fixed' | 'line' | 'two-lines' | 'counted' | 'counted-into';

/** Called after an opcode that ends past the end of its frame. */
export function leaveFrame(m: Machine, reads: OperandReads, width: number): void {
  const start = m.base + m.opAt;
  const { frameEnd } = m;
  m.frameEnd = Number.POSITIVE_INFINITY;
  if (m.isStream || start >= frameEnd || start + 1 === frameEnd) return;
  if (reads.startsWith('counted') && frameEnd === start + 1 + width) return;
  if (reads === 'two-lines' && frameEnd === m.base + m.window.indexOf(NEWLINE, m.opAt) + 1) return;
  note(m, 'frame-crossed', `an opcode goes over byte ${frameEnd}, the end of its frame`, ['python']);
}
