import type { Detector } from './detector.ts';
import { compressedDetector } from './detectors/compressed.ts';
import { joblibDetector } from './detectors/joblib.ts';
import { jsonDetector } from './detectors/json.ts';
import { NATIVE_DETECTORS } from './detectors/native.ts';
import { numpyDetector } from './detectors/numpy.ts';
import { createPickleDetector, pickleDetector } from './detectors/pickle/detector.ts';
import { pytorchLegacyDetector, pytorchTarPickleDetector, pytorchZipDetector } from './detectors/pytorch.ts';
import { safetensorsDetector } from './detectors/safetensors.ts';
import { TAR_DETECTORS } from './detectors/tar.ts';
import { textDetector } from './detectors/text.ts';
import { mobileDetector, torchscriptDetector, torchscriptPickleDetector } from './detectors/torchscript.ts';
import { ZIP_DETECTORS } from './detectors/zip.ts';

/** Every detector of this engine. */
export const DETECTORS: readonly Detector[] = [
  ...ZIP_DETECTORS,
  ...TAR_DETECTORS,
  compressedDetector,
  pickleDetector,
  createPickleDetector('joblib'),
  createPickleDetector('numpy'),
  createPickleDetector('pytorch-legacy'),
  pytorchTarPickleDetector,
  pytorchZipDetector,
  pytorchLegacyDetector,
  torchscriptDetector,
  torchscriptPickleDetector,
  mobileDetector,
  joblibDetector,
  numpyDetector,
  safetensorsDetector,
  jsonDetector,
  textDetector,
  ...NATIVE_DETECTORS,
];
