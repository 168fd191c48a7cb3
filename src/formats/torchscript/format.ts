import type { Format, FormatDocument } from '../format.ts';

/**
 * Source of TorchScript, a language with the looks of Python that only torch.jit compiles. It is read as this where an
 * archive's loader does; no content shows it, so it recognises nothing by itself.
 */
export const torchscriptFormat: Format<TorchscriptDocument> = {
  id: 'torchscript',
  version: 1,
  title: 'TorchScript source',
  extensions: [],
  recognise: () => false,
  load: async () => (await import('./parse.ts')).parseTorchscript,
};

export interface TorchscriptDocument extends FormatDocument {
  readonly kind: 'torchscript';
  readonly operators: readonly Operator[]; // each once, at its first place
}

/** An operator or class that the code names outside its own archive. */
export interface Operator {
  readonly name: string; // `aten::relu`, `torchvision::nms`, `classes::quantized.LinearPackedParamsBase`
  readonly offset: number;
}
