import { TextDecoder } from 'node:util';
import type { ByteSource } from '#bytes';
import type { CoverageGap } from '#findings';
import type { ParseContext } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { lastSegment } from '../last-segment.ts';
import { readWindows } from '../read-windows.ts';
import { ACTIVE_OVERLAP, type ActivePattern, activePatternsOf } from './active-text.ts';
import type { TextDocument } from './format.ts';
import { parseLfsPointer } from './lfs-pointer.ts';
import { encodingOf, findControl, isControl, type TextEncoding } from './text-head.ts';
import { Utf8Check } from './utf8-check.ts';

const HEAD_BYTES = 65_536;

/**
 * Reads a text to its end.
 *
 * @throws {FormatError} `inconsistent` where it stops being text, `truncated` inside a character
 */
export async function parseText(source: ByteSource, context: ParseContext): Promise<TextDocument> {
  const head = await source.read(0, Math.min(source.sizeBytes, HEAD_BYTES));
  const { encoding, bomBytes } = encodingOf(head);
  const headText = new TextDecoder(encoding).decode(head);
  const found =
    encoding === 'utf-8'
      ? await readUtf8(source, context, bomBytes, headText)
      : await readUtf16(source, context, encoding, headText);
  const lfs = parseLfsPointer(headText);
  const gaps = [...found].map(
    (detail): CoverageGap => ({
      code: 'unsupported',
      detail: `${detail} is not analysed yet`,
    }),
  );
  if (lfs !== undefined) {
    gaps.push({
      code: 'unreadable',
      detail: 'a Git LFS pointer: the content that it stands for is not here',
    });
  }
  return {
    kind: 'text',
    encoding,
    hasBom: bomBytes > 0,
    anomalies: lfs?.anomalies ?? [],
    ...(lfs === undefined ? {} : { pointer: lfs.pointer }),
    dataBytes: 0,
    gaps,
    members: [],
  };
}

async function readUtf8(
  source: ByteSource,
  context: ParseContext,
  bomBytes: number,
  headText: string,
): Promise<ReadonlySet<string>> {
  const patterns = patternsFor(context, headText);
  const found = new Set<string>();
  const check = new Utf8Check(bomBytes);
  let carry = '';
  for await (const { offset, bytes } of readWindows(source, context, bomBytes)) {
    check.push(bytes);
    const control = findControl(bytes);
    if (control >= 0) {
      throw new FormatError('inconsistent', offset + control, 'control character: no text from here on');
    }
    if (patterns.length === 0) continue;
    const text = carry + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    matchActive(patterns, text, found);
    carry = text.slice(-ACTIVE_OVERLAP);
  }
  check.end();
  return found;
}

async function readUtf16(
  source: ByteSource,
  context: ParseContext,
  encoding: TextEncoding,
  headText: string,
): Promise<ReadonlySet<string>> {
  const patterns = patternsFor(context, headText);
  const found = new Set<string>();
  const decoder = new TextDecoder(encoding, { fatal: true });
  let carry = '';
  for await (const { offset, bytes } of readWindows(source, context)) {
    const piece = decodeUtf16(decoder, bytes, offset, offset + bytes.length === source.sizeBytes);
    for (let index = 0; index < piece.length; index++) {
      if (!isControl(piece.charCodeAt(index))) continue;
      throw new FormatError('inconsistent', offset + index * 2, 'control character: no text from here on');
    }
    const text = carry + piece;
    matchActive(patterns, text, found);
    carry = text.slice(-ACTIVE_OVERLAP);
  }
  return found;
}

function decodeUtf16(decoder: TextDecoder, bytes: Uint8Array, offset: number, isLast: boolean): string {
  try {
    return decoder.decode(bytes, { stream: !isLast });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause; // a fatal decoder throws TypeError
    throw new FormatError('inconsistent', offset, 'not UTF-16', { cause });
  }
}

function patternsFor(context: ParseContext, headText: string): readonly ActivePattern[] {
  return activePatternsOf(lastSegment(context.name), headText);
}

function matchActive(patterns: readonly ActivePattern[], text: string, found: Set<string>): void {
  for (const { pattern, detail } of patterns) {
    if (!found.has(detail) && pattern.test(text)) found.add(detail);
  }
}
