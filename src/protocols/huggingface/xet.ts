import { json, setReasonPhrase } from './answer.ts';
import type { NodeStreams } from './node-streams.ts';
import { XET_REFUSED_PATH } from './route.ts';

const SETTING = 'HF_HUB_DISABLE_XET=1';
const MESSAGE = `This server does not speak Xet. Set ${SETTING} and run the upload again.`;

/**
 * A token of the Xet store is asked for by a client that prints neither body nor headers of a refusal, but the status
 * line (HTTP/1.1) and the address that refused it. Both name the setting, the second by a redirect.
 */
export function redirectXet(endpoint: string): Response {
  return new Response(null, {
    status: 307,
    headers: { location: `${endpoint}/${XET_REFUSED_PATH}`, 'x-error-message': MESSAGE },
  });
}

export function refuseXet(node: NodeStreams): Response {
  setReasonPhrase(node, `Xet is not spoken here: set ${SETTING} and run the upload again`);
  return json({ error: MESSAGE }, 403, { 'x-error-message': MESSAGE });
}
