import type { InflateFactCode } from '#bytes';
import type { Rule } from '#findings';
import type { CompressedDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { BROKEN_CONTENT, HIDDEN_BYTES } from './archive-rules.ts';
import { createFactDetector } from './fact-detector.ts';

const BOMB: Rule = {
  id: 'compressed/bomb',
  title: 'A compressed file that inflates past every honest size',
  severity: 'high',
  verdict: 'unsafe',
  rationale:
    'A few kilobytes that inflate to gigabytes exhaust the memory or the disk of whoever opens them. No honest model has such a ratio or size.',
  remediation: 'Do not open it. If the file is known to be that large, raise the limits of the scan.',
  cwe: [409],
};

const TABLE: Readonly<Record<InflateFactCode, Rule | undefined>> = {
  'stream-truncated': BROKEN_CONTENT,
  'stream-broken': BROKEN_CONTENT,
  'wrong-checksum': BROKEN_CONTENT,
  'wrong-size': BROKEN_CONTENT,
  'trailing-bytes': HIDDEN_BYTES,
  'limit-exceeded': BOMB,
  // Parallel compressors and joblib write several streams; tools pad to blocks; coverage says the rest.
  'several-streams': undefined,
  padding: undefined,
  'skippable-frame': undefined,
  'header-field': undefined,
  unsupported: undefined,
};

export const compressedDetector: Detector<CompressedDocument> = createFactDetector({
  id: 'compressed',
  version: 1,
  reads: 'compressed',
  table: TABLE,
  facts: (document: CompressedDocument) => document.facts,
});
