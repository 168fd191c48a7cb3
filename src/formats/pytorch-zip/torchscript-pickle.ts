import type { FormatDocument } from '../format.ts';
import type { PickleDocument, PickleProgram, PickleValue } from '../pickle/document.ts';
import type { Operator } from '../torchscript/format.ts';

/** A pickle that PyTorch's own reader in C++ takes: it knows a closed list of names and imports nothing. */
export interface TorchscriptPickleDocument extends FormatDocument {
  readonly kind: 'torchscript-pickle';
  readonly classes: readonly string[]; // of C++ libraries: `quantized.LinearPackedParamsBase`
}

/** @see torch/csrc/jit/serialization/unpickler.cpp, `Unpickler::readGlobal` */
const KNOWN: ReadonlySet<string> = new Set([
  'collections.OrderedDict',
  'torch.device',
  'torch.jit._pickle.build_boollist',
  'torch.jit._pickle.build_doublelist',
  'torch.jit._pickle.build_intlist',
  'torch.jit._pickle.build_tensor_from_id',
  'torch.jit._pickle.build_tensorlist',
  'torch.jit._pickle.restore_type_tag',
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_qtensor',
  'torch._utils._rebuild_sparse_csr_tensor',
  'torch._utils._rebuild_sparse_tensor',
  'torch._utils._rebuild_tensor_v2',
  'torch.complex',
  'torch.per_channel_affine',
  'torch.per_channel_affine_float_qparams',
  'torch.per_tensor_affine',
  'torch.sparse_coo',
  'torch.strided',
]);
const STORAGE = /^torch\.\w+Storage$/;
const CLASS = /^__torch__\.torch\.classes\.(.+)$/;
const OPERATOR = /^[A-Za-z_]\w*::[\w.]+$/;
const MAX_CLASSES = 1_000;
const MAX_OPERATORS = 10_000;
/** Values looked at in byte code. */
const MAX_VALUES = 1_000_000;

/**
 * The document of a pickle that holds nothing but what the reader in C++ knows, or nothing when another name is in
 * it: that one is judged as the Python pickle it could also be.
 */
export function toTorchscriptPickle(document: PickleDocument): TorchscriptPickleDocument | undefined {
  const classes = new Set<string>();
  for (const { events } of document.programs) {
    for (const event of events) {
      if (event.kind === 'persistent-load') continue;
      if (event.kind === 'buffer') return undefined;
      if (event.kind !== 'import') continue;
      if (event.module.kind !== 'str' || event.name.kind !== 'str') return undefined;
      const name = `${event.module.value}.${event.name.value}`;
      const ofLibrary = CLASS.exec(name)?.[1];
      if (ofLibrary !== undefined && classes.size < MAX_CLASSES) classes.add(ofLibrary);
      if (!name.startsWith('__torch__.') && !KNOWN.has(name) && !STORAGE.test(name)) return undefined;
    }
  }
  const { dataBytes, gaps, members } = document;
  return { kind: 'torchscript-pickle', classes: [...classes], dataBytes, gaps, members };
}

/** Names of operators in byte code for mobile: texts `ns::name`, alone or before an overload. */
export function operatorsIn(program: PickleProgram): readonly Operator[] {
  const found = new Map<string, Operator>();
  const seen = new Set<PickleValue>();
  const open: PickleValue[] = [program.result];
  while (open.length > 0 && seen.size < MAX_VALUES && found.size < MAX_OPERATORS) {
    const value = open.pop();
    if (value === undefined || seen.has(value)) continue;
    seen.add(value);
    if (value.kind === 'str' && OPERATOR.test(value.value)) {
      found.set(value.value, { name: value.value, offset: program.startOffset });
    } else if (value.kind === 'tuple' || value.kind === 'list') open.push(...value.items);
    else if (value.kind === 'dict') for (const entry of value.entries) open.push(...entry);
  }
  return [...found.values()];
}
