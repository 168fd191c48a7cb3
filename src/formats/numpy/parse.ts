import { type ByteSource, Cursor, sliceSource } from '#bytes';
import type { CoverageGap } from '#findings';
import type { Anomaly } from '../anomaly.ts';
import type { Member, ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleProgram } from '../pickle/document.ts';
import { runEmbedded } from '../run-embedded.ts';
import type { NumpyDocument } from './format.ts';
import { NUMPY_MAGIC, type OddHeader, readArrayHeader } from './read-array-header.ts';

/** Smallest array: magic, version, header length, and the shortest header that has the three fields. */
const MIN_ARRAY_BYTES = 64;

/**
 * Reads the headers of one or several arrays and runs the pickles of object arrays. Plain numbers are not read.
 *
 * @throws {FormatError} `bad-magic`, `inconsistent`, `limit-exceeded`
 * @throws {BytesError} `truncated`
 */
export async function parseNumpy(source: ByteSource, context: ParseContext): Promise<NumpyDocument> {
  const cursor = await Cursor.over(source);
  const found = { arrays: 0, objectArrays: 0, dataBytes: 0 };
  const programs: PickleProgram[] = [];
  const anomalies: Anomaly[] = [];
  const gaps: CoverageGap[] = [];
  const members: Member[] = [];
  const maxArrays = Math.min(context.limits.maxMembers, Math.ceil(source.sizeBytes / MIN_ARRAY_BYTES));
  do {
    context.checkDeadline();
    if (++found.arrays > maxArrays) {
      throw new FormatError('limit-exceeded', cursor.position, `more than ${maxArrays} arrays`);
    }
    const header = await readArrayHeader(cursor);
    if ('oddity' in header) {
      anomalies.push({ code: header.oddity, detail: header.detail, offset: header.dataOffset });
      gaps.push(oddGap(header));
      members.push(...rest(source, header.dataOffset));
      break;
    }
    if (header.hasObject) {
      found.objectArrays++;
      // NumPy calls pickle.load here, whatever the shape is.
      const run = await runEmbedded(source, header.dataOffset, context);
      programs.push(run.program);
      gaps.push(...run.gaps);
      if (run.program.end !== 'stop') break;
      cursor.seek(run.program.endOffset);
    } else {
      if (header.dataBytes > BigInt(cursor.remaining)) {
        const detail = `${header.dataBytes} bytes of numbers declared, ${cursor.remaining} left`;
        throw new FormatError('truncated', source.sizeBytes, detail);
      }
      cursor.skip(Number(header.dataBytes), 'array');
      found.dataBytes += Number(header.dataBytes);
    }
    await cursor.ensure(NUMPY_MAGIC.length);
  } while (cursor.startsWith(NUMPY_MAGIC));
  const last = gaps.length === 0 ? cursor.position : source.sizeBytes;
  if (last < source.sizeBytes) {
    const detail = `${source.sizeBytes - last} bytes after the last array`;
    anomalies.push({ code: 'trailing-bytes', detail, offset: last });
    gaps.push({ code: 'malformed', detail, offset: last });
    members.push(...rest(source, last));
  }
  return { kind: 'numpy', ...found, programs, anomalies, gaps, members };
}

function oddGap({ oddity, detail, dataOffset }: OddHeader): CoverageGap {
  return { code: oddity === 'unknown-dtype' ? 'unsupported' : 'malformed', detail, offset: dataOffset };
}

/** What follows where we cannot say what it is: np.load may hand it to pickle. */
function rest(source: ByteSource, offset: number): Member[] {
  const sizeBytes = source.sizeBytes - offset;
  if (sizeBytes === 0) return [];
  return [
    {
      path: `bytes-from-${offset}`,
      sizeBytes,
      role: 'content',
      open: async () => sliceSource(source, offset, sizeBytes),
    },
  ];
}
