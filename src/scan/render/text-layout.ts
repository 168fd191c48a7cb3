/** East Asian wide and full-width characters, and pictographs: two columns each. */
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /\p{M}/u;

/** Columns that displayable text takes on a terminal. */
export function columnsOf(text: string): number {
  // Most text is ASCII.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += columnsOfCharacter(character);
  return columns;
}

function columnsOfCharacter(character: string): number {
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Breaks text into lines of at most `width` columns, at spaces where it can. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (columnsOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = chop(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

/** Cuts a word into pieces of at most `width` columns. */
export function chop(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let columns = 0;
  for (const character of word) {
    const wide = columnsOfCharacter(character);
    if (columns + wide > width && piece !== '') {
      pieces.push(piece);
      piece = '';
      columns = 0;
    }
    piece += character;
    columns += wide;
  }
  return [...pieces, piece];
}

/** Keeps the end of a path, which tells files apart, when it is wider than the room. */
export function shortenStart(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  const characters = [...text];
  let columns = 1;
  let from = characters.length;
  while (from > 0) {
    columns += columnsOfCharacter(characters[from - 1] ?? '');
    if (columns > width) break;
    from -= 1;
  }
  return `…${characters.slice(from).join('')}`;
}
