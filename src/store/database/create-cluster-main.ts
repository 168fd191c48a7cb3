import { openEngine } from './engine.ts';

/** A program of its own: creates a database in the folder named by its argument, and ends. */
const folder = process.argv[2];
if (folder === undefined) throw new TypeError('expected a folder');
const { lite } = await openEngine(folder, (message) => {
  throw new Error(message);
});
await lite.exec('checkpoint');
await lite.close();
