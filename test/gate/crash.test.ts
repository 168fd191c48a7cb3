import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#kernel';
import { openStore } from '#store';
import { copyTemplate } from '../support/test-store.ts';
import { CRASH_CONTENT } from './crash-child.ts';
import { toVersionFile } from './fake-origin.ts';
import { FakeScanner } from './fake-scanner.ts';
import { Harness } from './harness.ts';

const CHILD = join(import.meta.dirname, 'crash-child.ts');

describe('a server that is killed', () => {
  // Half a file, and a whole one that nobody has looked at.
  it.each(['copying', 'verifying'])(
    'while %s leaves nothing half done, and the next one goes on',
    async (where) => {
      const dataDir = await copyTemplate();
      const child = spawn(process.execPath, [CHILD, dataDir, where], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      try {
        await using store = await openStore({ dataDir, clock: systemClock, log: silentLog });
        expect(await readdir(join(dataDir, 'staging'))).toEqual([]);
        await using h = await Harness.over(store, new FakeScanner(), {}, 'remote', 'acme/crash');
        const file = { path: 'model.bin', content: CRASH_CONTENT, isLfs: true };
        const { sha256 } = toVersionFile(file);
        h.origin.push([file]);
        const { version } = await h.gate.resolve(h.key, 'main');
        expect(await store.decisions.current(version.id)).toMatchObject({ effect: 'allow' });
        expect(sha256 && (await store.blobs.find(sha256))).toBeUndefined();
        expect((await h.pull('model.bin')).equals(CRASH_CONTENT)).toBe(true);
        expect(h.origin.calls.download).toBe(1);
      } finally {
        await rm(dataDir, { recursive: true, force: true });
      }
    },
    60_000,
  );
});
