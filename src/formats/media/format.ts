import type { Format, FormatDocument, Sample } from '../format.ts';

export type MediaKind = 'png' | 'jpeg' | 'gif' | 'webp';

/** A picture: pixels and notes that nothing runs, up to its end mark. */
export interface MediaDocument extends FormatDocument {
  readonly kind: MediaKind;
  readonly trailingBytes: number; // after the end mark: a member
}

const startsWith = ({ head }: Sample, magic: string, offset = 0) =>
  head.length >= offset + magic.length &&
  Buffer.from(head.buffer, head.byteOffset + offset, magic.length).toString('latin1') === magic;

/** Pictures that model cards and datasets carry. */
export const MEDIA_FORMATS: readonly Format<MediaDocument>[] = [
  createFormat('png', 'PNG image', ['.png'], (sample) => startsWith(sample, '\x89PNG\r\n\x1a\n')),
  createFormat('jpeg', 'JPEG image', ['.jpg', '.jpeg'], (sample) => startsWith(sample, '\xff\xd8\xff')),
  createFormat('gif', 'GIF image', ['.gif'], (sample) => /^GIF8[79]a/.test(latin1(sample))),
  createFormat(
    'webp',
    'WebP image',
    ['.webp'],
    (sample) => startsWith(sample, 'RIFF') && startsWith(sample, 'WEBP', 8),
  ),
];

function latin1({ head }: Sample): string {
  return Buffer.from(head.buffer, head.byteOffset, Math.min(6, head.length)).toString('latin1');
}

function createFormat(
  id: MediaKind,
  title: string,
  extensions: readonly string[],
  recognise: (sample: Sample) => boolean,
): Format<MediaDocument> {
  return {
    id,
    version: 1,
    title,
    extensions,
    recognise,
    load: async () => (await import('./parse.ts')).createMediaParser(id),
  };
}
