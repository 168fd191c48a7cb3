import type { ZipEntry, ZipIndex } from '#bytes';
import type { Flavour } from './format.ts';

/** Names, under the root, that only PyTorch's writers use. Readers of zip differ in case. */
const MARKS = /^(?:data\.pkl|constants\.pkl|\.data\/(?:version|python_version)|archive_format)$/i;

export interface Layout {
  readonly flavour: Flavour;
  readonly root: string;
}

/**
 * What kind of archive PyTorch's reader would take it for, or nothing when it would take none of it. The reader's
 * root is the folder of the first entry.
 *
 * @see caffe2/serialize/inline_container.cc, `PyTorchStreamReader::init`
 */
export function layoutOf(index: ZipIndex): Layout | undefined {
  const listed = index.entries.filter((entry) => entry.origin === 'directory');
  const first = listed[0] ?? index.entries[0];
  if (first === undefined || !index.entries.some((entry) => MARKS.test(pathInRoot(entry.path))))
    return undefined;
  const root = rootOf(first.path);
  const has = (name: string) => listed.filter(({ path }) => path === `${root}/${name}`).length === 1;
  // What two readers could see differently is judged as the worse of the two: as Python pickles.
  if (has('constants.pkl') && has('data.pkl') && isPlain(index.entries))
    return { flavour: 'torchscript', root };
  if (has('archive_format')) return { flavour: 'export', root };
  if (has('.data/python_version')) return { flavour: 'package', root };
  return { flavour: 'checkpoint', root };
}

/** The first folder; PyTorch's reader splits at slashes alone, others at backslashes too. */
export function rootOf(path: string): string {
  const end = path.search(/[/\\]/);
  return end < 0 ? '' : path.slice(0, end);
}

function pathInRoot(path: string): string {
  return path.slice(rootOf(path).length + 1).replaceAll('\\', '/');
}

/** No two entries that a reader that ignores case, or one that takes the other of two, would mix up. */
function isPlain(entries: readonly ZipEntry[]): boolean {
  const names = new Set(entries.map(({ path }) => path.toLowerCase()));
  return names.size === entries.length && entries.every(({ origin }) => origin === 'directory');
}
