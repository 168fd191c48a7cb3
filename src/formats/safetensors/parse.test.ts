import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import type { ParseContext } from '../format.ts';
import { parseSafetensors } from './parse.ts';

const context: ParseContext = {
  name: 'model.safetensors',
  limits: {
    maxDepth: 1,
    maxMembers: 1,
    maxInflatedBytes: 1,
    maxRatio: 1,
    maxPickleOps: 1,
    maxReadBytes: 1,
    deadlineMs: 1,
  },
  checkDeadline() {},
};

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function build(tensors: Readonly<Record<string, Tensor>>, dataBytes: number): Buffer {
  const header = Buffer.from(JSON.stringify(tensors));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(dataBytes)]);
}

/** Tensors of bytes side by side, listed in any order. */
const layout = fc
  .uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 40 })), {
    minLength: 1,
    maxLength: 8,
    selector: ([name]) => name,
  })
  .map((parts) => {
    let at = 0;
    const tensors = parts.map(([name, size]): [string, Tensor] => {
      at += size;
      return [`t${name}`, { dtype: 'U8', shape: [size], data_offsets: [at - size, at] }];
    });
    return { tensors, dataBytes: at };
  })
  .chain(({ tensors, dataBytes }) =>
    fc.shuffledSubarray(tensors, { minLength: tensors.length }).map((listed) => ({ listed, dataBytes })),
  );

describe('safetensors', () => {
  it('finds nothing odd in tensors that fill the data, in whatever order they are listed', async () => {
    await fc.assert(
      fc.asyncProperty(layout, async ({ listed, dataBytes }) => {
        const file = build(Object.fromEntries(listed), dataBytes);
        const {
          anomalies,
          gaps,
          members,
          dataBytes: counted,
        } = await parseSafetensors(memorySource(file), context);
        expect([anomalies, gaps, members, counted]).toEqual([[], [], [], dataBytes]);
      }),
    );
  });

  it('finds every tensor that is moved by a byte, and opens what no tensor covers', async () => {
    await fc.assert(
      fc.asyncProperty(layout, fc.nat(), async ({ listed, dataBytes }, pick) => {
        const [name, moved] = listed[pick % listed.length] ?? expect.fail('no tensor');
        const [begin, end] = moved.data_offsets;
        const tensors = {
          ...Object.fromEntries(listed),
          [name]: { ...moved, data_offsets: [begin + 1, end + 1] as const },
        };
        const { anomalies } = await parseSafetensors(memorySource(build(tensors, dataBytes + 1)), context);
        const codes = anomalies.map(({ code }) => code);
        expect(codes).toContain('hole');
        expect(codes.includes('overlap')).toBe(end < dataBytes);
      }),
    );
  });

  it('reads the header and nothing else', async () => {
    const file = build({ a: { dtype: 'F32', shape: [1 << 20], data_offsets: [0, 4 << 20] } }, 4 << 20);
    let readBytes = 0;
    const source = memorySource(file);
    const counting = {
      sizeBytes: source.sizeBytes,
      read(offset: number, length: number) {
        readBytes += length;
        return source.read(offset, length);
      },
    };
    await parseSafetensors(counting, context);
    expect(readBytes).toBeLessThan(file.length - (4 << 20) + 64);
  });
});
