import type { Rule } from '#findings';
import type { RecognisedDocument } from '#formats';
import type { Detector } from '../detector.ts';

const NATIVE: Rule = {
  id: 'file/native-executable',
  title: 'A program or library in machine code',
  severity: 'high',
  verdict: 'unsafe',
  rationale:
    'Weights, tables and texts need no machine code. A library beside a model is loaded by its code or by a custom operator, and then does anything.',
  remediation:
    'Use a model that runs with operators you already trust, or build the library from source you reviewed.',
  cwe: [506, 829],
};

const BYTE_CODE: Rule = {
  id: 'file/byte-code',
  title: 'Compiled code without its source',
  severity: 'high',
  verdict: 'unsafe',
  rationale:
    'Byte code runs like source and cannot be reviewed like it. Loaders prefer it to the source beside it when it claims to be newer.',
  remediation: 'Ask for the source, and delete the byte code.',
  cwe: [506, 829],
};

const RULES: Readonly<Record<string, Rule>> = {
  elf: NATIVE,
  pe: NATIVE,
  macho: NATIVE,
  'llvm-bitcode': NATIVE,
  'java-class': BYTE_CODE,
  dex: BYTE_CODE,
  wasm: BYTE_CODE,
  'lua-bytecode': BYTE_CODE,
  'python-bytecode': BYTE_CODE,
};

/** Code that was recognised by its magic is something that runs, whatever it does. */
export const NATIVE_DETECTORS: readonly Detector<RecognisedDocument>[] = Object.entries(RULES).map(
  ([kind, rule]) => ({
    id: `native-${kind}`,
    version: 1,
    reads: kind,
    rules: [rule],
    *detect({ title }) {
      yield { rule: rule.id, message: `the file is: ${title}`, confidence: 'high', place: {} };
    },
  }),
);
