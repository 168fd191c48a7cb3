import type { ByteSource } from '#bytes';
import type { CoverageGap } from '#findings';
import { quote } from '#kernel';
import type { Anomaly } from '../anomaly.ts';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { restMember } from '../rest-member.ts';
import { DTYPE_BITS } from './dtypes.ts';
import type { SafetensorsDocument } from './format.ts';
import { readHeader, type TensorRecord } from './read-header.ts';

/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
/** Shortest record: `"":{"dtype":"U8","shape":[],"data_offsets":[0,0]},` */
const MIN_RECORD_BYTES = 48;

/**
 * Reads the header of a safetensors file and checks that its tensors fill the rest exactly. The tensors
 * themselves are not read.
 *
 * @throws {FormatError} `bad-magic`, `truncated`, `inconsistent`, `limit-exceeded`
 * @see safetensors README, "Format"
 */
export async function parseSafetensors(
  source: ByteSource,
  context: ParseContext,
): Promise<SafetensorsDocument> {
  const headerEnd = await readHeaderEnd(source);
  const dataSizeBytes = source.sizeBytes - headerEnd;
  const extents = new Extents(Math.ceil((headerEnd - 8) / MIN_RECORD_BYTES));
  const dtypes = new Set<string>();
  const unknownDtypes = new Set<string>();
  const late: Anomaly[] = [];
  const header = await readHeader(source, context, headerEnd, (tensor, note) => {
    context.checkDeadline();
    const bits = DTYPE_BITS.get(tensor.dtype);
    if (bits === undefined) {
      if (unknownDtypes.size < 16) unknownDtypes.add(tensor.dtype);
    } else {
      dtypes.add(tensor.dtype);
      if (sizeBits(tensor, bits) !== (tensor.end - tensor.begin) * 8n) {
        note('size-mismatch', `${quote(tensor.name, 60)}: dtype and shape do not make its length`);
      }
    }
    if (tensor.begin > tensor.end) {
      note('reversed-range', `${quote(tensor.name, 60)} ends before it begins`);
    } else if (tensor.end > BigInt(dataSizeBytes)) {
      const detail = `${quote(tensor.name, 60)} ends at byte ${tensor.end} of the data`;
      throw new FormatError('truncated', source.sizeBytes, `${detail}, of which ${dataSizeBytes} are here`);
    } else {
      extents.add(Number(tensor.begin), Number(tensor.end));
    }
  });
  const { coveredBytes, endOffset, holes, overlaps } = extents.measure();
  if (holes > 0) late.push({ code: 'hole', detail: `${holes} holes between tensors` });
  if (overlaps > 0) late.push({ code: 'overlap', detail: `${overlaps} tensors overlap` });
  const members = restMember(source, headerEnd + endOffset);
  if (members.length > 0) {
    const detail = `${dataSizeBytes - endOffset} bytes after the last tensor`;
    late.push({ code: 'trailing-bytes', detail, offset: headerEnd + endOffset });
  }
  const anomalies = [...header.anomalies, ...late];
  return {
    kind: 'safetensors',
    headerBytes: headerEnd - 8,
    tensors: extents.count,
    dtypes: [...dtypes].sort(),
    metadataKeys: header.metadataKeys,
    anomalies,
    dataBytes: coveredBytes,
    gaps: [...anomalies.map(toGap), ...[...unknownDtypes].map(unknownDtypeGap)],
    members,
  };
}

async function readHeaderEnd(source: ByteSource): Promise<number> {
  if (source.sizeBytes < 8) throw new FormatError('truncated', source.sizeBytes, 'no header length');
  const head = await source.read(0, Math.min(9, source.sizeBytes));
  const declared = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (declared > MAX_HEADER_BYTES) {
    throw new FormatError('limit-exceeded', 0, `header of ${declared} bytes, at most ${MAX_HEADER_BYTES}`);
  }
  const headerEnd = 8 + Number(declared);
  if (headerEnd > source.sizeBytes) {
    throw new FormatError('truncated', source.sizeBytes, `header of ${declared} bytes`);
  }
  if (declared < 2n || head[8] !== 0x7b)
    throw new FormatError('bad-magic', 8, 'expected a header that opens with {');
  return headerEnd;
}

/** The product is of at most 64 factors of 64 bits. */
function sizeBits(tensor: TensorRecord, bits: number): bigint {
  return tensor.shape.reduce((product, size) => product * size, BigInt(bits));
}

function toGap({ detail, offset }: Anomaly): CoverageGap {
  return { code: 'malformed', detail, ...(offset === undefined ? {} : { offset }) };
}

function unknownDtypeGap(dtype: string): CoverageGap {
  return { code: 'unsupported', detail: `dtype ${quote(dtype, 40)} is not known: its size is not checked` };
}

/** Byte ranges of the tensors, two numbers each: there can be a million. */
class Extents {
  readonly #limit: number;
  readonly #ranges: [number, number][] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#ranges.length;
  }

  add(begin: number, end: number): void {
    if (this.#ranges.length >= this.#limit) {
      throw new FormatError('limit-exceeded', 8, `more than ${this.#limit} tensors`);
    }
    this.#ranges.push([begin, end]);
  }

  measure(): { coveredBytes: number; endOffset: number; holes: number; overlaps: number } {
    const found = { coveredBytes: 0, endOffset: 0, holes: 0, overlaps: 0 };
    for (const [begin, end] of this.#ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
      if (begin > found.endOffset) found.holes++;
      if (begin < found.endOffset && end > begin) found.overlaps++;
      found.coveredBytes += Math.max(0, end - Math.max(begin, found.endOffset));
      found.endOffset = Math.max(found.endOffset, end);
    }
    return found;
  }
}
