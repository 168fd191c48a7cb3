import { readFile, writeFile } from 'node:fs/promises';

/** Forgets the highest resident memory that the kernel has noted of a process (Linux). */
export async function resetPeakMemory(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** The highest resident memory since then, in bytes. */
export async function readPeakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`no peak memory in /proc/${pid}/status`);
  return Number(kib) * 1024;
}
