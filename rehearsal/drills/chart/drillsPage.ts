/** Page with the charts of drills. Pure. */
import type { Content } from "../../../plan/report/html/markup";
import { markup } from "../../../plan/report/html/markup";
import { renderPage } from "../../../plan/report/html/page";
import { table } from "../../../plan/report/html/table";
import { formatMoment, formatSeconds } from "../durations";
import { type DrillResult, type Measurements, tableHeader, tableRow } from "../result";
import { type ChartedCalls, drillChart, type DrillEvent, eventsOf } from "./drillChart";
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
    lead: markup`${formatMoment(recordedAt)}: ${verdict}. Four clients read and write without pause during a drill, and three watch.`,
    sections: drills.map((drill, index) => [`drill-${index + 1}`, drill.result.drill, section(drill, index)]),
  });
}

function section({ description, result, measured, log }: ChartedDrill, index: number): Content {
  const [, ...headings] = tableHeader;
  const [, ...figures] = tableRow(result);
  const name = result.drill;
  const { faultBegan, writes, load } = measured;
  const since = (at: number): string => formatSeconds(at - faultBegan);
  const events = [...eventsOf(measured), ...log].toSorted((one, other) => one.at - other.at);
  const texts = {
    id: `drill-${index + 1}`,
    description: headings.map((heading, column) => `${heading}: ${figures[column] ?? ""}`).join("; "),
  };
  const chartedWrites: ChartedCalls = { calls: writes, name: "writes", successful: "acknowledged" };
  const chartedRequests: ChartedCalls = { calls: load?.requests ?? [], name: "requests", successful: "answered" };
  return [
    markup`<p>${description}</p>\n`,
    table(`Result of ${name}`, headings, [figures]),
    writes.length === 0 ? markup`<p>No write was recorded.</p>\n` : drillChart(texts, measured, chartedWrites),
    load !== undefined && drillChart({ ...texts, id: `${texts.id}-requests` }, measured, chartedRequests),
    markup`<h3>Events</h3>\n`,
    table(
      `Events of ${name}`,
      ["Time since the fault", "Event"],
      events.map(({ at, text }) => [since(at), text]),
    ),
    failures("Failed writes", result.reasons),
    failures("Failed requests", result.load?.reasons ?? []),
    callTable(name, measured, chartedWrites),
    load !== undefined && callTable(name, measured, chartedRequests),
  ];
}

const failures = (heading: string, reasons: readonly string[]): Content =>
  reasons.length > 0 && [
    markup`<h3>${heading}</h3>\n`,
    markup`<ul>${reasons.map((reason) => markup`<li>${reason}</li>`)}</ul>\n`,
  ];

/** The figures of a chart. */
function callTable(drill: string, { faultBegan }: Measurements, { calls, name, successful }: ChartedCalls): Content {
  const { seconds, bins } = binWrites(calls);
  const rows = bins.map(({ from, acknowledged, failed, latency }) => [
    formatSeconds(from - faultBegan),
    acknowledged,
    failed,
    latency && `${latency.median} ms`,
    latency && `${latency.longest} ms`,
  ]);
  const heading = successful === "acknowledged" ? "Acknowledged" : "Answered";
  return markup`<details><summary>${name} in intervals of ${seconds} s as a table</summary>${table(
    `${name === "writes" ? "Writes" : "Requests"} during ${drill}`,
    ["Time since the fault", heading, "Failed", "Median duration", "Longest duration"],
    rows,
  )}</details>\n`;
}
