import type { Verdict } from '#findings';

export interface Palette {
  verdict(verdict: Verdict, text: string): string;
  strong(text: string): string;
  dim(text: string): string;
  code(text: string): string;
}

const VERDICT_CODES: Readonly<Record<Verdict, string>> = {
  malicious: '1;31',
  unsafe: '31',
  undetermined: '33',
  clean: '32',
};

/** The sixteen colours that every terminal theme defines, so that light and dark ones both stay readable. */
export function createPalette(hasColour: boolean): Palette {
  const paint = (code: string, text: string) =>
    hasColour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    verdict: (verdict, text) => paint(VERDICT_CODES[verdict], text),
    strong: (text) => paint('1', text),
    dim: (text) => paint('2', text),
    code: (text) => paint('36', text),
  };
}
