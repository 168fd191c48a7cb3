/** Below this a loop is faster than a call. */
const SHORT_BYTES = 24;

/** Copies bytes within a buffer as LZ matches mean it: where they overlap themselves, what was copied is copied again. */
export function copyMatch(buffer: Uint8Array, from: number, to: number, length: number): void {
  if (length < SHORT_BYTES) {
    for (let i = 0; i < length; i += 1) buffer[to + i] = buffer[from + i] as number;
    return;
  }
  let done = to > from ? Math.min(to - from, length) : length;
  buffer.copyWithin(to, from, from + done);
  while (done < length) {
    const more = Math.min(done, length - done);
    buffer.copyWithin(to + done, to, to + more);
    done += more;
  }
}
