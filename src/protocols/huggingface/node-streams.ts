import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';

/** What the Node host hands to every handler; absent under `app.request()`. */
export interface NodeStreams {
  readonly incoming: IncomingMessage | undefined;
  readonly outgoing: ServerResponse | undefined;
}

export function readNodeStreams(c: Context): NodeStreams {
  const env = (c.env ?? {}) as Partial<NodeStreams>;
  return { incoming: env.incoming, outgoing: env.outgoing };
}
