import { describe, expect, it } from 'vitest';
import { type ByteSource, memorySource } from '#bytes';
import { readMutants, readStreams } from '../../../test/corpus/pickle-machine/read-golden.ts';
import {
  digest,
  READERS,
  type Transcript,
  toTranscript,
} from '../../../test/corpus/pickle-machine/transcript.ts';
import type { PickleEvent, PickleProgram } from './document.ts';
import { type RunOptions, runPickleProgram } from './run-program.ts';

const MIB = 1024 * 1024;

function run(bytes: Uint8Array, options: Partial<RunOptions> = {}): Promise<PickleProgram> {
  return runPickleProgram(memorySource(bytes), 0, { maxOps: 2_000_000, checkDeadline() {}, ...options });
}

async function transcripts(
  bytes: Uint8Array,
): Promise<Readonly<Record<(typeof READERS)[number], Transcript>>> {
  const fromBytes = await run(bytes);
  const fromFile = await run(bytes, { isStream: true });
  return {
    c: toTranscript(fromBytes, 'c'),
    stream: toTranscript(fromFile, 'stream'),
    python: toTranscript(fromBytes, 'python'),
  };
}

describe('the pickle machine against CPython', () => {
  it('records what the C unpickler and pickle.py record of each stream', async () => {
    const wrong: unknown[] = [];
    for (const { name, bytes, recorded } of readStreams()) {
      const found = await transcripts(bytes);
      for (const reader of READERS) {
        const { consumed, lines } = recorded[reader];
        // A value that only running code would show: the machine goes on where CPython happened to stop.
        if (found[reader].isUncertain && consumed < 0) continue;
        const isSame = found[reader].consumed === consumed && found[reader].lines.join() === lines.join();
        if (!isSame) wrong.push({ name, reader, wanted: recorded[reader], found: found[reader] });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('accepts, consumes and records as they do for thousands of mutants', { timeout: 120_000 }, async () => {
    const wrong: unknown[] = [];
    const counts = { mutants: 0, accepted: 0, uncertain: 0 };
    for (const { name, bytes, recorded } of readMutants()) {
      const found = await transcripts(bytes);
      counts.mutants += 1;
      if (recorded.c.consumed >= 0) counts.accepted += 1;
      for (const reader of READERS) {
        const wanted = recorded[reader];
        if (found[reader].isUncertain && wanted.consumed < 0) {
          counts.uncertain += 1;
          continue;
        }
        const isSame =
          found[reader].consumed === wanted.consumed && digest(found[reader].lines) === wanted.digest;
        if (!isSame) wrong.push({ name, reader, wanted, found: found[reader] });
      }
    }
    expect(wrong).toEqual([]);
    expect(counts.mutants).toBeGreaterThan(20_000);
    expect(counts.accepted).toBeGreaterThan(2_000);
    expect(counts.uncertain).toBeLessThan((READERS.length * counts.mutants) / 50);
  });
});

describe('runPickleProgram', () => {
  it('gives the same program wherever the ends of its windows fall', async () => {
    const streams = readStreams().filter(({ bytes }) => bytes.length < 120);
    for (const { name, bytes } of streams) {
      const whole = await run(bytes);
      for (let shift = 0; shift < bytes.length; shift += 2) {
        const moved = 64 * 1024 - shift;
        const skipped = Buffer.concat([
          Buffer.from('B'),
          u32(moved - 6),
          Buffer.alloc(moved - 6),
          Buffer.from('0'),
        ]);
        const padded = await run(Buffer.concat([skipped, bytes]));
        expect([name, shift, padded.end, ends(padded.events, moved)]).toEqual([
          name,
          shift,
          whole.end,
          ends(whole.events, 0),
        ]);
      }
    }
  });

  it('reads lines and text of any length without keeping them whole', async () => {
    for (const length of [65_536, 300_000, 3_000_000]) {
      const unicode = Buffer.concat([
        Buffer.from('V'),
        Buffer.alloc(length, 'é'),
        Buffer.from('\ncos\nsystem\n.'),
      ]);
      const binary = Buffer.concat([
        Buffer.from('X'),
        u32(length),
        Buffer.alloc(length, 'x'),
        Buffer.from('0cos\nsystem\n.'),
      ]);
      for (const [bytes, values] of [
        [unicode, 1],
        [binary, 0],
      ] as const) {
        const program = await run(bytes);
        expect(program.end).toBe('stop');
        expect(program.events).toHaveLength(1);
        expect(program.anomalies.filter(({ code }) => code === 'stack-left')).toHaveLength(values);
      }
    }
    const quoted = Buffer.concat([Buffer.from("S'"), Buffer.alloc(1_000_000, 'x'), Buffer.from("'\n.")]);
    const { result } = await run(quoted);
    expect(result).toMatchObject({ kind: 'str', lengthBytes: 1_000_000 });
    expect(result.kind === 'str' && result.value.length).toBe(65_535);
  });

  it('reads only what is no operand of a large object', async () => {
    const size = 512 * MIB;
    const head = Buffer.concat([Buffer.from([0x80, 4, 0x8e]), u32(size), u32(0)]);
    const tail = Buffer.from('0cos\nsystem\n)R.');
    let readBytes = 0;
    const source: ByteSource = {
      sizeBytes: head.length + size + tail.length,
      async read(offset, length) {
        readBytes += length;
        const bytes = Buffer.alloc(length);
        if (offset < head.length) head.copy(bytes, 0, offset);
        const tailAt = head.length + size - offset;
        if (tailAt < length) tail.copy(bytes, Math.max(tailAt, 0), Math.max(-tailAt, 0));
        return bytes;
      },
    };
    const program = await runPickleProgram(source, 0, { maxOps: 100, checkDeadline() {} });
    expect(program).toMatchObject({ end: 'stop', endOffset: source.sizeBytes });
    expect(program.events.map(({ kind }) => kind)).toEqual(['import', 'call']);
    expect(readBytes).toBeLessThan(256 * 1024);
  });

  it('keeps what ran before a line that has no end within reason', async () => {
    const head = Buffer.from('cos\nsystem\n)RV');
    let readBytes = 0;
    const source: ByteSource = {
      sizeBytes: 100 * 1024 * MIB,
      async read(offset, length) {
        readBytes += length;
        const bytes = Buffer.alloc(length);
        if (offset < head.length) head.copy(bytes, 0, offset);
        return bytes;
      },
    };
    const program = await runPickleProgram(source, 0, { maxOps: 100, checkDeadline() {} });
    expect(program.end).toBe('limit');
    expect(program.events.map(({ kind }) => kind)).toEqual(['import', 'call']);
    expect(readBytes).toBeLessThan(80 * MIB);
  });

  it('lets a loader take bytes out of the stream when an object is built', async () => {
    const bytes = Buffer.from("cm\nArray\n)R}S'size'\nI7\nsbRAWDATAcos\nsystem\n.");
    const moments: unknown[] = [];
    const program = await run(bytes, {
      onBuild: async ({ event, offset, events }) => {
        moments.push([event.target, offset, events.length]);
        return 7;
      },
    });
    expect(moments).toEqual([[{ kind: 'result', event: 1 }, 25, 3]]);
    expect(program.end).toBe('stop');
    expect(program.events.at(-1)).toMatchObject({ kind: 'import', offset: 32 });
    const tooMany = await run(bytes, { onBuild: () => 1000 });
    expect(tooMany.end).toBe('truncated');
  });

  it('stops at the bounds it is given', async () => {
    expect(await run(Buffer.alloc(5000, 'N'), { maxOps: 1000 })).toMatchObject({
      end: 'limit',
      opCount: 1000,
    });
    expect(await run(Buffer.from('cos\nsystem\n)R.'), { endOffset: 11 })).toMatchObject({ end: 'truncated' });
    const timeout = new Error('deadline');
    const late = run(Buffer.alloc(50_000, 'N0'), {
      checkDeadline() {
        throw timeout;
      },
    });
    await expect(late).rejects.toBe(timeout);
  });
});

describe('a stream made to exhaust its reader', () => {
  const cases: Readonly<Record<string, Buffer>> = {
    'tuples that double': Buffer.concat([
      Buffer.from(')'),
      Buffer.alloc(200_000, Buffer.from([0x32, 0x86])),
      Buffer.from('.'),
    ]),
    'doubling tuples as a key': Buffer.concat([
      Buffer.from('})'),
      Buffer.alloc(2000, Buffer.from([0x32, 0x86])),
      Buffer.from('Ns.'),
    ]),
    'lists that hold themselves': Buffer.concat([
      Buffer.from(']'),
      Buffer.alloc(400_000, '2a'),
      Buffer.from('.'),
    ]),
    'deep nesting': Buffer.concat([
      Buffer.alloc(1_000_000, '('),
      Buffer.alloc(999_999, 'l'),
      Buffer.from('l.'),
    ]),
    'nested lists': Buffer.concat([
      Buffer.alloc(1_000_000, ']'),
      Buffer.alloc(999_999, 'a'),
      Buffer.from('.'),
    ]),
    'a full stack': Buffer.alloc(1_900_000, 'N'),
    'far memo slots': Buffer.concat(
      Array.from({ length: 100_000 }, (_, n) => Buffer.from(`Np${n * 100_003}\n`)),
    ),
    'sparse memo slots': Buffer.concat(
      Array.from({ length: 4000 }, (_, n) => Buffer.from(`Np${n * 4095}\n`)),
    ),
    'a declared terabyte': Buffer.concat([Buffer.from([0x8e]), u32(0), u32(256), Buffer.from('abc')]),
    'a decimal of a million digits': Buffer.from(`L${'7'.repeat(1_000_000)}L\n.`),
    'many decimals of 4,000 digits': Buffer.from(`L${'7'.repeat(4000)}L\n0`.repeat(400)),
    'an integer of a million bytes': Buffer.concat([
      Buffer.from([0x8b]),
      u32(1_000_000),
      Buffer.alloc(1_000_000, 0x7f),
      Buffer.from('.'),
    ]),
    'escapes without end': Buffer.from(`S'${'\\x41'.repeat(250_000)}'\n.`),
    'broken UTF-8': Buffer.concat([
      Buffer.from('X'),
      u32(60_000),
      Buffer.alloc(60_000, Buffer.from([0xed, 0xa0, 0x80])),
      Buffer.from('.'),
    ]),
    'empty frames': Buffer.alloc(900_000, Buffer.from([0x95, 0, 0, 0, 0, 0, 0, 0, 0])),
    'anomalies without end': Buffer.from('Np0\n'.repeat(300_000)),
    'calls of calls': Buffer.concat([Buffer.from('cm\nf\n'), Buffer.alloc(800_000, ')R'), Buffer.from('.')]),
    'long strings': Buffer.alloc(
      40_000 * 300,
      Buffer.concat([Buffer.from('X'), u32(295), Buffer.alloc(295, 'x')]),
    ),
  };

  it.for(Object.entries(cases))('ends soon and within memory: %s', async ([, bytes]) => {
    const before = usedBytes();
    const cpuBefore = process.threadCpuUsage();
    const program = await run(bytes);
    expect(process.threadCpuUsage(cpuBefore).user / 1000).toBeLessThan(2000);
    expect(usedBytes() - before).toBeLessThan(256 * MIB);
    expect(program.anomalies.length).toBeLessThan(100);
  });

  it('says which values it dropped, and still knows short names', async () => {
    const filler = Buffer.alloc(
      300 * 300_000,
      Buffer.concat([Buffer.from('X'), u32(295), Buffer.alloc(295, 'x')]),
    );
    const program = await run(
      Buffer.concat([filler, Buffer.from('U\x02osU\x06system\x93U\x01x\x85R.', 'latin1')]),
    );
    expect(program.anomalies.map(({ code }) => code)).toContain('values-dropped');
    expect(program.events[0]).toMatchObject({ module: { value: 'os' }, name: { value: 'system' } });
  });
});

function ends(events: readonly PickleEvent[], moved: number): unknown {
  return events.map(({ kind, offset }) => [kind, offset - moved]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
