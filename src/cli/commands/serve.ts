import { Command } from 'commander';
import { ConfigError, createLog, loadConfig } from '#app';
import { AppError, systemClock } from '#kernel';
import { type RunningServer, startServer } from '#server';
import { ExitCode, type Io } from '../io.ts';

interface ServeOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
  readonly publicUrl?: string;
  readonly config?: string;
  readonly logLevel?: string;
  readonly newAdminToken?: boolean;
}

export function createServeCommand(io: Io): Command {
  return new Command('serve')
    .description('open the gate: registry, caching proxy and policy in one process')
    .option('--data <folder>', 'folder of everything that outlives the process')
    .option('--host <address>', 'address to listen on (default 127.0.0.1)')
    .option('--port <number>', 'port to listen on (default 8300)')
    .option('--public-url <address>', 'address that clients use, when it is another one')
    .option('--config <file>', 'configuration file in YAML (SALLYPORT_CONFIG)')
    .option('--log-level <level>', 'debug, info, warn or error')
    .option('--new-admin-token', 'print a new administrator token')
    .action(async (options: ServeOptions) => {
      io.exit(await serve(io, options));
    });
}

async function serve(io: Io, options: ServeOptions): Promise<ExitCode> {
  let server: RunningServer;
  try {
    const config = await loadConfig({
      flags: {
        dataDir: options.data,
        listen: { host: options.host, port: options.port },
        publicUrl: options.publicUrl,
        log: { level: options.logLevel },
      },
      env: io.env,
      file: options.config ?? io.env.SALLYPORT_CONFIG,
    });
    const log = createLog({
      level: config.log.level,
      destination: { write: (line) => io.stderr.write(line) },
    });
    server = await startServer(config, {
      clock: systemClock,
      log,
      newAdminToken: options.newAdminToken === true,
    });
  } catch (error) {
    if (error instanceof ConfigError) {
      io.stderr.write(`configuration: ${error.message}\n`);
      return ExitCode.usage;
    }
    const reason = explainStart(error);
    if (reason === undefined) throw error;
    io.stderr.write(`${reason}\n`);
    return ExitCode.fail;
  }
  io.stdout.write(renderBanner(server));
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    io.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server[Symbol.asyncDispose]();
  return ExitCode.pass;
}

function explainStart(error: unknown): string | undefined {
  if (error instanceof AppError) return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
  };
  if (code === 'EADDRINUSE')
    return `${address}:${port} is taken: is Sallyport running already? Choose another --port`;
  if (code === 'EACCES') return `no permission to listen on ${address}:${port}`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `this machine has no address ${address ?? ''} to listen on`;
  return undefined;
}

function renderBanner({ publicUrl, adminToken }: RunningServer): string {
  const lines = [
    `Sallyport is open at ${publicUrl}`,
    '',
    `  pull through it:  export HF_ENDPOINT=${publicUrl}/huggingface/hub`,
  ];
  if (adminToken !== undefined) {
    lines.push(`  manage it:        export SALLYPORT_TOKEN=${adminToken}`, '', 'This token is shown once.');
  }
  return `${lines.join('\n')}\n`;
}
