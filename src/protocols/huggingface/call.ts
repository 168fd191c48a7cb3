import type { Principal } from '#api';
import type { Gate } from '#gate';
import type { Clock, Log } from '#kernel';
import type { RepositoryRecord, Store } from '#store';
import type { HubUpstream } from '#upstream';
import type { BodySource } from './body.ts';
import type { HuggingfaceLimits } from './limits.ts';
import type { NodeStreams } from './node-streams.ts';
import type { HrefSigner } from './signed-href.ts';
import type { VersionFileLookup } from './version-files.ts';

/** What the handlers share. */
export interface HubDeps {
  readonly store: Store;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: HuggingfaceLimits;
  readonly hrefs: HrefSigner;
  readonly files: VersionFileLookup;
  upstreamFor(repository: RepositoryRecord): HubUpstream;
}

/** One request, taken apart. */
export interface HubCall {
  readonly method: string;
  readonly isHead: boolean;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: () => BodySource;
  readonly node: NodeStreams;
  readonly principal: Principal;
  readonly repository: RepositoryRecord;
  /** What clients have as `HF_ENDPOINT`: absolute, from the configured public address, without a final `/`. */
  readonly endpoint: string;
  readonly signal: AbortSignal; // the client has gone
  /** What is left of the time in which a client must be answered. */
  remainingMs(): number;
}
