import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { routes } from '#api';
import { pushFile } from '../support/push-file.ts';
import { startSallyport } from '../support/sallyport.ts';
import { compare, type Measure, toMs } from './measure.ts';

const SIZE_BYTES = 512 * 2 ** 20;

/** A file that is stored and decided, against the same bytes from the barest server that Node can be. */
export async function measureDownloads(folder: string): Promise<Measure[]> {
  const path = join(folder, 'model.safetensors');
  const body = SIZE_BYTES - 8 - 96;
  const header = Buffer.from(
    JSON.stringify({ w: { dtype: 'U8', shape: [body], data_offsets: [0, body] } }).padEnd(96),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const bytes = Buffer.concat([length, header, randomBytes(body)]);
  await writeFile(path, bytes);

  await using sallyport = await startSallyport();
  await sallyport.api.call(routes.createRepository, { body: { name: 'models', kind: 'local' } });
  await pushFile(sallyport, 'models', 'bench/large', 'model.safetensors', path);
  const digest = createHash('sha256').update(bytes).digest('hex');
  const ours = `${sallyport.url}/huggingface/models/bench/large/resolve/main/model.safetensors`;
  const bare = await startBareServer(path);
  try {
    await pull(ours, digest);
    const times = await compare(
      5,
      () => pull(ours),
      () => pull(bare.url),
    );
    const speed = (ms: number) => `${Math.round(SIZE_BYTES / 2 ** 20 / (ms / 1000))} MiB/s`;
    return [
      {
        what: 'cached download of 512 MiB against a bare Node static server',
        ours: `${toMs(times.ours)} (${speed(times.ours)})`,
        yardstick: `${toMs(times.yardstick)} (${speed(times.yardstick)})`,
        ratio: `${(times.yardstick / times.ours).toFixed(2)}x as fast`,
        bar: '>= 0.8x',
      },
    ];
  } finally {
    bare.process.kill();
  }
}

/** Milliseconds from the request to the last byte; the digest is checked when it is given. */
function pull(url: string, digest?: string): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      const hash = digest === undefined ? undefined : createHash('sha256');
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        hash?.update(chunk);
      });
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode !== 200 || sizeBytes !== SIZE_BYTES) {
          reject(new Error(`${url}: ${response.statusCode}, ${sizeBytes} bytes`));
        } else if (hash !== undefined && hash.digest('hex') !== digest) {
          reject(new Error(`${url}: other bytes`));
        } else resolve(performance.now() - startedAt);
      });
    }).once('error', reject);
  });
}

const BARE_SERVER = `
const { createServer } = require('node:http');
const { createReadStream, statSync } = require('node:fs');
const { pipeline } = require('node:stream');
const path = process.argv[1];
createServer((request, response) => {
  response.writeHead(200, { 'content-length': statSync(path).size });
  pipeline(createReadStream(path), response, () => {});
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
`;

async function startBareServer(
  path: string,
): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', BARE_SERVER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.once('data', (text: Buffer) => resolve(String(text).trim()));
  });
  return { url: `http://127.0.0.1:${port}/`, process: child };
}
