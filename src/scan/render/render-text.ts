import { type CoverageGap, type Report, type Rule, VERDICTS, type Verdict } from '#findings';
import { displayable } from './displayable.ts';
import { type OutlinedFile, outlineReport, type Shown } from './outline.ts';
import { createPalette, type Palette } from './palette.ts';
import { renderBytes, renderCount, renderDuration } from './quantity.ts';
import { chop, columnsOf, shortenStart, wrap } from './text-layout.ts';

export interface TextOptions {
  readonly columns: number;
  readonly hasColour: boolean;
  readonly elapsedMs?: number;
  /** Every file and every finding; else the worst of each. */
  readonly isFull?: boolean;
}

interface Sheet {
  readonly width: number;
  readonly palette: Palette;
  readonly isFull: boolean;
  /** Rules whose remedy was given already. */
  readonly explained: Set<string>;
}

const MIN_COLUMNS = 40;
/** Longer lines are hard to read, however wide the terminal is. */
const MAX_COLUMNS = 110;
const MAX_BLOCKS = 25;
const MAX_PATHS = 4; // of files that have the same gaps
const MAX_NOTES = 10;
const MAX_FINDINGS = 4;
const MAX_GAPS = 3;
const MAX_EVIDENCE_LINES = 4;
const NO_BREAK_SPACE = '\u00a0';

const SYMBOLS: Readonly<Record<Verdict, string>> = {
  malicious: '✗',
  unsafe: '!',
  undetermined: '?',
  clean: '✓',
};

/** A report for a person at a terminal: the worst files with what they would do, then one line on everything. */
export function renderText(report: Report, rules: ReadonlyMap<string, Rule>, options: TextOptions): string {
  const sheet: Sheet = {
    width: Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, options.columns)),
    palette: createPalette(options.hasColour),
    isFull: options.isFull === true,
    explained: new Set(),
  };
  const { attention, notes } = outlineReport(report, rules);
  const groups = groupByGaps(attention);
  const blocks = [
    ...take(sheet, groups, MAX_BLOCKS).map((group) => renderGroup(sheet, group)),
    ...renderRest(sheet, groups.slice(MAX_BLOCKS).flat().length, 'more files that are not clean'),
    ...renderNotes(sheet, notes),
    renderSummary(sheet, report, options.elapsedMs),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Files that lack the same and have nothing else to say are told together: forty scripts are one block. */
function groupByGaps(files: readonly OutlinedFile[]): readonly OutlinedFile[][] {
  const groups = new Map<string, OutlinedFile[]>();
  for (const [index, outlined] of files.entries()) {
    const { file, shown } = outlined;
    const gaps = file.coverage.gaps.map(({ code, detail }) => `${code} ${detail}`).join('\n');
    const key = shown.length > 0 ? String(index) : `${file.verdict} ${gaps}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [outlined]);
    else group.push(outlined);
  }
  return [...groups.values()];
}

function renderGroup(sheet: Sheet, group: readonly OutlinedFile[]): string[] {
  const [first] = group;
  if (first === undefined) return [];
  if (group.length === 1) return renderFile(sheet, first);
  const { verdict, coverage } = first.file;
  const { palette, width } = sheet;
  return [
    `${palette.verdict(verdict, `${SYMBOLS[verdict]} ${verdict}`)}  ${palette.strong(renderCount(group.length, 'file'))}`,
    ...take(sheet, coverage.gaps, MAX_GAPS).flatMap(({ code, detail }) => renderGap(sheet, { code, detail })),
    ...take(sheet, group, MAX_PATHS).map(
      ({ file }) => `    ${shortenStart(displayable(file.path), width - 4)}`,
    ),
    ...renderMore(sheet, group.length - MAX_PATHS, 'more'),
  ];
}

function renderFile(sheet: Sheet, { file, shown }: OutlinedFile): string[] {
  const { palette } = sheet;
  const mark = `${SYMBOLS[file.verdict]} ${file.verdict}`;
  const room = sheet.width - columnsOf(mark) - 2;
  const path = shortenStart(displayable(file.path), room);
  const format = `  ${file.format}`;
  const hasRoom = file.format !== 'unknown' && columnsOf(path) + format.length <= room;
  return [
    `${palette.verdict(file.verdict, mark)}  ${palette.strong(path)}${hasRoom ? palette.dim(format) : ''}`,
    ...take(sheet, shown, MAX_FINDINGS).flatMap((item) => renderFinding(sheet, item)),
    ...renderMore(sheet, shown.length - MAX_FINDINGS, 'more findings'),
    ...take(sheet, file.coverage.gaps, MAX_GAPS).flatMap((gap) => renderGap(sheet, gap)),
    ...renderMore(sheet, file.coverage.gaps.length - MAX_GAPS, 'more gaps'),
  ];
}

function renderFinding(sheet: Sheet, { finding, rule }: Shown): string[] {
  const { palette } = sheet;
  const { offset, line } = finding.place;
  const facts = [
    rule.id,
    rule.severity,
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(offset === undefined ? [] : [`byte ${offset}`]),
  ];
  const isNew = !sheet.explained.has(rule.id);
  sheet.explained.add(rule.id);
  return [
    ...indent(sheet, 2, displayable(finding.message), '• '),
    ...renderEvidence(sheet, finding.evidence),
    ...indent(sheet, 4, facts.join(' · ')).map(palette.dim),
    ...(isNew && rule.remediation !== '' ? indent(sheet, 4, rule.remediation, '→ ') : []),
  ];
}

function renderEvidence(sheet: Sheet, evidence: string | undefined): string[] {
  if (evidence === undefined) return [];
  const pieces = chop(displayable(evidence), sheet.width - 4);
  const lines = take(sheet, pieces, MAX_EVIDENCE_LINES);
  if (lines.length < pieces.length) lines.push('…');
  return lines.map((line) => `    ${sheet.palette.code(line)}`);
}

function renderGap(sheet: Sheet, { code, detail, offset }: CoverageGap): string[] {
  const place = offset === undefined ? '' : ` (byte ${offset})`;
  const hasPlace = detail.includes(`byte ${offset}`);
  return indent(sheet, 2, `not covered, ${code}: ${displayable(detail)}${hasPlace ? '' : place}`, '• ');
}

function renderNotes(sheet: Sheet, notes: readonly OutlinedFile[]): string[][] {
  if (notes.length === 0) return [];
  const lines = take(sheet, notes, MAX_NOTES).flatMap(({ file, shown }) =>
    shown
      .slice(0, 1)
      .flatMap(({ finding }) =>
        indent(sheet, 0, `${displayable(file.path)}: ${displayable(finding.message)}`, '· '),
      ),
  );
  return [[...lines.map(sheet.palette.dim), ...renderMore(sheet, notes.length - MAX_NOTES, 'more notes')]];
}

function renderSummary(sheet: Sheet, report: Report, elapsedMs: number | undefined): string[] {
  const { palette } = sheet;
  const { coverage, verdict, files } = report;
  const counts = [...VERDICTS].reverse().flatMap((kind) => {
    const count = files.filter((file) => file.verdict === kind).length;
    return count === 0 ? [] : [`${count.toLocaleString('en-US')} ${kind}`];
  });
  const parts = [
    `${renderCount(coverage.fileCount, 'file')}${counts.length > 0 ? `: ${counts.join(', ')}` : ''}`,
    // What is read twice counts twice, which is of no use to people.
    `${renderBytes(Math.min(coverage.readBytes, coverage.sizeBytes))} read of ${renderBytes(coverage.sizeBytes)}`,
    ...(elapsedMs === undefined ? [] : [renderDuration(elapsedMs)]),
  ];
  const mark = `${SYMBOLS[verdict]} ${verdict}`;
  const lines = wrap(parts.map(unbroken).join(' · '), sheet.width - columnsOf(mark) - 2).map(broken);
  const margin = ' '.repeat(columnsOf(mark) + 2);
  return lines.map((line, index) =>
    index === 0 ? `${palette.verdict(verdict, mark)}  ${line}` : margin + line,
  );
}

/** A number stays with its unit. */
function unbroken(text: string): string {
  return text.replaceAll(' ', NO_BREAK_SPACE);
}

function broken(text: string): string {
  return text.replaceAll(NO_BREAK_SPACE, ' ');
}

function take<T>(sheet: Sheet, items: readonly T[], count: number): T[] {
  return sheet.isFull ? [...items] : items.slice(0, count);
}

function renderMore(sheet: Sheet, count: number, what: string): string[] {
  return sheet.isFull || count <= 0
    ? []
    : [sheet.palette.dim(`    … ${count.toLocaleString('en-US')} ${what}`)];
}

function renderRest(sheet: Sheet, count: number, what: string): string[][] {
  const lines = renderMore(sheet, count, `${what}; --full shows all`);
  return lines.length === 0 ? [] : [lines];
}

function indent(sheet: Sheet, depth: number, text: string, bullet = ''): string[] {
  const start = ' '.repeat(depth) + bullet;
  return wrap(text, sheet.width - start.length).map((line, index) =>
    index === 0 ? start + line : ' '.repeat(start.length) + line,
  );
}
