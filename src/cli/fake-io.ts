import { Readable } from 'node:stream';
import type { HostIo } from './io.ts';

/** A world for tests of commands: what was written stands in `written`. */
export interface FakeIo extends HostIo {
  readonly written: { stdout: string; stderr: string };
}

export function createFakeIo(more: Partial<HostIo> = {}): FakeIo {
  const written = { stdout: '', stderr: '' };
  return {
    written,
    stdin: Readable.from([]),
    stdout: {
      write(text) {
        written.stdout += text;
      },
    },
    stderr: {
      write(text) {
        written.stderr += text;
      },
    },
    env: {},
    isTty: { stdin: false, stdout: false, stderr: false },
    columns: 80,
    cwd: '/',
    signal: new AbortController().signal,
    ...more,
  };
}
