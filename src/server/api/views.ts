import type { Decision, Package, Repository, Token, Version } from '#api';
import type { DecisionRecord, PackageRecord, RepositoryRecord, TokenRecord, VersionRecord } from '#store';

export function toRepository(record: RepositoryRecord): Repository {
  return {
    name: record.name,
    protocol: record.protocol,
    kind: record.kind,
    ...(record.upstreamUrl === undefined ? {} : { upstreamUrl: record.upstreamUrl }),
    policy: record.policy,
    createdAt: record.createdAt.toISOString(),
  };
}

export function toPackage(repository: string, record: PackageRecord): Package {
  return {
    repository,
    type: record.type,
    name: record.name,
    isPrivate: record.isPrivate,
    createdAt: record.createdAt.toISOString(),
    updatedAt: record.updatedAt.toISOString(),
  };
}

export function toVersion(record: VersionRecord, decision: DecisionRecord | undefined): Version {
  return {
    revision: record.revision,
    title: record.title,
    author: record.author,
    createdAt: record.createdAt.toISOString(),
    ...(decision === undefined ? {} : { decision: toDecision(decision) }),
  };
}

export function toDecision(record: DecisionRecord): Decision {
  const { versionId: _, decidedAt, settledAt, ...rest } = record;
  return {
    ...rest,
    decidedAt: decidedAt.toISOString(),
    ...(settledAt === undefined ? {} : { settledAt: settledAt.toISOString() }),
  };
}

export function toToken(record: TokenRecord): Token {
  return {
    id: record.id,
    name: record.name,
    scopes: [...record.scopes],
    createdAt: record.createdAt.toISOString(),
    ...(record.expiresAt === undefined ? {} : { expiresAt: record.expiresAt.toISOString() }),
    ...(record.lastUsedAt === undefined ? {} : { lastUsedAt: record.lastUsedAt.toISOString() }),
    ...(record.revokedAt === undefined ? {} : { revokedAt: record.revokedAt.toISOString() }),
  };
}
