import { type Brand, quote } from '#kernel';
import { EcosystemError } from '../ecosystem-error.ts';

/** A path in a Hub repository: relative, `/` between segments, no empty, `.` or `..` segment, no control character. */
export type HubPath = Brand<string, 'HubPath'>;

/** PATH_MAX of the systems that clients unpack on, less room for their cache folder. */
const MAX_PATH_BYTES = 2_048;

/** NAME_MAX of the same systems. */
const MAX_SEGMENT_BYTES = 255;

/** Recursion over folders stays shallow. */
const MAX_DEPTH = 64;

export function isHubPath(text: string): text is HubPath {
  return findPathFault(text) === undefined;
}

/** @throws {EcosystemError} `invalid-path` */
export function parseHubPath(text: string): HubPath {
  if (isHubPath(text)) return text;
  throw new EcosystemError('invalid-path', `${findPathFault(text)}: ${quote(text)}`);
}

function findPathFault(text: string): string | undefined {
  if (text === '') return 'expected a path, found nothing';
  if (text.length > MAX_PATH_BYTES || Buffer.byteLength(text) > MAX_PATH_BYTES)
    return `a path may have ${MAX_PATH_BYTES} bytes`;
  if (!text.isWellFormed()) return 'a path is Unicode text';
  if (/\p{Cc}/u.test(text)) return 'a path has no control characters';
  const segments = text.split('/');
  if (segments.length > MAX_DEPTH) return `a path may have ${MAX_DEPTH} segments`;
  for (const segment of segments) {
    if (segment === '') return 'a path is relative and has no empty segment';
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
      return `a segment may have ${MAX_SEGMENT_BYTES} bytes`;
    if (/^\.git[. ]*$/i.test(segment) || /^git~1$/i.test(segment)) return 'a path has no .git segment';
  }
  // Windows takes a backslash for a separator and `C:` for a drive; elsewhere both are ordinary characters.
  for (const part of text.split(/[/\\]/))
    if (/^\.{1,2} *$/.test(part)) return 'a path has no . or .. segment';
  if (text.startsWith('\\') || /^[A-Za-z]:[/\\]/.test(text)) return 'a path is relative';
  return undefined;
}
