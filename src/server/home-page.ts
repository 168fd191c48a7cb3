import { html } from 'hono/html';
import type { RepositoryRecord } from '#store';
import { renderPage } from './page.ts';

/** The front door for a person with a browser: how to point a client here. */
export function renderHomePage(publicUrl: string, repositories: readonly RepositoryRecord[]) {
  return renderPage(
    'Gate',
    html`<h1>The gate is open</h1>
<p>Models and datasets pulled through an address below are taken apart without being run, judged, and only then served.</p>
${repositories.map(
  (repository) => html`<div class="card">
<p><b>${repository.name}</b> · ${repository.kind} ${repository.protocol} · policy ${repository.policy}${repository.upstreamUrl === undefined ? '' : ` · from ${repository.upstreamUrl}`}</p>
<pre>export HF_ENDPOINT=${publicUrl}/huggingface/${repository.name}</pre>
</div>`,
)}
<p><a href="/api/v1/openapi.json">API</a> · <a href="/metrics">metrics</a> · <a href="/readyz">readiness</a></p>`,
  );
}
