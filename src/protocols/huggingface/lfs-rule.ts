import { parseLfsAttributes } from '#ecosystems';

/** The files that a new repository gives to LFS: formats of weights, arrays, archives and media. */
const LFS_EXTENSIONS =
  '7z arrow bin bz2 ckpt ftz gguf gz h5 joblib keras lz4 mlmodel model msgpack nemo npy npz onnx ot parquet pb ' +
  'pickle pkl pt pth rar safetensors tar tflite tgz wasm xz zip zst bmp gif ico jpeg jpg mp3 mp4 ogg png tif tiff ' +
  'wav webm webp flac avi mov';

export const DEFAULT_GIT_ATTRIBUTES = [
  ...LFS_EXTENSIONS.split(' ').map((extension) => `*.${extension} filter=lfs diff=lfs merge=lfs -text`),
  '*.tar.* filter=lfs diff=lfs merge=lfs -text',
  'saved_model/**/* filter=lfs diff=lfs merge=lfs -text',
  '*tfevents* filter=lfs diff=lfs merge=lfs -text',
  '',
].join('\n');

/** Which files are stored as LFS files: what `.gitattributes` says, and what is too large for Git. */
export function createLfsRule(
  gitAttributes: string,
  regularFileBytes: number,
): (path: string, sizeBytes: number) => boolean {
  const isNamed = parseLfsAttributes(gitAttributes);
  // Clients insist on sending empty files as regular ones.
  return (path, sizeBytes) => sizeBytes > 0 && (sizeBytes > regularFileBytes || isNamed(path));
}

/** A line that gives one path to LFS. What a pattern would read differently stands as any one character. */
export function renderLfsAttribute(path: string): string {
  return `/${path.replace(/[\s*?[\]\\"!#]/gu, '?')} filter=lfs diff=lfs merge=lfs -text\n`;
}
