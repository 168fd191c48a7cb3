import { rmSync } from 'node:fs';
import { openEngine } from './engine.ts';

/** A program of its own: creates a database in the folder named by its argument, and ends. */
const folder = process.argv[2];
if (folder === undefined) throw new TypeError('expected a folder');
// The parent holds the other end: when it is gone nobody waits for the result.
process.stdin
  .on('close', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  })
  .resume();
const { lite } = await openEngine(folder, (message) => {
  throw new Error(message);
});
await lite.exec('checkpoint');
await lite.close();
process.exit(0);
