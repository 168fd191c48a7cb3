/**
 * What must not reach a reader as it is: control characters, marks that turn or hide text, variation and tag
 * characters, line ends of Unicode, halves of a character, and characters that look like nothing.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** More marks on one letter than any script has: they would paint over the lines around. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Hostile text made fit to be looked at, on a terminal or a page: nothing in it acts, hides or paints. */
export function displayable(text: string, maxLength = 1_000): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(HIDDEN, escapeCharacter).replace(STACKED_MARKS, '$1…');
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x1_0000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\u{${code.toString(16)}}`;
}
