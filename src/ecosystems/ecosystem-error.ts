import { AppError } from '#kernel';

export type EcosystemErrorCode =
  | 'invalid-repo-id'
  | 'invalid-path'
  | 'invalid-revision'
  | 'path-conflict' // one path is a file and a folder at once
  | 'limit-exceeded';

/** Text that is not the name, path or object it claims to be. */
export class EcosystemError extends AppError<EcosystemErrorCode> {}
