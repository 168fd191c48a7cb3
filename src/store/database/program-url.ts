/** A program of this folder that runs in a thread or process of its own: beside the sources, or in the bundle. */
export function programUrl(name: 'create-cluster-main' | 'database-worker'): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./${name}.${extension}`, import.meta.url);
}
