import { emptyFormat } from './empty/format.ts';
import type { Format } from './format.ts';
import { joblibFormat } from './joblib/format.ts';
import { jsonFormat } from './json/format.ts';
import { MEDIA_FORMATS } from './media/format.ts';
import { numpyFormat } from './numpy/format.ts';
import { RECOGNISED_FORMATS } from './recognised/format.ts';
import { safetensorsFormat } from './safetensors/format.ts';
import { sourceFormat } from './source/format.ts';
import { textFormat } from './text/format.ts';

/** Every format this engine knows, most specific first: a format stands before the one that it refines. */
export const FORMATS: readonly Format[] = [
  emptyFormat,
  joblibFormat,
  safetensorsFormat,
  numpyFormat,
  ...MEDIA_FORMATS,
  ...RECOGNISED_FORMATS,
  sourceFormat,
  jsonFormat,
  textFormat,
];
