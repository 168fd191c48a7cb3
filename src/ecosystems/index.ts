export { EcosystemError, type EcosystemErrorCode } from './ecosystem-error.ts';
export { parseGitIgnore, parseLfsAttributes } from './git/git-attributes.ts';
export { type GitCommit, renderGitCommit } from './git/git-commit.ts';
export { type GitObjectKind, hashGitBlob, hashGitObject } from './git/git-object.ts';
export { buildGitTrees, type GitTree, type GitTreeFile } from './git/git-tree.ts';
export {
  type LfsPointer,
  MAX_LFS_POINTER_BYTES,
  parseLfsPointer,
  renderLfsPointer,
} from './git/lfs-pointer.ts';
export { type HubPath, isHubPath, parseHubPath } from './huggingface/hub-path.ts';
export { type HubRevision, isHubRevision, parseHubRevision } from './huggingface/hub-revision.ts';
export {
  HUB_REPO_TYPES,
  type HubRepo,
  type HubRepoId,
  type HubRepoType,
  isHubRepoId,
  parseHubRepoId,
} from './huggingface/repo-id.ts';
