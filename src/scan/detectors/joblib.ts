import type { Rule } from '#findings';
import type { JoblibDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { createFactDetector } from './fact-detector.ts';

const SECOND_READING: Rule = {
  id: 'joblib/second-reading',
  title: 'Array numbers that another loader would run',
  severity: 'critical',
  verdict: 'malicious',
  rationale:
    'joblib takes the numbers of an array out of the pickle stream; pickle.load reads them as opcodes. Numbers that import something by its name do not come about by chance: the file was made to be harmless for one loader and to act in another.',
  remediation: 'Do not load the file by any means.',
  cwe: [502, 436],
};

const UNCLEAR_ARRAY: Rule = {
  id: 'joblib/unclear-array',
  title: 'An array in the stream that joblib does not write',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'Where an array ends cannot be told, so neither can where the pickle goes on: what was read behind it may not be what joblib runs.',
  remediation: 'Have the file written again with joblib.dump.',
  cwe: [436],
};

const SIDE_FILE: Rule = {
  id: 'joblib/side-file-escape',
  title: 'An array that is read from a file elsewhere',
  severity: 'high',
  verdict: 'unsafe',
  rationale:
    'Old joblib files keep arrays in files beside. A name with a folder in it makes joblib read, and unpickle, any file of the machine that loads it.',
  remediation: 'Do not load it. Files of joblib 0.9 and before can be written again by their publisher.',
  cwe: [22, 73],
};

const TRAILING: Rule = {
  id: 'joblib/trailing-bytes',
  title: 'Bytes behind the pickle',
  severity: 'medium',
  verdict: 'undetermined',
  rationale: 'joblib stops at the end of the pickle. What follows is for another program.',
  remediation: 'Have the file written again with joblib.dump.',
  cwe: [434],
};

const TABLE: Readonly<Record<string, Rule | undefined>> = {
  'second-reading': SECOND_READING,
  'array-not-understood': UNCLEAR_ARRAY,
  'side-file-escape': SIDE_FILE,
  'trailing-bytes': TRAILING,
};

/** Judges the container; its pickles are judged like all pickles. */
export const joblibDetector: Detector<JoblibDocument> = createFactDetector({
  id: 'joblib',
  version: 1,
  reads: 'joblib',
  table: TABLE,
  facts: (document: JoblibDocument) => document.anomalies,
});
