import type { Kysely } from 'kysely';
import type { Db } from 'pg-boss';
import type { Tables } from './tables.ts';

/** Where metadata and the queue live: in this process, or (later) in a PostgreSQL server. */
export interface MetadataDatabase extends AsyncDisposable {
  /** No other process can be using it. */
  readonly isOwned: boolean;
  readonly db: Kysely<Tables>;
  readonly queue: {
    readonly backend: 'pglite' | 'postgres';
    readonly connection: Db;
  };
}
