export {
  createHubUpstream,
  HUB_UPSTREAM_LIMITS,
  type HubUpstreamLimits,
  type HubUpstreamOptions,
} from './huggingface/create-hub-upstream.ts';
export type { HubCommit, HubDownload, HubFile, HubInfo, HubUpstream } from './huggingface/hub-upstream.ts';
export { UpstreamError, type UpstreamErrorCode } from './upstream-error.ts';
