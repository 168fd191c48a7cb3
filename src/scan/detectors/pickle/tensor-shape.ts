import type { PickleValue } from '#formats';
import type { Evaluator } from './evaluation.ts';

/**
 * `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])`. A view that reaches past
 * its storage makes PyTorch allocate what the file never held.
 */
export function checkTensor(evaluator: Evaluator, args: readonly PickleValue[]): string | undefined {
  const [storage, offset, size, stride] = args;
  if (storage === undefined || offset?.kind !== 'int' || args.length < 4 || args.length > 9)
    return 'other arguments than (storage, offset, size, stride)';
  if (storage.kind !== 'persistent' && storage.kind !== 'result') return 'something other than a storage';
  if (storage.kind === 'result' && evaluator.resolve(storage).kind !== 'instance')
    return 'a storage from an unknown call';
  const [sizes, strides] = [numbersOf(size), numbersOf(stride)];
  if (sizes === undefined || strides === undefined || sizes.length !== strides.length || offset.value < 0n)
    return 'sizes that are not counts';
  const held = storage.kind === 'persistent' ? elementCount(storage.id) : undefined;
  if (held === undefined || sizes.includes(0n)) return undefined;
  let last = offset.value;
  for (const [at, count] of sizes.entries()) last += (count - 1n) * (strides[at] ?? 0n);
  return last < held ? undefined : `a view of ${last + 1n} elements of a storage that has ${held}`;
}

/** `_rebuild_meta_tensor_no_storage(dtype, size, stride, requires_grad)`: allocates nothing. */
export function checkTensorWithoutStorage(args: readonly PickleValue[]): string | undefined {
  return numbersOf(args[1]) !== undefined && numbersOf(args[2]) !== undefined && args.length === 4
    ? undefined
    : 'other arguments than (dtype, size, stride, requires_grad)';
}

/**
 * `('storage', class, key, location, count)`, as torch.save writes it.
 *
 * @returns what is wrong with it, or nothing
 */
export function checkStorageId(id: PickleValue): string | undefined {
  if (id.kind !== 'tuple') return 'a persistent id that is not a tuple';
  const [kind, type, key, location, count] = id.items;
  const name = kind?.kind === 'str' ? kind.value : undefined;
  if (containerClass(id) !== undefined) return undefined;
  if (name !== 'storage' || id.items.length < 5 || id.items.length > 6)
    return 'a persistent id that does not name a storage';
  if (
    type?.kind !== 'global' ||
    !type.module.startsWith('torch') ||
    !/^_?[A-Za-z0-9]+Storage$/.test(type.name)
  )
    return 'a storage of an unknown class';
  if (key?.kind !== 'str' || location?.kind !== 'str' || count?.kind !== 'int' || count.value < 0n)
    return 'a storage with a strange key, place or size';
  return /^[0-9A-Za-z_.-]{1,64}$/.test(key.value) ? undefined : 'a storage whose key is no plain name';
}

/**
 * The class in `('module', class, file, source)`, which PyTorch's old format writes for classes of whole modules. Its
 * loader compares the source with its own and gives the class.
 */
export function containerClass(id: PickleValue): Extract<PickleValue, { kind: 'global' }> | undefined {
  if (id.kind !== 'tuple' || id.items.length !== 4) return undefined;
  const [kind, type, file, source] = id.items;
  const isText = (value: PickleValue | undefined) => value?.kind === 'str' || value?.kind === 'none';
  return kind?.kind === 'str' &&
    kind.value === 'module' &&
    type?.kind === 'global' &&
    isText(file) &&
    isText(source)
    ? type
    : undefined;
}

function elementCount(id: PickleValue): bigint | undefined {
  const count = id.kind === 'tuple' ? id.items[4] : undefined;
  return count?.kind === 'int' ? count.value : undefined;
}

function numbersOf(value: PickleValue | undefined): bigint[] | undefined {
  if (value?.kind !== 'tuple' && value?.kind !== 'list') {
    // `torch.Size((2, 3))` is a call; its numbers are not looked at again.
    return value?.kind === 'result' ? [] : undefined;
  }
  const numbers: bigint[] = [];
  for (const item of value.items) {
    if (item.kind !== 'int' || item.value < 0n) return undefined;
    numbers.push(item.value);
  }
  return numbers;
}
