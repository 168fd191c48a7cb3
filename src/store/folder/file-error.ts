import { StoreError } from '../store-error.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Turns a failed file operation into our error; anything else passes as it is. */
export function fromFileError(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  const code = String(error.code);
  if (FULL.has(code)) return new StoreError('disk-full', `${what}: no space left`, { cause: error });
  if (code === 'ENOENT') return new StoreError('not-found', `${what}: not there`, { cause: error });
  return new StoreError('io', `${what}: ${code}`, { cause: error });
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
