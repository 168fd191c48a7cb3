import type { ByteSource } from '../byte-source.ts';

export type TarFactCode =
  | 'bad-checksum' // a header whose checksum is wrong: some readers stop here, others look for the next header
  | 'truncated' // the archive ends inside a member
  | 'no-end-marker' // no two zero blocks at the end
  | 'single-zero-block' // one zero block, then more: readers disagree on whether it ends there
  | 'trailing-data' // not zero after the end marker; entries in it are `isAfterEnd`
  | 'trailing-not-read' // too much of it
  | 'padding-not-zero' // bytes hidden in the padding of a member
  | 'number-malformed'
  | 'size-disagreement' // pax and header give different sizes
  | 'name-disagreement' // pax or GNU give another name than the header, which had room for it
  | 'pax-malformed'
  | 'pax-duplicate-key'
  | 'pax-global' // a global header that renames or resizes members
  | 'extension-too-long'
  | 'extension-without-member'
  | 'body-of-empty-kind' // a link or device with a size: readers disagree on whether a body follows
  | 'sparse' // stored with holes; given as stored
  | 'unknown-type'
  | 'link'
  | 'link-escapes' // a link to an absolute path or out of the archive
  | 'device'
  | 'absolute-name'
  | 'traversal-name'
  | 'backslash-name'
  | 'nul-in-name'
  | 'control-in-name'
  | 'empty-name'
  | 'name-not-utf8'
  | 'duplicate-name'
  | 'colliding-name'
  | 'file-and-directory'
  | 'too-many-facts';

export interface TarFact {
  readonly code: TarFactCode;
  readonly detail: string;
  readonly offset: number; // in the archive
  readonly entry?: number; // index of the entry
}

export interface TarEntry {
  readonly index: number;
  readonly path: string; // after pax and GNU extensions, not trusted
  readonly kind: 'file' | 'directory' | 'hard-link' | 'symbolic-link' | 'device' | 'fifo' | 'unknown';
  readonly typeFlag: string; // one character; '0' for the NUL of old archives
  readonly sizeBytes: number; // as stored in the archive
  readonly linkTarget: string | undefined;
  readonly mode: number;
  readonly isSparse: boolean;
  readonly isAfterEnd: boolean; // behind the end marker, where most readers do not look
  readonly headerOffset: number; // of its own header, after its extensions
  readonly dataOffset: number;
}

export interface TarIndex {
  readonly source: ByteSource;
  readonly entries: readonly TarEntry[];
  readonly facts: readonly TarFact[];
  readonly endOffset: number; // behind the last member
}

export interface TarOptions {
  readonly maxEntries: number;
  /** Throws when time is over; called in every loop that the archive can lengthen. */
  checkDeadline?(): void;
}
