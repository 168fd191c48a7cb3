import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { createProcessIo, ExitCode, type HostIo, type Io } from './io.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string; // one line of `--help`
  readonly load: () => Promise<(io: Io) => Command>;
}

/**
 * Every command, in the order of `--help`. To add one: a file `commands/<name>.ts` that exports
 * `create<Name>Command(io: Io): Command`, and a line here. Only the chosen command is loaded. Its action tells its exit
 * code by `io.exit(code)`; what it throws is our fault, so it prints expected failures itself.
 */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'scan',
    summary: 'take models, datasets and archives apart and say what loading them would do',
    load: async () => (await import('./commands/scan.ts')).createScanCommand,
  },
  {
    name: 'serve',
    summary: 'open the gate: registry, caching proxy and policy in one process',
    load: async () => (await import('./commands/serve.ts')).createServeCommand,
  },
  {
    name: 'repo',
    summary: 'repositories: local ones, and remote ones in front of a hub',
    load: async () => (await import('./commands/repo.ts')).createRepoCommand,
  },
  {
    name: 'token',
    summary: 'tokens of people and machines',
    load: async () => (await import('./commands/token.ts')).createTokenCommand,
  },
  {
    name: 'package',
    summary: 'models and datasets that were pushed or asked for',
    load: async () => (await import('./commands/package.ts')).createPackageCommand,
  },
  {
    name: 'decision',
    summary: 'what policy decided, and versions that wait for a person',
    load: async () => (await import('./commands/decision.ts')).createDecisionCommand,
  },
  {
    name: 'policy',
    summary: 'the policies that a repository can have',
    load: async () => (await import('./commands/policy.ts')).createPolicyCommand,
  },
];

/** Runs the program; never touches the process. */
export async function main(argv: readonly string[], host: HostIo): Promise<ExitCode> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    host.stdout.write(`${manifest.version}\n`);
    return ExitCode.pass;
  }
  let exitCode: ExitCode = ExitCode.pass;
  const io = withExit(host, (code) => {
    exitCode = code;
  });
  const { Command, CommanderError } = await import('commander');
  const program = new Command('sallyport')
    .description(manifest.description)
    .version(manifest.version)
    .showSuggestionAfterError();
  const chosen = chosenCommand(argv);
  for (const entry of COMMANDS) {
    // The others are named for the help, not loaded.
    const command =
      entry.name === chosen ? (await entry.load())(io) : new Command(entry.name).description(entry.summary);
    program.addCommand(command);
  }
  prepare(program, host);
  if (argv.length === 0) {
    program.outputHelp({ error: true });
    return ExitCode.usage;
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? ExitCode.pass : ExitCode.usage;
  }
  return exitCode;
}

/** Runs the program on the real process: what `bin/sallyport.js` calls. */
export async function runProcess(process: NodeJS.Process): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), createProcessIo(process));
}

/** `sallyport scan …` and `sallyport help scan`. */
function chosenCommand(argv: readonly string[]): string | undefined {
  const words = argv.filter((argument) => !argument.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

/** Commander copies these settings only to subcommands made by `.command()`, and ours are made elsewhere. */
function prepare(command: Command, host: HostIo): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => host.stdout.write(text),
    writeErr: (text) => host.stderr.write(text),
    getOutHelpWidth: () => host.columns,
    getErrHelpWidth: () => host.columns,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const child of command.commands) prepare(child, host);
}

function withExit(host: HostIo, exit: (code: ExitCode) => void): Io {
  return {
    get stdin() {
      return host.stdin;
    },
    stdout: host.stdout,
    stderr: host.stderr,
    env: host.env,
    get isTty() {
      return host.isTty;
    },
    get columns() {
      return host.columns;
    },
    get cwd() {
      return host.cwd;
    },
    signal: host.signal,
    exit,
  };
}
