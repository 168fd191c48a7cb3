import { isAllowed, type Principal } from '#api';
import { json } from './answer.ts';
import type { HubCall } from './call.ts';
import { HubError } from './hub-error.ts';

/** `GET /api/whoami-v2` */
export function answerWhoami(call: HubCall): Response {
  const { principal, repository } = call;
  if (principal.kind === 'anonymous')
    throw new HubError('unauthenticated', 'Invalid user token: none was sent');
  const name = toNamespace(principal);
  const role = isAllowed(principal, repository.name, 'write') ? 'write' : 'read';
  return json({
    type: 'user',
    id: name,
    name,
    fullname: principal.name,
    email: null,
    emailVerified: false,
    canPay: false,
    isPro: false,
    orgs: [],
    auth: { type: 'access_token', accessToken: { displayName: principal.name, role } },
  });
}

/** The namespace of a token's own packages: its name, as a Hub name. */
export function toNamespace(principal: Principal): string {
  const name = principal.name
    .replace(/[^A-Za-z0-9._]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+|[-.]+$/g, '');
  return name.slice(0, 40).replace(/[-.]+$/, '') || 'user';
}
