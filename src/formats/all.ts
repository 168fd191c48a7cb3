import { compressedFormat } from './compressed/format.ts';
import { emptyFormat } from './empty/format.ts';
import type { Format } from './format.ts';
import { joblibFormat } from './joblib/format.ts';
import { jsonFormat } from './json/format.ts';
import { MEDIA_FORMATS } from './media/format.ts';
import { npzFormat } from './npz/format.ts';
import { numpyFormat } from './numpy/format.ts';
import { pickleFormat } from './pickle/format.ts';
import { pytorchLegacyFormat } from './pytorch-legacy/format.ts';
import { pytorchTarFormat } from './pytorch-tar/format.ts';
import { pytorchZipFormat } from './pytorch-zip/format.ts';
import { RECOGNISED_FORMATS } from './recognised/format.ts';
import { safetensorsFormat } from './safetensors/format.ts';
import { sourceFormat } from './source/format.ts';
import { tarFormat } from './tar/format.ts';
import { textFormat } from './text/format.ts';
import { torchscriptFormat } from './torchscript/format.ts';
import { zipFormat } from './zip/format.ts';

/** Every format this engine knows, most specific first: a format stands before the one that it refines. */
export const FORMATS: readonly Format[] = [
  emptyFormat,
  pytorchZipFormat,
  npzFormat,
  zipFormat,
  torchscriptFormat,
  pytorchTarFormat,
  tarFormat,
  pytorchLegacyFormat,
  joblibFormat,
  pickleFormat,
  compressedFormat,
  safetensorsFormat,
  numpyFormat,
  ...MEDIA_FORMATS,
  ...RECOGNISED_FORMATS,
  sourceFormat,
  jsonFormat,
  textFormat,
];
