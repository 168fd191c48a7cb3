import type { SingleBar } from 'cli-progress';
import type { Verdict } from '#findings';
import { renderCount } from '#scan';
import type { Io } from '../io.ts';

export interface Progress {
  add(verdicts: readonly Verdict[]): void;
  stop(): void;
}

/** Work that is done before this needs no bar. */
const PATIENCE_MS = 400;

/** A bar on the terminal for long work; nothing elsewhere. */
export function startProgress(io: Io, total: number): Progress {
  if (!io.isTty.stderr) return { add() {}, stop() {} };
  let bar: SingleBar | undefined;
  let done = 0;
  let bad = 0;
  let isOver = false;
  const payload = () => ({ bad: bad === 0 ? '' : ` · ${renderCount(bad, 'file')} not clean` });
  const timer = setTimeout(async () => {
    const { SingleBar } = await import('cli-progress');
    if (isOver) return;
    bar = new SingleBar({
      format: 'scanning {bar} {value}/{total}{bad}',
      stream: { isTTY: true, columns: io.columns, write: (text) => io.stderr.write(text) },
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
      fps: 10,
    });
    bar.start(total, done, payload());
  }, PATIENCE_MS);
  return {
    add(verdicts) {
      done += 1;
      if (verdicts.some((verdict) => verdict !== 'clean')) bad += 1;
      bar?.update(done, payload());
    },
    stop() {
      isOver = true;
      clearTimeout(timer);
      bar?.stop();
    },
  };
}
