import { isUtf8 } from 'node:buffer';
import type { Sample } from '../format.ts';
import { unfinishedBytes } from './utf8-check.ts';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** The encoding that a byte order mark names; without one only UTF-8 is text. */
export function encodingOf(head: Uint8Array): { readonly encoding: TextEncoding; readonly bomBytes: number } {
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bomBytes: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bomBytes: 2 };
  const hasBom = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  return { encoding: 'utf-8', bomBytes: hasBom ? 3 : 0 };
}

/**
 * Offset of the first control character that text does not hold, or -1. Tab, line feed, vertical tab, form feed
 * and carriage return are text; so is ESC, which logs carry for colour.
 */
export function findControl(bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length; index++) {
    if (isControl(bytes[index] ?? 0)) return index;
  }
  return -1;
}

export function isControl(byte: number): boolean {
  return byte < 0x20 ? (byte < 0x09 || byte > 0x0d) && byte !== 0x1b : byte === 0x7f;
}

/** The head as text, without its mark, or nothing when it is no text. Control characters refuse it. */
export function textOfHead(sample: Sample): string | undefined {
  const { head, sizeBytes } = sample;
  if (head.length === 0) return undefined;
  const { encoding, bomBytes } = encodingOf(head);
  if (encoding !== 'utf-8') return utf16OfHead(head, encoding);
  const isCut = head.length < sizeBytes;
  const text = head.subarray(bomBytes, isCut ? head.length - unfinishedBytes(head) : head.length);
  if (!isUtf8(text) || findControl(text) >= 0) return undefined;
  return Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8');
}

function utf16OfHead(head: Uint8Array, encoding: TextEncoding): string | undefined {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
    for (let index = 0; index < text.length; index++) {
      if (isControl(text.charCodeAt(index))) return undefined;
    }
    return text;
  } catch (error) {
    if (error instanceof TypeError) return undefined; // what a fatal decoder throws
    throw error;
  }
}
