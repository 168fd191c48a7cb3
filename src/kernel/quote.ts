/**
 * Hostile text made fit for a message: printable ASCII in double quotes, everything else escaped, cut at
 * `maxLength` characters of the original with `…` as `...`.
 */
export function quote(text: string, maxLength = 120): string {
  const cut = text.length > maxLength ? text.slice(0, maxLength) : text;
  const escaped = cut.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}${text.length > maxLength ? '...' : ''}"`;
}
