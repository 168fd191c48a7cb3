import type { Kysely } from 'kysely';
import { quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { Json } from '../records.ts';
import type { SettingStore } from '../store.ts';
import { StoreError } from '../store-error.ts';

export function createSettingStore({ db }: { readonly db: Kysely<Tables> }): SettingStore {
  async function get(key: string): Promise<Json | undefined> {
    const row = await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
    return row === undefined ? undefined : (row.value as Json);
  }

  return {
    get,
    async init(key, value) {
      await db
        .insertInto('settings')
        .values({ key, value: JSON.stringify(value) })
        .onConflict((conflict) => conflict.column('key').doNothing())
        .execute();
      const kept = await get(key);
      if (kept === undefined) throw new StoreError('conflict', `setting ${quote(key)} came and went`);
      return kept;
    },
  };
}
