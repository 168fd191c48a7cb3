export { createGate, type GateDeps } from './create-gate.ts';
export { sendBody } from './file-body.ts';
export type { Admission, Gate, GateFile, Refusal, Resolved, Served } from './gate.ts';
export { GateError, type GateErrorCode } from './gate-error.ts';
export { GateLimits } from './gate-limits.ts';
export type { Origins } from './objects.ts';
export type { Origin, PackageKey } from './origin.ts';
