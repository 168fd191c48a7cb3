import type { Command } from 'commander';
import { type ApiClient, ApiError, createApiClient } from '#api';
import { ExitCode, type Io } from '../io.ts';

const DEFAULT_URL = 'http://127.0.0.1:8300';

interface ConnectOptions {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** Adds what every command that talks to a server takes. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <address>', 'address of the server (SALLYPORT_URL)', undefined)
    .option('--token <token>', 'token to use (better: SALLYPORT_TOKEN)')
    .option('--json', 'print one JSON document');
}

/**
 * Runs `work` against the server that options and environment name. `render` is for people, `--json` prints what the
 * server answered. A refusal is printed with what can be done about it.
 */
export async function runAgainstServer<T>(
  io: Io,
  options: ConnectOptions,
  work: (client: ApiClient) => Promise<T>,
  render: (answer: T) => string,
): Promise<ExitCode> {
  const baseUrl = options.url ?? io.env.SALLYPORT_URL ?? DEFAULT_URL;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    io.stderr.write(`--url: expected an http or https address\n`);
    return ExitCode.usage;
  }
  const client = createApiClient({ baseUrl, token: options.token ?? io.env.SALLYPORT_TOKEN, fetch });
  try {
    const answer = await work(client);
    io.stdout.write(options.json === true ? `${JSON.stringify(answer ?? {}, null, 2)}\n` : render(answer));
    return ExitCode.pass;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    io.stderr.write(`${describe(error, baseUrl)}\n`);
    return error.status === 400 ? ExitCode.usage : ExitCode.fail;
  }
}

function describe(error: ApiError, baseUrl: string): string {
  if (error.code === 'unreachable') {
    return `no server answers at ${baseUrl}: start one with "sallyport serve", or name it with --url or SALLYPORT_URL`;
  }
  if (error.status === 401) {
    return `${error.message}: set SALLYPORT_TOKEN to a token of this server (the first start printed one)`;
  }
  return error.message;
}
