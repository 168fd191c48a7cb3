import type { ByteSource } from '#bytes';
import type { CoverageGap } from '#findings';

/** The ends of a file, from which its format is recognised. The name is a hint only; bytes win. */
export interface Sample {
  readonly name: string; // last path segment, lower case
  readonly sizeBytes: number;
  readonly head: Uint8Array; // the first 64 KiB, or the whole file when it is shorter
  readonly tail: Uint8Array; // the last 66 KiB (a zip end record and its longest comment), or the whole file
}

/** Bounds of one scan; every parser keeps to them. */
export interface ScanLimits {
  readonly maxDepth: number; // archives in archives
  readonly maxMembers: number; // members of one container
  readonly maxInflatedBytes: number; // all that one outer file may inflate to
  readonly maxRatio: number; // inflated to stored, for what is larger than 1 MiB inflated
  readonly maxPickleOps: number;
  readonly maxReadBytes: number; // of the outer source
  readonly deadlineMs: number;
}

export interface ParseContext {
  readonly name: string; // path of the file inside what is scanned
  readonly limits: ScanLimits;
  /** Throws the engine's deadline error; called in every loop that a hostile file can lengthen. */
  checkDeadline(): void;
}

/** A file inside a file, or a region of one, that the engine takes apart in turn. */
export interface Member {
  readonly path: string; // as the container names it, not trusted
  readonly sizeBytes: number; // uncompressed, as declared
  /**
   * `content`: anything; recognised and parsed. `data`: plain numbers by the container's own format (a tensor
   * storage that is referred to as one): counted as data, not opened.
   */
  readonly role: 'content' | 'data';
  /** Names the one format that its loader would read it as, whatever the bytes look like, e.g. `pickle`. */
  readonly loadedAs?: string;
  /** Set when the container's parser had to read the member itself: judged as it is, `open` is not called. */
  readonly document?: FormatDocument;
  /** @throws {BytesError} */
  open(): Promise<ByteSource>;
}

/**
 * What every format parser gives: facts, no judgement. Each kind adds its own fields. Facts and gaps of a container
 * may grow while its members are opened and read (a wrong checksum shows at the end): judge it after them.
 */
export interface FormatDocument {
  readonly kind: string; // what detectors name in `reads`; equals the id of its format
  readonly dataBytes: number; // plain numbers that were skipped on purpose
  readonly gaps: readonly CoverageGap[]; // what this parser could not read or understand
  readonly members: readonly Member[];
}

/** Reads one whole file. Throws {@link FormatError} or BytesError only. */
export type Parser<Doc extends FormatDocument> = (source: ByteSource, context: ParseContext) => Promise<Doc>;

/** One file format: how to recognise it, and how to read it into facts. */
export interface Format<Doc extends FormatDocument = FormatDocument> {
  readonly id: string; // permanent: reports, config, URLs
  readonly version: number; // raised when the same bytes may yield other facts; part of every cache key
  readonly title: string; // 'NumPy array'
  readonly extensions: readonly string[]; // a hint only
  /**
   * A format whose files are all files of another format too, e.g. `pytorch-zip` of `zip`: it is tried first, and
   * when its parser throws `bad-magic` the other one is used.
   */
  readonly refines?: string;
  /** Cheap and pure. Several formats may recognise one file (a polyglot): the engine parses it as each. */
  recognise(sample: Sample): boolean;
  load(): Promise<Parser<Doc>>; // dynamic import of the parser, on first use
}
