import { AppError } from '#kernel';

export type FormatErrorCode =
  | 'bad-magic' // not this format at all: the engine tries the next one
  | 'inconsistent' // parts that contradict each other
  | 'limit-exceeded' // a length, count, depth or ratio past its bound
  | 'truncated'; // the file ends inside a structure

/** The file breaks its own format. */
export class FormatError extends AppError<FormatErrorCode> {
  readonly offset: number; // bytes from the start of the file

  constructor(code: FormatErrorCode, offset: number, detail: string, options?: { readonly cause?: unknown }) {
    super(code, `${detail} (byte ${offset})`, options);
    this.offset = offset;
  }
}
