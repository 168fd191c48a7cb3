import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSource, openFileSource } from '#bytes';
import { makeSafetensors, makeTorchCheckpoint } from '../support/make-checkpoint.ts';
import { PROJECT } from '../support/sallyport.ts';
import { measureDownloads } from './downloads.ts';
import { compare, type Measure, renderTable, timeProgram, toMs } from './measure.ts';

const PROGRAM = join(PROJECT, 'bin', 'sallyport.js');
const MiB = 2 ** 20;
const ROUNDS = 7;

/** All measures in one run; figures move with the machine, ratios stay. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-bench-'));
  try {
    const measures: Measure[] = [];
    for (const measure of [measureStart, measureScans, measureSmallFiles, measureHashing, measureDownloads]) {
      for (const row of await measure(folder)) {
        measures.push(row);
        process.stderr.write(`${row.what}: ${row.ratio}\n`);
      }
    }
    process.stdout.write(renderTable(measures));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function sallyport(...args: string[]): number {
  return timeProgram(process.execPath, [PROGRAM, ...args], [0, 1, 3]).wallMs;
}

function bareNode(): number {
  return timeProgram(process.execPath, ['-e', '0']).wallMs;
}

async function measureStart(folder: string): Promise<Measure[]> {
  const small = join(folder, 'small.pkl');
  await writeFile(small, Buffer.from('\x80\x04K\x01.', 'latin1'));
  const start = await compare(ROUNDS, () => sallyport('--version'), bareNode);
  const scan = await compare(ROUNDS, () => sallyport('scan', small), bareNode);
  return [
    row('sallyport --version against node -e 0', start, 'none'),
    row('scan of one small file, cold, against node -e 0', scan, '< 150 ms'),
  ];
}

async function measureScans(folder: string): Promise<Measure[]> {
  const files = {
    '2 GiB torch': join(folder, 'large.pt'),
    '200 MiB torch': join(folder, 'medium.pt'),
    '1 GiB safetensors': join(folder, 'large.safetensors'),
  };
  await makeTorchCheckpoint(files['2 GiB torch'], 2048 * MiB - 8 * MiB, 400);
  await makeTorchCheckpoint(files['200 MiB torch'], 200 * MiB, 400);
  await makeSafetensors(files['1 GiB safetensors'], 1024 * MiB, 400);
  const bars = {
    '2 GiB torch': '< 500 ms',
    '200 MiB torch': 'within 1.2x of it',
    '1 GiB safetensors': '< 300 ms',
  };
  const rows: Measure[] = [];
  for (const [name, path] of Object.entries(files)) {
    const times = await compare(ROUNDS, () => sallyport('scan', path), bareNode);
    const report = JSON.parse(timeProgram(process.execPath, [PROGRAM, 'scan', '--json', path]).stdout) as {
      readonly verdict: string;
      readonly coverage: { readonly readBytes: number };
    };
    if (report.verdict !== 'clean') throw new Error(`${name}: ${report.verdict}`);
    const read = `${Math.round(report.coverage.readBytes / 1024)} KiB of ${Math.round((await stat(path)).size / MiB)} MiB read`;
    rows.push(row(`scan of ${name} (${read}), against node -e 0`, times, bars[name as keyof typeof bars]));
  }
  return rows;
}

async function measureSmallFiles(folder: string): Promise<Measure[]> {
  const many = join(folder, 'many');
  await mkdir(many);
  for (let index = 0; index < 1000; index += 1) {
    const text = Buffer.from(JSON.stringify({ index, name: `weights ${index}` }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    const pickle = Buffer.concat([
      Buffer.from('\x80\x02]q\x00(K\x01X', 'latin1'),
      length,
      text,
      Buffer.from('e.'),
    ]);
    await writeFile(join(many, `${index}.pkl`), pickle);
  }
  const times = await compare(
    3,
    () => sallyport('scan', '--jobs', '2', many),
    () => sallyport('scan', '--jobs', '1', many),
  );
  return [
    {
      what: '1,000 small pickles, --jobs 2 against --jobs 1',
      ours: `${toMs(times.ours)} (${Math.round(1_000_000 / times.ours)} files/s)`,
      yardstick: toMs(times.yardstick),
      ratio: `${(times.yardstick / times.ours).toFixed(2)}x as fast`,
      bar: 'none',
    },
  ];
}

async function measureHashing(folder: string): Promise<Measure[]> {
  const path = join(folder, 'large.pt');
  const times = await compare(
    3,
    async () => {
      await using source = await openFileSource(path);
      const startedAt = performance.now();
      await hashSource(source, 'sha256');
      return performance.now() - startedAt;
    },
    () => timeProgram('openssl', ['dgst', '-sha256', path]).wallMs,
  );
  return [
    {
      what: 'sha-256 of 2 GiB against openssl dgst',
      ours: toMs(times.ours),
      yardstick: toMs(times.yardstick),
      ratio: `${(times.yardstick / times.ours).toFixed(2)}x as fast`,
      bar: '>= 0.9x',
    },
  ];
}

function row(
  what: string,
  times: { readonly ours: number; readonly yardstick: number },
  bar: string,
): Measure {
  return {
    what,
    ours: toMs(times.ours),
    yardstick: toMs(times.yardstick),
    ratio: `${(times.ours / times.yardstick).toFixed(2)}x the time`,
    bar,
  };
}

await main();
