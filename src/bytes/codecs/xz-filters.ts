/** Undoes a filter in place of a stream: what it holds back for lack of the bytes after comes out at the end. */
export interface XzFilter {
  apply(piece: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** Each byte was stored as the difference to the one `distance` before it. */
export function createDeltaFilter(distance: number): XzFilter {
  const history = new Uint8Array(256);
  let at = 0;
  return {
    apply(piece) {
      const out = new Uint8Array(piece.length);
      for (let i = 0; i < piece.length; i += 1) {
        const byte = ((piece[i] as number) + (history[(at - distance) & 0xff] as number)) & 0xff;
        history[at & 0xff] = byte;
        out[i] = byte;
        at += 1;
      }
      return out;
    },
    end: () => new Uint8Array(0),
  };
}

/** Converts what is complete of `bytes`, which begin at `position` of the stream; gives how much that was. */
type Convert = (bytes: Uint8Array, position: number) => number;

function createBranchFilter(convert: Convert, startOffset: number): XzFilter {
  let held = new Uint8Array(0);
  let position = startOffset;
  return {
    apply(piece) {
      const bytes = new Uint8Array(held.length + piece.length);
      bytes.set(held);
      bytes.set(piece, held.length);
      const done = convert(bytes, position);
      position = (position + done) >>> 0;
      held = bytes.slice(done);
      return bytes.subarray(0, done);
    },
    end: () => held,
  };
}

/** Absolute targets of CALL and JMP become relative again. @see "BCJ x86" of xz and the LZMA SDK */
export function createX86Filter(startOffset: number): XzFilter {
  let mask = 0;
  let previousAt = -5; // of the last opcode, from the start of the piece
  return createBranchFilter((bytes, position) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (; at + 5 <= bytes.length; ) {
      const opcode = bytes[at] as number;
      if (opcode !== 0xe8 && opcode !== 0xe9) {
        at += 1;
        continue;
      }
      const gap = at - previousAt;
      previousAt = at;
      mask = gap > 5 ? 0 : shiftMask(mask, gap);
      const last = bytes[at + 4] as number;
      if (isExtension(last) && ALLOWED_MASKS.has(mask >>> 1)) {
        const target = restoreTarget(view.getUint32(at + 1, true), (position + at + 5) >>> 0, mask);
        const sign = (target >>> 24) & 1;
        view.setUint32(at + 1, (target & 0x00ff_ffff) | (sign === 1 ? 0xff00_0000 : 0), true);
        at += 5;
        mask = 0;
      } else {
        at += 1;
        mask |= 1;
        if (isExtension(last)) mask |= 16;
      }
    }
    previousAt -= at;
    return at;
  }, startOffset);
}

const ALLOWED_MASKS: ReadonlySet<number> = new Set([0, 1, 2, 4]);
const MASK_BYTES = [0, 1, 2, 2, 3];

function shiftMask(mask: number, gap: number): number {
  let shifted = mask;
  for (let i = 0; i < gap; i += 1) shifted = (shifted & 0x77) << 1;
  return shifted;
}

function isExtension(byte: number): boolean {
  return byte === 0x00 || byte === 0xff;
}

function restoreTarget(stored: number, next: number, mask: number): number {
  let source = stored;
  for (;;) {
    const target = (source - next) >>> 0;
    if (mask === 0) return target;
    const shift = (MASK_BYTES[mask >>> 1] ?? 0) * 8;
    if (!isExtension((target >>> (24 - shift)) & 0xff)) return target;
    source = (target ^ (2 ** (32 - shift) - 1)) >>> 0;
  }
}
