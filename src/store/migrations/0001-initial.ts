/** The first schema: names, versions, refs, blobs, reports, decisions, tokens, uploads, settings. */
export const initial = `
create table repositories (
  id uuid primary key default gen_random_uuid(),
  name text collate "C" not null unique,
  protocol text not null,
  kind text not null check (kind in ('local', 'remote', 'virtual')),
  upstream_url text,
  upstream_token text,
  policy text not null,
  created_at timestamptz(3) not null
);

-- name_key is the name without regard to case: what is unique, sorted and searched.
create table packages (
  id uuid primary key default gen_random_uuid(),
  repository_id uuid not null references repositories on delete cascade,
  type text collate "C" not null,
  name text collate "C" not null,
  name_key text collate "C" not null,
  is_private boolean not null,
  default_ref text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  unique (repository_id, type, name_key)
);
create index packages_by_name on packages (repository_id, name_key, type);

create table versions (
  id uuid primary key default gen_random_uuid(),
  package_id uuid not null references packages on delete cascade,
  revision text collate "C" not null,
  first_parent text collate "C",
  parents json not null,
  title text not null,
  message text not null,
  author text not null,
  created_at timestamptz(3) not null,
  info json not null,
  unique (package_id, revision)
);
create index versions_by_date on versions (package_id, created_at desc, id desc);

create table version_files (
  version_id uuid not null references versions on delete cascade,
  path text collate "C" not null,
  size_bytes bigint not null check (size_bytes >= 0),
  git_oid text collate "C" not null,
  sha256 text collate "C",
  is_lfs boolean not null,
  primary key (version_id, path)
);

create table refs (
  package_id uuid not null references packages on delete cascade,
  name text collate "C" not null,
  kind text not null,
  revision text collate "C" not null,
  checked_at timestamptz(3) not null,
  primary key (package_id, name)
);

-- The inventory of what is stored. The file or object under the digest is the truth.
create table blobs (
  sha256 text collate "C" primary key check (sha256 ~ '^[0-9a-f]{64}$'),
  size_bytes bigint not null check (size_bytes >= 0),
  created_at timestamptz(3) not null
);

create table reports (
  digest text collate "C" primary key,
  size_bytes bigint not null,
  body bytea not null,
  created_at timestamptz(3) not null
);

-- What one engine said of one file: a cache. key is a digest over blob, engine and path.
create table file_reports (
  key text collate "C" primary key,
  size_bytes bigint not null,
  body bytea not null,
  created_at timestamptz(3) not null
);

-- The log of decisions names what it is about in full and refers to nothing that can be deleted.
create table decisions (
  seq bigint generated always as identity primary key,
  id uuid not null unique default gen_random_uuid(),
  version_id uuid not null,
  repository text collate "C" not null,
  protocol text not null,
  package_type text not null,
  package_name text not null,
  package_key text collate "C" not null,
  version text not null,
  effect text collate "C" not null,
  state text collate "C" not null check (state in ('active', 'approved', 'refused', 'superseded')),
  verdict text not null,
  reasons json not null,
  policy text not null,
  policy_digest text not null,
  engine_fingerprint text not null,
  report_digest text not null,
  read_bytes bigint not null,
  elapsed_ms bigint not null,
  decided_at timestamptz(3) not null,
  settled_by text,
  settled_reason text,
  settled_at timestamptz(3)
);
create unique index decisions_active on decisions (version_id) where state = 'active';
create index decisions_by_version on decisions (version_id, seq desc) where state <> 'superseded';
create index decisions_by_package on decisions (repository, package_key, seq desc);
create index decisions_by_repository on decisions (repository, seq desc);
create index decisions_by_name on decisions (package_key, seq desc);
create index decisions_by_effect on decisions (effect, seq desc);
create index decisions_by_state on decisions (state, seq desc);

-- Rows are never deleted, and change only in what settles or supersedes them.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'decisions are a log: rows are neither deleted nor rewritten';
end $$;
create trigger decisions_are_a_log before delete or update of
  seq, id, version_id, repository, protocol, package_type, package_name, package_key, version, effect, verdict,
  reasons, policy, policy_digest, engine_fingerprint, report_digest, read_bytes, elapsed_ms, decided_at
  on decisions for each row execute function refuse_change();

create table tokens (
  id uuid primary key default gen_random_uuid(),
  hash text collate "C" not null unique,
  name text not null,
  scopes json not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
create index tokens_by_date on tokens (created_at, id);

create table uploads (
  id uuid primary key default gen_random_uuid(),
  package_id uuid not null references packages on delete cascade,
  sha256 text collate "C" not null,
  size_bytes bigint not null check (size_bytes >= 0),
  part_bytes bigint not null check (part_bytes > 0),
  expires_at timestamptz(3) not null,
  unique (package_id, sha256, size_bytes, part_bytes)
);
create index uploads_by_expiry on uploads (expires_at);

create table settings (
  key text collate "C" primary key,
  value json not null
);
`;
