export type { BlobStore, ByteRange, StagedBlob, StageOptions } from './blob-store.ts';
export { openStore, type StoreOptions } from './open-store.ts';
export type {
  BlobInfo,
  DecisionRecord,
  Json,
  PackageRecord,
  RefRecord,
  RepositoryRecord,
  TokenRecord,
  VersionFile,
  VersionRecord,
} from './records.ts';
export type {
  DecisionStore,
  FailedJob,
  FileReportKey,
  JobKind,
  JobOptions,
  NewVersion,
  PackageStore,
  Page,
  Paged,
  Queue,
  RefStore,
  ReportStore,
  RepositoryStore,
  SettingStore,
  Store,
  TokenStore,
  UploadRecord,
  UploadStore,
  VersionStore,
} from './store.ts';
export { StoreError, type StoreErrorCode } from './store-error.ts';
