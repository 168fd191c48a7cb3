import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Report, Rule } from '#findings';
import { AppError, quote } from '#kernel';
import { renderHtml, renderSarif, renderText } from '#scan';
import type { Io } from '../io.ts';
import type { ScanCommandOptions } from './scan-options.ts';

/** A report could not be written where it was asked for. */
export class OutputError extends AppError<'unwritable'> {}

/**
 * Writes a report in every form that was asked for; `-` as a file is standard output, and takes the place of the text.
 *
 * @throws {OutputError}
 */
export async function writeOutputs(
  io: Io,
  options: ScanCommandOptions,
  report: Report,
  rules: ReadonlyMap<string, Rule>,
  elapsedMs: number,
): Promise<void> {
  const files = [
    { path: options.sarif, render: () => renderSarif(report, rules) },
    { path: options.html, render: () => renderHtml(report, rules) },
  ];
  for (const { path, render } of files) {
    if (path === '-') io.stdout.write(render());
    else if (path !== undefined) await write(io, path, render());
  }
  if (options.json) io.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (options.sarif !== '-' && options.html !== '-') {
    const text = renderText(report, rules, {
      columns: io.columns,
      hasColour: hasColour(io),
      elapsedMs,
      isFull: options.full === true,
    });
    io.stdout.write(text);
  }
}

async function write(io: Io, path: string, text: string): Promise<void> {
  try {
    await writeFile(resolve(io.cwd, path), text);
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new OutputError('unwritable', `cannot write ${quote(path)}: ${String(cause.code)}`, { cause });
  }
}

/** @see https://no-color.org and https://force-color.org: set and not empty is what counts */
function hasColour(io: Io): boolean {
  const force = io.env.FORCE_COLOR;
  if (io.env.NO_COLOR) return false;
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false';
  return io.isTty.stdout && io.env.TERM !== 'dumb';
}
