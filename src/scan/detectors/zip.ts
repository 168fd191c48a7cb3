import type { ZipFact, ZipFactCode } from '#bytes';
import type { Rule } from '#findings';
import type { FormatDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { BROKEN_CONTENT, DISAGREEMENT, ENCRYPTED, HIDDEN_BYTES, UNSAFE_PATH } from './archive-rules.ts';
import { createFactDetector } from './fact-detector.ts';

interface ZipBased extends FormatDocument {
  readonly facts: readonly ZipFact[];
}

/** Archives of Python's, Java's, .NET's and PyTorch's writers have none of these facts. */
const TABLE: Readonly<Record<ZipFactCode, Rule | undefined>> = {
  'prefix-bytes': HIDDEN_BYTES,
  'trailing-bytes': HIDDEN_BYTES,
  'comment-truncated': HIDDEN_BYTES,
  gap: HIDDEN_BYTES,
  'directory-bytes-unread': HIDDEN_BYTES,
  'several-end-records': DISAGREEMENT,
  'two-directories': DISAGREEMENT,
  'directory-offset-wrong': DISAGREEMENT,
  'entry-count-mismatch': DISAGREEMENT,
  'directory-missing': DISAGREEMENT,
  'zip64-mismatch': DISAGREEMENT,
  overlap: DISAGREEMENT,
  'hidden-entry': DISAGREEMENT,
  'local-header-missing': DISAGREEMENT,
  'descriptor-mismatch': DISAGREEMENT,
  'name-mismatch': DISAGREEMENT,
  'flags-mismatch': DISAGREEMENT,
  'encryption-mismatch': DISAGREEMENT,
  'encryption-flag-false': DISAGREEMENT,
  'method-mismatch': DISAGREEMENT,
  'crc-mismatch': DISAGREEMENT,
  'size-mismatch': DISAGREEMENT,
  'unicode-path': DISAGREEMENT,
  'duplicate-name': DISAGREEMENT,
  'colliding-name': DISAGREEMENT,
  'file-and-directory': DISAGREEMENT,
  'directory-with-content': DISAGREEMENT,
  'backslash-name': DISAGREEMENT,
  'nul-in-name': DISAGREEMENT,
  'control-in-name': DISAGREEMENT,
  'empty-name': DISAGREEMENT,
  'extra-malformed': DISAGREEMENT,
  'wrong-size': DISAGREEMENT,
  'wrong-crc': BROKEN_CONTENT,
  'content-broken': BROKEN_CONTENT,
  'absolute-name': UNSAFE_PATH,
  'traversal-name': UNSAFE_PATH,
  'special-file': UNSAFE_PATH,
  // Its target is its content, a text; most readers write it as a plain file.
  link: DISAGREEMENT,
  encrypted: ENCRYPTED,
  // Coverage says these; or honest old tools write them.
  'multi-disk': undefined,
  'gap-not-searched': undefined,
  'local-headers-not-compared': undefined,
  'descriptor-missing': undefined,
  'version-mismatch': undefined,
  'unknown-method': undefined,
  'unusual-flags': undefined,
  'unusual-version': undefined,
  'name-not-utf8': undefined,
  'name-encoding-unsaid': undefined,
  'too-many-facts': undefined,
};

/** Judges the archive itself, of each format that is one. Its members have reports of their own. */
export const ZIP_DETECTORS: readonly Detector<ZipBased>[] = ['zip', 'npz', 'pytorch-zip'].map((kind) =>
  createFactDetector<ZipBased, ZipFactCode>({
    id: kind === 'zip' ? 'zip' : `zip-of-${kind}`,
    version: 1,
    reads: kind,
    table: TABLE,
    facts: (document) => document.facts,
  }),
);
