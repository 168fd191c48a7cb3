import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Sallyport } from './sallyport.ts';

interface BatchAnswer {
  readonly objects: readonly {
    readonly actions?: {
      readonly upload?: { readonly href: string; readonly header?: Record<string, string> };
    };
  }[];
}

/** Pushes one local file as an LFS file by the Hub's own calls, streamed; gives the commit. */
export async function pushFile(
  sallyport: Sallyport,
  repository: string,
  name: string,
  path: string,
  localPath: string,
): Promise<string> {
  const base = `${sallyport.url}/huggingface/${repository}`;
  const authorization = `Bearer ${sallyport.adminToken}`;
  const [organization, repo] = name.split('/');
  const call = async (url: string, init: RequestInit, accepted: readonly number[] = [200, 201]) => {
    const response = await fetch(url, init);
    if (!accepted.includes(response.status))
      throw new Error(`${url}: ${response.status} ${await response.text()}`);
    return response;
  };
  const json = { authorization, 'content-type': 'application/json' };
  const create = JSON.stringify({ name: repo, organization, type: 'model' });
  await call(`${base}/api/repos/create`, { method: 'POST', headers: json, body: create }, [200, 409]);

  const { size } = await stat(localPath);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(localPath, { highWaterMark: 2 ** 20 }))
    hash.update(chunk as Buffer);
  const oid = hash.digest('hex');
  const batch = await call(`${base}/${name}.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({
      operation: 'upload',
      transfers: ['basic'],
      objects: [{ oid, size }],
      hash_algo: 'sha256',
    }),
  });
  const upload = ((await batch.json()) as BatchAnswer).objects[0]?.actions?.upload;
  if (upload !== undefined) {
    const body = Readable.toWeb(createReadStream(localPath, { highWaterMark: 2 ** 20 }));
    const headers = { ...upload.header, 'content-length': String(size) };
    await call(upload.href, { method: 'PUT', body, headers, duplex: 'half' });
  }

  const lines = [
    { key: 'header', value: { summary: `Add ${path}` } },
    { key: 'lfsFile', value: { path, algo: 'sha256', oid, size } },
  ];
  const commit = await call(`${base}/api/models/${name}/commit/main`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-ndjson' },
    body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  });
  return ((await commit.json()) as { readonly commitOid: string }).commitOid;
}
