import type { Sample } from '../format.ts';

/** `MZ` opens many a byte string; the header it points to does not. */
export function isPortableExecutable({ head }: Sample): boolean {
  if (head.length < 64) return false;
  const start = new DataView(head.buffer, head.byteOffset).getUint32(60, true);
  return hasPe(head, start) || start >= head.length; // beyond the sample it may be there
}

function hasPe(head: Uint8Array, start: number): boolean {
  return [0x50, 0x45, 0, 0].every((byte, index) => head[start + index] === byte);
}

/** Magic number of 3.x (two bytes, then CR LF), flags 0 to 3, and a marshalled code object where it must be. */
export function isPythonBytecode({ head }: Sample): boolean {
  const isCode = (byte: number | undefined) => byte === 0xe3 || byte === 0x63;
  return isCode(head[16]) || isCode(head[12]) || isCode(head[8]);
}

export function isPrintable(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x20 && byte < 0x7f;
}

/**
 * An ONNX file is a protobuf message without a magic: `ir_version` first, then fields of `ModelProto`, each with
 * the wire type it must have, until the graph (7), which a model cannot do without.
 *
 * @see onnx.proto, `ModelProto`
 */
export function isOnnx({ head, sizeBytes }: Sample): boolean {
  const irVersion = head[1] ?? 0;
  if (irVersion === 0 || irVersion > 0x20) return false;
  let at = 2;
  for (let fields = 0; fields < 64 && at < head.length; fields++) {
    const tag = head[at] ?? 0;
    if (tag === 0x28) {
      at = skipVarint(head, at + 1); // model_version
      continue;
    }
    const [length, start] = readVarint(head, at + 1);
    if (start + length > sizeBytes) return false;
    if (tag === 0x3a) return true;
    const isKnown =
      tag === 0x12 || tag === 0x1a || tag === 0x22 || tag === 0x32 || tag === 0x42 || tag === 0x72;
    if (!isKnown) return false;
    at = start + length;
  }
  return false;
}

function skipVarint(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}

/** A length of at most 2^35, and where what it measures starts. */
function readVarint(bytes: Uint8Array, start: number): readonly [number, number] {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes[start + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return [value, start + index + 1];
  }
  return [Number.POSITIVE_INFINITY, start];
}
