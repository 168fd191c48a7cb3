import type { Readable } from 'node:stream';
import type { Expansion } from './scan-target.ts';
import { spool } from './spool.ts';

/** Standard input, spooled to a temporary file. */
export function expandStdin(stdin: Readable): Expansion {
  return {
    targets: [{ path: '-', open: (signal) => spool(stdin, signal) }],
    missed: [],
    notes: [],
    resources: [],
  };
}
