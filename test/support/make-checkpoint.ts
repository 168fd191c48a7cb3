import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** A checkpoint as `torch.save` lays it out: a zip of stored members, each body at a multiple of 64 bytes. */
const ALIGNMENT = 64;

interface Entry {
  readonly name: string;
  readonly bytes: Buffer | undefined; // undefined: a storage of zeros, left as a hole
  readonly sizeBytes: number;
}

/**
 * Writes a PyTorch checkpoint of float32 tensors of about `sizeBytes` in `storageCount` storages. The file is sparse: making and
 * reading it costs no disk. Storages are zeros.
 */
export async function makeTorchCheckpoint(
  path: string,
  sizeBytes: number,
  storageCount: number,
): Promise<void> {
  const numel = Math.floor(sizeBytes / storageCount / 4);
  const entries: Entry[] = [
    toEntry('archive/data.pkl', renderStateDict(storageCount, numel)),
    toEntry('archive/byteorder', Buffer.from('little')),
    ...Array.from({ length: storageCount }, (_, key) => ({
      name: `archive/data/${key}`,
      bytes: undefined,
      sizeBytes: numel * 4,
    })),
    toEntry('archive/version', Buffer.from('3\n')),
  ];
  await using file = await open(path, 'w');
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const crc = entry.bytes === undefined ? crcOfZeros(entry.sizeBytes) : crc32(entry.bytes);
    const extra = renderPadding(offset + 30 + entry.name.length);
    const fields = renderFields(entry, crc, extra.length);
    await file.write(
      Buffer.concat([Buffer.from('PK\x03\x04\x14\x00', 'latin1'), fields, Buffer.from(entry.name), extra]),
      0,
      undefined,
      offset,
    );
    const central = Buffer.concat([
      Buffer.from('PK\x01\x02\x14\x00\x14\x00', 'latin1'),
      renderFields(entry, crc, 0),
      Buffer.alloc(10),
      toU32(offset),
      Buffer.from(entry.name),
    ]);
    directory.push(central);
    offset += 30 + entry.name.length + extra.length;
    if (entry.bytes !== undefined) await file.write(entry.bytes, 0, undefined, offset);
    offset += entry.sizeBytes;
  }
  const central = Buffer.concat(directory);
  await file.write(central, 0, undefined, offset);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  await file.write(end, 0, undefined, offset + central.length);
}

/** Writes a safetensors file of float32 tensors of zeros, sparse likewise. */
export async function makeSafetensors(path: string, sizeBytes: number, tensorCount: number): Promise<void> {
  const numel = Math.floor(sizeBytes / tensorCount / 4);
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  for (let index = 0; index < tensorCount; index += 1) {
    const start = index * numel * 4;
    header[`layers.${index}.weight`] = {
      dtype: 'F32',
      shape: [numel],
      data_offsets: [start, start + numel * 4],
    };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  await using file = await open(path, 'w');
  await file.write(Buffer.concat([length, json]));
  await file.truncate(8 + json.length + tensorCount * numel * 4);
}

function toEntry(name: string, bytes: Buffer): Entry {
  return { name, bytes, sizeBytes: bytes.length };
}

/** From the flags to the lengths of name and extra field, as both kinds of header have them. */
function renderFields(entry: Entry, crc: number, extraLength: number): Buffer {
  const fields = Buffer.alloc(24);
  fields.writeUInt32LE(crc, 8);
  fields.writeUInt32LE(entry.sizeBytes, 12);
  fields.writeUInt32LE(entry.sizeBytes, 16);
  fields.writeUInt16LE(entry.name.length, 20);
  fields.writeUInt16LE(extraLength, 22);
  return fields;
}

/** The extra field `FB` with which the writer aligns the body. */
function renderPadding(bodyOffset: number): Buffer {
  const size = (ALIGNMENT - ((bodyOffset + 4) % ALIGNMENT)) % ALIGNMENT;
  const extra = Buffer.alloc(4 + size, 'Z');
  extra.write('FB', 'latin1');
  extra.writeUInt16LE(size, 2);
  return extra;
}

const zeros = Buffer.alloc(2 ** 20);
const crcBySize = new Map<number, number>();

function crcOfZeros(sizeBytes: number): number {
  const known = crcBySize.get(sizeBytes);
  if (known !== undefined) return known;
  let crc = 0;
  for (let left = sizeBytes; left > 0; left -= zeros.length) {
    crc = crc32(left < zeros.length ? zeros.subarray(0, left) : zeros, crc);
  }
  crcBySize.set(sizeBytes, crc);
  return crc;
}

/** The opcodes that `torch.save` writes for an ordered dict of tensors (protocol 2). */
function renderStateDict(storageCount: number, numel: number): Buffer {
  const parts: Buffer[] = [Buffer.from('\x80\x02ccollections\nOrderedDict\n)R(', 'latin1')];
  for (let key = 0; key < storageCount; key += 1) {
    parts.push(
      toText(`layers.${key}.weight`),
      Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n((', 'latin1'),
      toText('storage'),
      Buffer.from('ctorch\nFloatStorage\n', 'latin1'),
      toText(String(key)),
      toText('cpu'),
      toInt(numel),
      Buffer.from('tQ', 'latin1'),
      toInt(0),
      toInt(numel),
      Buffer.from('\x85', 'latin1'),
      toInt(1),
      Buffer.from('\x85\x89ccollections\nOrderedDict\n)RtR', 'latin1'),
    );
  }
  parts.push(Buffer.from('u.', 'latin1'));
  return Buffer.concat(parts);
}

function toText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from('X'), toU32(bytes.length), bytes]);
}

function toInt(value: number): Buffer {
  return Buffer.concat([Buffer.from('J'), toU32(value)]);
}

function toU32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
