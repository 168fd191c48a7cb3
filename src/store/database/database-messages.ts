/** What the thread that owns the database and the main thread say to each other. */
export interface DatabaseRequest {
  readonly id: number;
  readonly kind: 'query' | 'script' | 'listen' | 'unlisten' | 'stats' | 'close';
  readonly sql: string; // for `listen` the channel
  readonly params: readonly unknown[];
}

export interface QueryAnswer {
  readonly rows: readonly Record<string, unknown>[];
  readonly affectedRows: number;
}

export interface DatabaseStats {
  readonly fsyncCount: number;
}

export type DatabaseReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: QueryAnswer }
  | { readonly kind: 'stats'; readonly id: number; readonly stats: DatabaseStats }
  | { readonly kind: 'failed'; readonly id: number; readonly error: SqlFailure }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }
  /** The database cannot go on; the thread ends. */
  | { readonly kind: 'fatal'; readonly message: string };

export interface SqlFailure {
  readonly message: string;
  readonly code: string;
  readonly constraint: string | undefined;
  readonly detail: string | undefined;
}

export interface DatabaseThreadData {
  readonly folder: string;
}
