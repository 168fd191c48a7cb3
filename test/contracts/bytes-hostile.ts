import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ByteSource,
  BytesError,
  type Compression,
  inflateSource,
  memorySource,
  openTarMember,
  openZipMember,
  readTarIndex,
  readZipIndex,
} from '#bytes';

/** Something in the room that reads hostile bytes, and honest ones to start from. For the contract and for fuzzing. */
export interface BytesTarget {
  readonly name: string;
  readonly samples: readonly Uint8Array[];
  /** Reads all there is. Throws BytesError only. */
  read(bytes: Uint8Array): Promise<void>;
}

const FOLDER = join(import.meta.dirname, '../corpus/containers');
const LIMITS = { maxInflatedBytes: 1 << 24, maxRatio: 2000, atLimit: 'cut' } as const;
const MAX_MS = 2_000;
const MAX_BYTES = 256 * 1024 * 1024;
const ENTRIES = { maxEntries: 1000 };

class TooSlow extends Error {}

function toDeadline(): { checkDeadline(): void } {
  const endsAt = performance.now() + MAX_MS;
  return {
    checkDeadline() {
      if (performance.now() > endsAt) throw new TooSlow();
    },
  };
}

const load = (...names: readonly string[]) => names.map((name) => readFileSync(join(FOLDER, name)));

async function drain(source: ByteSource): Promise<void> {
  for (let at = 0; at < source.sizeBytes; at += 1 << 16) {
    await source.read(at, Math.min(1 << 16, source.sizeBytes - at));
  }
}

async function readZip(bytes: Uint8Array, localHeaders: 'all' | 'read-members'): Promise<void> {
  const deadline = toDeadline();
  const index = await readZipIndex(memorySource(bytes), { ...ENTRIES, ...deadline, localHeaders });
  for (const entry of index.entries) {
    try {
      await drain(await openZipMember(index, entry, { ...LIMITS, ...deadline }));
    } catch (error) {
      if (!(error instanceof BytesError)) throw error;
    }
  }
}

async function readTar(bytes: Uint8Array): Promise<void> {
  const index = await readTarIndex(memorySource(bytes), { ...ENTRIES, ...toDeadline() });
  for (const entry of index.entries) await drain(openTarMember(index, entry));
}

function toStream(kind: Compression, ...names: readonly string[]): BytesTarget {
  return {
    name: kind,
    samples: load(...names.map((name) => `streams/${name}`)),
    async read(bytes) {
      await drain(await inflateSource(kind, memorySource(bytes), { ...LIMITS, ...toDeadline() }));
    },
  };
}

export const BYTES_TARGETS: readonly BytesTarget[] = [
  {
    name: 'zip',
    samples: load(
      'zip/python-deflated.zip',
      'zip/python-streamed-zip64.zip',
      'zip/torch.pt',
      'zip/numpy.npz',
    ),
    read: (bytes) => readZip(bytes, 'all'),
  },
  {
    name: 'zip, few headers',
    samples: load('zip/torch.pt'),
    read: (bytes) => readZip(bytes, 'read-members'),
  },
  {
    name: 'tar',
    samples: load('tar/python-gnu.tar', 'tar/python-pax.tar', 'tar/gnu-tar-v7.tar'),
    read: readTar,
  },
  toStream('gzip', 'named.gz', 'two.gz', 'mix.gz'),
  toStream('zlib', 'mix.zlib'),
  toStream('deflate64', 'mix.zlib'),
  toStream('bzip2', 'one.bz2', 'two.bz2'),
  toStream('xz', 'one.xz', 'x86.xz', 'delta.xz', 'blocks.xz'),
  toStream('lzma', 'one.lzma', 'mix.lzma'),
  toStream('zstd', 'one.zst', 'two.zst'),
  toStream('lz4', 'one.lz4', 'two.lz4', 'mix-legacy.lz4'),
];

/** Reads bytes that may be anything: they end in data or a BytesError, in time, within memory. */
export async function surviveBytes(target: BytesTarget, bytes: Uint8Array, what: string): Promise<void> {
  const startedAt = performance.now();
  const before = usedBytes();
  try {
    await target.read(bytes);
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw new Error(`${target.name}, ${what}`, { cause });
  }
  const tookMs = performance.now() - startedAt;
  const grownBytes = usedBytes() - before;
  if (tookMs > MAX_MS) throw new Error(`${target.name}, ${what}: ${Math.round(tookMs)} ms`);
  if (grownBytes > MAX_BYTES) throw new Error(`${target.name}, ${what}: ${grownBytes} bytes more in use`);
}

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
