import type { ByteSource, TarEntry, TarIndex } from '#bytes';
import type { CoverageGap } from '#findings';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleProgram } from '../pickle/document.ts';
import { itemsOf, wholeOf } from '../pickled-value.ts';
import { elementBytesOf } from '../pytorch-zip/storage-id.ts';
import { runEmbedded } from '../run-embedded.ts';
import { openTar, tarContentEntries, tarGaps, toTarMember } from '../tar/open-tar.ts';
import type { PytorchTarDocument } from './format.ts';

/** The files of a checkpoint, in the order in which torch.load reads them. */
const PARTS = ['storages', 'tensors', 'pickle'];
const PICKLE_ONLY = ['sys_info', 'pickle'];
/** Dimensions, their count as 4 bytes and 4 unused ones. */
const TENSOR_HEAD_BYTES = 8;
const MAX_DIMENSIONS = 64;

/**
 * Runs every pickle in the four files; between those in `storages` and `tensors` stand plain numbers.
 *
 * @throws {FormatError} `bad-magic` when the archive has not the files of a checkpoint
 * @see torch/serialization.py, `legacy_load`
 */
export async function parsePytorchTar(
  source: ByteSource,
  context: ParseContext,
): Promise<PytorchTarDocument> {
  const index = await openTar(source, context);
  const entries = tarContentEntries(index);
  const names = new Set(entries.map(({ path }) => path));
  if (!PARTS.every((name) => names.has(name))) throw new FormatError('bad-magic', 0, 'no checkpoint in tar');
  const reading = new Reading(index, context);
  for (const entry of entries) {
    if (PICKLE_ONLY.includes(entry.path)) await reading.readPickle(entry);
    else if (entry.path === 'storages') await reading.readStorages(entry);
    else if (entry.path === 'tensors') await reading.readTensors(entry);
  }
  const { programs, storages, dataBytes } = reading;
  const isPart = ({ path }: TarEntry) => PARTS.includes(path) || PICKLE_ONLY.includes(path);
  return {
    kind: 'pytorch-tar',
    facts: index.facts,
    programs,
    storages,
    dataBytes,
    gaps: [...tarGaps(index.facts), ...reading.gaps],
    members: entries.filter((entry) => !isPart(entry)).map((entry) => toTarMember(index, entry)),
  };
}

class Reading {
  readonly programs: PickleProgram[] = [];
  readonly gaps: CoverageGap[] = [];
  storages = 0;
  dataBytes = 0;
  readonly #index: TarIndex;
  readonly #context: ParseContext;

  constructor(index: TarIndex, context: ParseContext) {
    this.#index = index;
    this.#context = context;
  }

  async readPickle(entry: TarEntry): Promise<void> {
    const part = this.#open(entry);
    await this.#run(part);
    this.#finish(part);
  }

  /** A count; for each storage `(key, location, type)`, its number of elements and the elements; a list of views. */
  async readStorages(entry: TarEntry): Promise<void> {
    const part = this.#open(entry);
    const count = wholeOf((await this.#run(part))?.result);
    for (let done = 0; count !== undefined && done < count; done++) {
      const type = itemsOf((await this.#run(part))?.result)?.[2];
      const elementBytes = elementBytesOf(type);
      const elements = elementBytes === undefined ? undefined : await this.#readCount(part);
      const sizeBytes = Number(elements ?? -1n) * (elementBytes ?? 0);
      if (elements === undefined || !(sizeBytes >= 0 && sizeBytes <= part.end - part.at)) {
        this.#refuse(part, 'a storage whose size is not plain or not there');
        return;
      }
      this.storages++;
      this.#skip(part, sizeBytes);
    }
    if (count === undefined) this.#refuse(part, 'no count of storages');
    else await this.#run(part);
    this.#finish(part);
  }

  /** A count; for each tensor `(key, storage, type)`, its dimensions, sizes, strides and offset. */
  async readTensors(entry: TarEntry): Promise<void> {
    const part = this.#open(entry);
    const count = wholeOf((await this.#run(part))?.result);
    for (let done = 0; count !== undefined && done < count; done++) {
      const isThere = (await this.#run(part)) !== undefined;
      const dimensions = isThere ? Number((await this.#readCount(part)) ?? -1n) & 0xffff_ffff : -1;
      const sizeBytes = (2 * dimensions + 1) * 8;
      if (dimensions < 0 || dimensions > MAX_DIMENSIONS || sizeBytes > part.end - part.at) {
        this.#refuse(part, 'a tensor whose dimensions are not plain or not there');
        return;
      }
      this.#skip(part, sizeBytes);
    }
    if (count === undefined) this.#refuse(part, 'no count of tensors');
    this.#finish(part);
  }

  #open(entry: TarEntry): Part {
    const end = Math.min(entry.dataOffset + entry.sizeBytes, this.#index.source.sizeBytes);
    return { name: entry.path, at: Math.min(entry.dataOffset, end), end, isBroken: false };
  }

  /** The next pickle of a part; nothing when it breaks, and a gap. */
  async #run(part: Part): Promise<PickleProgram | undefined> {
    if (part.isBroken) return undefined;
    this.#context.checkDeadline();
    const options = { endOffset: part.end };
    const { program, gaps } = await runEmbedded(this.#index.source, part.at, this.#context, options);
    this.programs.push(program);
    this.gaps.push(...gaps);
    part.at = program.endOffset;
    part.isBroken = program.end !== 'stop';
    return part.isBroken ? undefined : program;
  }

  async #readCount(part: Part): Promise<bigint | undefined> {
    if (part.end - part.at < TENSOR_HEAD_BYTES) return undefined;
    const bytes = await this.#index.source.read(part.at, TENSOR_HEAD_BYTES);
    part.at += TENSOR_HEAD_BYTES;
    return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
  }

  #skip(part: Part, sizeBytes: number): void {
    part.at += sizeBytes;
    this.dataBytes += sizeBytes;
  }

  #refuse(part: Part, why: string): void {
    if (!part.isBroken)
      this.gaps.push({ code: 'malformed', detail: `${part.name}: ${why}`, offset: part.at });
    part.isBroken = true;
  }

  #finish(part: Part): void {
    if (part.at < part.end) this.#refuse(part, `${part.end - part.at} bytes after its end`);
  }
}

/** One of the files, as far as it was read; offsets of the archive. */
interface Part {
  readonly name: string;
  readonly end: number;
  at: number;
  isBroken: boolean;
}
