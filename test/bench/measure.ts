import { spawnSync } from 'node:child_process';

/** Median of some rounds, in milliseconds. Rounds of the things to compare are interleaved by the caller. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export interface Run {
  readonly wallMs: number;
  readonly stdout: string;
}

/** Runs a program to its end; an exit code that is not expected fails the bench. */
export function timeProgram(command: string, args: readonly string[], codes: readonly number[] = [0]): Run {
  const startedAt = performance.now();
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const wallMs = performance.now() - startedAt;
  if (result.error !== undefined || !codes.includes(result.status ?? -1)) {
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status}: ${result.stderr}`, {
      cause: result.error,
    });
  }
  return { wallMs, stdout: result.stdout };
}

/** One line of the table. */
export interface Measure {
  readonly what: string;
  readonly ours: string;
  readonly yardstick: string;
  readonly ratio: string;
  readonly bar: string;
}

/** Times both in turn, `rounds` times, and gives their medians. */
export async function compare(
  rounds: number,
  ours: () => number | Promise<number>,
  yardstick: () => number | Promise<number>,
): Promise<{ readonly ours: number; readonly yardstick: number }> {
  const oursMs: number[] = [];
  const yardstickMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    yardstickMs.push(await yardstick());
    oursMs.push(await ours());
  }
  return { ours: median(oursMs), yardstick: median(yardstickMs) };
}

export function toMs(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value)} ms`;
}

export function renderTable(measures: readonly Measure[]): string {
  const rows = measures.map((one) => [one.what, one.ours, one.yardstick, one.ratio, one.bar]);
  const all = [['measure', 'Sallyport', 'yardstick', 'ratio', 'bar'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}
