import { AppError } from '#kernel';

export type BytesErrorCode =
  | 'out-of-range' // asked for bytes outside the source: the caller's mistake
  | 'budget-exceeded' // more bytes or requests than this job may spend
  | 'truncated' // the medium is shorter than it said
  | 'changed' // the medium changed while it was read
  | 'unreadable' // I/O or upstream failure, with its cause
  | 'limit-exceeded' // a decompressed size or ratio past its limit
  | 'unsupported' // a compression method or encryption that we do not read
  | 'bad-data'; // a compressed stream or archive structure that breaks its own format

/** Bytes could not be had. */
export class BytesError extends AppError<BytesErrorCode> {
  /** Where in the source that was being read, in bytes from its start, when there is such a place. */
  readonly offset: number | undefined;

  constructor(
    code: BytesErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly offset?: number },
  ) {
    super(code, message, options);
    this.offset = options?.offset;
  }
}
