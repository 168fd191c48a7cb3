import type { ByteSource } from '#bytes';
import { quote } from '#kernel';
import type { Anomaly } from '../anomaly.ts';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { JsonReader } from '../json/json-reader.ts';
import { KeyWatch } from '../json/key-watch.ts';
import { readWindows } from '../read-windows.ts';
import { Utf8Check } from '../text/utf8-check.ts';

export interface TensorRecord {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly bigint[];
  readonly begin: bigint; // of the data, after the header
  readonly end: bigint;
}

export interface SafetensorsHeader {
  readonly metadataKeys: readonly string[];
  readonly anomalies: readonly Anomaly[];
}

const METADATA = '__metadata__';
/** The reference reader's `usize` and Python's arrays: more dimensions are for nobody. */
const MAX_DIMENSIONS = 64;
const MAX_METADATA_KEYS = 64;
const SPACE = 0x20;

/**
 * Reads the JSON header as a stream and gives each tensor to `take`.
 *
 * @throws {FormatError} `inconsistent`, `limit-exceeded`, `truncated`
 */
export async function readHeader(
  source: ByteSource,
  context: ParseContext,
  headerEnd: number,
  take: (tensor: TensorRecord, note: KeyWatch['note']) => void,
): Promise<SafetensorsHeader> {
  const metadataKeys: string[] = [];
  const watch = new KeyWatch(() => reader);
  const note: KeyWatch['note'] = (code, detail) => watch.note(code, detail);
  let topKey = '';
  let field = '';
  let record = newRecord();
  const expectTop = (isRight: boolean) => {
    if (!isRight) throw new FormatError('inconsistent', reader.offset, 'expected one object of tensors');
  };
  const odd = () => note('unknown-field', `${quote(topKey, 60)} has a field ${quote(field, 40)}`);
  const reader: JsonReader = new JsonReader(
    {
      startObject() {
        watch.startObject();
        expectTop(reader.depth > 0 || reader.rootValues === 1);
        if (reader.depth === 1) record = newRecord();
        if (reader.depth > 1) odd();
      },
      endObject() {
        watch.endObject();
        if (reader.depth === 1 && topKey !== METADATA) take(toTensor(topKey, record, reader.offset), note);
      },
      startArray() {
        expectTop(reader.depth > 1);
        if (reader.depth > 2 || topKey === METADATA) odd();
      },
      key() {
        watch.key(reader.text);
        if (reader.depth === 1) topKey = reader.text;
        else field = reader.text;
        if (reader.depth !== 2 || topKey !== METADATA) return;
        if (metadataKeys.length < MAX_METADATA_KEYS) metadataKeys.push(field);
      },
      string() {
        expectTop(reader.depth > 1);
        if (topKey === METADATA) return;
        if (reader.depth === 2 && field === 'dtype') record.dtype = reader.text;
        else odd();
      },
      bare() {
        expectTop(reader.depth > 1);
        if (topKey === METADATA) {
          note('metadata-type', `${quote(field, 60)} of the metadata is no string`);
          return;
        }
        const list = field === 'shape' ? record.shape : field === 'data_offsets' ? record.offsets : undefined;
        if (list === undefined || reader.depth !== 3) odd();
        else if (list.length < MAX_DIMENSIONS) list.push(toNatural(reader.text, reader.offset));
        else throw new FormatError('limit-exceeded', reader.offset, `more than ${MAX_DIMENSIONS} ${field}`);
      },
    },
    8,
  );
  const check = new Utf8Check(8);
  for await (const { bytes } of readWindows(source, context, 8, headerEnd)) {
    check.push(bytes);
    reader.push(bytes);
  }
  check.end();
  reader.end();
  await checkPadding(source, headerEnd, note);
  return { metadataKeys, anomalies: watch.anomalies };
}

interface OpenRecord {
  dtype: string | undefined;
  readonly shape: bigint[];
  readonly offsets: bigint[];
}

function newRecord(): OpenRecord {
  return { dtype: undefined, shape: [], offsets: [] };
}

function toTensor(name: string, record: OpenRecord, offset: number): TensorRecord {
  const [begin, end, ...more] = record.offsets;
  if (record.dtype === undefined || begin === undefined || end === undefined || more.length > 0) {
    throw new FormatError('inconsistent', offset, `tensor ${quote(name, 60)} lacks a dtype or two offsets`);
  }
  return { name, dtype: record.dtype, shape: record.shape, begin, end };
}

/** A whole number of at most 64 bits, written plainly. */
function toNatural(text: string, offset: number): bigint {
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(text)) {
    throw new FormatError('inconsistent', offset, `${quote(text, 40)} is no size`);
  }
  return BigInt(text);
}

/** The format pads its header with spaces; another kind of blank is not its writer's. */
async function checkPadding(source: ByteSource, headerEnd: number, note: KeyWatch['note']): Promise<void> {
  const last = await source.read(headerEnd - 1, 1);
  if (last[0] === SPACE || last[0] === 0x7d) return;
  note('header-padding', 'the header ends in blanks other than spaces');
}
