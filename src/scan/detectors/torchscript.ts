import type { Finding, Rule } from '#findings';
import type {
  FormatDocument,
  Operator,
  PytorchZipDocument,
  TorchscriptDocument,
  TorchscriptPickleDocument,
} from '#formats';
import { quote } from '#kernel';
import type { Detector } from '../detector.ts';

const FILE_OPERATOR: Rule = {
  id: 'torchscript/file-operator',
  title: 'An operator that reads or writes files',
  severity: 'high',
  verdict: 'unsafe',
  rationale:
    'TorchScript runs no Python, but its operators can map, read and write files of the machine that runs the model: to leak what is in them, or to place a file that something else runs.',
  remediation: 'Use a model without such operators. Inference needs none.',
  cwe: [73, 552],
};

const UNKNOWN_OPERATOR: Rule = {
  id: 'torchscript/unknown-operator',
  title: 'An operator or class of a library that is not known',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'An operator beyond those of PyTorch is machine code of a library that the process has loaded, often shipped with the model. What it does cannot be told from the model.',
  remediation: 'Find out which library registers it, and judge that library.',
  cwe: [829],
};

/** Libraries whose operators only compute. @see torch/csrc/jit, torchvision/csrc/ops */
const KNOWN_NAMESPACES: ReadonlySet<string> = new Set([
  'aten',
  'prim',
  'prims',
  'quantized',
  'quantized_decomposed',
  'mkldnn',
  'mkldnn_prepacked',
  'onednn',
  'prepacked',
  'sparse',
  'static_runtime',
  'tensorexpr',
  'torchvision',
  'xnnpack',
  '_caffe2',
  '_quantized',
]);

/** Operators of these libraries that reach beyond memory. */
const FILE_OPERATORS =
  /^(?:aten::(?:from_file|save|load|_from_file|_pickle_\w+|tofile|to_file)|prim::(?:PythonOp|rpc_\w+)|image::\w+|torchaudio::sox_\w+|[\w.]+::(?:read|write|load|save)_\w+)(?:\.|$)/;

/** Classes of C++ that hold packed weights. */
const KNOWN_CLASSES = /^(?:quantized|sparse|xnnpack|mkldnn|rnn|tensorexpr)\./;

function judgeOperator({ name, offset }: Operator): Finding | undefined {
  const finding = (rule: Rule, what: string): Finding => ({
    rule: rule.id,
    message: `${what} ${quote(name, 120)}`,
    confidence: 'high',
    place: { offset },
    evidence: name.slice(0, 200),
  });
  if (FILE_OPERATORS.test(name)) return finding(FILE_OPERATOR, 'the model calls');
  const [namespace = '', rest = ''] = name.split('::');
  const isAlias = namespace === '*' || rest.startsWith('*');
  const isKnown =
    namespace === 'classes' ? KNOWN_CLASSES.test(rest) : KNOWN_NAMESPACES.has(namespace) && !isAlias;
  return isKnown ? undefined : finding(UNKNOWN_OPERATOR, 'the model names');
}

function createDetector<Doc extends FormatDocument>(
  reads: string,
  operatorsOf: (document: Doc) => readonly Operator[],
): Detector<Doc> {
  return {
    id: reads === 'torchscript' ? reads : `torchscript-of-${reads}`,
    version: 1,
    reads,
    rules: [FILE_OPERATOR, UNKNOWN_OPERATOR],
    *detect(document) {
      for (const operator of operatorsOf(document)) {
        const finding = judgeOperator(operator);
        if (finding !== undefined) yield finding;
      }
    },
  };
}

export const torchscriptDetector = createDetector<TorchscriptDocument>(
  'torchscript',
  (document) => document.operators,
);

/** Byte code for mobile names its operators in a pickle. */
export const mobileDetector = createDetector<PytorchZipDocument>(
  'pytorch-zip',
  (document) => document.operators,
);

/** Values of classes of C++ libraries, whose state they restore. */
export const torchscriptPickleDetector = createDetector<TorchscriptPickleDocument>(
  'torchscript-pickle',
  (document) => document.classes.map((name) => ({ name: `classes::${name}`, offset: 0 })),
);
