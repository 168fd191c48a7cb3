import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';

/** What the Node host hands to every handler; absent under `app.request()`. */
export interface NodeBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
}

export const REQUEST_ID_HEADER = 'x-request-id';

/** The id that the host gave the answer to this request, or a new one without a host. */
export function requestIdOf(c: Context): string {
  const { outgoing } = (c.env ?? {}) as NodeBindings;
  const given = outgoing?.getHeader(REQUEST_ID_HEADER);
  return typeof given === 'string' ? given : randomUUID();
}
