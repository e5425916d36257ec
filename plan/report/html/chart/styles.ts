/** Styles of charts, with the colors of the page. Shape, outline or text repeat what a color says. */
export const chartStyles = `
svg.chart { display: block; width: 100%; overflow: visible; font: 11.5px system-ui, "Segoe UI", Roboto, Arial, sans-serif; }
svg.chart.fluid { max-width: 860px; } div:has(> svg.chart) { margin: 8px 0 12px; }
svg.chart .grid { fill: none; stroke: var(--line); } svg.chart .axis { stroke: var(--edge); }
svg.chart .tick { fill: var(--soft); font-size: 11px; } svg.chart .end { text-anchor: end; }
svg.chart rect.bar { stroke: none; fill: var(--new); }
svg.chart rect.most { fill: none; stroke: var(--new); stroke-dasharray: 3 2; }
svg.chart rect.create { fill: var(--good); } svg.chart rect.update { fill: var(--warn); } svg.chart rect.delete { fill: var(--bad); }
svg.chart .name { font-size: 13px; font-weight: 600; } svg.chart .note { font-size: 11.5px; font-weight: 400; fill: var(--soft); }
svg.chart rect.phase, svg.chart rect.build, svg.chart rect.boot, svg.chart rect.download, svg.chart rect.step { stroke: var(--edge); }
svg.chart rect.phase { fill: var(--balancer); } svg.chart rect.build { fill: var(--volume); }
svg.chart rect.boot { fill: var(--outside); } svg.chart rect.download { fill: var(--pool); } svg.chart rect.step { fill: var(--control-plane); }
svg.chart rect.wait { fill: var(--page); stroke: var(--edge); stroke-dasharray: 3 2; }
svg.chart rect.running { fill: var(--page); stroke: var(--warn); stroke-width: 2; stroke-dasharray: 6 3; }
svg.chart rect.failed { fill: var(--page); stroke: var(--bad); stroke-width: 2; } svg.chart .point.ready { fill: var(--good); }
svg.chart .panel { font-weight: 600; } svg.chart .strong { font-weight: 600; }
svg.chart rect.failed-writes { fill: var(--bad); }
svg.chart rect.fault { fill: var(--outside); stroke: none; } svg.chart .event { fill: none; stroke: var(--ink); stroke-width: 1.2; stroke-dasharray: 5 3; }
svg.chart .line { fill: none; stroke: var(--new); stroke-width: 1.5; } svg.chart .line.longest { stroke: var(--warn); stroke-dasharray: 4 2; }
p.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 12.5px; color: var(--soft); }
.key { display: inline-block; width: 18px; height: 11px; border: 1px solid var(--edge); border-radius: 2px; vertical-align: -1px; }
.key.phase { background: var(--balancer); } .key.build { background: var(--volume); } .key.boot { background: var(--outside); }
.key.download { background: var(--pool); } .key.step { background: var(--control-plane); }
.key.wait { border-style: dashed; } .key.running { border: 2px dashed var(--warn); } .key.failed { border: 2px solid var(--bad); }
`;
