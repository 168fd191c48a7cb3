import type { Sample } from '../format.ts';
import type { Magic, Signature } from './signatures.ts';

/** Whether the sample has one of the signature's magics, and what else it asks for. */
export function matchesSignature(signature: Signature, sample: Sample): boolean {
  const hasMagic = signature.magics.some((magic) => magic.every((part) => hasBytes(part, sample)));
  return hasMagic && (signature.check === undefined || signature.check(sample));
}

function hasBytes({ offset, bytes }: Magic, { head, tail }: Sample): boolean {
  const region = offset < 0 ? tail : head;
  const start = offset < 0 ? tail.length + offset : offset;
  if (start < 0 || start + bytes.length > region.length) return false;
  for (let index = 0; index < bytes.length; index++) {
    if (region[start + index] !== bytes.charCodeAt(index)) return false;
  }
  return true;
}
