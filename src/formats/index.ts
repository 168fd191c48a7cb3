export type { Format, FormatDocument, Member, ParseContext, Parser, Sample, ScanLimits } from './format.ts';
export { FormatError, type FormatErrorCode } from './format-error.ts';
export type {
  PickleAnomaly,
  PickleDocument,
  PickleEnd,
  PickleEvent,
  PickleProgram,
  PickleValue,
} from './pickle/document.ts';
