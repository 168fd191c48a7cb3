import { describe, expect, it } from 'vitest';
import type { Sample } from '../format.ts';
import { RECOGNISED_FORMATS } from './format.ts';
import { type Magic, SIGNATURES } from './signatures.ts';

function toSample(bytes: Uint8Array, name = 'file'): Sample {
  return { name, sizeBytes: bytes.length, head: bytes.subarray(0, 65_536), tail: bytes };
}

/** A file with the bytes of one magic where they belong, and zeros elsewhere. */
function build(magic: readonly Magic[]): Buffer {
  const file = Buffer.alloc(65_536);
  for (const { offset, bytes } of magic) {
    file.write(bytes, offset < 0 ? file.length + offset : offset, 'latin1');
  }
  return file;
}

const recognise = (sample: Sample) =>
  RECOGNISED_FORMATS.filter((format) => format.recognise(sample)).map(({ id }) => id);

describe('recognised formats', () => {
  const plain = SIGNATURES.filter(({ check }) => check === undefined);

  it.each(plain.map((signature) => [signature.id, signature] as const))(
    '%s is told by its magics',
    (id, { magics }) => {
      for (const magic of magics) expect(recognise(toSample(build(magic)))).toEqual([id]);
    },
  );

  it('needs more than two letters for a program of Windows', () => {
    const file = build([{ offset: 0, bytes: 'MZ' }]);
    file.writeUInt32LE(128, 60);
    expect(recognise(toSample(file))).toEqual([]);
    file.write('PE\0\0', 128, 'latin1');
    expect(recognise(toSample(file))).toEqual(['pe']);
  });

  it('tells Mach-O from Java, and byte code of Python from two line ends', () => {
    expect(recognise(toSample(Buffer.from('cafebabe00000002000000000000', 'hex')))).toEqual(['macho']);
    expect(recognise(toSample(Buffer.from('cafebabe0000003d000000000000', 'hex')))).toEqual(['java-class']);
    expect(recognise(toSample(Buffer.from(`a70d0d0a${'00'.repeat(12)}e3`, 'hex')))).toEqual([
      'python-bytecode',
    ]);
    expect(recognise(toSample(Buffer.from(`a70d0d0a${'00'.repeat(12)}41`, 'hex')))).toEqual([]);
  });

  it('reads an ONNX model to its graph', () => {
    const producer = Buffer.concat([Buffer.from([0x08, 8, 0x12, 7]), Buffer.from('pytorch')]);
    const graph = Buffer.concat([producer, Buffer.from([0x3a, 4, 1, 2, 3, 4])]);
    expect(recognise(toSample(graph))).toEqual(['onnx']);
    expect(recognise(toSample(producer))).toEqual([]);
    expect(recognise(toSample(Buffer.concat([producer, Buffer.from([0x3a, 100, 1])])))).toEqual([]);
  });

  it('tells a SavedModel from an ONNX model', () => {
    const saved = Buffer.from([0x08, 1, 0x12, 6, 0x0a, 4, 1, 2, 3, 4]);
    expect(recognise(toSample(saved, 'saved_model.pb'))).toEqual(['tensorflow']);
    expect(recognise(toSample(saved, 'other.bin'))).toEqual([]);
  });

  it('sees nothing in random numbers', () => {
    let state = 1;
    const numbers = Uint8Array.from({ length: 65_536 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    });
    for (let at = 0; at < 60_000; at += 97) expect(recognise(toSample(numbers.subarray(at)))).toEqual([]);
  });
});
