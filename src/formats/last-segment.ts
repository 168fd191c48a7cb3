/** The name a file has in the innermost container, in lower case: what hints at its language or kind. */
export function lastSegment(path: string): string {
  return path
    .slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'), path.lastIndexOf('!')) + 1)
    .toLowerCase();
}
