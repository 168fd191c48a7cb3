/** A copy in memory of its own. `slice` would do, were it not a view where the bytes are a Buffer. */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}
