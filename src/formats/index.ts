export { FORMATS } from './all.ts';
export type { Anomaly } from './anomaly.ts';
export type { CompressedDocument } from './compressed/format.ts';
export type { EmptyDocument } from './empty/format.ts';
export type { Format, FormatDocument, Member, ParseContext, Parser, Sample, ScanLimits } from './format.ts';
export { FormatError, type FormatErrorCode } from './format-error.ts';
export type { JoblibDocument } from './joblib/format.ts';
export type { JsonDocument } from './json/format.ts';
export type { MediaDocument } from './media/format.ts';
export type { NpzDocument } from './npz/format.ts';
export type { NumpyDocument } from './numpy/format.ts';
export type {
  PickleAnomaly,
  PickleDocument,
  PickleEnd,
  PickleEvent,
  PickleProgram,
  PickleValue,
} from './pickle/document.ts';
export type { PytorchLegacyDocument } from './pytorch-legacy/format.ts';
export type { PytorchTarDocument } from './pytorch-tar/format.ts';
export type { PytorchZipDocument } from './pytorch-zip/format.ts';
export type { TorchscriptPickleDocument } from './pytorch-zip/torchscript-pickle.ts';
export type { RecognisedDocument } from './recognised/format.ts';
export type { SafetensorsDocument } from './safetensors/format.ts';
export type { SourceDocument } from './source/format.ts';
export type { TarDocument } from './tar/format.ts';
export type { TextDocument } from './text/format.ts';
export type { Operator, TorchscriptDocument } from './torchscript/format.ts';
export type { ZipDocument } from './zip/format.ts';
