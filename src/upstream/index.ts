export type { HubCommit, HubDownload, HubFile, HubInfo, HubUpstream } from './huggingface/hub-upstream.ts';
export { UpstreamError, type UpstreamErrorCode } from './upstream-error.ts';
