import type { ByteSource } from '#bytes';
import type { CoverageGap } from '#findings';
import { quote } from '#kernel';
import type { Anomaly } from '../anomaly.ts';
import type { Member, ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import type { PickleProgram } from '../pickle/document.ts';
import { textOf } from '../pickled-value.ts';
import { type StorageId, storagesOf } from '../pytorch-zip/storage-id.ts';
import { restMember } from '../rest-member.ts';
import { runEmbedded } from '../run-embedded.ts';
import type { PytorchLegacyDocument } from './format.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
/** Magic number, protocol version, system, object, keys of the storages. */
const PICKLES = 5;
const OBJECT = 3;
const KEYS = 4;
/** Before each storage: its number of elements. */
const COUNT_BYTES = 8;

/**
 * Runs the five pickles and checks that the storages behind them have the sizes that the ids in the object say.
 *
 * @throws {FormatError} `bad-magic` when the first pickle is not the magic number
 * @see torch/serialization.py, `_legacy_save`
 */
export async function parsePytorchLegacy(
  source: ByteSource,
  context: ParseContext,
): Promise<PytorchLegacyDocument> {
  const programs: PickleProgram[] = [];
  const gaps: CoverageGap[] = [];
  let offset = 0;
  while (programs.length < PICKLES) {
    const run = await runEmbedded(source, offset, context);
    programs.push(run.program);
    if (programs.length === 1 && !isMagic(run.program)) {
      throw new FormatError('bad-magic', 0, 'the first pickle is not the magic number');
    }
    gaps.push(...run.gaps);
    offset = run.program.endOffset;
    if (run.program.end !== 'stop') break;
  }
  const reading = new StorageReading(source, gaps);
  if (gaps.length === 0) {
    await reading.read(keysOf(programs[KEYS]), storagesOf(programs[OBJECT]?.events ?? []), offset, context);
  }
  const { anomalies, dataBytes, members, storages } = reading;
  return { kind: 'pytorch-legacy', programs, storages, anomalies, dataBytes, gaps, members };
}

function isMagic({ result, end }: PickleProgram): boolean {
  return end === 'stop' && result.kind === 'int' && result.value === MAGIC;
}

/** The keys in the order of the storages, or nothing when the list is not plain. */
function keysOf(program: PickleProgram | undefined): readonly string[] | undefined {
  const list = program?.result;
  if (list?.kind !== 'list' || list.omitted !== undefined) return undefined;
  const keys = list.items.flatMap((item) => textOf(item) ?? []);
  return keys.length === list.items.length ? keys : undefined;
}

/** The raw part of the file. */
class StorageReading {
  readonly anomalies: Anomaly[] = [];
  readonly members: Member[] = [];
  storages = 0;
  dataBytes = 0;
  readonly #source: ByteSource;
  readonly #gaps: CoverageGap[];

  constructor(source: ByteSource, gaps: CoverageGap[]) {
    this.#source = source;
    this.#gaps = gaps;
  }

  async read(
    keys: readonly string[] | undefined,
    ids: ReadonlyMap<string, StorageId>,
    startOffset: number,
    context: ParseContext,
  ): Promise<void> {
    if (keys === undefined) {
      this.#refuse('storage-unknown', 'the list of storages is not plain', startOffset);
      return;
    }
    let offset = startOffset;
    for (const key of keys) {
      context.checkDeadline();
      const id = ids.get(key);
      if (id === undefined) {
        this.#refuse('storage-unknown', `nothing says how large storage ${quote(key, 60)} is`, offset);
        return;
      }
      const left = this.#source.sizeBytes - offset;
      if (left < COUNT_BYTES + id.sizeBytes) {
        const detail = `storage ${quote(key, 60)} of ${id.sizeBytes} bytes, ${left} left`;
        this.#gaps.push({ code: 'truncated', detail, offset });
        return;
      }
      const count = await this.#readCount(offset);
      if (count !== BigInt(id.elements)) {
        const detail = `storage ${quote(key, 60)} has ${count} elements, its id says ${id.elements}`;
        this.#refuse('storage-size', detail, offset);
        return;
      }
      this.storages++;
      this.dataBytes += id.sizeBytes;
      offset += COUNT_BYTES + id.sizeBytes;
    }
    const rest = this.#source.sizeBytes - offset;
    if (rest > 0) this.#refuse('trailing-bytes', `${rest} bytes after the last storage`, offset);
  }

  async #readCount(offset: number): Promise<bigint> {
    const bytes = await this.#source.read(offset, COUNT_BYTES);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true);
  }

  /** What cannot be told to be numbers is opened like any file. */
  #refuse(code: string, detail: string, offset: number): void {
    this.anomalies.push({ code, detail, offset });
    this.#gaps.push({ code: 'malformed', detail, offset });
    this.members.push(...restMember(this.#source, offset));
  }
}
