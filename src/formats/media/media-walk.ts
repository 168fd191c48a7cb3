import type { Cursor } from '#bytes';
import type { ParseContext } from '../format.ts';

/**
 * Goes over the parts of a picture and leaves the cursor behind its end mark.
 *
 * @throws {FormatError} `inconsistent`
 * @throws {BytesError} `truncated`
 */
export type MediaWalk = (cursor: Cursor, context: ParseContext) => Promise<void>;
