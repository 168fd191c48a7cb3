import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** A 64-bit integer; only safe ones are stored. */
type Int8 = ColumnType<number, number, number>;
/** Written as JSON text, read as what it means. `json`, not `jsonb`: it keeps every text, NUL escapes included. */
type JsonText = ColumnType<unknown, string, string>;

export interface Tables {
  repositories: {
    id: Generated<string>;
    name: string;
    protocol: string;
    kind: string;
    upstream_url: string | null;
    upstream_token: string | null;
    policy: string;
    created_at: Date;
  };
  packages: {
    id: Generated<string>;
    repository_id: string;
    type: string;
    name: string;
    name_key: string;
    is_private: boolean;
    default_ref: string;
    created_at: Date;
    updated_at: Date;
  };
  versions: {
    id: Generated<string>;
    package_id: string;
    revision: string;
    first_parent: string | null;
    parents: JsonText;
    title: string;
    message: string;
    author: string;
    created_at: Date;
    info: JsonText;
  };
  version_files: {
    version_id: string;
    path: string;
    size_bytes: Int8;
    git_oid: string;
    sha256: string | null;
    is_lfs: boolean;
  };
  refs: {
    package_id: string;
    name: string;
    kind: string;
    revision: string;
    checked_at: Date;
  };
  blobs: {
    sha256: string;
    size_bytes: Int8;
    created_at: Date;
  };
  reports: {
    digest: string;
    size_bytes: Int8;
    body: Uint8Array;
    created_at: Date;
  };
  file_reports: {
    key: string;
    size_bytes: Int8;
    body: Uint8Array;
    created_at: Date;
  };
  decisions: {
    seq: GeneratedAlways<number>;
    id: Generated<string>;
    version_id: string;
    repository: string;
    protocol: string;
    package_type: string;
    package_name: string;
    package_key: string;
    version: string;
    effect: string;
    state: string;
    verdict: string;
    reasons: JsonText;
    policy: string;
    policy_digest: string;
    engine_fingerprint: string;
    report_digest: string;
    read_bytes: Int8;
    elapsed_ms: Int8;
    decided_at: Date;
    settled_by: string | null;
    settled_reason: string | null;
    settled_at: Date | null;
  };
  tokens: {
    id: Generated<string>;
    hash: string;
    name: string;
    scopes: JsonText;
    created_at: Date;
    expires_at: Date | null;
    last_used_at: Date | null;
    revoked_at: Date | null;
  };
  uploads: {
    id: Generated<string>;
    package_id: string;
    sha256: string;
    size_bytes: Int8;
    part_bytes: Int8;
    expires_at: Date;
  };
  settings: {
    key: string;
    value: JsonText;
  };
  schema_migrations: {
    number: number;
    name: string;
    sha256: string;
    applied_at: Date;
  };
}
