import { isSha256, type Sha256 } from '#kernel';

export interface LfsPointer {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** Git LFS itself never takes a longer file for a pointer. */
export const MAX_LFS_POINTER_BYTES = 1_024;

/** What Git stores in place of a large file. @see Git LFS specification, "The Pointer" */
export function renderLfsPointer(pointer: LfsPointer): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${pointer.sha256}\nsize ${pointer.sizeBytes}\n`;
}

/**
 * Reads a pointer in its canonical form only: extra, missing or reordered lines are read differently by different
 * programs, so such a text is no pointer here.
 */
export function parseLfsPointer(bytes: Uint8Array): LfsPointer | undefined {
  if (bytes.length > MAX_LFS_POINTER_BYTES) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  const match =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize (0|[1-9][0-9]{0,15})\n$/.exec(
      text,
    );
  const sha256 = match?.[1] ?? '';
  const sizeBytes = Number(match?.[2] ?? Number.NaN);
  if (!isSha256(sha256) || !Number.isSafeInteger(sizeBytes)) return undefined;
  return { sha256, sizeBytes };
}
