import { styleText } from 'node:util';

/** What happened to one model. */
export interface Row {
  readonly name: string;
  readonly outcome: 'served' | 'refused' | 'damaged';
  readonly message: string; // what the client said when it was refused
  readonly effect: string | undefined;
  readonly rule: string | undefined;
  readonly firstByteMs: number | undefined;
  readonly decideMs: number | undefined;
  readonly readBytes: number | undefined;
  readonly sizeBytes: number;
  readonly isAsExpected: boolean;
}

export function renderTitle(text: string): string {
  return `${styleText('dim', '·')} ${text}\n`;
}

export function renderRow(row: Row): string {
  const mark = row.outcome === 'served' ? styleText('green', 'let in ') : styleText('red', 'refused');
  const facts = [
    row.decideMs === undefined ? undefined : `decided in ${row.decideMs} ms`,
    row.readBytes === undefined ? undefined : `from ${toSize(row.readBytes)} of ${toSize(row.sizeBytes)}`,
    row.firstByteMs === undefined ? undefined : `first byte after ${Math.round(row.firstByteMs)} ms`,
  ].filter((fact) => fact !== undefined);
  const head = `\n  ${mark}  ${styleText('bold', row.name.padEnd(18))} ${facts.join(', ')}\n`;
  const why = row.rule === undefined ? '' : `           ${styleText('yellow', row.rule)}\n`;
  const said = row.message === '' ? '' : `           the client printed: ${row.message}\n`;
  const wrong = row.isAsExpected ? '' : styleText('red', '           this is not as it must be\n');
  return head + why + said + wrong;
}

export function renderSummary(rows: readonly Row[], seconds: number, gateUrl: string): string {
  const good = rows.filter((row) => row.isAsExpected).length;
  const line = `${good} of ${rows.length} as they must be, in ${seconds.toFixed(1)} s`;
  const colour = good === rows.length ? 'green' : 'red';
  const next = `Start your own gate with "npm start", then: export HF_ENDPOINT=${new URL('/huggingface/hub', gateUrl).href.replace(/:\d+\//, ':8300/')}`;
  return `\n${styleText(colour, line)}\n${styleText('dim', next)}\n`;
}

function toSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 2 ** 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
