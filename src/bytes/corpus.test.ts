import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from './byte-source.ts';
import type { Compression } from './codecs/compression.ts';
import { inflateSource } from './codecs/inflate-source.ts';
import { sniffCompression } from './codecs/sniff-compression.ts';
import { memorySource } from './sources/memory-source.ts';
import { openTarMember } from './tar/open-tar-member.ts';
import { readTarIndex } from './tar/read-tar-index.ts';
import { openZipMember } from './zip/open-zip-member.ts';
import { readZipIndex } from './zip/read-zip-index.ts';

const FOLDER = join(import.meta.dirname, '../../test/corpus/containers');
const LIMITS = { maxInflatedBytes: 1 << 24, maxRatio: 1000 };

interface Manifest {
  readonly archives: Readonly<
    Record<string, { readonly members: readonly { path: string; sha256: string }[] }>
  >;
  readonly streams: Readonly<Record<string, { kind: Compression; bytes: number; sha256: string }>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8'));

function load(name: string): ByteSource {
  return memorySource(readFileSync(join(FOLDER, name)));
}

async function sha256(source: ByteSource): Promise<string> {
  const bytes = await source.read(0, source.sizeBytes);
  return createHash('sha256').update(bytes).digest('hex');
}

describe('archives that real writers wrote', () => {
  for (const [name, { members }] of Object.entries(manifest.archives)) {
    const isTar = name.startsWith('tar/');
    it(`reads ${name} without a fact`, async () => {
      if (isTar) {
        const index = await readTarIndex(load(name), { maxEntries: 100 });
        const found = index.entries.map(async (entry) => ({
          path: entry.path,
          sha256: await sha256(openTarMember(index, entry)),
        }));
        expect(await Promise.all(found)).toEqual(members);
        expect(index.facts).toEqual([]);
        return;
      }
      const index = await readZipIndex(load(name), { maxEntries: 100, localHeaders: 'all' });
      const found: unknown[] = [];
      for (const entry of index.entries) {
        found.push({ path: entry.path, sha256: await sha256(await openZipMember(index, entry, LIMITS)) });
      }
      expect(found).toEqual(members);
      expect(index.facts).toEqual([]);
      expect(index.localHeaders).toBe('all');
    });
  }
});

describe('streams that real writers wrote', () => {
  for (const [name, { kind, bytes, sha256: digest }] of Object.entries(manifest.streams)) {
    it(`inflates ${name}`, async () => {
      const stored = load(name);
      const inflated = await inflateSource(kind, stored, LIMITS);
      expect(inflated).toMatchObject({
        kind,
        sizeBytes: bytes,
        isWhole: true,
        consumedBytes: stored.sizeBytes,
      });
      expect(await sha256(inflated)).toBe(digest);
      const expected = name.includes('two.')
        ? ['several-streams']
        : name.includes('named')
          ? ['header-field']
          : [];
      const codes = inflated.facts.map((fact) => fact.code);
      expect(codes.filter((code) => code !== 'padding' && code !== 'skippable-frame')).toEqual(expected);
      const sniffed = sniffCompression(await stored.read(0, Math.min(64, stored.sizeBytes)));
      expect(sniffed?.replace('-legacy', '')).toBe(kind);
    });
  }
});
