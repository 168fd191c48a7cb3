import type { Rule } from '#findings';
import type { JsonDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { createFactDetector } from './fact-detector.ts';

const DUPLICATE_KEY: Rule = {
  id: 'json/duplicate-key',
  title: 'A name that occurs twice in one JSON object',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'Some readers keep the first value, others the last: a check sees one configuration, the loader uses another.',
  remediation: 'Remove one of the two, and find out who wrote the other.',
  cwe: [436],
};

const PATH_ESCAPE: Rule = {
  id: 'json/path-escape',
  title: 'A shard that lies outside the folder of the model',
  severity: 'high',
  verdict: 'unsafe',
  rationale:
    'The index of a sharded model names the files that hold its weights. A path that leaves the folder makes the loader read another file of the machine, or one that was not checked with the model.',
  remediation: 'Do not load the model. Shards belong beside their index.',
  cwe: [22, 73],
};

const TABLE: Readonly<Record<string, Rule | undefined>> = {
  'duplicate-key': DUPLICATE_KEY,
  'path-escape': PATH_ESCAPE,
};

export const jsonDetector: Detector<JsonDocument> = createFactDetector({
  id: 'json',
  version: 1,
  reads: 'json',
  table: TABLE,
  facts: (document: JsonDocument) => document.anomalies,
});
