import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

/** One quiet sheet for the few pages the server renders itself; readable in a terminal browser without it. */
const STYLE = `
:root{color-scheme:light dark;--ink:#1d2433;--soft:#5b6478;--line:#d9dee8;--ground:#f6f7fa;--card:#fff;--ok:#1a7f4b;--warn:#946200;--hold:#a34700;--stop:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9f0;--soft:#9aa3b5;--line:#2c3445;--ground:#12161f;--card:#191f2b;--ok:#5fd49a;--warn:#e6b84d;--hold:#f0944d;--stop:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:52rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
header{display:flex;gap:.6rem;align-items:baseline;color:var(--soft);font-size:.9rem;margin-bottom:1.5rem}
header b{color:var(--ink);letter-spacing:.02em}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .6rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.2rem;margin:.7rem 0}
.effect{font-weight:650}.allow{color:var(--ok)}.warn{color:var(--warn)}.hold{color:var(--hold)}.block{color:var(--stop)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.2rem;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
code,pre{font:.88em/1.5 ui-monospace,monospace}
pre{overflow-x:auto;padding:.7rem .9rem;border:1px solid var(--line);border-radius:.4rem;background:var(--ground);margin:.6rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
p{margin:.5rem 0}a{color:inherit}
`;

/** Nothing is loaded, nothing runs; the one sheet is named by its digest. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

type Html = ReturnType<typeof html>;

/** A whole page. Every value put into `html` is escaped. */
export function renderPage(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sallyport</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<header><b>Sallyport</b> <span>the double gate for AI artifacts</span></header>
${body}
</main>
</body>
</html>
`;
}
