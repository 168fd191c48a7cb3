import type { Anomaly } from '../anomaly.ts';
import type { Format, FormatDocument } from '../format.ts';
import { FormatError } from '../format-error.ts';
import { encodingOf, textOfHead } from '../text/text-head.ts';
import { JsonReader } from './json-reader.ts';

/** JSON, JSON lines and notebooks. */
export const jsonFormat: Format<JsonDocument> = {
  id: 'json',
  version: 1,
  title: 'JSON',
  extensions: ['.json', '.jsonl', '.ndjson', '.geojson', '.webmanifest', '.ipynb', '.har'],
  refines: 'text',
  recognise(sample) {
    const text = textOfHead(sample);
    if (text === undefined || encodingOf(sample.head).encoding !== 'utf-8' || !/^\s*[[{]/.test(text)) {
      return false;
    }
    if (/\.(?:json|jsonl|ndjson|ipynb)$/.test(sample.name)) return true;
    return readsAsJson(sample.head.subarray(encodingOf(sample.head).bomBytes));
  },
  load: async () => (await import('./parse.ts')).parseJson,
};

export interface JsonDocument extends FormatDocument {
  readonly kind: 'json';
  readonly values: number; // at the top: more than one in JSON lines
  readonly topKeys: readonly string[]; // names in the first object at the top, the first 64
  readonly anomalies: readonly Anomaly[]; // `duplicate-key`, `path-escape`, `bom`, `many-anomalies`
}

/** A text that begins with a bracket is JSON when all of its head is. */
function readsAsJson(head: Uint8Array): boolean {
  try {
    new JsonReader({}).push(head);
    return true;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}
