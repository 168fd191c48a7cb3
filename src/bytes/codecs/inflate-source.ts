import { crc32 } from 'node:zlib';
import type { ByteSource } from '../byte-source.ts';
import { BytesError } from '../bytes-error.ts';
import { ByteRing } from './byte-ring.ts';
import type {
  Compression,
  InflatedSource,
  InflateFact,
  InflateFactCode,
  InflateLimits,
} from './compression.ts';
import type { Decode, DecodeContext } from './decode.ts';
import { loadDecode } from './load-decode.ts';
import { createPieceStore, type PieceStore } from './piece-store.ts';
import { replaySource } from './replay-source.ts';

/**
 * Layers in layers each keep as much, and what is dropped stays until it is collected: a bomb then costs some 90 MiB
 * above the bare process.
 */
const DEFAULT_MEMORY_BYTES = 16 * 1024 * 1024;
/** Small things may well be 1,000 times smaller when stored. */
const FREE_OF_RATIO_BYTES = 1024 * 1024;
/** What recognising a format looks at: a head of 64 KiB, a tail of 66 KiB. */
const ENDS_BYTES = 128 * 1024;
const MAX_WINDOW_BYTES = 4 * 1024 * 1024;

/** After these something was stored that could not be given, or is not what it was. */
const SPOILING: ReadonlySet<InflateFactCode> = new Set([
  'stream-truncated',
  'stream-broken',
  'wrong-checksum',
  'wrong-size',
  'limit-exceeded',
  'unsupported',
]);

/**
 * Inflates a source once, to the end, to know its size and check its sums, and gives the bytes as a source. Up to
 * `memoryBytes` they stay in memory; more is inflated again, forward, as it is read.
 *
 * A stream that breaks or ends early gives the bytes before that place, with a fact, since a loader would have acted
 * on them; `isWhole` is then false.
 *
 * @throws {BytesError} `bad-data`, `truncated`, `unsupported` when not one byte can be had; `limit-exceeded`; what
 *   the source throws; and what `checkDeadline` throws
 */
export async function inflateSource(
  kind: Compression,
  source: ByteSource,
  limits: InflateLimits,
): Promise<InflatedSource> {
  const { source: inflated } = await inflateWithCrc(kind, source, limits);
  return inflated;
}

/** As {@link inflateSource}, with the CRC-32 of what was inflated. */
export async function inflateWithCrc(
  kind: Compression,
  source: ByteSource,
  limits: InflateLimits,
): Promise<{ readonly source: InflatedSource; readonly crc32: number }> {
  const decode = await loadDecode(kind);
  const fast = await runPass(decode, source, limits, false);
  const isExact = fast.failure !== undefined;
  const pass = isExact ? await runPass(decode, source, limits, true) : fast;
  if (pass.failure !== undefined && pass.sizeBytes === 0) throw pass.failure;
  if (pass.failure !== undefined) pass.facts.push(toFact(pass.failure));
  const { read } = openPass(decode, source, limits, pass, isExact);
  return {
    crc32: pass.crc32,
    source: {
      kind,
      sizeBytes: pass.sizeBytes,
      facts: pass.facts,
      isWhole: !pass.facts.some((fact) => SPOILING.has(fact.code)),
      consumedBytes: pass.consumedBytes,
      read,
    },
  };
}

interface Pass {
  readonly facts: InflateFact[];
  sizeBytes: number;
  consumedBytes: number;
  crc32: number;
  kept: PieceStore | undefined; // as long as all fits
  head: Uint8Array; // both only of what does not fit
  tail: ByteRing | undefined;
  failure: BytesError | undefined; // of the stream, not of the source
}

async function runPass(
  decode: Decode,
  source: ByteSource,
  limits: InflateLimits,
  isExact: boolean,
): Promise<Pass> {
  const pass: Pass = {
    facts: [],
    sizeBytes: 0,
    consumedBytes: 0,
    crc32: 0,
    kept: createPieceStore(),
    head: new Uint8Array(0),
    tail: undefined,
    failure: undefined,
  };
  const ratioBytes = Math.max(FREE_OF_RATIO_BYTES, limits.maxRatio * source.sizeBytes);
  const maxBytes = Math.floor(Math.min(limits.maxInflatedBytes, ratioBytes));
  const watched = watchSource(source, limits);
  const context: DecodeContext = {
    source: watched.source,
    isExact,
    checkDeadline: watched.checkDeadline,
    add: (code, offset, detail) => pass.facts.push({ code, offset, detail }),
    consumed: (offset) => {
      pass.consumedBytes = offset;
    },
  };
  let isCut = false;
  try {
    for await (const piece of decode(context)) {
      watched.checkDeadline();
      const room = maxBytes - pass.sizeBytes;
      takePiece(pass, piece.length > room ? piece.subarray(0, room) : piece, limits);
      if (piece.length > room) {
        isCut = true;
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof BytesError) || error === watched.failure()) throw error;
    pass.failure = error;
  }
  if (isCut) refuseMore(pass, source, maxBytes, limits);
  return pass;
}

function refuseMore(pass: Pass, source: ByteSource, maxBytes: number, limits: InflateLimits): void {
  const cause =
    maxBytes < limits.maxInflatedBytes ? `${limits.maxRatio} times its size` : `${maxBytes} bytes`;
  const detail = `${source.sizeBytes} stored bytes inflate to more than ${cause}`;
  if (limits.atLimit !== 'cut')
    throw new BytesError('limit-exceeded', detail, { offset: pass.consumedBytes });
  pass.facts.push({ code: 'limit-exceeded', offset: pass.consumedBytes, detail });
}

function takePiece(pass: Pass, piece: Uint8Array, limits: InflateLimits): void {
  pass.crc32 = crc32(piece, pass.crc32);
  pass.sizeBytes += piece.length;
  if (pass.kept !== undefined && pass.sizeBytes > (limits.memoryBytes ?? DEFAULT_MEMORY_BYTES)) {
    pass.head = pass.kept.head(ENDS_BYTES);
    pass.kept = undefined;
    pass.tail = new ByteRing(ENDS_BYTES);
  }
  pass.kept?.push(piece);
  pass.tail?.push(piece);
}

function openPass(
  decode: Decode,
  source: ByteSource,
  limits: InflateLimits,
  pass: Pass,
  isExact: boolean,
): ByteSource {
  if (pass.kept !== undefined) return pass.kept.source();
  const memoryBytes = limits.memoryBytes ?? DEFAULT_MEMORY_BYTES;
  return replaySource({
    sizeBytes: pass.sizeBytes,
    windowBytes: Math.min(MAX_WINDOW_BYTES, Math.ceil(memoryBytes / 4)),
    head: pass.head,
    tail: pass.tail?.toBytes() ?? new Uint8Array(0),
    restart() {
      const { source: again, checkDeadline } = watchSource(source, limits);
      return decode({ source: again, isExact, checkDeadline, add: () => {}, consumed: () => {} });
    },
  });
}

/** Remembers what failed beside the stream: the source, or the time, which is checked where nothing comes out too. */
function watchSource(source: ByteSource, limits: InflateLimits) {
  let failure: unknown;

  function checkDeadline(): void {
    try {
      limits.checkDeadline?.();
    } catch (error) {
      failure = error;
      throw error;
    }
  }

  const watched: ByteSource = {
    sizeBytes: source.sizeBytes,
    async read(offset, length) {
      checkDeadline();
      try {
        return await source.read(offset, length);
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  };
  return { source: watched, checkDeadline, failure: () => failure };
}

function toFact(failure: BytesError): InflateFact {
  const offset = failure.offset ?? 0;
  if (failure.code === 'truncated') return { code: 'stream-truncated', offset, detail: failure.message };
  if (failure.code === 'unsupported') return { code: 'unsupported', offset, detail: failure.message };
  return { code: 'stream-broken', offset, detail: failure.message };
}
