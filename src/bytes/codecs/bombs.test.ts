import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const BOMBS = join(import.meta.dirname, '../../../test/corpus/containers/bombs');
const SCRIPT = fileURLToPath(new URL('../fixtures/inflate-bomb.ts', import.meta.url));

/** Kind, sample, how many of it make 256 MiB. */
const CASES: readonly [string, string, number][] = [
  ['gzip', 'zeros.gz', 32],
  ['bzip2', 'zeros.bz2', 7],
  ['xz', 'zeros.xz', 32],
  ['zstd', 'zeros.zst', 32],
  ['lz4', 'zeros.lz4', 256],
];

describe('a bomb of 256 MiB', { timeout: 120_000 }, () => {
  for (const [kind, name, times] of CASES) {
    it(`of ${kind} costs less than 100 MiB, in a process without powers`, async () => {
      const args = ['--permission', '--allow-fs-read=*', SCRIPT, kind, join(BOMBS, name), `${times}`];
      const { stdout } = await run(process.execPath, args);
      const cost = JSON.parse(stdout) as { sizeBytes: number; grownMib: number };
      expect(cost.sizeBytes).toBeGreaterThanOrEqual(256 << 20);
      expect(cost.grownMib).toBeLessThan(100);
    });
  }
});
