/**
 * Facts as one text that is equal for equal facts. They may be cyclic and nested deeper than the stack: an object
 * is written once, and by its number where it occurs again.
 */
export function dumpFacts(facts: unknown): string {
  const numbers = new Map<object, number>();
  const out: string[] = [];
  const open: unknown[] = [facts];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) {
      out.push(`${typeof value}:${String(value)}`);
    } else if (numbers.has(value)) {
      out.push(`#${numbers.get(value)}`);
    } else {
      numbers.set(value, numbers.size);
      if (value instanceof Uint8Array) out.push(Buffer.from(value).toString('latin1'));
      else {
        const entries = Object.entries(value);
        out.push(`{${entries.length}`);
        for (const [key, item] of entries) open.push(item, key);
      }
    }
  }
  return out.join('\n');
}
