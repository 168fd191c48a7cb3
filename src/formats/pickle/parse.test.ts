import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#bytes';
import { mutate } from '../../../test/corpus/pickle-machine/mutate.ts';
import type { ParseContext } from '../format.ts';
import type { PickleDocument, PickleEvent } from './document.ts';
import { fuzzPickle } from './fuzz-target.ts';
import { parsePickle } from './parse.ts';

const CORPUS = join(import.meta.dirname, '../../../test/corpus/pickle-machine');
const CALL = "cos\nsystem\n(S'x'\ntR";

function readSamples(kind: 'benign' | 'malicious' | 'malformed'): { name: string; bytes: Buffer }[] {
  const folder = join(CORPUS, kind);
  return readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

function malicious(name: string): Buffer {
  return readSamples('malicious').find((sample) => sample.name.startsWith(name))?.bytes ?? Buffer.alloc(0);
}

function parse(bytes: Uint8Array | string, maxPickleOps = 1_000_000): Promise<PickleDocument> {
  const source = memorySource(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  const limits = {
    maxDepth: 8,
    maxMembers: 1000,
    maxInflatedBytes: 1e9,
    maxRatio: 1000,
    maxPickleOps,
    maxReadBytes: 1e9,
    deadlineMs: 60_000,
  };
  const context: ParseContext = { name: 'sample.pkl', limits, checkDeadline() {} };
  return parsePickle(source, context);
}

/** Each program as where it begins, how it was reached, how it ended and what it imports. */
async function outline(bytes: Uint8Array | string): Promise<string[]> {
  const { programs } = await parse(bytes);
  return programs.map(({ startOffset, end, reached, reading, events }) =>
    [startOffset, reached, reading, end, ...events.flatMap(importOf)]
      .filter((part) => part !== undefined)
      .join(' '),
  );
}

function importOf(event: PickleEvent): string[] {
  if (event.kind !== 'import' || event.module.kind !== 'str' || event.name.kind !== 'str') return [];
  return [`${event.module.value}.${event.name.value}`];
}

describe('parsePickle', () => {
  it('reads honest pickles to their end, without gaps', async () => {
    for (const { name, bytes } of readSamples('benign')) {
      const { programs, gaps, trailingBytes } = await parse(bytes);
      expect([name, programs.map(({ end }) => end), gaps, trailingBytes]).toEqual([name, ['stop'], [], 0]);
    }
  });

  it('finds what each hostile sample imports', async () => {
    for (const { name, bytes } of readSamples('malicious')) {
      const { programs } = await parse(bytes);
      const imports = programs.flatMap(({ events }) => events.flatMap(importOf));
      const carried = programs.flatMap(({ events }) => events.filter((e) => 'ifMemoCarried' in e));
      const isFound = imports.some((found) => /(system|eval|Popen)/.test(found)) || carried.length > 0;
      expect([name, isFound]).toEqual([name, true]);
    }
  });

  it('names the gap of each malformed sample, and keeps what ran before it', async () => {
    for (const { name, bytes } of readSamples('malformed')) {
      const { programs, gaps } = await parse(bytes);
      expect([name, gaps.map(({ code }) => code)]).toEqual([name, [name.split('--')[0]]]);
      expect([name, programs[0]?.events.flatMap(importOf)]).toContainEqual(['os.system']);
    }
  });

  it('goes on after STOP as a loader that calls load again', async () => {
    expect(await outline(`N.${CALL}.`)).toEqual(['0 stop', '2 stop os.system']);
    expect(await outline(`I1\n.I2\n.${CALL}.`)).toEqual(['0 stop', '4 stop', '8 stop os.system']);
    const { programs } = await parse('N.'.repeat(5000));
    expect(programs).toHaveLength(1000);
  });

  it('goes on both after STOP and after the frame that holds it', async () => {
    const inFrame = Buffer.concat([
      Buffer.from('\x80\x04\x95\x04\0\0\0\0\0\0\0N.XX', 'latin1'),
      Buffer.from(`${CALL}.`),
    ]);
    expect(await outline(inFrame)).toEqual(['0 stop', '15 stop os.system']);
    const second = Buffer.from(`${CALL}.`);
    const hidden = Buffer.concat([
      Buffer.from([0x80, 4, 0x95, 2 + second.length, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from('N.'),
      second,
    ]);
    expect(await outline(Buffer.concat([hidden, Buffer.from('cm\nf\n.')]))).toEqual([
      '0 stop',
      '13 stop os.system',
      '33 stop m.f',
    ]);
  });

  it('reads a program whose frames lie as C reads it from a file too', async () => {
    const bytes = malicious('frame-drops');
    expect(await outline(bytes)).toEqual(['0 stop', '0 stream stop os.system']);
  });

  it('finds programs behind a break and behind other bytes', async () => {
    expect(await outline(`\x80\x02N.\xff\xfe junk \0${CALL}.`)).toEqual([
      '0 stop',
      '13 search stop os.system',
    ]);
    expect(await outline(`\x80\x02N.\xff${' '.repeat(9000)}(S'x'\nios\nsystem\n.`)).toEqual([
      '0 stop',
      '9005 search stop os.system',
    ]);
    expect(await outline(`\x80\x02N\xff${CALL}.`)).toEqual(['0 unknown-opcode', '4 search stop os.system']);
    expect(await outline(`\x80\x02B\0\0\0\x7f${CALL}.`)).toEqual(['0 truncated', '7 search stop os.system']);
    expect(
      await outline(`\x80\x02N.${'\xff'.repeat(2_000_000)}\x80\x04\x8c\x02os\x8c\x06system\x93)R.`),
    ).toEqual(['0 stop', '2000004 search stop os.system']);
  });

  it('does not read raw numbers behind a pickle as broken ones', async () => {
    const numbers = Buffer.alloc(4_000_000);
    for (let at = 0; at < numbers.length; at += 4) numbers.writeFloatLE(Math.sin(at), at);
    const { programs, gaps, trailingBytes } = await parse(
      Buffer.concat([Buffer.from('\x80\x02N.', 'latin1'), numbers]),
    );
    expect(programs).toHaveLength(1);
    expect(trailingBytes).toBe(numbers.length);
    expect(gaps.map(({ code }) => code)).toEqual(['unrecognised']);
    expect((await parse('\x80\x02N.\r\n\0\0')).gaps).toEqual([]);
  });

  it('knows names that an Unpickler carries over from an earlier pickle', async () => {
    const { programs } = await parse(malicious('memo-carried'));
    expect(programs[1]?.anomalies.map(({ code }) => code)).toContain('memo-carried');
    expect(programs[1]?.events.flatMap(importOf)).toEqual(['os.system']);
    const shifted = await parse(malicious('memo-shifted'));
    expect(shifted.programs[1]?.events.flatMap(importOf)).toEqual(['math.sqrt']);
    expect(shifted.programs[1]?.events[0]).toMatchObject({
      ifMemoCarried: { module: { value: 'os' }, name: { value: 'system' } },
    });
  });

  it('says what it did not read', async () => {
    expect((await parse(`N.${'I1\n0'.repeat(1000)}N.`, 500)).gaps.map(({ code }) => code)).toContain('limit');
    await expect(parse('{"json": true}')).rejects.toMatchObject({ code: 'bad-magic' });
    await expect(parse('')).rejects.toMatchObject({ code: 'bad-magic' });
  });
});

describe('any bytes', { timeout: 120_000 }, () => {
  const samples = [...readSamples('benign'), ...readSamples('malicious'), ...readSamples('malformed')];

  it('end in facts or a coded error when cut anywhere', async () => {
    for (const { bytes } of samples) {
      const step = Math.max(1, Math.floor(bytes.length / 400));
      for (let cut = 0; cut < bytes.length; cut += step) await fuzzPickle(bytes.subarray(0, cut));
    }
  });

  it('end so after ten thousand mutations, soon and within memory', async () => {
    let slowest = 0;
    for (let seed = 0; seed < 10_000; seed += 1) {
      const sample = samples[seed % samples.length];
      if (sample === undefined || sample.bytes.length > 10_000) continue;
      const before = process.threadCpuUsage();
      await fuzzPickle(mutate(sample.bytes, seed));
      slowest = Math.max(slowest, process.threadCpuUsage(before).user / 1000);
    }
    expect(slowest).toBeLessThan(2000);
  });
});
