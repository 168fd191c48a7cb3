/**
 * Text of unknown origin as one line of printable ASCII, everything else escaped, at most `maxLength` characters
 * with a cut shown as `...`. Unlike `quote` it adds no quotes, for text that is already an excerpt.
 */
export function toLine(text: string, maxLength: number): string {
  // What is past four times the limit cannot show: escaping only lengthens.
  const line = text
    .slice(0, maxLength * 4)
    .replace(/[\t\n\r ]+/g, ' ')
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .trim();
  return line.length > maxLength ? `${line.slice(0, Math.max(0, maxLength - 3))}...` : line;
}
