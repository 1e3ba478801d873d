/** The console's one style sheet. Colours keep a contrast of 4.5 : 1 and better in both themes. */
export const styles = `
:root {
  color-scheme: light;
  --back: #f6f7f9; --card: #ffffff; --ink: #1b2230; --soft: #525c6d; --line: #d5dae2; --link: #0b4fa8; --mark: #e8f0fc;
  --good: #0d6b3c; --goodback: #e2f4ea; --bad: #a8201a; --badback: #fdeceb; --warn: #7a4d00; --warnback: #fdf3dc;
  --calm: #3d4a5f; --calmback: #e9edf3; --act: #0b4fa8; --actink: #ffffff; --focus: #d9480f; --second: #b06a00;
}
:root[data-theme="dark"] {
  color-scheme: dark;
  --back: #12161d; --card: #1a202a; --ink: #e8ecf3; --soft: #a5b0c2; --line: #343e4d; --link: #8fbcff; --mark: #20304a;
  --good: #7fdca8; --goodback: #12372a; --bad: #ffa8a2; --badback: #43191a; --warn: #ffd27a; --warnback: #3d2f0e;
  --calm: #c3cddc; --calmback: #2a3341; --act: #9cc3ff; --actink: #0d1a2c; --focus: #ffb37a; --second: #f0a83c;
}
@media (prefers-color-scheme: dark) {
  :root[data-theme="auto"] {
    color-scheme: dark;
    --back: #12161d; --card: #1a202a; --ink: #e8ecf3; --soft: #a5b0c2; --line: #343e4d; --link: #8fbcff; --mark: #20304a;
    --good: #7fdca8; --goodback: #12372a; --bad: #ffa8a2; --badback: #43191a; --warn: #ffd27a; --warnback: #3d2f0e;
    --calm: #c3cddc; --calmback: #2a3341; --act: #9cc3ff; --actink: #0d1a2c; --focus: #ffb37a; --second: #f0a83c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--back); color: var(--ink); font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
a { color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, summary:focus-visible, [tabindex]:focus-visible {
  outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px;
}
.skip { position: absolute; left: -999px; top: 0; background: var(--card); padding: .6rem 1rem; z-index: 10; }
.skip:focus { left: 0; }
.bar { background: var(--card); border-bottom: 1px solid var(--line); display: flex; align-items: center; gap: .25rem .8rem; padding: .4rem 1rem; }
.brand { font-weight: 700; text-decoration: none; color: var(--ink); padding: .3rem 0; }
.bar nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem; margin: 0; padding: 0; }
.bar nav.row { flex: 1 1 auto; }
.bar nav a { display: block; padding: .45rem .55rem; border-radius: 6px; text-decoration: none; color: var(--ink); white-space: nowrap; }
.badge { display: inline-block; min-width: 1.35em; padding: 0 .35em; border-radius: 999px; background: var(--bad); color: var(--card); font-size: .8rem; font-weight: 650; text-align: center; }
.menu { position: relative; }
.menu > summary { list-style: none; border: 1px solid #7b8799; border-radius: 6px; padding: .35rem .7rem; color: var(--ink); white-space: nowrap; }
.menu > summary::-webkit-details-marker { display: none; }
.menu > summary::after { content: " \\25BE"; color: var(--soft); }
.menu > .sheet { position: absolute; z-index: 5; top: calc(100% + .3rem); background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem; box-shadow: 0 6px 20px rgb(0 0 0 / .2); min-width: 12rem; }
.menu.who > .sheet { right: 0; }
.menu.who > .sheet form { margin: .4rem 0 0; flex-wrap: wrap; }
.menu.sections { display: none; }
.menu.sections ul { display: block; }
.bar nav a:hover { background: var(--mark); }
.bar nav a[aria-current] { background: var(--mark); color: var(--link); font-weight: 600; }
.who { margin-left: auto; font-size: .9rem; }
.who form { display: flex; gap: .3rem; align-items: center; margin: 0; }
main { max-width: 90rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .2rem 0 .8rem; line-height: 1.2; }
h2 { font-size: 1.12rem; margin: 0 0 .6rem; }
h3 { font-size: 1rem; margin: .8rem 0 .3rem; }
p { margin: .4rem 0; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1rem; margin: 0 0 1rem; min-width: 0; }
.grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); margin: 0 0 1rem; }
.grid > .card { margin: 0; }
.tiles { display: grid; gap: .7rem; grid-template-columns: repeat(auto-fit, minmax(7.6rem, 1fr)); margin: 0 0 1rem; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .6rem .5rem; }
.tiles .value { font-size: 1.5rem; font-weight: 650; line-height: 1.2; display: block; font-variant-numeric: tabular-nums; }
.tiles a { color: inherit; text-decoration: none; display: block; }
.tiles a:hover .value { text-decoration: underline; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
caption { text-align: left; color: var(--soft); padding: 0 0 .4rem; }
th, td { text-align: left; vertical-align: top; padding: .42rem .55rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; color: var(--soft); white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.t { white-space: nowrap; font-variant-numeric: tabular-nums; }
td p { margin: 0 0 .2rem; }
tbody tr:hover { background: var(--mark); }
code, pre, .key { font: .88em/1.4 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
code, .key { overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--back); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; margin: .4rem 0; max-height: 28rem; overflow: auto; }
.tag { display: inline-block; border-radius: 999px; padding: .08rem .55rem; font-size: .86rem; white-space: nowrap; background: var(--calmback); color: var(--calm); }
.tag.good { background: var(--goodback); color: var(--good); }
.tag.bad { background: var(--badback); color: var(--bad); }
.tag.warn { background: var(--warnback); color: var(--warn); }
.notice { border-radius: 8px; padding: .6rem .9rem; margin: 0 0 1rem; background: var(--calmback); color: var(--calm); }
.notice.good { background: var(--goodback); color: var(--good); }
.notice.bad { background: var(--badback); color: var(--bad); }
.notice.warn { background: var(--warnback); color: var(--warn); }
.empty { color: var(--soft); padding: 1rem 0; }
.problem { color: var(--bad); font-size: .88rem; margin: 0; }
[aria-invalid="true"] { border-color: var(--bad); outline: 1px solid var(--bad); }
details.more { flex: 1 1 100%; }
details.more > .fields { display: flex; flex-wrap: wrap; gap: .6rem .8rem; align-items: end; padding: .4rem 0; }
form.filters { display: flex; flex-wrap: wrap; gap: .6rem .8rem; align-items: end; margin: 0 0 .8rem; }
.field { display: flex; flex-direction: column; gap: .2rem; min-width: 0; }
.field > label, .field > .label { font-size: .88rem; color: var(--soft); }
.field.wide { flex: 1 1 16rem; }
.check { display: flex; gap: .45rem; align-items: center; padding: .35rem 0; }
input, select, textarea, button { font: inherit; color: inherit; }
input, select, textarea { background: var(--card); border: 1px solid #7b8799; border-radius: 6px; padding: .42rem .55rem; min-height: 2.35rem; max-width: 100%; }
input[type="checkbox"], input[type="radio"] { min-height: 0; width: 1.15rem; height: 1.15rem; accent-color: var(--act); }
button, .button { background: var(--act); color: var(--actink); border: 1px solid var(--act); border-radius: 6px; padding: .42rem .85rem; min-height: 2.35rem; cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; }
button.quiet, .button.quiet { background: transparent; color: var(--link); border-color: #7b8799; }
button.danger { background: transparent; color: var(--bad); border-color: var(--bad); }
button:disabled { opacity: .55; cursor: not-allowed; }
button.copy { min-height: 1.6rem; padding: 0 .4rem; font-size: .82rem; }
button.copied::after { content: " \\2713"; }
.acts { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .5rem 0; }
.acts form { margin: 0; }
.pages { display: flex; gap: .6rem; align-items: center; margin: .8rem 0; flex-wrap: wrap; }
dl.facts { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .25rem 1rem; margin: .3rem 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
progress { width: 100%; height: 1rem; accent-color: var(--act); }
details > summary { cursor: pointer; color: var(--link); padding: .15rem 0; }
.why { max-width: 60rem; }
.charts { grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); }
.chart-box { margin: 0; max-width: 44rem; }
.chart-box figcaption > span { margin-right: 1rem; }
.chart { width: 100%; height: auto; display: block; }
.chart text { fill: var(--soft); font-size: 13px; font-family: inherit; }
.chart .axis { stroke: var(--line); }
.chart-box .bar1 { fill: var(--act); }
.chart-box .bar2 { fill: var(--second); }
.chart-box .line1 { stroke: var(--act); fill: none; stroke-width: 2; }
.chart-box .line2 { stroke: var(--second); fill: none; stroke-width: 2; stroke-dasharray: 5 3; }
td.m { min-width: 16rem; overflow-wrap: anywhere; }
.journal tr.error td:first-child { box-shadow: inset 3px 0 0 var(--bad); }
.journal tr.warning td:first-child { box-shadow: inset 3px 0 0 #b06a00; }
.login { max-width: 24rem; margin: 12vh auto; }
.login .field { margin: 0 0 .8rem; }
.login input { width: 100%; }
.htmx-indicator { visibility: hidden; }
.htmx-request .htmx-indicator, .htmx-request.htmx-indicator { visibility: visible; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 70rem) {
  .bar nav.row { display: none; }
  .menu.sections { display: block; }
}
@media (max-width: 46rem) {
  main { padding: .7rem; }
  .bar { padding: .3rem .7rem; }
  .bar nav a { padding: .6rem .7rem; }
  .chart text { font-size: 16px; }
  table.cards td:empty { display: none; }
  table.cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.cards, table.cards tbody, table.cards tr, table.cards td { display: block; width: 100%; }
  table.cards tr { border: 1px solid var(--line); border-radius: 8px; padding: .35rem .2rem; margin: 0 0 .6rem; }
  table.cards td { border: 0; padding: .2rem .55rem; text-align: left; white-space: normal; }
  table.cards td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
  dl.facts { grid-template-columns: 1fr; gap: 0; }
  dl.facts dd { margin: 0 0 .4rem; }
}
@media print { .bar, .filters, .acts { display: none; } }
`;
