import type { Sha256 } from '#kernel';
import type { Store } from '#store';

/** What is read of a text that steers us: `.gitattributes`, `.gitignore`, a README's head. */
const MAX_BYTES = 64 * 1024;

/** The start of a stored file as text; undefined when there is none. */
export async function readSmallFile(
  store: Store,
  file: { readonly sha256: Sha256 | undefined } | undefined,
): Promise<string | undefined> {
  if (file?.sha256 === undefined) return undefined;
  await using source = await store.blobs.open(file.sha256);
  const bytes = await source.read(0, Math.min(source.sizeBytes, MAX_BYTES));
  return Buffer.from(bytes).toString('utf8');
}
