import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Clock, isSha256 } from '#kernel';
import type { SettingStore } from '#store';
import { HubError } from './hub-error.ts';

const Digest = z.string().refine(isSha256);
const base = {
  packageId: z.string(),
  sha256: Digest,
  sizeBytes: z.int().nonnegative(),
  principal: z.string(),
  expiresAt: z.int(), // milliseconds
};

/** What an address hands out: one action on one object of one package, for one principal, for a while. */
export const HrefClaims = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('put'), ...base }),
  z.strictObject({ action: z.literal('verify'), ...base }),
  z.strictObject({ action: z.literal('part'), ...base, uploadId: z.string(), partNumber: z.int().min(1) }),
  z.strictObject({ action: z.literal('complete'), ...base, uploadId: z.string() }),
  z.strictObject({ action: z.literal('get'), ...base, revision: z.string(), path: z.string() }),
]);
export type HrefClaims = z.infer<typeof HrefClaims>;

/** Makes and checks addresses that carry their own right, as the clients send no credential to them. */
export interface HrefSigner {
  sign(claims: HrefClaims): Promise<string>;
  /** @throws {HubError} `expired` */
  verify(token: string): Promise<HrefClaims>;
}

const SETTING = 'huggingface/href-key';
const KEY_BYTES = 32;

/** Longer than any token that is handed out: a path and a revision at their limits. */
const MAX_TOKEN_LENGTH = 8_000;

export function createHrefSigner(deps: {
  readonly settings: SettingStore;
  readonly clock: Clock;
}): HrefSigner {
  let key: Promise<Buffer> | undefined;

  /** One key for all replicas, made by whichever comes first. */
  async function readKey(): Promise<Buffer> {
    const kept = await deps.settings.init(SETTING, randomBytes(KEY_BYTES).toString('hex'));
    if (typeof kept !== 'string' || kept.length !== 2 * KEY_BYTES)
      throw new TypeError(`${SETTING} is not a key`);
    return Buffer.from(kept, 'hex');
  }

  async function seal(payload: string): Promise<Buffer> {
    key ??= readKey();
    try {
      return createHmac('sha256', await key)
        .update(payload)
        .digest();
    } catch (error) {
      key = undefined;
      throw error;
    }
  }

  return {
    async sign(claims) {
      const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
      return `${payload}.${(await seal(payload)).toString('base64url')}`;
    },
    async verify(token) {
      const [payload = '', seals = ''] = token.length > MAX_TOKEN_LENGTH ? [] : token.split('.');
      const given = Buffer.from(seals, 'base64url');
      const expected = await seal(payload);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalid();
      const claims = HrefClaims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
      if (claims.expiresAt <= deps.clock.now().getTime()) throw invalid();
      return claims;
    },
  };
}

function invalid(): HubError {
  return new HubError('expired', 'this address is not valid or has expired; start the transfer again');
}
