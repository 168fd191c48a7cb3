import type { Rule } from '#findings';
import type { PytorchLegacyDocument, PytorchTarDocument, PytorchZipDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { createFactDetector } from './fact-detector.ts';
import { createPickleDetector } from './pickle/detector.ts';

const FOREIGN_RECORD: Rule = {
  id: 'pytorch/foreign-record',
  title: 'A record outside the root of a checkpoint',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    "PyTorch's reader takes the folder of the first entry as root and sees nothing else; tools that look for `data.pkl` by name take another one. A second root, or none, shows different models to them.",
  remediation: 'Load the checkpoint with weights_only=True in a sandbox and save it again.',
  cwe: [436],
};

const STORAGE: Rule = {
  id: 'pytorch/storage-mismatch',
  title: 'A storage that is not what its id says',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'A storage has the size that the object declares for it. One that is missing, larger or smaller holds something else than its numbers, or makes the loader read past them.',
  remediation: 'Have the checkpoint saved again by the program that made it.',
  cwe: [131, 345],
};

const TRAILING: Rule = {
  id: 'pytorch/trailing-bytes',
  title: 'Bytes behind the last storage',
  severity: 'medium',
  verdict: 'undetermined',
  rationale: 'torch.load stops behind the last storage. What follows is for another program.',
  remediation: 'Have the checkpoint saved again by the program that made it.',
  cwe: [434],
};

const ZIP_TABLE: Readonly<Record<string, Rule | undefined>> = {
  'foreign-root': FOREIGN_RECORD,
  'no-root': FOREIGN_RECORD,
  'storage-missing': STORAGE,
  'storage-size': STORAGE,
  'storage-unclear': STORAGE,
};

const LEGACY_TABLE: Readonly<Record<string, Rule | undefined>> = {
  'storage-unknown': STORAGE,
  'storage-size': STORAGE,
  'trailing-bytes': TRAILING,
};

/** What a key may be. */
const KEY_KINDS: ReadonlySet<string> = new Set(['int', 'str']);

/** Judges the checkpoint as a container; its pickles are judged like all pickles. */
export const pytorchZipDetector: Detector<PytorchZipDocument> = createFactDetector({
  id: 'pytorch-zip',
  version: 1,
  reads: 'pytorch-zip',
  table: ZIP_TABLE,
  facts: (document: PytorchZipDocument) => document.anomalies,
});

export const pytorchLegacyDetector: Detector<PytorchLegacyDocument> = createFactDetector({
  id: 'pytorch-legacy',
  version: 1,
  reads: 'pytorch-legacy',
  table: LEGACY_TABLE,
  facts: (document: PytorchLegacyDocument) => document.anomalies,
});

const tarPickles = createPickleDetector<PytorchTarDocument>('pytorch-tar');

/** In the tar form a persistent id is the key of a tensor: a number or text, not a tuple as it is since. */
export const pytorchTarPickleDetector: Detector<PytorchTarDocument> = {
  ...tarPickles,
  *detect(document, context) {
    const isKeyed = document.programs.every(({ events }) =>
      events.every((event) => event.kind !== 'persistent-load' || KEY_KINDS.has(event.id.kind)),
    );
    for (const finding of tarPickles.detect(document, context)) {
      if (finding.rule !== 'pickle/persistent-id' || !isKeyed) yield finding;
    }
  },
};
