import { Cursor } from '#bytes';
import type { Parser } from '../format.ts';
import { restMember } from '../rest-member.ts';
import type { MediaDocument, MediaKind } from './format.ts';
import { walkGif } from './gif.ts';
import { walkJpeg } from './jpeg.ts';
import type { MediaWalk } from './media-walk.ts';
import { walkPng } from './png.ts';
import { walkWebp } from './webp.ts';

const WALKS: Readonly<Record<MediaKind, MediaWalk>> = {
  png: walkPng,
  jpeg: walkJpeg,
  gif: walkGif,
  webp: walkWebp,
};

/** A parser that finds where a picture ends; what follows is a member. */
export function createMediaParser(kind: MediaKind): Parser<MediaDocument> {
  return async (source, context) => {
    const cursor = await Cursor.over(source);
    await WALKS[kind](cursor, context);
    const end = cursor.position;
    const trailingBytes = source.sizeBytes - end;
    return {
      kind,
      trailingBytes,
      dataBytes: end,
      gaps: [],
      members: restMember(source, end),
    };
  };
}
