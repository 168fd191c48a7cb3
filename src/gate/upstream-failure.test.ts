import { describe, expect, it } from 'vitest';
import { BytesError } from '#bytes';
import type { RepositoryRecord } from '#store';
import { UpstreamError, type UpstreamErrorCode } from '#upstream';
import { toGateError } from './upstream-failure.ts';

const repository: RepositoryRecord = {
  id: 'r',
  name: 'hub',
  protocol: 'huggingface',
  kind: 'remote',
  upstreamUrl: 'https://user:secret@hub.example:8443/path?token=secret',
  upstreamToken: 'secret',
  policy: 'balanced',
  createdAt: new Date(0),
};

describe('an upstream failure', () => {
  it.each<[UpstreamErrorCode, string, number | undefined]>([
    ['not-found', 'package-not-found', undefined],
    ['revision-not-found', 'revision-not-found', undefined],
    ['file-not-found', 'upstream-invalid', undefined],
    ['unauthorized', 'upstream-unauthorized', undefined],
    ['rate-limited', 'upstream-rate-limited', 33],
    ['unavailable', 'upstream-unavailable', 33],
    ['invalid-answer', 'upstream-invalid', undefined],
    ['changed', 'upstream-invalid', undefined],
    ['forbidden-address', 'upstream-invalid', undefined],
  ])('%s is said as %s, names the upstream and no secret', (code, expected, retryAfterSeconds) => {
    const failure = new UpstreamError(code, 'x', { retryAfterSeconds: 33 });
    for (const error of [failure, new BytesError('unreadable', 'x', { cause: failure })]) {
      const said = toGateError(error, repository);
      expect(said).toMatchObject({ name: 'GateError', code: expected, retryAfterSeconds });
      expect(String(said)).toContain('The upstream hub.example:8443 of repository hub');
      expect(String(said)).not.toContain('secret');
      expect(toGateError(said, repository)).toBe(said);
    }
  });

  it('is told from bytes that are not what was promised, and from what is no failure of it', () => {
    expect(toGateError(new BytesError('changed', 'x'), repository)).toMatchObject({
      code: 'upstream-invalid',
    });
    expect(toGateError(new BytesError('truncated', 'x'), repository)).toMatchObject({
      code: 'upstream-invalid',
    });
    expect(toGateError(new BytesError('unreadable', 'x'), repository)).toMatchObject({
      code: 'upstream-unavailable',
      retryAfterSeconds: 10,
    });
    const bug = new TypeError('a bug');
    expect(toGateError(bug, repository)).toBe(bug);
  });
});
