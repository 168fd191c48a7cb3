import { env } from 'node:process';
import type { Readable } from 'node:stream';

/** What the program's exit says to a script. */
export const ExitCode = {
  pass: 0,
  fail: 1, // malicious or unsafe; refused; the server said no
  usage: 2, // a wrong argument or configuration
  incomplete: 3, // something was not read or not understood, or the work was interrupted
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export interface Sink {
  write(text: string): unknown;
}

/** The world as the program sees it, so that tests can hand it another one. */
export interface HostIo {
  readonly stdin: Readable;
  readonly stdout: Sink; // data
  readonly stderr: Sink; // everything else
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  readonly columns: number; // of the terminal, 80 without one
  readonly cwd: string;
  /** Aborted when the person asks the program to end (Ctrl-C, SIGTERM). */
  readonly signal: AbortSignal;
}

/** What a command gets: the world, and the way to say how it ended. */
export interface Io extends HostIo {
  /** Sets the exit code; the command then returns as usual. Without a call it is `pass`. */
  exit(code: ExitCode): void;
}

/** The real process. The streams are made on first use: each costs milliseconds of start. */
export function createProcessIo(process: NodeJS.Process): HostIo {
  const controller = new AbortController();
  // Once each: a second Ctrl-C ends the process at once.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort());
  return {
    get stdin() {
      return process.stdin;
    },
    stdout: lazySink(() => process.stdout),
    stderr: lazySink(() => process.stderr),
    env,
    get isTty() {
      return {
        stdin: process.stdin.isTTY === true,
        stdout: process.stdout.isTTY === true,
        stderr: process.stderr.isTTY === true,
      };
    },
    get columns() {
      return process.stdout.columns ?? 80;
    },
    get cwd() {
      return process.cwd();
    },
    signal: controller.signal,
  };
}

function lazySink(open: () => NodeJS.WriteStream): Sink {
  let stream: NodeJS.WriteStream | undefined;
  return {
    write(text) {
      if (stream === undefined) {
        stream = open();
        // `sallyport … | head`: the reader left, which is no error of ours.
        stream.on('error', (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EPIPE') throw error;
        });
      }
      return stream.write(text);
    },
  };
}
