/** The style of a report page. Its digest stands in the page's Content-Security-Policy. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ground: #fbfbfa; --card: #ffffff; --ink: #1d1f23; --dim: #6a6f78; --line: #e4e4e0;
  --code: #f3f3f0; --malicious: #b3261e; --unsafe: #c2410c; --undetermined: #8a6100; --clean: #1c7a45; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161a; --card: #1b1e24; --ink: #e7e8ea; --dim: #9aa0aa;
  --line: #2c3038; --code: #23272f; --malicious: #ff8a80; --unsafe: #ffab70; --undetermined: #f2cc60; --clean: #6fd39a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; margin: 2.5rem 0 .75rem; }
h3 { font: 600 .95rem/1.4 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; }
p { margin: .35rem 0; overflow-wrap: anywhere; }
.dim { color: var(--dim); }
.small { font-size: .85rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; margin: .75rem 0; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; padding: 0; }
.totals div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .7rem 1rem; }
.totals dt { color: var(--dim); font-size: .8rem; }
.totals dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.verdict { display: inline-block; font: 600 .8rem/1 system-ui, sans-serif; padding: .3rem .6rem; border-radius: 999px;
  border: 1px solid currentColor; vertical-align: middle; }
.malicious { color: var(--malicious); } .unsafe { color: var(--unsafe); }
.undetermined { color: var(--undetermined); } .clean { color: var(--clean); }
.head { display: flex; gap: .75rem; align-items: center; flex-wrap: wrap; }
.finding { border-top: 1px solid var(--line); margin-top: .85rem; padding-top: .85rem; }
pre { background: var(--code); border-radius: 6px; padding: .6rem .8rem; margin: .5rem 0; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; font: .85rem/1.5 ui-monospace, monospace; }
details summary { cursor: pointer; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; margin-top: .5rem; }
th, td { text-align: left; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { margin-top: 3rem; color: var(--dim); font-size: .8rem; overflow-wrap: anywhere; }
`;
