import { FORMATS, type ScanLimits } from '#formats';
import { DETECTORS } from '../all.ts';
import { isEnds } from '../engine/ends.ts';
import { createKit, partsOf } from '../engine/kit.ts';
import { scanSource } from '../engine/scan-source.ts';
import { FromEngine } from './frame.ts';
import { lockDown } from './lockdown.ts';
import { ParentChannel } from './parent-channel.ts';

/** The program of an engine process: takes jobs from the pipe until it closes. Its argument is the limits as JSON. */
async function run(limits: ScanLimits): Promise<void> {
  const kit = createKit(FORMATS, DETECTORS, limits);
  const channel = new ParentChannel();
  const sendJson = (kind: number, id: number, value: unknown) =>
    channel.send(kind, id, Buffer.from(JSON.stringify(value)));
  lockDown();
  sendJson(FromEngine.hello, 0, { parts: partsOf(kit), rules: [...kit.rules.values()] });
  for (let job = channel.nextJob(); job !== undefined; job = channel.nextJob()) {
    const { id, head, ends } = job;
    if (!isEnds(ends, head.sizeBytes)) throw new TypeError('a job came without the ends of its file');
    await scanSource(
      kit,
      { path: head.path, source: channel.sourceOf(job), ends, deadlineMs: head.deadlineMs },
      (order, report) => sendJson(FromEngine.report, id, [order, report]),
    );
    channel.send(FromEngine.done, id, new Uint8Array(0));
  }
}

await run(JSON.parse(process.argv[2] ?? ''));
