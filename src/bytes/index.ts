export type { ByteSource } from './byte-source.ts';
export { BytesError, type BytesErrorCode } from './bytes-error.ts';
