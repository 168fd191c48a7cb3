import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#kernel';
import { copyTemplate } from '../../../test/support/test-store.ts';
import { MIGRATIONS } from '../migrations/all.ts';
import { maintain } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { type EmbeddedDatabase, openEmbedded } from './open-embedded.ts';

describe('the embedded database', { timeout: 60_000 }, () => {
  let dataDir: string;
  let database: EmbeddedDatabase;

  beforeAll(async () => {
    dataDir = await copyTemplate();
    database = await openEmbedded(join(dataDir, 'database'), silentLog);
    await database.thread.script('create table probe (n integer primary key, text text)');
  }, 120_000);
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('flushes to disk for every commit, and not for reads', async () => {
    const { thread } = database;
    const before = (await thread.readStats()).fsyncCount;
    for (let n = 0; n < 50; n += 1) await thread.query('insert into probe values ($1)', [n]);
    const after = (await thread.readStats()).fsyncCount;
    expect(after - before).toBeGreaterThanOrEqual(50);
    for (let n = 0; n < 50; n += 1) await thread.query('select * from probe where n = $1', [n]);
    expect((await thread.readStats()).fsyncCount).toBe(after);
  });

  it('keeps everybody else out of a transaction, and takes nothing of one that fails', async () => {
    const { db, thread } = database;
    const count = () => thread.query('select count(*) from probe where n between $1 and $2', [1000, 1999]);
    const outside: ReturnType<typeof count>[] = [];
    const failing = db.transaction().execute(async (trx) => {
      for (let n = 1000; n < 1010; n += 1) {
        await sql`insert into probe values (${n})`.execute(trx);
        outside.push(count()); // asked while the transaction is open, answered when it is over
      }
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    for (const { rows } of await Promise.all(outside)) expect(rows).toEqual([{ count: 0 }]);
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        db.transaction().execute(async (trx) => {
          const { rows } = await sql<{ max: number }>`
            select coalesce(max(n), 1999) as max from probe where n between 2000 and 2999`.execute(trx);
          await sql`insert into probe values (${(rows[0]?.max ?? 0) + 1}, ${String(i)})`.execute(trx);
        }),
      ),
    );
    const { rows } = await thread.query('select count(*) from probe where n between $1 and $2', [2000, 2009]);
    expect(rows).toEqual([{ count: 10 }]);
  });

  it('does not call a transaction kept of which a statement failed unheard', async () => {
    const silent = database.db.transaction().execute(async (trx) => {
      await sql`insert into probe values (6000)`.execute(trx);
      await sql`select * from nothing`.execute(trx).catch(() => undefined);
    });
    await expect(silent).rejects.toMatchObject({ code: '25P02' });
    const { rows } = await database.thread.query('select * from probe where n = $1', [6000]);
    expect(rows).toEqual([]);
  });

  it('leaves no transaction behind a script that fails in its own', async () => {
    const script = 'begin; insert into probe values (5000); insert into nothing values (1); commit';
    await expect(database.thread.script(script)).rejects.toMatchObject({ code: '42P01' });
    const { rows } = await database.thread.query('select * from probe where n = $1', [5000]);
    expect(rows).toEqual([]);
  });

  it('vacuums and checkpoints when there is something to do', async () => {
    const { thread } = database;
    await thread.script(`
      insert into probe select g, repeat('x', 1000) from generate_series(10000, 50000) g;
      delete from probe where n > 10000`);
    const chores = await maintain(thread);
    expect(chores).toContain('checkpoint');
    expect(chores).toContainEqual({ vacuumed: 'public.probe' });
    for (let tries = 0; tries < 50; tries += 1) if ((await maintain(thread)).length === 0) return;
    expect.fail('it never ends');
  });

  it('does not let the log of decisions be rewritten', async () => {
    const { thread } = database;
    await thread.script(`
      insert into decisions (version_id, repository, protocol, package_type, package_name, package_key, version,
        effect, state, verdict, reasons, policy, policy_digest, engine_fingerprint, report_digest, read_bytes,
        elapsed_ms, decided_at)
      values (gen_random_uuid(), '', '', '', '', '', '', 'hold', 'active', 'clean', '[]', '', '', '', '', 0, 0, now())`);
    await expect(thread.script('delete from decisions')).rejects.toThrow('are a log');
    await expect(thread.script(`update decisions set effect = 'allow'`)).rejects.toThrow('are a log');
    await thread.script(`update decisions set state = 'superseded'`);
  });

  it('applies each migration once, however many start, and none of one that fails', async () => {
    const { db } = database;
    const [known] = MIGRATIONS;
    if (known === undefined) throw new TypeError('no migration');
    const next = {
      number: 2,
      name: '0002-x',
      sql: 'create table second (id integer);\ninsert into second values (1);',
    };
    const broken = { ...next, sql: 'create table half (id integer);\nselect * from nothing;' };
    await expect(migrate(db, [known, broken], systemClock)).rejects.toThrow();
    await expect(sql`select * from half`.execute(db)).rejects.toThrow();
    const counts = await Promise.all([1, 2, 3].map(() => migrate(db, [known, next], systemClock)));
    expect([...counts].sort()).toEqual([0, 0, 1]);
    await expect(migrate(db, [known], systemClock)).rejects.toMatchObject({ code: 'newer-schema' });
    const edited = { ...next, sql: 'create table second (id bigint);' };
    await expect(migrate(db, [known, edited], systemClock)).rejects.toMatchObject({ code: 'corrupt' });
  });
});

describe('an embedded database that cannot go on', { timeout: 60_000 }, () => {
  it('fails every call with a code, and has what it acknowledged when it can again', async () => {
    const dataDir = await copyTemplate();
    const folder = join(dataDir, 'database');
    const first = await openEmbedded(folder, silentLog);
    await first.thread.script('create table probe (n integer); insert into probe values (1)');
    await rename(join(folder, 'pg_wal'), join(folder, 'away'));
    await writeFile(join(folder, 'pg_wal'), 'not a folder');
    const io = { code: 'io' };
    const switching = async () => {
      for (let i = 0; i < 5; i += 1) {
        await first.thread.script('insert into probe values (2); select pg_switch_wal()');
      }
    };
    await expect(switching()).rejects.toMatchObject(io);
    await expect(first.thread.script('select 1')).rejects.toMatchObject(io);
    await first[Symbol.asyncDispose]();
    await rm(join(folder, 'pg_wal'));
    await rename(join(folder, 'away'), join(folder, 'pg_wal'));
    const second = await openEmbedded(folder, silentLog);
    const { rows } = await second.thread.query('select count(*) from probe where n = $1', [1]);
    expect(rows).toEqual([{ count: 1 }]);
    await second[Symbol.asyncDispose]();
    await writeFile(join(folder, 'global', 'pg_control'), 'broken');
    await expect(openEmbedded(folder, silentLog)).rejects.toMatchObject(io);
    await rm(dataDir, { recursive: true, force: true });
  });
});
