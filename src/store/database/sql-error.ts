import { StoreError, type StoreErrorCode } from '../store-error.ts';

/** What the database said of a statement; `code` is a SQLSTATE. */
export class SqlError extends Error {
  readonly code: string;
  readonly constraint: string | undefined;
  readonly detail: string | undefined;

  constructor(fields: Pick<SqlError, 'message' | 'code' | 'constraint' | 'detail'>) {
    super(fields.message);
    this.name = 'SqlError';
    this.code = fields.code;
    this.constraint = fields.constraint;
    this.detail = fields.detail;
  }
}

/** SQLSTATEs that are an outcome for callers; any other is our bug and passes as it is. */
const CODES: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  '23505': ['exists', 'the name is taken'],
  '23503': ['not-found', 'it belongs to something that is not there'],
  '22021': ['invalid-value', 'text that the database cannot hold'],
  '22P05': ['invalid-value', 'text that the database cannot hold'],
  '22P02': ['invalid-value', 'a value that the database cannot read'],
  '22003': ['invalid-value', 'a number that the database cannot hold'],
  '54000': ['invalid-value', 'a value longer than the database can hold'],
  '40001': ['conflict', 'another transaction came first'],
  '40P01': ['conflict', 'another transaction came first'],
  '53100': ['disk-full', 'no space left for the database'],
  '58030': ['io', 'the database cannot read or write its files'],
  XX001: ['corrupt', 'a table of the database is damaged'],
  XX002: ['corrupt', 'an index of the database is damaged'],
};

/** Turns what the database said into our error where it is an expected outcome. */
export function fromSqlError(error: unknown): unknown {
  const known = error instanceof SqlError ? CODES[error.code] : undefined;
  return known === undefined ? error : new StoreError(known[0], known[1], { cause: error });
}
