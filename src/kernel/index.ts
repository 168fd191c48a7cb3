export { AppError } from './app-error.ts';
export type { Brand } from './brand.ts';
export { type Clock, systemClock } from './clock.ts';
export { type GitOid, isGitOid, isSha256, type Sha256 } from './digest.ts';
export { type Log, type LogFields, silentLog } from './log.ts';
export { quote } from './quote.ts';
export { err, ok, type Result } from './result.ts';
export { unreachable } from './unreachable.ts';
