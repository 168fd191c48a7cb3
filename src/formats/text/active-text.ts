import type { Sample } from '../format.ts';

/** A construct by which text does more than be read. */
export interface ActivePattern {
  readonly pattern: RegExp; // over Latin-1 text; a match fits into ACTIVE_OVERLAP characters
  readonly detail: string;
}

/** Longest match that windows must not cut. */
export const ACTIVE_OVERLAP = 256;

const MARKUP: readonly ActivePattern[] = [
  { pattern: /<\s{0,8}script\b/i, detail: 'markup with script' },
  { pattern: /\b(?:java|vb)script\s{0,8}:/i, detail: 'markup with a script link' },
  { pattern: /[\s"'/]on[a-z]{3,24}\s{0,8}=/i, detail: 'markup with an event handler' },
  {
    pattern: /<\s{0,8}(?:iframe|object|embed|applet|foreignobject|handler)\b/i,
    detail: 'markup that embeds',
  },
  { pattern: /<!ENTITY\b/i, detail: 'markup that declares entities' },
  { pattern: /<!DOCTYPE\s[^>[]{0,120}(?:\[|\bSYSTEM\b)/i, detail: 'markup with a document type of its own' },
  { pattern: /<\?xml-stylesheet\b/i, detail: 'markup with a stylesheet' },
  { pattern: /<(?:xi:)?include\b/i, detail: 'markup that includes files' },
  {
    pattern: /<\?xml[^>]{0,80}encoding\s{0,8}=\s{0,8}["'](?!utf-?8["']|us-ascii["']|iso-8859-1["'])/i,
    detail: 'markup that declares another encoding',
  },
];

const YAML: readonly ActivePattern[] = [
  { pattern: /!!python\//, detail: 'YAML with Python tags' },
  { pattern: /(?:tag:yaml\.org,2002:|!)python\//i, detail: 'YAML with Python tags' },
  { pattern: /(?:^|\n)%TAG\b/, detail: 'YAML that renames tags' },
  {
    pattern: /(?:^|[\s{,"'-])_target_["']?\s{0,8}:/,
    detail: 'YAML that names what to instantiate (`_target_`)',
  },
];

const MARKUP_NAMES = /\.(?:x?html?|svg|xml|xsl|xslt|pmml|wsdl|rss|rdf)$/;
const YAML_NAMES = /\.(?:ya?ml)$/;
/** Read by people; what shows them sanitises, and they speak of anything. */
const PROSE_NAMES = /\.(?:md|markdown|rst|txt|csv|tsv|log|bib)$|^(?:readme|licen[cs]e|notice|changelog)/;
const MARKUP_START = /^\s*<[!?a-z]/i;
// Line ends are matched by one place alone, or a text of empty lines takes exponential time.
const YAML_START = /^(?:[^\S\n]*(?:#[^\n]*)?\n)*[^\S\n]*(?:%YAML|%TAG|!|[\w.-]{1,64}[^\S\n]*:[^\S\n]*!)/;

/** The patterns that matter for a text, by its beginning and, since prose may hold anything, its name. */
export function activePatternsOf(name: Sample['name'], head: string): readonly ActivePattern[] {
  const isProse = PROSE_NAMES.test(name);
  const isMarkup = MARKUP_NAMES.test(name) || (!isProse && MARKUP_START.test(head));
  const isYaml = YAML_NAMES.test(name) || YAML_START.test(head.slice(0, 4_096));
  return [...(isMarkup ? MARKUP : []), ...(isYaml ? YAML : [])];
}
