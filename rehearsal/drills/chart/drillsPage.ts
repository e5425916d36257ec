/** Page with the charts of drills. Pure. */
import type { Content } from "../../../plan/report/html/markup";
import { markup } from "../../../plan/report/html/markup";
import { renderPage } from "../../../plan/report/html/page";
import { table } from "../../../plan/report/html/table";
import { formatMoment, formatSeconds } from "../durations";
import { type DrillResult, type Measurements, tableHeader, tableRow } from "../result";
import { drillChart, type DrillEvent, eventsOf } from "./drillChart";
import { binWrites } from "./writeBins";

/** Finished drill, with all that the page shows of it. */
export interface ChartedDrill {
  readonly description: string;
  readonly result: DrillResult;
  readonly measured: Measurements;
  /** Lines that the drill has printed. */
  readonly log: readonly DrillEvent[];
}

export interface RecordedDrills {
  readonly stack: string;
  /** ms since the epoch. */
  readonly recordedAt: number;
  readonly drills: readonly ChartedDrill[];
}

/** Self-contained HTML page with a section per drill. */
export function renderDrills({ stack, recordedAt, drills }: RecordedDrills): string {
  const failed = drills.filter(({ result }) => result.violations.length > 0).length;
  const verdict = failed === 0 ? "all passed" : `${failed} of ${drills.length} failed`;
  return renderPage({
    title: `${stack}: drills`,
    heading: `Drills of ${stack}`,
    lead: markup`${formatMoment(recordedAt)}: ${verdict}. Four clients write without pause during a drill.`,
    sections: drills.map((drill, index) => [`drill-${index + 1}`, drill.result.drill, section(drill, index)]),
  });
}

function section({ description, result, measured, log }: ChartedDrill, index: number): Content {
  const [, ...headings] = tableHeader;
  const [, ...figures] = tableRow(result);
  const name = result.drill;
  const { faultBegan, writes } = measured;
  const since = (at: number): string => formatSeconds(at - faultBegan);
  const events = [...eventsOf(measured), ...log].toSorted((one, other) => one.at - other.at);
  return [
    markup`<p>${description}</p>\n`,
    table(`Result of ${name}`, headings, [figures]),
    writes.length === 0
      ? markup`<p>No write was recorded.</p>\n`
      : drillChart(
          {
            id: `drill-${index + 1}`,
            description: headings.map((heading, column) => `${heading}: ${figures[column] ?? ""}`).join("; "),
          },
          measured,
        ),
    markup`<h3>Events</h3>\n`,
    table(
      `Events of ${name}`,
      ["Time since the fault", "Event"],
      events.map(({ at, text }) => [since(at), text]),
    ),
    result.reasons.length > 0 && [
      markup`<h3>Failed writes</h3>\n`,
      markup`<ul>${result.reasons.map((reason) => markup`<li>${reason}</li>`)}</ul>\n`,
    ],
    writeTable(name, measured),
  ];
}

/** The figures of the chart. */
function writeTable(name: string, { writes, faultBegan }: Measurements): Content {
  const { seconds, bins } = binWrites(writes);
  const rows = bins.map(({ from, acknowledged, failed, latency }) => [
    formatSeconds(from - faultBegan),
    acknowledged,
    failed,
    latency && `${latency.median} ms`,
    latency && `${latency.longest} ms`,
  ]);
  return markup`<details><summary>writes in intervals of ${seconds} s as a table</summary>${table(
    `Writes during ${name}`,
    ["Time since the fault", "Acknowledged", "Failed", "Median duration", "Longest duration"],
    rows,
  )}</details>\n`;
}
