import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { platform } from 'node:os';
import { join } from 'node:path';
import type { Log } from '#kernel';
import { fromFileError, isMissing } from './folder/file-error.ts';
import { StoreError } from './store-error.ts';

const SOCKET_NAME = 'owner.sock';

/**
 * Makes this process the only one that uses a data folder: two would overwrite each other's rows without a word.
 * The owner listens on a socket, which the kernel takes back however the process ends. On Linux there are two: an
 * abstract one, taken without a race by processes of one network namespace, and one in the folder, which
 * containers that share only the folder meet.
 *
 * @throws {StoreError} `locked`
 */
export async function lockFolder(folder: string, log: Log): Promise<AsyncDisposable> {
  await using held = new AsyncDisposableStack();
  const path = realpathSync(folder);
  if (platform() === 'linux') {
    const name = `\0sallyport-${createHash('sha256').update(path).digest('hex')}`;
    held.use(toDisposable(await listen(name, folder)));
    // A socket's path has at most about 100 bytes; through a descriptor of the folder it is short.
    const handle = held.use(await open(path, 'r'));
    try {
      held.use(toDisposable(await listenInFolder(join(`/proc/self/fd/${handle.fd}`, SOCKET_NAME), folder)));
    } catch (error) {
      if (!isUnsupported(error)) throw error;
      log.warn(
        'the file system of the data folder has no sockets: containers that share it are not kept apart',
      );
    }
  } else {
    held.use(toDisposable(await listenInFolder(join(path, SOCKET_NAME), folder)));
  }
  return held.move();
}

async function listenInFolder(address: string, folder: string): Promise<Server> {
  try {
    return await listen(address, folder);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'locked' || (await isAnswered(address))) throw error;
  }
  await removeStale(address);
  return listen(address, folder);
}

async function removeStale(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw fromFileError(error, 'the lock of the data folder');
  }
}

function listen(path: string, folder: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      const isTaken = 'code' in error && error.code === 'EADDRINUSE';
      reject(
        isTaken
          ? new StoreError('locked', `another Sallyport is using the data folder ${folder}`)
          : fromFileError(error, 'the lock of the data folder'),
      );
    });
    server.listen({ path }, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Bind mounts of virtual machines and some network file systems refuse sockets. */
function isUnsupported(error: unknown): boolean {
  const { cause } = error instanceof StoreError ? error : {};
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return ['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EINVAL', 'ENOSYS'].includes(code);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!('code' in error) || error.code !== 'ECONNREFUSED'));
  });
}

function toDisposable(server: Server): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
