import type { Verdict } from '#findings';

/** What a callable can do to the process that loads a file, or to its machine. */
export type Capability =
  | 'run-code'
  | 'start-process'
  | 'load-native'
  | 'open-network'
  | 'write-files'
  | 'tamper'
  | 'exhaust'
  | 'read-files'
  | 'import'
  | 'reflect'
  | 'build-code'
  | 'unpickle';

export interface CapabilityInfo {
  readonly does: string; // completes "it ..."
  /** What a call with it makes of a file: harm shown, or the means to do harm. */
  readonly verdict: Extract<Verdict, 'malicious' | 'unsafe'>;
}

export const CAPABILITIES: Readonly<Record<Capability, CapabilityInfo>> = {
  'run-code': { does: 'executes code', verdict: 'malicious' },
  'start-process': { does: 'starts or ends a process', verdict: 'malicious' },
  'load-native': { does: 'loads native code', verdict: 'malicious' },
  'open-network': { does: 'opens the network', verdict: 'malicious' },
  'write-files': { does: 'writes or deletes files', verdict: 'malicious' },
  tamper: {
    does: 'changes the process that loads it, or switches off its protections',
    verdict: 'malicious',
  },
  exhaust: { does: 'can use up memory or time, or end the process', verdict: 'unsafe' },
  'read-files': { does: 'reads files or the environment', verdict: 'unsafe' },
  import: { does: 'imports a module by name', verdict: 'unsafe' },
  reflect: { does: 'reaches attributes by name or calls what it is given', verdict: 'unsafe' },
  'build-code': { does: 'builds functions, classes or code objects', verdict: 'unsafe' },
  unpickle: { does: 'unpickles or decodes objects again', verdict: 'unsafe' },
};

/** From the worst to the least, to choose one of several. */
export const CAPABILITY_ORDER: readonly Capability[] = [
  'run-code',
  'start-process',
  'load-native',
  'write-files',
  'open-network',
  'tamper',
  'unpickle',
  'import',
  'build-code',
  'reflect',
  'read-files',
  'exhaust',
];
