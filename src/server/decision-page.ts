import { html } from 'hono/html';
import type { Effect, Reason } from '#api';
import type { DecisionRecord } from '#store';
import { renderPage } from './page.ts';

const HEADLINES: Readonly<Record<Effect, string>> = {
  allow: 'Let in',
  warn: 'Let in with a warning',
  hold: 'Held',
  block: 'Blocked',
};

/** What a person who was refused gets to read: what happened, why, and what can be done. */
export function renderDecisionPage(decision: DecisionRecord) {
  return renderPage(
    `${HEADLINES[decision.effect]}: ${decision.packageName}`,
    html`<p class="effect ${decision.effect}">${HEADLINES[decision.effect]}${renderState(decision)}</p>
<h1>${decision.packageName}</h1>
<p>${explain(decision)}</p>
<h2>Why</h2>
${decision.reasons.length === 0 ? html`<p class="card">Nothing in it broke a rule of the policy.</p>` : decision.reasons.map(renderReason)}
<h2>The decision</h2>
<div class="card"><dl>
<dt>Version</dt><dd><code>${decision.version}</code></dd>
<dt>Repository</dt><dd>${decision.repository} (${decision.protocol} ${decision.packageType})</dd>
<dt>Verdict of the scan</dt><dd>${decision.verdict}</dd>
<dt>Policy</dt><dd>${decision.policy} <code>${decision.policyDigest.slice(0, 12)}</code></dd>
<dt>Decided</dt><dd>${decision.decidedAt.toISOString()}, after ${decision.elapsedMs} ms and ${decision.readBytes} bytes read</dd>
<dt>Evidence</dt><dd><a href="/api/v1/decisions/${decision.id}/report">scan report</a> <code>${decision.reportDigest.slice(0, 12)}</code></dd>
<dt>Decision</dt><dd><code>${decision.id}</code> (<a href="/api/v1/decisions/${decision.id}">as JSON</a>)</dd>
${
  decision.settledAt === undefined
    ? ''
    : html`<dt>Settled</dt><dd>${decision.state} by ${decision.settledBy} at ${decision.settledAt.toISOString()}: ${decision.settledReason}</dd>`
}
</dl></div>`,
  );
}

function renderState(decision: DecisionRecord): string {
  if (decision.state === 'approved') return ', then approved';
  if (decision.state === 'refused') return ', then refused';
  if (decision.state === 'superseded') return ' (a newer decision has replaced this one)';
  return '';
}

function explain(decision: DecisionRecord): string {
  if (decision.state === 'superseded')
    return 'Ask for the version again to see the decision that stands now.';
  if (decision.state === 'approved') return 'A person looked at it and let it in.';
  if (decision.state === 'refused') return 'A person looked at it and refused it.';
  switch (decision.effect) {
    case 'allow':
      return 'It was taken apart without being run, and nothing stands against it.';
    case 'warn':
      return 'The policy of this repository only warns. Read the reasons before you load it.';
    case 'hold':
      return `Somebody who may decide has to look at it first: sallyport decision approve ${decision.id} --reason "..."`;
    case 'block':
      return 'It will not be served. Use another version, or tell its publisher what was found.';
  }
}

function renderReason(reason: Reason) {
  return html`<div class="card">
<p class="effect ${reason.effect}">${reason.message}</p>
<dl>
<dt>Rule</dt><dd><code>${reason.policyRule}</code></dd>
${reason.finding === undefined ? '' : html`<dt>Finding</dt><dd><code>${reason.finding}</code></dd>`}
${reason.file === undefined ? '' : html`<dt>File</dt><dd><code>${reason.file}</code></dd>`}
</dl>
${reason.evidence === undefined ? '' : html`<pre>${reason.evidence}</pre>`}
</div>`;
}
