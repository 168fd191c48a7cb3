import type { Rule } from '#findings';
import type { TextDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { createFactDetector } from './fact-detector.ts';

const ODD_POINTER: Rule = {
  id: 'text/odd-lfs-pointer',
  title: 'A Git LFS pointer that Git LFS does not write',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'A pointer names the content that replaces it. Extra lines, a second oid or a missing size are read by some tools and passed over by others, so that two of them fetch different content.',
  remediation: 'Have the file committed again through Git LFS.',
  cwe: [436],
};

const TABLE: Readonly<Record<string, Rule | undefined>> = { 'lfs-pointer-malformed': ODD_POINTER };

export const textDetector: Detector<TextDocument> = createFactDetector({
  id: 'text',
  version: 1,
  reads: 'text',
  table: TABLE,
  facts: (document: TextDocument) => document.anomalies,
});
