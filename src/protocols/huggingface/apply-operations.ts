import { hashGitBlob, parseHubPath, renderLfsPointer } from '#ecosystems';
import { quote, type Sha256 } from '#kernel';
import type { VersionFile } from '#store';
import type { CommitOperation, InlineFile } from './commit-operations.ts';
import { HubError } from './hub-error.ts';
import { renderLfsAttribute } from './lfs-rule.ts';

export interface ApplyContext {
  /** The size of an object that was sent to this repository. */
  findObject(sha256: Sha256): Promise<number | undefined>;
  /** Under the `.gitattributes` that holds after the commit. */
  isLfs(path: string, sizeBytes: number): boolean;
  /** Appends lines to the `.gitattributes` of a version. */
  extendAttributes(lines: string, files: ReadonlyMap<string, VersionFile>): Promise<InlineFile>;
}

/**
 * The files of a version after a commit, in the order of its lines.
 *
 * @throws {HubError} `invalid-request`, `entry-not-found`
 */
export async function applyOperations(
  before: readonly VersionFile[],
  operations: readonly CommitOperation[],
  context: ApplyContext,
): Promise<ReadonlyMap<string, VersionFile>> {
  const files = new Map(before.map((file) => [file.path, file]));
  const unnamed = new Set<string>();
  for (const operation of operations) {
    switch (operation.kind) {
      case 'file': {
        const isLfs = context.isLfs(operation.path, operation.sizeBytes);
        files.set(operation.path, isLfs ? toLfsFile(operation) : toRegularFile(operation));
        break;
      }
      case 'lfs-file': {
        const file = await toUploadedFile(operation, context);
        files.set(operation.path, file);
        if (!context.isLfs(operation.path, 1)) unnamed.add(operation.path);
        break;
      }
      case 'delete-file':
        if (!files.delete(operation.path))
          throw absent("A file with this name doesn't exist", operation.path);
        break;
      case 'delete-folder':
        deleteFolder(files, operation.path);
        break;
    }
  }
  // Git hands a file to LFS by its attributes alone: a clone would see the pointer otherwise.
  const lines = [...unnamed].filter((path) => files.get(path)?.isLfs === true).map(renderLfsAttribute);
  if (lines.length > 0) {
    const path = '.gitattributes';
    files.set(path, toRegularFile(await context.extendAttributes(lines.join(''), files)));
  }
  return files;
}

function deleteFolder(files: Map<string, VersionFile>, folder: string): void {
  const inside = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  if (inside.length === 0) throw absent("A folder with this name doesn't exist", folder);
  for (const path of inside) files.delete(path);
}

async function toUploadedFile(
  operation: Extract<CommitOperation, { kind: 'lfs-file' }>,
  context: ApplyContext,
): Promise<VersionFile> {
  const sizeBytes = await context.findObject(operation.sha256);
  if (sizeBytes === undefined) {
    throw new HubError(
      'invalid-request',
      `The content of ${quote(operation.path)} was not uploaded to this repository (sha256 ${operation.sha256})`,
    );
  }
  if (operation.sizeBytes !== undefined && operation.sizeBytes !== sizeBytes) {
    throw new HubError(
      'invalid-request',
      `${quote(operation.path)} has ${sizeBytes} bytes, not ${operation.sizeBytes}`,
    );
  }
  return toLfsFile({ path: operation.path, sha256: operation.sha256, sizeBytes });
}

function toLfsFile(file: Pick<InlineFile, 'path' | 'sha256' | 'sizeBytes'>): VersionFile {
  const pointer = Buffer.from(renderLfsPointer(file));
  return {
    path: parseHubPath(file.path),
    sizeBytes: file.sizeBytes,
    gitOid: hashGitBlob(pointer),
    sha256: file.sha256,
    isLfs: true,
  };
}

function toRegularFile(file: InlineFile): VersionFile {
  return {
    path: file.path,
    sizeBytes: file.sizeBytes,
    gitOid: file.gitOid,
    sha256: file.sha256,
    isLfs: false,
  };
}

function absent(message: string, path: string): HubError {
  return new HubError('entry-not-found', `${message}: ${quote(path)}`);
}
