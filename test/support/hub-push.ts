import type { HubServer } from './hub-server.ts';

export type PushLine = { readonly key: string; readonly value: Readonly<Record<string, unknown>> };

/** A file inside a commit. */
export function inline(path: string, content: string | Uint8Array): PushLine {
  return {
    key: 'file',
    value: { path, content: Buffer.from(content).toString('base64'), encoding: 'base64' },
  };
}

/** Makes a package, if it is not there, and a commit on a branch. Gives the commit. */
export async function pushCommit(
  hub: HubServer,
  name: string,
  lines: readonly PushLine[],
  options: {
    readonly type?: string;
    readonly branch?: string;
    readonly in?: string;
    readonly isPrivate?: boolean;
  } = {},
): Promise<string> {
  const { type = 'model', branch = 'main', in: repository = 'models', isPrivate = false } = options;
  const as = 'hf_writer';
  const [organization, short] = name.split('/');
  const body = JSON.stringify({ name: short, organization, type, private: isPrivate });
  await hub.ask('/api/repos/create', { method: 'POST', body, as, in: repository });
  const answer = await hub.ask(`/api/${type}s/${name}/commit/${encodeURIComponent(branch)}`, {
    method: 'POST',
    body: [{ key: 'header', value: { summary: 'A commit' } }, ...lines]
      .map((line) => JSON.stringify(line))
      .join('\n'),
    as,
    in: repository,
  });
  const said = (await answer.json()) as { readonly commitOid?: string };
  if (said.commitOid === undefined) throw new Error(`not committed: ${JSON.stringify(said)}`);
  return said.commitOid;
}
