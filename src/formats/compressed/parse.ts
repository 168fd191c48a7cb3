import {
  type ByteSource,
  BytesError,
  type InflatedSource,
  type InflateFactCode,
  inflateSource,
  sliceSource,
} from '#bytes';
import type { CoverageGap, GapCode } from '#findings';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { lastSegment } from '../last-segment.ts';
import { restMember } from '../rest-member.ts';
import type { CompressedDocument } from './format.ts';
import { type Compressed, compressionOf } from './magic.ts';

const HEAD_BYTES = 64;
const SUFFIX = /\.(?:gz|gzip|bz2|xz|lzma|zst|zstd|lz4|z|zlib)$/;

/** Facts that mean: more was stored than could be read, or it is not what was stored. */
const GAPS: Readonly<Partial<Record<InflateFactCode, GapCode>>> = {
  'stream-truncated': 'truncated',
  'stream-broken': 'malformed',
  'wrong-checksum': 'unreadable',
  'wrong-size': 'malformed',
  'trailing-bytes': 'malformed',
  'limit-exceeded': 'limit',
  unsupported: 'unsupported',
};

/**
 * Inflates a file to its end; what was inflated is its one member.
 *
 * @throws {FormatError} `bad-magic` when not one byte can be inflated: the magic was a chance
 * @throws {BytesError} `unsupported`, and what the source throws
 */
export async function parseCompressed(
  source: ByteSource,
  context: ParseContext,
): Promise<CompressedDocument> {
  const found = compressionOf(await source.read(0, Math.min(source.sizeBytes, HEAD_BYTES)));
  if (found === undefined) throw new FormatError('bad-magic', 0, 'no compressed stream');
  const inflated = await inflate(source, context, found);
  const { facts, kind, sizeBytes } = inflated;
  const gaps = facts.flatMap(({ code, detail, offset }): CoverageGap[] => {
    const gap = GAPS[code];
    return gap === undefined ? [] : [{ code: gap, detail: `${kind}: ${detail}`, offset }];
  });
  const name = lastSegment(context.name);
  const path = name.replace(SUFFIX, '').replace(/\.tgz$/, '.tar') || name;
  const hasRest = facts.some(({ code }) => code === 'trailing-bytes');
  return {
    kind: 'compressed',
    compression: kind,
    facts,
    inflatedBytes: sizeBytes,
    dataBytes: 0,
    gaps,
    members: [
      { path, sizeBytes, role: 'content', open: async () => inflated },
      ...(hasRest ? restMember(source, found.headerBytes + inflated.consumedBytes) : []),
    ],
  };
}

async function inflate(
  source: ByteSource,
  context: ParseContext,
  { compression, headerBytes }: Compressed,
): Promise<InflatedSource> {
  const stream =
    headerBytes === 0 ? source : sliceSource(source, headerBytes, source.sizeBytes - headerBytes);
  try {
    return await inflateSource(compression, stream, {
      maxInflatedBytes: context.limits.maxInflatedBytes,
      maxRatio: context.limits.maxRatio,
      atLimit: 'cut',
      checkDeadline: () => context.checkDeadline(),
    });
  } catch (cause) {
    if (cause instanceof BytesError && (cause.code === 'bad-data' || cause.code === 'truncated')) {
      throw new FormatError('bad-magic', 0, `no ${compression} stream`, { cause });
    }
    throw cause;
  }
}
