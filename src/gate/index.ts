export type { Admission, Gate, GateFile, Refusal, Resolved, Served } from './gate.ts';
export { GateError, type GateErrorCode } from './gate-error.ts';
export type { Origin, PackageKey } from './origin.ts';
