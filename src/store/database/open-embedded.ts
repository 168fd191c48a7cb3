import { Kysely } from 'kysely';
import type { Db } from 'pg-boss';
import type { Log } from '#kernel';
import { createCluster } from './create-cluster.ts';
import { DatabaseThread } from './database-thread.ts';
import { startMaintenance } from './maintenance.ts';
import type { MetadataDatabase } from './metadata-database.ts';
import type { Tables } from './tables.ts';
import { createThreadDialect } from './thread-dialect.ts';

export interface EmbeddedDatabase extends MetadataDatabase {
  readonly thread: DatabaseThread;
}

/** Opens the database in `folder`, and makes it at the first start. Only the owner of the folder may call this. */
export async function openEmbedded(folder: string, log: Log): Promise<EmbeddedDatabase> {
  await createCluster(folder);
  const thread = await DatabaseThread.open(folder, log);
  const db = new Kysely<Tables>({ dialect: createThreadDialect(thread) });
  const maintenance = startMaintenance(thread, log);
  return {
    isOwned: true,
    db,
    thread,
    queue: { backend: 'pglite', connection: toQueueConnection(thread) },
    // The thread alone is closed: what comes later is told so by it, where kysely would name its driver.
    [Symbol.asyncDispose]() {
      maintenance[Symbol.dispose]();
      return thread.close();
    },
  };
}

/** pg-boss sends statements without parameters as scripts that bring their own transactions. */
function toQueueConnection(thread: DatabaseThread): Db {
  return {
    async executeSql(text, values) {
      const isScript = values === undefined || values.length === 0;
      const { rows } = isScript ? await thread.script(text) : await thread.query(text, values);
      return { rows: [...rows] };
    },
    async listen(channel, onNotification, onReconnect) {
      const close = await thread.listen(channel, onNotification);
      onReconnect();
      return { close };
    },
  };
}
