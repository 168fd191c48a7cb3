import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { Json } from '#store';
import { isList, toPlainJson } from './plain-text.ts';

/** What a README says of its repository in the YAML block at its start, as clients read it from an info. */
export interface ReadmeCard {
  readonly info: { readonly [key: string]: Json };
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const Texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]).catch([]);
const Card = z.looseObject({
  pipeline_tag: z.string().optional().catch(undefined),
  library_name: z.string().optional().catch(undefined),
  tags: Texts,
  language: Texts,
  license: Texts,
});

const MAX_TAGS = 500;

/** Cards have three or four levels. */
const MAX_DEPTH = 64;
const COMPACT_NESTING = /(?:[-?:][ \t]+){64}/;

const NOTHING: ReadmeCard = { info: {}, errors: [], warnings: [] };

/** Never throws: what is wrong with the block is in `errors`. */
export function parseReadmeCard(text: string, maxBlockBytes: number): ReadmeCard {
  const block = /^\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)/s.exec(text.slice(0, maxBlockBytes))?.[1];
  if (block === undefined) {
    const isOpen = /^\s*---[ \t]*\r?\n/.test(text);
    const warning = `the metadata block has no end within ${maxBlockBytes} characters and is not read`;
    return isOpen ? { ...NOTHING, warnings: [warning] } : NOTHING;
  }
  if (isDeep(block)) return wrong('the metadata block is nested too deep');
  try {
    // The core schema: no tags that make anything but plain values.
    const document = parseDocument(block, {
      schema: 'core',
      logLevel: 'error',
      // Both cost the square of what a hostile block can hold.
      prettyErrors: false,
      uniqueKeys: false,
    });
    const [error] = document.errors;
    if (error !== undefined) {
      const line = block.slice(0, error.pos[0]).split('\n').length + 1;
      return wrong(`${error.message} (line ${line} of README.md)`);
    }
    const value = toPlainJson(JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 50 }) ?? {})));
    if (typeof value !== 'object' || value === null || isList(value)) {
      return wrong('expected keys and values in the metadata block');
    }
    return {
      info: toInfo(value),
      errors: [],
      warnings: document.warnings.map((one) => one.message.slice(0, 200)),
    };
  } catch (error) {
    // Too many aliases, too deep for the stack, or a value that JSON has no form for.
    if (error instanceof ReferenceError || error instanceof RangeError || error instanceof TypeError) {
      return wrong('the metadata block is nested too deep or refers to itself');
    }
    throw error;
  }
}

/** Nesting that is written on one line costs the parser the square of its depth, so it is looked for first. */
function isDeep(block: string): boolean {
  let depth = 0;
  for (const [bracket] of block.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1;
    if (depth > MAX_DEPTH) return true;
    if (depth < 0) depth = 0;
  }
  return COMPACT_NESTING.test(block);
}

function toInfo(cardData: Json): { readonly [key: string]: Json } {
  const card = Card.parse(cardData);
  const tags = [...card.tags, ...card.language, ...card.license.map((license) => `license:${license}`)];
  return {
    cardData,
    tags: [...new Set(tags)].slice(0, MAX_TAGS),
    ...(card.pipeline_tag === undefined ? {} : { pipeline_tag: card.pipeline_tag }),
    ...(card.library_name === undefined ? {} : { library_name: card.library_name }),
  };
}

function wrong(message: string): ReadmeCard {
  return { info: {}, errors: [message], warnings: [] };
}
