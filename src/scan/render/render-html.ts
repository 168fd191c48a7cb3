import { createHash } from 'node:crypto';
import { type CoverageGap, type FileReport, type Report, type Rule, VERDICTS, type Verdict } from '#findings';
import { displayable } from './displayable.ts';
import { REPORT_STYLE } from './html-style.ts';
import { type OutlinedFile, outlineReport, type Shown } from './outline.ts';
import { renderBytes, renderCount } from './quantity.ts';

/** Browsers lay out some thousand cards; `--json` has every file. */
const MAX_FILES = 2_000;
const MAX_TABLE_ROWS = 10_000;

/**
 * A report as one page that needs nothing else and runs nothing: no script, no address, and a policy that would stop
 * both. Whatever a file is called or holds is text in it.
 */
export function renderHtml(report: Report, rules: ReadonlyMap<string, Rule>): string {
  const { attention, notes } = outlineReport(report, rules);
  const digest = createHash('sha256').update(REPORT_STYLE).digest('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Sallyport report: ${report.verdict}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<main>
<div class="head"><h1>Sallyport report</h1>${badge(report.verdict)}</div>
${renderTotals(report)}
${renderSection('Needs a decision', attention)}
${renderSection('Notes', notes)}
${renderTable(report.files)}
<footer>Sallyport ${text(report.engine.version)} · engine ${text(report.engine.fingerprint)}</footer>
</main>
</body>
</html>
`;
}

function renderTotals({ coverage, files }: Report): string {
  const count = (verdict: Verdict) => files.filter((file) => file.verdict === verdict).length;
  const cells = [
    ['Files', coverage.fileCount.toLocaleString('en-US')],
    ...[...VERDICTS]
      .reverse()
      .map((verdict) => [capitalise(verdict), count(verdict).toLocaleString('en-US')]),
    ['Read', `${renderBytes(coverage.readBytes)} of ${renderBytes(coverage.sizeBytes)}`],
  ];
  return `<dl class="totals">${cells.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

function renderSection(title: string, files: readonly OutlinedFile[]): string {
  if (files.length === 0) return '';
  const rest = files.length - MAX_FILES;
  const more = rest > 0 ? `<p class="dim">… and ${renderCount(rest, 'more file')}.</p>` : '';
  return `<section><h2>${title}</h2>${files.slice(0, MAX_FILES).map(renderFile).join('\n')}${more}</section>`;
}

function renderFile({ file, shown }: OutlinedFile): string {
  const { coverage } = file;
  const parts = [
    `<div class="head">${badge(file.verdict)}<h3>${text(file.path)}</h3></div>`,
    `<p class="dim small">${text(file.format)} · ${renderBytes(coverage.readBytes)} read of ${renderBytes(coverage.sizeBytes)}</p>`,
    ...shown.map(renderFinding),
    ...coverage.gaps.map(renderGap),
  ];
  return `<article class="card">${parts.join('\n')}</article>`;
}

function renderFinding({ finding, rule }: Shown): string {
  const { line, offset } = finding.place;
  const facts = [
    rule.id,
    rule.severity,
    `confidence ${finding.confidence}`,
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(offset === undefined ? [] : [`byte ${offset}`]),
    ...rule.cwe.map((cwe) => `CWE-${cwe}`),
  ];
  return `<div class="finding">
<p><strong>${text(rule.title)}</strong></p>
<p>${text(finding.message)}</p>
${finding.evidence === undefined ? '' : `<pre>${text(finding.evidence)}</pre>`}
<details><summary class="small">Why it matters and what to do</summary><p>${text(rule.rationale)}</p><p>${text(rule.remediation)}</p></details>
<p class="dim small">${facts.map(text).join(' · ')}</p>
</div>`;
}

function renderGap({ code, detail, offset }: CoverageGap): string {
  const place = offset === undefined ? '' : ` · byte ${offset}`;
  return `<div class="finding"><p><strong>Not covered</strong>: ${text(detail)}</p><p class="dim small">${code}${place}</p></div>`;
}

function renderTable(files: readonly FileReport[]): string {
  const rows = files
    .slice(0, MAX_TABLE_ROWS)
    .map(
      (file) =>
        `<tr><td class="${file.verdict}">${file.verdict}</td><td>${text(file.path)}</td><td>${text(file.format)}</td><td class="number">${renderBytes(file.coverage.sizeBytes)}</td></tr>`,
    );
  const rest = files.length - rows.length;
  const more = rest > 0 ? `<p class="dim">… and ${renderCount(rest, 'more file')}.</p>` : '';
  return `<section><h2>Files</h2><details><summary>${renderCount(files.length, 'file')}, members of archives included</summary>
<table><thead><tr><th>Verdict</th><th>Path</th><th>Format</th><th class="number">Size</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>${more}</details></section>`;
}

function badge(verdict: Verdict): string {
  return `<span class="verdict ${verdict}">${verdict}</span>`;
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of any origin, made fit for element content and quoted attributes. */
function text(value: string): string {
  return displayable(value, 4_000).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
