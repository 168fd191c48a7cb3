/** What every client shows, and every proxy lets through. */
const MAX_LINE = 300;

/** Text made fit for a header: printable ASCII on one line. */
export function toHeaderLine(text: string, maxLength = MAX_LINE): string {
  const line = text
    .normalize('NFKD')
    .replace(/\s+/g, ' ')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/g, '?')
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 3)}...`;
}

/** A topic of `X-HF-Warning`: clients show one text per topic. */
export function toTopic(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 120);
}

/** @see RFC 8187: any name in a header that has ASCII only */
export function toDisposition(path: string): string {
  const name = path.split('/').at(-1) ?? path;
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
