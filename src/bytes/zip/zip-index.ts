import type { ByteSource } from '../byte-source.ts';

/** What two readers of one archive could understand differently, or what honest writers do not write. */
export type ZipFactCode =
  // ends and directories
  | 'prefix-bytes' // bytes before the first entry
  | 'trailing-bytes' // bytes after the end record and its comment
  | 'comment-truncated'
  | 'several-end-records' // another end record, in a comment or between entries
  | 'two-directories' // the end record leads to different directories, by its offset and by its own place
  | 'directory-offset-wrong' // the declared offset of the directory is not where it is
  | 'directory-bytes-unread' // bytes of the directory that hold no entry
  | 'entry-count-mismatch'
  | 'directory-missing' // no end record: what is listed comes from local headers alone
  | 'multi-disk'
  | 'zip64-mismatch' // zip64 fields that contradict the plain ones, or a locator that points elsewhere
  // the ground between entries
  | 'gap' // bytes that belong to nothing
  | 'overlap' // entries, or an entry and the directory, that share bytes
  | 'gap-not-searched' // too much of it, or a file without directory that is too long
  | 'hidden-entry' // a local header that the directory does not name
  | 'local-headers-not-compared' // some local headers were not read: see `localHeaders`
  | 'local-header-missing'
  | 'descriptor-mismatch'
  | 'descriptor-missing'
  // local header against directory
  | 'name-mismatch'
  | 'flags-mismatch'
  | 'encryption-mismatch'
  | 'method-mismatch'
  | 'crc-mismatch'
  | 'size-mismatch'
  | 'version-mismatch'
  // one entry
  | 'encrypted'
  | 'encryption-flag-false' // said to be encrypted, but is not: readers that ignore the flag load it
  | 'unknown-method'
  | 'unusual-flags'
  | 'unusual-version'
  | 'extra-malformed'
  | 'unicode-path' // the Info-ZIP extra field gives it another name
  | 'wrong-crc' // the content does not have the declared CRC
  | 'wrong-size' // the content is longer or shorter than declared
  | 'content-broken' // the compressed content ends early or breaks its format: what came before is readable
  // names
  | 'duplicate-name'
  | 'colliding-name' // equal after Unicode normalisation and case folding
  | 'file-and-directory' // a file that is also the folder of another
  | 'absolute-name'
  | 'traversal-name'
  | 'backslash-name'
  | 'nul-in-name'
  | 'control-in-name'
  | 'empty-name'
  | 'name-not-utf8'
  | 'name-encoding-unsaid' // not ASCII and not said to be UTF-8: readers differ
  | 'directory-with-content' // a name that ends in a slash: most readers pass over it
  | 'link'
  | 'special-file'
  | 'too-many-facts'; // the list was cut

export interface ZipFact {
  readonly code: ZipFactCode;
  readonly detail: string;
  readonly offset: number; // in the archive
  readonly entry?: number; // index of the entry
}

export interface ZipEntry {
  readonly index: number; // in `entries`
  readonly path: string; // as the archive spells it, not trusted
  readonly nameBytes: Uint8Array;
  readonly kind: 'file' | 'directory' | 'link' | 'special';
  /**
   * `directory`: listed by the central directory; `local`: a local header that the directory does not name;
   * `other-directory`: listed by another central directory that some readers would take.
   */
  readonly origin: 'directory' | 'local' | 'other-directory';
  readonly method: number; // 0 stored, 8 deflate
  readonly flags: number;
  readonly isEncrypted: boolean; // by either header
  readonly crc32: number; // as declared
  readonly sizeBytes: number; // uncompressed, as declared
  readonly storedBytes: number; // compressed, as declared
  readonly headerOffset: number; // of the local header
  readonly externalAttributes: number;
  readonly versionMadeBy: number;
  readonly versionNeeded: number;
}

export interface ZipIndex {
  readonly source: ByteSource;
  readonly entries: readonly ZipEntry[];
  /** Grows while members are opened and read. */
  readonly facts: readonly ZipFact[];
  /** `all`: each local header was compared with the directory; else those of the members that were opened. */
  readonly localHeaders: 'all' | 'read-members';
  /** Local headers that were not read when the index was made, and the most room that one may hide behind them. */
  readonly unreadHeaders: number;
  readonly maxUnreadRoomBytes: number;
  readonly directoryOffset: number | undefined;
  readonly comment: Uint8Array;
  /** Reads the local header of an entry once and compares it with the directory. @throws {BytesError} */
  readLocal(entry: ZipEntry): Promise<ZipLocal>;
  /** Adds to `facts` what was found in a member's content. */
  note(code: ZipFactCode, entry: ZipEntry, detail: string): void;
}

/** Where the local header says that an entry lies, in bytes from the start of the archive. */
export interface ZipLocal {
  readonly dataOffset: number;
  readonly dataEnd: number; // by the directory's stored size
  readonly endOffset: number; // after the data descriptor
}

export interface ZipOptions {
  /**
   * `all` reads every local header, for sources where that is cheap. `read-members` reads those of opened
   * members and those behind unexplained room; the rest is said in `local-headers-not-compared`.
   */
  readonly localHeaders: 'all' | 'read-members';
  readonly maxEntries: number;
  /** Throws when time is over; called in every loop that the archive can lengthen. */
  checkDeadline?(): void;
}
