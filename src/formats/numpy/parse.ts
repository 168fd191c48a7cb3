import { type ByteSource, BytesError, type BytesErrorCode, Cursor } from '#bytes';
import type { CoverageGap } from '#findings';
import type { Anomaly } from '../anomaly.ts';
import type { Member, ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleProgram } from '../pickle/document.ts';
import { restMember } from '../rest-member.ts';
import { runEmbedded } from '../run-embedded.ts';
import type { NumpyDocument } from './format.ts';
import { type ArrayHeader, NUMPY_MAGIC, type OddHeader, readArrayHeader } from './read-array-header.ts';

/** The file's fault, not the medium's. */
const BROKEN: ReadonlySet<BytesErrorCode> = new Set(['truncated', 'limit-exceeded', 'bad-data']);
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
  const reading = new Reading(source, context, cursor);
  await reading.readArray(await readArrayHeader(cursor));
  const maxArrays = Math.min(context.limits.maxMembers, Math.ceil(source.sizeBytes / MIN_ARRAY_BYTES));
  while (!reading.isOver && (await cursor.ensure(NUMPY_MAGIC.length)) > 0 && cursor.startsWith(NUMPY_MAGIC)) {
    context.checkDeadline();
    if (reading.arrays >= maxArrays) {
      throw new FormatError('limit-exceeded', cursor.position, `more than ${maxArrays} arrays`);
    }
    const header = await readNextHeader(cursor);
    if (header === undefined) break;
    await reading.readArray(header);
  }
  if (!reading.isOver) reading.takeRest(cursor.position);
  const { arrays, objectArrays, dataBytes, programs, anomalies, gaps, members } = reading;
  return { kind: 'numpy', arrays, objectArrays, dataBytes, programs, anomalies, gaps, members };
}

/** A broken header behind a whole array is a rest like any other: what the array said is kept. */
async function readNextHeader(cursor: Cursor): Promise<ArrayHeader | OddHeader | undefined> {
  const start = cursor.position;
  try {
    return await readArrayHeader(cursor);
  } catch (error) {
    const isBroken = error instanceof FormatError || (error instanceof BytesError && BROKEN.has(error.code));
    if (!isBroken) throw error;
    cursor.seek(start);
    return undefined;
  }
}

/** One file of arrays, read from front to back. */
class Reading {
  readonly programs: PickleProgram[] = [];
  readonly anomalies: Anomaly[] = [];
  readonly gaps: CoverageGap[] = [];
  readonly members: Member[] = [];
  arrays = 0;
  objectArrays = 0;
  dataBytes = 0;
  isOver = false; // what follows cannot be told
  readonly #source: ByteSource;
  readonly #context: ParseContext;
  readonly #cursor: Cursor;

  constructor(source: ByteSource, context: ParseContext, cursor: Cursor) {
    this.#source = source;
    this.#context = context;
    this.#cursor = cursor;
  }

  /** Goes over the elements of an array whose header was read. */
  async readArray(header: ArrayHeader | OddHeader): Promise<void> {
    this.arrays++;
    if ('oddity' in header) {
      const { oddity, detail, dataOffset } = header;
      this.isOver = true;
      this.anomalies.push({ code: oddity, detail, offset: dataOffset });
      this.gaps.push({
        code: oddity === 'unknown-dtype' ? 'unsupported' : 'malformed',
        detail,
        offset: dataOffset,
      });
      this.members.push(...restMember(this.#source, dataOffset)); // np.load may hand it to pickle
    } else if (header.hasObject) await this.#readObjects(header.dataOffset);
    else this.#skipNumbers(header.dataBytes);
  }

  takeRest(offset: number): void {
    const sizeBytes = this.#source.sizeBytes - offset;
    if (sizeBytes === 0) return;
    const detail = `${sizeBytes} bytes after the last array`;
    this.anomalies.push({ code: 'trailing-bytes', detail, offset });
    this.gaps.push({ code: 'malformed', detail, offset });
    this.members.push(...restMember(this.#source, offset));
  }

  /** NumPy calls pickle.load here, whatever the shape is. */
  async #readObjects(offset: number): Promise<void> {
    this.objectArrays++;
    const { program, gaps } = await runEmbedded(this.#source, offset, this.#context);
    this.programs.push(program);
    this.gaps.push(...gaps);
    if (program.end === 'stop') this.#cursor.seek(program.endOffset);
    else this.isOver = true;
  }

  #skipNumbers(sizeBytes: bigint): void {
    const left = this.#cursor.remaining;
    if (sizeBytes <= BigInt(left)) {
      this.#cursor.skip(Number(sizeBytes), 'array');
      this.dataBytes += Number(sizeBytes);
      return;
    }
    this.isOver = true;
    const detail = `${sizeBytes} bytes of numbers declared, ${left} left`;
    this.gaps.push({ code: 'truncated', detail, offset: this.#source.sizeBytes });
  }
}
