import type { Rule } from '#findings';
import type { SafetensorsDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { createFactDetector } from './fact-detector.ts';

const INCONSISTENT: Rule = {
  id: 'safetensors/inconsistent',
  title: 'A safetensors header that breaks its format',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'The format asks for names that occur once, ranges that fill the data without hole or overlap, and sizes that agree. A reader that is laxer than the reference one may see other tensors than were checked, or read memory that is not its own.',
  remediation: 'Load it with the reference library, which refuses it, and have the file written again.',
  cwe: [20, 436],
};

const TRAILING: Rule = {
  id: 'safetensors/trailing-bytes',
  title: 'Bytes behind the last tensor',
  severity: 'high',
  verdict: 'undetermined',
  rationale:
    'The reference library refuses such a file; lax readers do not look there. A zip archive or another model behind the tensors makes one file two: harmless for those who trust the extension, loaded by others.',
  remediation: 'Have the file written again by the reference library.',
  cwe: [434],
};

type Code = SafetensorsDocument['anomalies'][number]['code'];

const TABLE: Readonly<Record<Code, Rule | undefined>> = {
  'duplicate-key': INCONSISTENT,
  'unknown-field': INCONSISTENT,
  'metadata-type': INCONSISTENT,
  'header-padding': INCONSISTENT,
  'size-mismatch': INCONSISTENT,
  'reversed-range': INCONSISTENT,
  hole: INCONSISTENT,
  overlap: INCONSISTENT,
  'trailing-bytes': TRAILING,
};

export const safetensorsDetector: Detector<SafetensorsDocument> = createFactDetector({
  id: 'safetensors',
  version: 1,
  reads: 'safetensors',
  table: TABLE,
  facts: (document: SafetensorsDocument) => document.anomalies,
});
