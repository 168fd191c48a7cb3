import type { ByteSource } from '#bytes';
import type { CoverageGap } from '#findings';
import { quote } from '#kernel';
import type { Anomaly } from '../anomaly.ts';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleProgram } from '../pickle/document.ts';
import type { BuildMoment } from '../pickle/machine.ts';
import { restMember } from '../rest-member.ts';
import { runEmbedded } from '../run-embedded.ts';
import { type ArrayWrapper, readWrapper } from './array-wrapper.ts';
import type { JoblibDocument } from './format.ts';
import { PickledDtypes } from './pickled-dtype.ts';

/** Of the oddities and side files what is listed. */
const MAX_LISTED = 50;
const NAME = /^[A-Za-z_][\w.]*$/;

/**
 * Runs the pickle as joblib does: after the BUILD of an array's wrapper the numbers of the array are taken from
 * the stream, or a pickle of its own when its elements are objects.
 *
 * @throws {FormatError} `bad-magic` when there is no such wrapper: a plain pickle
 */
export async function parseJoblib(source: ByteSource, context: ParseContext): Promise<JoblibDocument> {
  const reading = new Reading(source, context);
  const main = await runEmbedded(source, 0, context, { onBuild: (moment) => reading.onBuild(moment) });
  if (reading.wrappers === 0) throw new FormatError('bad-magic', 0, 'no array of joblib');
  reading.gaps.push(...main.gaps);
  const programs = [main.program, ...reading.programs];
  const second = await readAsPickle(source, context, reading.numbers[0]);
  if (second !== undefined) {
    programs.push(second);
    reading.note('second-reading', 'pickle.load would run the numbers of an array', second.endOffset);
  }
  const end = main.program.endOffset;
  const members = main.program.end === 'stop' ? restMember(source, end) : [];
  if (members.length > 0) {
    reading.note('trailing-bytes', `${source.sizeBytes - end} bytes after the pickle`, end);
  }
  const { arrays, objectArrays, dataBytes, sideFiles, anomalies, gaps } = reading;
  return { kind: 'joblib', arrays, objectArrays, dataBytes, sideFiles, programs, anomalies, gaps, members };
}

/** What joblib's unpickler does at each wrapper. */
class Reading {
  readonly programs: PickleProgram[] = [];
  readonly sideFiles: string[] = [];
  readonly anomalies: Anomaly[] = [];
  readonly gaps: CoverageGap[] = [];
  wrappers = 0;
  arrays = 0;
  objectArrays = 0;
  dataBytes = 0;
  readonly numbers: { readonly start: number; readonly end: number }[] = []; // taken from the stream
  readonly #source: ByteSource;
  readonly #context: ParseContext;
  readonly #dtypes = new PickledDtypes();
  readonly #built = new Set<number>();

  constructor(source: ByteSource, context: ParseContext) {
    this.#source = source;
    this.#context = context;
  }

  /** Bytes that joblib takes from the stream after a BUILD; nothing when it was not of a wrapper. */
  onBuild(moment: BuildMoment): Promise<number | undefined> | undefined {
    const wrapper = readWrapper(moment.event, moment.events);
    return wrapper === undefined ? undefined : this.#take(wrapper, moment);
  }

  async #take(wrapper: ArrayWrapper, { event, events, offset }: BuildMoment): Promise<number | undefined> {
    if (event.target.kind !== 'result') return undefined;
    this.#context.checkDeadline();
    this.wrappers++;
    if (this.#built.has(event.target.event)) return this.#refuse('the same wrapper is built twice', offset);
    this.#built.add(event.target.event);
    if (wrapper.kind === 'not-understood') return this.#refuse(wrapper.why, offset);
    if (wrapper.kind === 'side-file') return this.#sideFile(wrapper.name, offset);
    const dtype = this.#dtypes.read(wrapper.dtype, events);
    if (dtype === undefined) return this.#refuse('its dtype is not plain', offset);
    if (dtype.hasObject) return this.#objects(offset);
    const sizeBytes = wrapper.shape.reduce((product, size) => product * size, dtype.itemBytes);
    const paddingBytes = wrapper.hasPadding ? await this.#readPadding(offset) : 0;
    const left = this.#source.sizeBytes - offset - paddingBytes;
    // More than there is ends the program as truncated; what ran before it is kept.
    if (sizeBytes > BigInt(Math.max(left, 0))) return Number.MAX_SAFE_INTEGER;
    this.arrays++;
    this.dataBytes += Number(sizeBytes);
    this.numbers.push({ start: offset, end: offset + paddingBytes + Number(sizeBytes) });
    return paddingBytes + Number(sizeBytes);
  }

  note(code: string, detail: string, offset: number): void {
    if (this.anomalies.length < MAX_LISTED) this.anomalies.push({ code, detail, offset });
    this.gaps.push({ code: 'malformed', detail, offset });
  }

  /** The elements are one pickle, which joblib hands to pickle.load. */
  async #objects(offset: number): Promise<number | undefined> {
    const { program, gaps } = await runEmbedded(this.#source, offset, this.#context);
    this.objectArrays++;
    this.programs.push(program);
    this.gaps.push(...gaps);
    return program.end === 'stop' ? program.endOffset - offset : undefined;
  }

  #sideFile(name: string, offset: number): undefined {
    if (this.sideFiles.length < MAX_LISTED) {
      this.sideFiles.push(name);
      const detail = `an array is in the file ${quote(name, 120)} beside, which is not followed`;
      this.gaps.push({ code: 'unsupported', detail, offset });
    }
    if (name === '' || /[/\\:\0]|^\.\.?$/.test(name)) {
      this.note('side-file-escape', `an array is read from ${quote(name, 120)}`, offset);
    }
    return undefined;
  }

  async #readPadding(offset: number): Promise<number> {
    if (offset >= this.#source.sizeBytes) return 1;
    const [length = 0] = await this.#source.read(offset, 1);
    return 1 + length;
  }

  #refuse(why: string, offset: number): undefined {
    this.note('array-not-understood', `an array in the stream: ${why}`, offset);
    return undefined;
  }
}

/**
 * What pickle.load would make of the file: it stops somewhere in the first numbers, unless they were made to be
 * opcodes. An import of something that could be a module tells the two apart.
 */
async function readAsPickle(
  source: ByteSource,
  context: ParseContext,
  numbers: Reading['numbers'][number] | undefined,
): Promise<PickleProgram | undefined> {
  if (numbers === undefined) return undefined;
  const { program } = await runEmbedded(source, 0, context);
  const isImport = program.events.some(
    (event) =>
      event.kind === 'import' &&
      event.offset >= numbers.start &&
      event.offset < numbers.end &&
      event.module.kind === 'str' &&
      event.name.kind === 'str' &&
      NAME.test(event.module.value) &&
      NAME.test(event.name.value),
  );
  return isImport ? program : undefined;
}
