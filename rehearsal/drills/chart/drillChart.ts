/** Charts of a drill: its writes, and its requests, over time, with the fault. Pure. */
import { chart, horizontalGrid, textWidth, verticalGrid } from "../../../plan/report/html/chart/figure";
import type { Interval, Scale } from "../../../plan/report/html/chart/scale";
import { linearScale, logarithmicScale, powersOfTen, round, ticks } from "../../../plan/report/html/chart/scale";
import type { Content, Markup } from "../../../plan/report/html/markup";
import { markup } from "../../../plan/report/html/markup";
import type { Measurements } from "../result";
import type { Attempt } from "../writes";
import { binWrites, type Latency, type WriteBin } from "./writeBins";

/** Event of a drill, in ms since the epoch. */
export interface DrillEvent {
  readonly at: number;
  readonly text: string;
}

export type DrillTimes = Pick<Measurements, "faultBegan" | "faultEnded" | "fullStrengthAt">;

/** Calls of a chart, and the words of its texts. */
export interface ChartedCalls {
  readonly calls: readonly Attempt[];
  readonly name: "writes" | "requests";
  /** Word for calls that did not fail. */
  readonly successful: "acknowledged" | "answered";
}

/** Start and end of the fault, and full strength. */
export const eventsOf = ({ faultBegan, faultEnded, fullStrengthAt }: DrillTimes): readonly DrillEvent[] => [
  { at: faultBegan, text: "fault injected" },
  { at: faultEnded, text: "fault ended" },
  ...(fullStrengthAt === undefined ? [] : [{ at: fullStrengthAt, text: "full strength" }]),
];

const width = 1200;
const left = 64;
const right = 1180;
const eventHeight = 17;
const axisHeight = 24;
/** Room of the title above each panel. */
const titleHeight = 26;
const panels = { rate: 120, latency: 130, failed: 80 };

/** Panels over the same time, in seconds from the start of the fault: successful calls, their durations, failed calls. */
export function drillChart(
  texts: { readonly id: string; readonly description: string },
  measured: DrillTimes,
  { calls, name, successful }: ChartedCalls,
): Markup {
  const { faultBegan, faultEnded } = measured;
  const { seconds, bins } = binWrites(calls);
  const events = eventsOf(measured);
  const sinceFault = (at: number): number => (at - faultBegan) / 1000;
  const times = [...events.map(({ at }) => at), ...bins.flatMap(({ from }) => [from, from + 1000 * seconds])].map(
    sinceFault,
  );
  const domain: Interval = [Math.min(...times), Math.max(...times, 1)];
  const scale = linearScale(domain, [left, right]);
  const x: Scale = (at) => scale(sinceFault(at));
  const placed = bins.map((bin) => ({ ...bin, x: x(bin.from), end: x(bin.from + 1000 * seconds) }));
  const top = events.length * eventHeight + axisHeight;
  const boxes = stackPanels(top);
  const height = boxes.failed.bottom + 8;
  const interval = seconds === 1 ? "each second" : `each ${seconds} s`;
  const mean = seconds === 1 ? "" : `, mean of ${interval}`;
  return chart(
    { ...texts, title: name === "writes" ? "Writes during the drill" : "Requests during the drill" },
    { width, height },
    [
      markup`<rect class="fault" x="${x(faultBegan)}" y="${top}" width="${round(x(faultEnded) - x(faultBegan))}" height="${height - top}"/>\n`,
      verticalGrid(ticks(domain, 12), { scale, top: top - 4, bottom: height, unit: "s" }),
      title(boxes.rate, `${successful} ${name} per second${mean}`),
      countPanel(
        placed.map((bin) => ({ ...bin, count: bin.acknowledged, value: bin.acknowledged / seconds })),
        { ...boxes.rate, style: "acknowledged-writes", kind: successful },
      ),
      title(boxes.latency, `duration of the ${successful} ${name} of ${interval}: median (solid), longest (dashed)`),
      latencyPanel(placed, boxes.latency),
      title(boxes.failed, `failed ${name} of ${interval}`),
      countPanel(
        placed.map((bin) => ({ ...bin, count: bin.failed, value: bin.failed })),
        { ...boxes.failed, style: "failed-writes", kind: "failed" },
      ),
      events.map(({ at, text }, index) => drawEvent(x(at), index * eventHeight, text, Object.values(boxes))),
    ],
  );
}

type PlacedBin = WriteBin & { readonly x: number; readonly end: number };

interface PanelBox {
  readonly top: number;
  readonly bottom: number;
}

/** Boxes of the panels, one below the other. */
function stackPanels(top: number): Readonly<Record<keyof typeof panels, PanelBox>> {
  const rate = below(top, panels.rate);
  const latency = below(rate.bottom, panels.latency);
  return { rate, latency, failed: below(latency.bottom, panels.failed) };
}

const below = (y: number, height: number): PanelBox => ({ top: y + titleHeight, bottom: y + titleHeight + height });

const title = ({ top }: PanelBox, text: string): Markup =>
  markup`<text class="panel" x="${left}" y="${top - 8}">${text}</text>\n`;

type CountedBin = Pick<PlacedBin, "x" | "end"> & { readonly count: number; readonly value: number };

/** A bar per interval. */
function countPanel(
  bins: readonly CountedBin[],
  { top, bottom, style, kind }: PanelBox & { readonly style: string; readonly kind: string },
): Content {
  const most = Math.max(1, ...bins.map(({ value }) => value));
  const y = linearScale([0, most], [bottom, top]);
  return [
    horizontalGrid(ticks([0, most], 4).filter(Number.isInteger), { scale: y, left, right, unit: "" }),
    bins
      .filter(({ count }) => count > 0)
      .map(({ x, end, count, value }) => {
        const own = round(Math.max(0.5, end - x - 0.5));
        return markup`<rect class="bar ${style}" x="${x}" y="${y(value)}" width="${own}" height="${round(bottom - y(value))}"><title>${count} ${kind}</title></rect>`;
      }),
  ];
}

function latencyPanel(bins: readonly PlacedBin[], { top, bottom }: PanelBox): Content {
  const longest = Math.max(10, ...bins.map(({ latency }) => latency?.longest ?? 0));
  const domain: Interval = [1, 10 ** Math.ceil(Math.log10(longest))];
  const y = logarithmicScale(domain, [bottom, top]);
  const line = (kind: keyof Latency): Markup =>
    markup`<path class="line ${kind}" d="${stepLine(bins, ({ latency }) => latency && y(Math.max(1, latency[kind])))}"/>\n`;
  return [horizontalGrid(powersOfTen(domain), { scale: y, left, right, unit: "ms" }), line("longest"), line("median")];
}

/** Path through the intervals with a value, with gaps at those without. */
function stepLine(bins: readonly PlacedBin[], height: (bin: PlacedBin) => number | undefined): string {
  let drawing = false;
  return bins
    .map((bin) => {
      const y = height(bin);
      const start = drawing ? "V" : `M${bin.x} `;
      drawing = y !== undefined;
      return y === undefined ? "" : `${start}${y}H${bin.end}`;
    })
    .join("");
}

/** Line of an event through all panels. Each label has its own row, so that labels of simultaneous events do not overlap. */
function drawEvent(x: number, top: number, text: string, boxes: readonly PanelBox[]): Markup {
  const [anchor, textX] = x + 6 + textWidth(text) <= width ? ["start", x + 5] : ["end", x - 5];
  const route = [{ top: top + 3, bottom: top + eventHeight }, ...boxes].map((box) => `M${x} ${box.top}V${box.bottom}`);
  return markup`<path class="event" d="${route.join("")}"/><text class="strong ${anchor}" x="${textX}" y="${top + 13}">${text}</text>\n`;
}
