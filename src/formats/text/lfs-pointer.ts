import { quote } from '#kernel';
import type { Anomaly } from '../anomaly.ts';
import type { LfsPointer } from './format.ts';

const FIRST_LINE = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v1\r?(?:\n|$)/;
/** Git LFS takes no pointer of this size or more for one. */
const MAX_POINTER_BYTES = 1_024;

/**
 * Reads a Git LFS pointer: `version`, then lines `key value` in order of their keys, of which `oid` and `size`
 * must be.
 *
 * @see Git LFS specification, "The Pointer"
 */
export function parseLfsPointer(text: string): { pointer: LfsPointer; anomalies: Anomaly[] } | undefined {
  if (!FIRST_LINE.test(text)) return undefined;
  const anomalies: Anomaly[] = [];
  const note = (detail: string) => anomalies.push({ code: 'lfs-pointer-malformed', detail });
  let sha256: string | undefined;
  let sizeBytes: number | undefined;
  if (text.length >= MAX_POINTER_BYTES) note(`pointer of ${text.length} bytes: Git LFS reads it as content`);
  if (!text.endsWith('\n')) note('last line has no end');
  const lines = text.slice(0, MAX_POINTER_BYTES).replace(/\n$/, '').split('\n').slice(1);
  for (const line of lines) {
    const oid = /^oid sha256:([0-9a-f]{64})$/.exec(line);
    const size = /^size ([0-9]{1,15})$/.exec(line);
    if (oid !== null && sha256 === undefined) sha256 = oid[1];
    else if (size !== null && sizeBytes === undefined) sizeBytes = Number(size[1]);
    else note(`unexpected line ${quote(line, 80)}`);
  }
  if (sha256 === undefined) note('no oid');
  if (sizeBytes === undefined) note('no size');
  return { pointer: { sha256, sizeBytes }, anomalies };
}
