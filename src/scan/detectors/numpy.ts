import type { Rule } from '#findings';
import type { NumpyDocument } from '#formats';
import type { Detector } from '../detector.ts';
import { createFactDetector } from './fact-detector.ts';

const HEADER: Rule = {
  id: 'numpy/odd-header',
  title: 'An array header that NumPy does not write',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'The header is a Python literal with three fields. Expressions, fields twice and other spellings of a dtype are ways to make a reader evaluate code, or load a pickle where a check saw numbers.',
  remediation: 'Have the array written again with numpy.save(..., allow_pickle=False).',
  cwe: [95, 436],
};

const TRAILING: Rule = {
  id: 'numpy/trailing-bytes',
  title: 'Bytes behind the last array',
  severity: 'medium',
  verdict: 'undetermined',
  rationale:
    'numpy.load reads one array a call. What follows is read by the next call, by pickle where it is allowed, or by another program.',
  remediation: 'Have the array written again; a file needs nothing behind it.',
  cwe: [434],
};

const TABLE: Readonly<Record<string, Rule | undefined>> = {
  'header-expression': HEADER,
  'header-fields': HEADER,
  'unknown-dtype': HEADER,
  'trailing-bytes': TRAILING,
};

/** Judges the container; the pickles of object arrays are judged like all pickles. */
export const numpyDetector: Detector<NumpyDocument> = createFactDetector({
  id: 'numpy',
  version: 1,
  reads: 'numpy',
  table: TABLE,
  facts: (document: NumpyDocument) => document.anomalies,
});
