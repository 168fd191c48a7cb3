import type { Finding, Rule } from '#findings';
import type { Format } from '#formats';

/** Judgements on a file as such, whatever its format: the engine makes them itself. */
export const FILE_RULES_ID = 'file';
export const FILE_RULES_VERSION = 1;

const POLYGLOT: Rule = {
  id: 'file/polyglot',
  title: 'One file that is several formats at once',
  severity: 'high',
  verdict: 'undetermined',
  rationale:
    'Each program that opens the file picks the format it knows, so that a reviewer sees harmless weights where a loader finds another model. Honest writers do not make such files. Every format was taken apart and judged, but which one will be loaded cannot be told from the file.',
  remediation: 'Ask the publisher for a file in one format, or convert the part that you need yourself.',
  cwe: [434, 436],
};

const MISLEADING_NAME: Rule = {
  id: 'file/misleading-name',
  title: 'The name says another format than the content',
  severity: 'medium',
  verdict: 'clean',
  rationale:
    'Loaders and scanners that go by the name treat the file as something it is not. The verdict rests on the content.',
  remediation: 'Rename the file after its content, and find out why it was named otherwise.',
  cwe: [646],
};

export const FILE_RULES: readonly Rule[] = [POLYGLOT, MISLEADING_NAME];

/** Text has no loader that a second format could be hidden from, and ASCII pickles are text. */
const PROSE = new Set(['text', 'json', 'source', 'empty']);

export function isProse(format: Format): boolean {
  return PROSE.has(format.id);
}

/** @param formats what the file was understood as, of separate families or readings */
export function findPolyglot(formats: readonly Format[]): Finding | undefined {
  const loadable = formats.filter((format) => !isProse(format));
  if (loadable.length < 2) return undefined;
  return {
    rule: POLYGLOT.id,
    message: `this file is valid as ${loadable.map((format) => format.title).join(' and as ')}`,
    confidence: 'high',
    place: {},
  };
}

/** Extensions that anyone uses for anything. */
const GENERIC_EXTENSIONS = new Set(['.bin', '.ckpt', '.data', '.dat', '.model', '.z']);

/**
 * Fires when the extension belongs to formats of which the content shows none.
 *
 * @param candidates formats that the ends of the file match, and what they refine
 */
export function findMisleadingName(
  name: string,
  candidates: readonly Format[],
  formats: readonly Format[],
): Finding | undefined {
  const claims = ({ extensions }: Format) =>
    extensions.some((extension) => name.endsWith(extension) && !GENERIC_EXTENSIONS.has(extension));
  const [claimed] = formats.filter((format) => claims(format) && !isProse(format));
  // Loaders see through compression to what the name says.
  const isExplained = candidates.some((format) => claims(format) || format.id === 'compressed');
  if (claimed === undefined || candidates.length === 0 || isExplained) return undefined;
  const content = candidates.every(isProse)
    ? 'text'
    : (candidates.find((format) => !isProse(format))?.title ?? 'unknown');
  return {
    rule: MISLEADING_NAME.id,
    message: `named like ${claimed.title}, but the content is ${content}`,
    confidence: 'high',
    place: {},
  };
}
