import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import { Decision } from '#api';
import { quote } from '#kernel';
import type { Tables } from '../database/tables.ts';
import type { DecisionRecord } from '../records.ts';
import type { DecisionStore } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { toNameKey } from './packages.ts';
import { boundLimit, decodeCursor, toPage } from './page-cursor.ts';
import { isUuid } from './uuid.ts';

type Row = Selectable<Tables['decisions']>;

export function createDecisionStore({ db }: { readonly db: Kysely<Tables> }): DecisionStore {
  const select = () => db.selectFrom('decisions').selectAll();

  async function find(id: string): Promise<DecisionRecord | undefined> {
    const row = isUuid(id) ? await select().where('id', '=', id).executeTakeFirst() : undefined;
    return row === undefined ? undefined : toRecord(row);
  }

  return {
    find,
    async record(input) {
      if (!isUuid(input.versionId)) throw new StoreError('invalid-value', 'a decision needs a version');
      return db.transaction().execute(async (trx) => {
        await trx
          .updateTable('decisions')
          .set({ state: 'superseded' })
          .where('version_id', '=', input.versionId)
          .where('state', '=', 'active')
          .execute();
        return toRecord(await insert(trx, input));
      });
    },
    async current(versionId) {
      if (!isUuid(versionId)) return undefined;
      const row = await select()
        .where('version_id', '=', versionId)
        .where('state', '<>', sql.lit('superseded')) // literal: the partial index is for this very condition
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    async list(filter, page) {
      const limit = boundLimit(page);
      let query = select();
      if (filter.repository !== undefined) query = query.where('repository', '=', filter.repository);
      if (filter.packageName !== undefined) {
        query = query.where('package_key', '=', toNameKey(filter.packageName));
      }
      if (filter.effect !== undefined) query = query.where('effect', '=', filter.effect);
      if (filter.state !== undefined) query = query.where('state', '=', filter.state);
      if (page.after !== undefined) query = query.where('seq', '<', readSeq(page.after));
      const rows = await query
        .orderBy('seq', 'desc')
        .limit(limit + 1)
        .execute();
      return toPage(rows, limit, toRecord, (row) => [String(row.seq)]);
    },
    async settle(id, settlement) {
      const row = isUuid(id)
        ? await db
            .updateTable('decisions')
            .set({
              state: settlement.state,
              settled_by: settlement.by,
              settled_reason: settlement.reason,
              settled_at: settlement.at,
            })
            .where('id', '=', id)
            .where('state', '=', 'active')
            .where('effect', '=', 'hold')
            .returningAll()
            .executeTakeFirst()
        : undefined;
      if (row !== undefined) return toRecord(row);
      const known = await find(id);
      if (known === undefined) throw new StoreError('not-found', `no decision ${quote(id)}`);
      throw new StoreError(
        'conflict',
        `the decision is ${known.effect} and ${known.state}, not held and active`,
      );
    },
  };
}

function insert(trx: Transaction<Tables>, input: Omit<DecisionRecord, 'id'>): Promise<Row> {
  return trx
    .insertInto('decisions')
    .values({
      version_id: input.versionId,
      repository: input.repository,
      protocol: input.protocol,
      package_type: input.packageType,
      package_name: input.packageName,
      package_key: toNameKey(input.packageName),
      version: input.version,
      effect: input.effect,
      state: input.state,
      verdict: input.verdict,
      reasons: JSON.stringify(input.reasons),
      policy: input.policy,
      policy_digest: input.policyDigest,
      engine_fingerprint: input.engineFingerprint,
      report_digest: input.reportDigest,
      read_bytes: input.readBytes,
      elapsed_ms: input.elapsedMs,
      decided_at: input.decidedAt,
      settled_by: input.settledBy ?? null,
      settled_reason: input.settledReason ?? null,
      settled_at: input.settledAt ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

function readSeq(after: string): number {
  const seq = Number(decodeCursor(after, 1)[0]);
  if (!Number.isSafeInteger(seq)) throw new StoreError('invalid-value', 'not a page cursor of this list');
  return seq;
}

const { shape } = Decision;

function toRecord(row: Row): DecisionRecord {
  return {
    id: row.id,
    versionId: row.version_id,
    repository: row.repository,
    protocol: row.protocol,
    packageType: row.package_type,
    packageName: row.package_name,
    version: row.version,
    effect: shape.effect.parse(row.effect),
    state: shape.state.parse(row.state),
    verdict: shape.verdict.parse(row.verdict),
    reasons: row.reasons as DecisionRecord['reasons'],
    policy: row.policy,
    policyDigest: row.policy_digest,
    engineFingerprint: row.engine_fingerprint,
    reportDigest: row.report_digest,
    readBytes: Number(row.read_bytes),
    elapsedMs: Number(row.elapsed_ms),
    decidedAt: row.decided_at,
    settledBy: row.settled_by ?? undefined,
    settledReason: row.settled_reason ?? undefined,
    settledAt: row.settled_at ?? undefined,
  };
}
