/** Page with the timeline of a rehearsal's boot. Pure. */
import type { TimelineBar, TimelineRow } from "../../plan/report/html/chart/timeline";
import { timeline } from "../../plan/report/html/chart/timeline";
import type { Content } from "../../plan/report/html/markup";
import { markup } from "../../plan/report/html/markup";
import { renderPage } from "../../plan/report/html/page";
import { table } from "../../plan/report/html/table";
import { formatMoment, formatSeconds } from "../drills/durations";
import type { RecordedBoot } from "./recordedBoot";
import { hostRows, machineRows, originOf } from "./timelineRows";

/** Self-contained HTML page. */
export function renderTimeline({ id, stack, host, machines, recordedAt }: RecordedBoot): string {
  const boots = machineRows(machines, recordedAt);
  const work = hostRows(host, recordedAt);
  const ready = machines.flatMap(({ readyAt }) => readyAt ?? []);
  const started = originOf(machines.flatMap(({ startedAt }) => startedAt ?? []));
  const summary =
    machines.length > 0 && ready.length === machines.length
      ? `all ${machines.length} machines were ready after ${formatSeconds(Math.max(...ready) - started)}`
      : `${ready.length} of ${machines.length} machines were ready when the record ended`;
  return renderPage({
    title: `${id}: timeline of a rehearsal`,
    heading: `Timeline of rehearsal ${id}`,
    lead: markup`Stack ${stack}, ${formatMoment(recordedAt)}: ${summary}.`,
    sections: [
      ["machines", "Machines", section("machines", "Boot and steps of each machine", machineKinds, boots)],
      ["host", "Host", section("host", "Work of the host", hostKinds, work)],
    ],
  });
}

const machineKinds = [
  ["boot", "boot: disk, network port, systemd, cloud-init"],
  ["download", "download of an asset"],
  ["step", "step"],
  ["wait", "waiting for Ready"],
  ["failed", "failed attempt"],
  ["running", "still running"],
] as const;

const hostKinds = [
  ["phase", "phase"],
  ["build", "build of an asset"],
  ["running", "still running, or failed"],
] as const;

function section(
  id: string,
  title: string,
  kinds: readonly (readonly [kind: string, text: string])[],
  rows: readonly TimelineRow[],
): Content {
  const bars = rows.flatMap((row) => row.bars.map((bar) => ({ row, bar })));
  if (bars.length === 0) return markup`<p>Nothing was recorded.</p>\n`;
  const used = kinds.filter(([kind]) => bars.some(({ bar }) => bar.kind === kind));
  return [
    markup`<p class="legend">${used.map(([kind, text]) => markup`<span><i class="key ${kind}"></i> ${text}</span> `)}</p>\n`,
    timeline({ id, title, description: rows.map(describeRow).join(". ") }, rows),
    markup`<details><summary>${bars.length} bars as a table</summary>${table(
      title,
      ["Row", "Bar", "Start", "Duration"],
      bars.map(({ row, bar }) => [row.name, bar.label, seconds(bar.from), seconds(bar.to - bar.from)]),
    )}</details>\n`,
  ];
}

const describeRow = ({ name, note, bars }: TimelineRow): string =>
  `${name} (${note}): ${bars.map(({ label, from, to }: TimelineBar) => `${label} from ${seconds(from)} to ${seconds(to)}`).join(", ")}`;

const seconds = (value: number): string => formatSeconds(value * 1000);
