import { AppError } from '#kernel';

export type StoreErrorCode =
  | 'not-found'
  | 'exists' // a name that must be unique is taken
  | 'conflict' // the state is no longer the one the caller saw (a moved ref, a settled decision)
  | 'invalid-value' // text that the database cannot hold (NUL, lone surrogate), a page cursor that is not ours
  | 'digest-mismatch' // bytes do not have the digest that was promised
  | 'size-mismatch'
  | 'locked' // another process owns the data folder
  | 'newer-schema' // the database was written by a newer Sallyport
  | 'corrupt' // a migration that was edited, a blob that changed on disk
  | 'disk-full'
  | 'closed' // the store was closed
  | 'io';

/** The store could not do what was asked. */
export class StoreError extends AppError<StoreErrorCode> {}
