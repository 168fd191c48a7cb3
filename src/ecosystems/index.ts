export type { HubPath, HubRepo, HubRepoId, HubRepoType } from './huggingface/repo-id.ts';
