/** Style sheet of the report: light or dark like the reader's system, printable. */
export const styleSheet = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --ink: #1c2530; --soft: #5b6876; --line: #d5dbe3; --panel: #f6f8fa; --code: #eef1f5;
  --vpc: #fafbfd; --zone: #f1f4f9; --public: #e8f4ea; --private: #e9eff9; --outside: #f3f0ea;
  --balancer: #ddd6f6; --control-plane: #cfdcf8; --etcd: #fbe3bd; --pool: #cdebe6; --volume: #f5cf90;
  --edge: #8a97a8; --good: #1f7a45; --warn: #8a5a00; --bad: #b3261e; --new: #1a5fb4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12171d; --ink: #e3e9f0; --soft: #9aa7b5; --line: #323c48; --panel: #1a212a; --code: #222b36;
    --vpc: #171d25; --zone: #1c242e; --public: #1d3326; --private: #1d2a3f; --outside: #2b2822;
    --balancer: #43387a; --control-plane: #2a4180; --etcd: #6a4a14; --pool: #1a5650; --volume: #93661f;
    --edge: #7d8b9c; --good: #6fce93; --warn: #e0b25a; --bad: #f2918a; --new: #85b8f5;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px; max-width: 1280px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { margin: 0 0 4px; font-size: 26px; }
h2 { margin: 36px 0 12px; padding-bottom: 4px; border-bottom: 1px solid var(--line); font-size: 19px; }
h3 { margin: 20px 0 8px; font-size: 15px; overflow-wrap: anywhere; }
p.lead { margin: 0; color: var(--soft); }
code, pre { font: 12.5px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: 8px 0; padding: 10px 12px; overflow: auto; max-height: 480px; background: var(--code); border-radius: 6px; }
nav { display: flex; flex-wrap: wrap; gap: 2px 16px; margin-top: 4px; }
a { color: var(--new); }
nav a { white-space: nowrap; }
:focus-visible { outline: 2px solid var(--new); outline-offset: 2px; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 13.5px; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.usd { font-variant-numeric: tabular-nums; white-space: nowrap; }
th:has(> .usd), td:has(> .usd) { text-align: right; }
.whole { display: inline-block; white-space: nowrap; }
td code { overflow-wrap: anywhere; }
td:first-child:not(.halves td) { white-space: nowrap; }
table.halves { table-layout: fixed; } table.halves th:first-child { width: 42%; }
table.halves td { overflow-wrap: anywhere; white-space: normal; }
details { margin: 0 0 6px; padding: 6px 12px; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; }
.scroll + details { margin-top: 10px; }
details.inputs { margin: 0; padding: 0; background: none; border: 0; }
details.inputs summary { color: inherit; }
summary { cursor: pointer; }
.count { color: var(--soft); font-size: 12.5px; }
.badge { padding: 1px 7px; border: 1px solid currentColor; border-radius: 9px; font-size: 11.5px; color: var(--warn); white-space: nowrap; }
.badge.create { color: var(--good); } .badge.update { color: var(--warn); }
.badge.replace, .badge.delete { font-weight: 600; } .badge.replace { color: var(--new); } .badge.delete { color: var(--bad); }
p.refused { color: var(--bad); font-weight: 600; }
ins, del { text-decoration: none; } ins { color: var(--good); } del { color: var(--bad); }
svg.topology { display: block; width: 100%; min-width: 900px; height: auto; font: 12px system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
svg text { fill: var(--ink); }
svg .title, svg .zone-name { font-weight: 600; } svg .title { font-size: 14px; }
svg .strong { font-weight: 600; } svg .small { font-size: 11.5px; fill: var(--soft); } svg .centered { text-anchor: middle; }
svg rect { stroke: var(--edge); stroke-width: 1; }
svg .vpc { fill: var(--vpc); } svg .zone { fill: var(--zone); stroke-dasharray: 5 4; }
svg .public { fill: var(--public); } svg .private { fill: var(--private); } svg .outside { fill: var(--outside); }
svg rect.nat { fill: var(--page); } svg .balancer { fill: var(--balancer); } svg .control-plane { fill: var(--control-plane); }
svg .etcd { fill: var(--etcd); } svg .pool { fill: var(--pool); }
svg rect.balancer ~ text.small { fill: var(--ink); }
svg .volume path, svg .volume ellipse { fill: var(--volume); stroke: var(--edge); } svg .volume text { fill: var(--ink); }
svg .flow { fill: none; stroke: var(--edge); stroke-width: 1.5; } svg .tip { fill: var(--edge); }
svg circle.used { fill: var(--good); } svg circle.unused { fill: none; stroke: var(--edge); }
@media (max-width: 700px) { body { padding: 16px 12px; } th, td { min-width: 76px; } td:last-child:not(.halves td) { min-width: 220px; } }
@media print { details { break-inside: avoid; } }
`;
