import { silentLog, systemClock } from '#kernel';
import { openStore } from '#store';
import { FakeScanner } from './fake-scanner.ts';
import { collect, Harness } from './harness.ts';

/** Of what the server fetches when it dies. */
export const CRASH_CONTENT = Buffer.alloc(1.5 * 1024 * 1024, 'crash');

/** `crash-child.ts <data folder> <where>`: prints `now` where it is to be killed, and waits for that. */
const [dataDir, where] = process.argv.slice(2);

const forever = new Promise<never>(() => setInterval(() => undefined, 60_000));

function halt(place: string): Promise<never> | undefined {
  if (place !== where) return undefined;
  process.stdout.write('now\n');
  return forever;
}

if (dataDir !== undefined && process.argv[1] === import.meta.filename) {
  const store = await openStore({ dataDir, clock: systemClock, log: silentLog });
  const scanner = new FakeScanner();
  const h = await Harness.over(store, scanner, {}, 'remote', 'acme/crash');
  h.origin.push([{ path: 'model.bin', content: CRASH_CONTENT, isLfs: true }]);
  scanner.onScan = () => (scanner.scanned.length > 1 ? halt('verifying') : undefined);
  h.origin.onChunk = (offset) => (offset > 1024 * 1024 ? halt('copying') : undefined);
  await collect(await h.stream('model.bin'));
}
