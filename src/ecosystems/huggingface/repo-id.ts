import type { Brand } from '#kernel';

export type HubRepoType = 'model' | 'dataset' | 'space';

/** `name` or `namespace/name`, as the Hub allows them. */
export type HubRepoId = Brand<string, 'HubRepoId'>;

/** A path in a Hub repository: relative, `/` between segments, no empty, `.` or `..` segment, no control character. */
export type HubPath = Brand<string, 'HubPath'>;

export interface HubRepo {
  readonly type: HubRepoType;
  readonly id: HubRepoId;
}
