import type { Finding } from '#findings';
import type { FormatDocument, PickleDocument, PickleProgram } from '#formats';
import type { DetectContext, Detector } from '../../detector.ts';
import { judgePrograms } from './judge.ts';
import { PICKLE_RULES, RULES } from './rules.ts';

/** Any document that holds pickles: bare, or inside a checkpoint, a joblib file, an array. */
export interface PickleHolder extends FormatDocument {
  readonly programs: readonly PickleProgram[];
}

/** Judges the pickles of documents of one kind. The rules are the same for all of them. */
export function createPickleDetector<Doc extends PickleHolder>(kind: Doc['kind']): Detector<Doc> {
  return {
    id: kind === 'pickle' ? 'pickle' : `pickle-in-${kind}`,
    version: 1,
    reads: kind,
    rules: PICKLE_RULES,
    detect: (document: Doc, context: DetectContext) => judgePrograms(document.programs, context),
  };
}

/** Bare pickle files. */
export const pickleDetector: Detector<PickleDocument> = {
  ...createPickleDetector<PickleDocument>('pickle'),
  detect(document: PickleDocument, context: DetectContext): Finding[] {
    const findings = judgePrograms(document.programs, context);
    if (document.trailingBytes > 0) {
      const last = document.programs.at(-1);
      findings.push({
        rule: RULES.trailingData.id,
        message: `${document.trailingBytes} bytes follow the last pickle`,
        confidence: 'high',
        place: last === undefined ? {} : { offset: last.endOffset },
      });
    }
    return findings;
  },
};
