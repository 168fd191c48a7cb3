import { Command, Option } from 'commander';
import { compareVerdicts, type Report, type Verdict } from '#findings';
import { createReport, createScanner, ScanError, type Scanner } from '#scan';
import { ExitCode, type Io } from '../io.ts';
import { expandTargets } from '../scan/expand-targets.ts';
import { startProgress } from '../scan/progress.ts';
import { runScan } from '../scan/run-scan.ts';
import { FAIL_LINES, parseJobs, parseTimeout, type ScanCommandOptions } from '../scan/scan-options.ts';
import { type Expansion, TargetError } from '../scan/scan-target.ts';
import { OutputError, writeOutputs } from '../scan/write-outputs.ts';

const EXAMPLES = `
Targets:
  model.pt  folder/  'runs/**/*.pkl'     files, folders, globs
  hf://org/model@revision                a Hub repository, read by ranges
                                         (HF_ENDPOINT, HF_TOKEN)
  hf://datasets/org/name/data            a dataset, or a part of it
  https://host/path/model.bin            an address, read by ranges if it can be
  -                                      standard input

Exit codes:
  0  clean
  1  malicious or unsafe (--fail-on moves the line)
  2  wrong usage
  3  something was not understood or not read`;

/** `sallyport scan`: takes files apart and says what loading them would do. */
export function createScanCommand(io: Io): Command {
  return new Command('scan')
    .description('take models, datasets and archives apart and say what loading them would do')
    .argument('<target...>', 'what to scan')
    .option('--json', 'print the report as one JSON document')
    .option('--sarif <file>', 'also write a SARIF 2.1.0 log ("-" prints it)')
    .option('--html <file>', 'also write a page ("-" prints it)')
    .option('--full', 'list every file and finding, not only the worst')
    .addOption(
      new Option('--fail-on <verdict>', 'the mildest verdict that fails')
        .choices(FAIL_LINES)
        .default('unsafe'),
    )
    .addOption(new Option('--jobs <n>', 'engine processes (default: one per core)').argParser(parseJobs))
    .addOption(new Option('--timeout <seconds>', 'for one file (default: 60)').argParser(parseTimeout))
    .addHelpText('after', EXAMPLES)
    .action(async (targets: string[], options: ScanCommandOptions) => {
      io.exit(await scan(io, targets, options));
    });
}

async function scan(io: Io, words: readonly string[], options: ScanCommandOptions): Promise<ExitCode> {
  const startedAt = performance.now();
  const over = new AbortController();
  // The engine starts while the targets are looked up; its failure is met where it is awaited.
  const starting = startScanner(options, over.signal);
  starting.catch(() => {});
  let expansion: Expansion | undefined;
  try {
    expansion = await expandTargets(words, io);
    const scanner = await starting;
    const report = await scanAll(io, scanner, expansion, options);
    await writeOutputs(io, options, report, scanner.rules, performance.now() - startedAt);
    for (const note of expansion.notes) io.stderr.write(`${note}\n`);
    return toExitCode(report, options.failOn);
  } catch (error) {
    const code = toFailure(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    io.stderr.write(`${error.message}\n`);
    return code;
  } finally {
    over.abort();
    for (const resource of expansion?.resources ?? []) await resource[Symbol.asyncDispose]();
  }
}

function startScanner({ jobs, timeout }: ScanCommandOptions, signal: AbortSignal): Promise<Scanner> {
  return createScanner({
    signal,
    ...(jobs === undefined ? {} : { processes: jobs }),
    ...(timeout === undefined ? {} : { limits: { deadlineMs: timeout } }),
  });
}

async function scanAll(
  io: Io,
  scanner: Scanner,
  expansion: Expansion,
  options: ScanCommandOptions,
): Promise<Report> {
  const { targets, missed } = expansion;
  const progress = startProgress(io, targets.length);
  try {
    const scans = await runScan({
      scanner,
      targets,
      lanes: 8 * (options.jobs ?? 2),
      signal: io.signal,
      onDone: (reports) => progress.add(reports.map(({ verdict }) => verdict)),
    });
    return createReport(scanner.engine, [...scans, ...missed.map((report) => [report])]);
  } finally {
    progress.stop();
  }
}

/** Exit 0 says: the line was not reached, and nothing was left unread that could have reached it. */
function toExitCode({ verdict, coverage }: Report, line: Verdict): ExitCode {
  if (compareVerdicts(verdict, line) >= 0) return ExitCode.fail;
  return verdict === 'undetermined' || coverage.gapCount > 0 ? ExitCode.incomplete : ExitCode.pass;
}

/** Exit codes of what is expected to fail. */
function toFailure(error: unknown): ExitCode | undefined {
  if (error instanceof OutputError) return ExitCode.usage;
  if (error instanceof TargetError)
    return error.code === 'unavailable' ? ExitCode.incomplete : ExitCode.usage;
  return error instanceof ScanError ? ExitCode.incomplete : undefined;
}
