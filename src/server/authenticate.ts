import { createHash, randomBytes } from 'node:crypto';
import type { Principal } from '#api';
import { type Clock, isSha256, type Sha256 } from '#kernel';
import type { TokenStore } from '#store';
import { ServerError } from './server-error.ts';

/** Says who sent a request, from its `Authorization` header alone. @throws {ServerError} `unauthorized` */
export type Authenticate = (request: Request) => Promise<Principal>;

/**
 * Shown before a secret, so that secret scanners and people recognise it. It starts as the Hub's own tokens do,
 * because `@huggingface/hub` refuses to send any other.
 */
const TOKEN_PREFIX = 'hf_sly_';

/** A last use is written at most this often. */
const TOUCH_EVERY_MS = 60_000;

/** A new secret: 256 random bits. Only {@link hashToken} of it is ever stored. */
export function createTokenSecret(): string {
  return TOKEN_PREFIX + randomBytes(32).toString('base64url');
}

/** A plain hash is enough: the secret has 256 random bits, nothing to guess. */
export function hashToken(secret: string): Sha256 {
  const hex = createHash('sha256').update(secret, 'utf8').digest('hex');
  if (!isSha256(hex)) throw new TypeError('sha256 gave no sha256');
  return hex;
}

/**
 * Bearer tokens, and Basic with the token as password, as Git and pip send it. No header: the anonymous principal,
 * which may read when `anonymousRead` is set and nothing otherwise. A header that is not a valid token is refused,
 * never treated as anonymous.
 */
export function createAuthenticate(deps: {
  readonly tokens: TokenStore;
  readonly clock: Clock;
  readonly anonymousRead: boolean;
}): Authenticate {
  const anonymous: Principal = {
    kind: 'anonymous',
    name: 'anonymous',
    scopes: deps.anonymousRead ? [{ repository: '*', action: 'read' }] : [],
  };
  return async (request) => {
    const header = request.headers.get('authorization');
    if (header === null) return anonymous;
    const secret = readSecret(header);
    const record = secret === undefined ? undefined : await deps.tokens.findByHash(hashToken(secret));
    const now = deps.clock.now();
    if (record === undefined)
      throw new ServerError('unauthorized', 'Invalid credentials in Authorization header');
    if (record.revokedAt !== undefined) throw new ServerError('unauthorized', 'this token was revoked');
    if (record.expiresAt !== undefined && record.expiresAt <= now) {
      throw new ServerError('unauthorized', `this token expired at ${record.expiresAt.toISOString()}`);
    }
    if (now.getTime() - (record.lastUsedAt?.getTime() ?? 0) > TOUCH_EVERY_MS) {
      await deps.tokens.touch(record.id, now);
    }
    return { kind: 'token', name: record.name, scopes: record.scopes };
  };
}

function readSecret(header: string): string | undefined {
  const [scheme = '', value = ''] = header.trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1) || text.slice(0, colon);
}
