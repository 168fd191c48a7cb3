import type { TarFact, TarFactCode } from '#bytes';
import type { Rule } from '#findings';
import type { FormatDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { DISAGREEMENT, HIDDEN_BYTES, UNSAFE_PATH } from './archive-rules.ts';
import { createFactDetector } from './fact-detector.ts';

interface TarBased extends FormatDocument {
  readonly facts: readonly TarFact[];
}

const TABLE: Readonly<Record<TarFactCode, Rule | undefined>> = {
  'bad-checksum': DISAGREEMENT,
  'single-zero-block': DISAGREEMENT,
  'number-malformed': DISAGREEMENT,
  'size-disagreement': DISAGREEMENT,
  'name-disagreement': DISAGREEMENT,
  'pax-malformed': DISAGREEMENT,
  'pax-duplicate-key': DISAGREEMENT,
  'pax-global': DISAGREEMENT,
  'body-of-empty-kind': DISAGREEMENT,
  'unknown-type': DISAGREEMENT,
  'backslash-name': DISAGREEMENT,
  'nul-in-name': DISAGREEMENT,
  'control-in-name': DISAGREEMENT,
  'empty-name': DISAGREEMENT,
  'duplicate-name': DISAGREEMENT,
  'colliding-name': DISAGREEMENT,
  'file-and-directory': DISAGREEMENT,
  'trailing-data': HIDDEN_BYTES,
  'padding-not-zero': HIDDEN_BYTES,
  'extension-without-member': HIDDEN_BYTES,
  'link-escapes': UNSAFE_PATH,
  device: UNSAFE_PATH,
  'absolute-name': UNSAFE_PATH,
  'traversal-name': UNSAFE_PATH,
  // Coverage says these; or honest tools write them.
  truncated: undefined,
  'no-end-marker': undefined,
  'trailing-not-read': undefined,
  'extension-too-long': undefined,
  sparse: undefined,
  link: undefined,
  'name-not-utf8': undefined,
  'too-many-facts': undefined,
};

/** Judges the archive itself, of each format that is one. Its members have reports of their own. */
export const TAR_DETECTORS: readonly Detector<TarBased>[] = ['tar', 'pytorch-tar'].map((kind) =>
  createFactDetector<TarBased, TarFactCode>({
    id: kind === 'tar' ? 'tar' : `tar-of-${kind}`,
    version: 1,
    reads: kind,
    table: TABLE,
    facts: (document) => document.facts,
  }),
);
