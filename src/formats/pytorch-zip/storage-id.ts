import type { PickleEvent, PickleValue } from '../pickle/document.ts';
import { globalOf, itemsOf, textOf, wholeOf } from '../pickled-value.ts';

/** What a persistent id says of a storage. */
export interface StorageId {
  readonly key: string;
  readonly sizeBytes: number;
  readonly elements: number;
}

/** Bytes per element. @see torch/storage.py, `_dtype_to_storage_type_map` */
const ELEMENT_BYTES: ReadonlyMap<string, number> = new Map([
  ['DoubleStorage', 8],
  ['FloatStorage', 4],
  ['HalfStorage', 2],
  ['BFloat16Storage', 2],
  ['LongStorage', 8],
  ['IntStorage', 4],
  ['ShortStorage', 2],
  ['CharStorage', 1],
  ['ByteStorage', 1],
  ['BoolStorage', 1],
  ['ComplexDoubleStorage', 16],
  ['ComplexFloatStorage', 8],
  ['QInt8Storage', 1],
  ['QUInt8Storage', 1],
  ['QInt32Storage', 4],
  ['QUInt4x2Storage', 1],
  ['QUInt2x4Storage', 1],
  ['UntypedStorage', 1],
]);

const STORAGE_TYPE = /^torch(?:\.cuda|\.storage)?\.(\w+Storage)$/;

/** Bytes per element of `torch.FloatStorage` and its like. */
export function elementBytesOf(type: PickleValue | undefined): number | undefined {
  const name = STORAGE_TYPE.exec(globalOf(type) ?? '')?.[1];
  return name === undefined ? undefined : ELEMENT_BYTES.get(name);
}

/**
 * Reads `('storage', torch.FloatStorage, key, location, elements)`.
 *
 * @see torch/serialization.py, `persistent_load`
 */
export function readStorageId(id: PickleValue): StorageId | undefined {
  const parts = itemsOf(id) ?? [];
  const elementBytes = elementBytesOf(parts[1]);
  const key = textOf(parts[2]);
  const elements = wholeOf(parts[4]);
  const isStorage = textOf(parts[0]) === 'storage' && parts.length >= 5;
  if (!isStorage || elementBytes === undefined || key === undefined) return undefined;
  if (elements === undefined || elements < 0) return undefined;
  return { key, elements, sizeBytes: elements * elementBytes };
}

/** Storages by key; a key that two ids describe differently is left out, as is an id of another form. */
export function storagesOf(events: readonly PickleEvent[]): ReadonlyMap<string, StorageId> {
  const storages = new Map<string, StorageId>();
  const disputed = new Set<string>();
  for (const event of events) {
    if (event.kind !== 'persistent-load') continue;
    const storage = readStorageId(event.id);
    if (storage === undefined) continue;
    const known = storages.get(storage.key);
    if (known !== undefined && known.sizeBytes !== storage.sizeBytes) disputed.add(storage.key);
    storages.set(storage.key, storage);
  }
  for (const key of disputed) storages.delete(key);
  return storages;
}
