import type { Rule } from '#findings';

const REBUILD =
  'Do not load it. Ask its publisher for safetensors weights, or rebuild the file from a source you trust.';
const REVIEW =
  'Find out where the name comes from. If it is your own code or a library you trust, record a waiver for it; else ask for a format that carries numbers only, such as safetensors.';

export const RULES = {
  dangerousCall: {
    id: 'pickle/dangerous-call',
    title: 'Loading runs code, starts a process, or touches files or the network',
    severity: 'critical',
    verdict: 'malicious',
    rationale:
      'A pickle is a program. This one calls a function whose effect on the machine that loads it is known and is not needed to rebuild a model.',
    remediation: REBUILD,
    cwe: [502, 94],
  },
  scannerTampering: {
    id: 'pickle/scanner-tampering',
    title: 'Loading changes the loading process or its protections',
    severity: 'critical',
    verdict: 'malicious',
    rationale:
      'It registers hooks, changes import paths, widens lists of safe globals, or reaches into a scanner, so that what comes next is not what it seems.',
    remediation: REBUILD,
    cwe: [502, 693],
  },
  unsafeCall: {
    id: 'pickle/unsafe-call',
    title: 'Loading calls a function that reflects, reads files, imports or unpickles',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'The function reaches attributes by name, imports by name, reads files or decodes objects again: the steps that payloads are made of, and that honest writers of models do not use.',
    remediation: REBUILD,
    cwe: [502, 470],
  },
  unknownCallee: {
    id: 'pickle/unknown-callee',
    title: 'Loading calls a value that is only known at run time',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'What is called was made by an earlier call or read from nowhere. Honest writers name what they call.',
    remediation: REBUILD,
    cwe: [502, 470],
  },
  dangerousImport: {
    id: 'pickle/dangerous-import',
    title: 'A dangerous function is imported or stored',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'It is not called by the pickle itself, but stays in the object and can be called later, when the model is used, compared, copied or deleted.',
    remediation: REBUILD,
    cwe: [502],
  },
  attributeWalk: {
    id: 'pickle/attribute-walk',
    title: 'A name walks through modules or into the interpreter',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'A dotted or double-underscore name fetches what a trusted module only happens to hold: another module, a namespace, a class hierarchy.',
    remediation: REBUILD,
    cwe: [502, 470],
  },
  computedName: {
    id: 'pickle/computed-name',
    title: 'The name of an import is made at load time',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'Names put together by calls, or not known, hide what is imported from whoever reads the file.',
    remediation: REBUILD,
    cwe: [502, 470],
  },
  codeObject: {
    id: 'pickle/code-object',
    title: 'Functions or classes are carried by value',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'The file holds byte code or source (cloudpickle, dill, FX graph modules) that runs when the object is loaded or used. It may be honest, but it is code, and nobody here has run it.',
    remediation: 'Ask for the code as a package that can be reviewed, and for the weights as safetensors.',
    cwe: [502, 94],
  },
  nestedPickle: {
    id: 'pickle/nested-pickle',
    title: 'Bytes inside the pickle are unpickled again',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'What the inner pickle does is hidden in a bytes constant, and is not the plain storage that PyTorch writes there.',
    remediation: REBUILD,
    cwe: [502],
  },
  buildOnForeign: {
    id: 'pickle/build-on-foreign',
    title: 'State is written into something that the pickle did not make',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'BUILD on a module, class or function rewrites it for the whole process; on an unknown object it calls a `__setstate__` of its choice.',
    remediation: REBUILD,
    cwe: [502, 915],
  },
  fillOnForeign: {
    id: 'pickle/fill-on-foreign',
    title: 'Items are filled into something that the pickle did not make',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'SETITEM and APPEND call methods of their target. On a namespace, a class or an unknown object they change the process or run code of the target.',
    remediation: REBUILD,
    cwe: [502, 915],
  },
  unexpectedState: {
    id: 'pickle/unexpected-state',
    title: 'A known class gets a state that it never writes itself',
    severity: 'high',
    verdict: 'unsafe',
    rationale:
      'Names such as `__setstate__` or `__class__`, or source text where a class executes its own template, turn a harmless class into a way to call what was planted.',
    remediation: REBUILD,
    cwe: [502, 915],
  },
  resourceBomb: {
    id: 'pickle/resource-bomb',
    title: 'Loading or walking the object uses up memory or time',
    severity: 'medium',
    verdict: 'unsafe',
    rationale:
      'Sizes far beyond the file, containers that double at each level, or nesting that breaks the interpreter: made to stop the process that loads it.',
    remediation: REBUILD,
    cwe: [400, 409, 674],
  },
  unexpectedArguments: {
    id: 'pickle/unexpected-arguments',
    title: 'A known constructor gets arguments that honest writers do not give',
    severity: 'medium',
    verdict: 'undetermined',
    rationale:
      'The function is harmless with the arguments it is known for. These are others, and nobody looked at what it does with them.',
    remediation: REVIEW,
    cwe: [502],
  },
  unknownCall: {
    id: 'pickle/unknown-call',
    title: 'Loading calls code that is not known to be safe',
    severity: 'medium',
    verdict: 'undetermined',
    rationale:
      'The name is neither a known constructor nor known to be dangerous. It may be a class of your own, or a way to do harm that nobody has listed.',
    remediation: REVIEW,
    cwe: [502],
  },
  unknownImport: {
    id: 'pickle/unknown-import',
    title: 'Loading imports a name that is not known to be safe',
    severity: 'medium',
    verdict: 'undetermined',
    rationale: 'An import runs the top level of its module, and what it yields can be called later.',
    remediation: REVIEW,
    cwe: [502],
  },
  extensionRegistry: {
    id: 'pickle/extension-registry',
    title: 'An object comes from the extension registry of the loading process',
    severity: 'medium',
    verdict: 'undetermined',
    rationale:
      'EXT1, EXT2 and EXT4 name a number that the loading process registered. What it stands for is not in the file. Model files do not use it.',
    remediation: REVIEW,
    cwe: [502],
  },
  persistentId: {
    id: 'pickle/persistent-id',
    title: 'An object is left to the loader to resolve',
    severity: 'low',
    verdict: 'undetermined',
    rationale:
      'A persistent id means what the program that loads the file makes of it. This is not the form that PyTorch uses for tensor data.',
    remediation: REVIEW,
    cwe: [502],
  },
  outOfBandBuffer: {
    id: 'pickle/out-of-band-buffer',
    title: 'Data is expected from outside the file',
    severity: 'low',
    verdict: 'undetermined',
    rationale:
      'The pickle takes buffers that whoever loads it must hand over. A file on disk cannot be loaded so.',
    remediation: 'Ask for a file that is complete in itself.',
    cwe: [502],
  },
  brokenStream: {
    id: 'pickle/broken-stream',
    title: 'The pickle breaks off or breaks its own rules',
    severity: 'medium',
    verdict: 'undetermined',
    rationale:
      'Everything before the break has run when a loader notices it. Broken tails are also used to stop scanners before the payload.',
    remediation: 'Download the file again; if it is still broken, ask its publisher.',
    cwe: [502],
  },
  ambiguousStream: {
    id: 'pickle/ambiguous-stream',
    title: 'Two readers of pickles would understand the file differently',
    severity: 'medium',
    verdict: 'undetermined',
    rationale:
      'Honest writers produce one plain form. Forms that one reader rejects and another accepts are made to show a scanner something else than the loader sees.',
    remediation: 'Ask for a file written by an unmodified framework.',
    cwe: [502, 436],
  },
  trailingData: {
    id: 'pickle/trailing-data',
    title: 'Bytes follow the pickle',
    severity: 'low',
    verdict: 'undetermined',
    rationale:
      'No loader reads them as part of the pickle. They can be another file, or a payload for a second step.',
    remediation: 'Ask what they are for, or for a file without them.',
    cwe: [502],
  },
  truncatedFindings: {
    id: 'pickle/too-many-findings',
    title: 'More was found than is listed',
    severity: 'medium',
    verdict: 'undetermined',
    rationale: 'The list of findings is bounded. What is not listed was judged too.',
    remediation: REVIEW,
    cwe: [502],
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof RULES;

export const PICKLE_RULES: readonly Rule[] = Object.values(RULES);
