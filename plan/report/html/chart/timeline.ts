import type { Content, Markup } from "../markup";
import { markup } from "../markup";
import type { ChartTexts } from "./figure";
import { chart, textWidth, verticalGrid } from "./figure";
import type { Interval, Scale } from "./scale";
import { linearScale, round, ticks } from "./scale";

/** Row of a timeline. Its bars may overlap: each is drawn in the first lane that has room for it and its label. */
export interface TimelineRow {
  readonly name: string;
  readonly note: string;
  readonly bars: readonly TimelineBar[];
}

/** Bar from one time to another, in seconds; a point in time if both are equal. */
export interface TimelineBar {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** Class in the style sheet. */
  readonly kind: string;
  /** Text of the tooltip. */
  readonly text: string;
}

const width = 1200;
/** Space for half of the last label of the axis. */
const margin = 24;
const axisHeight = 24;
const headHeight = 24;
const laneHeight = 19;
const barHeight = 15;
/** Least width of a bar, so that short ones are visible, and width of the mark of a point in time. */
const thinnest = 3;
const pointWidth = 10;
const labelGap = 4;

export interface TimelineLayout {
  readonly height: number;
  /** First and last time in seconds. */
  readonly domain: Interval;
  readonly scale: Scale;
  readonly rows: readonly LaidOutRow[];
}

export interface LaidOutRow {
  readonly top: number;
  readonly bottom: number;
  readonly bars: readonly LaidOutBar[];
}

export interface LaidOutBar extends TimelineBar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Position of the label: inside of the bar, or after or before it. */
  readonly textX: number;
  readonly anchor: "start" | "end";
}

/** Boxes of rows and bars. No two bars or labels of a row overlap. */
export function layOutTimeline(rows: readonly TimelineRow[]): TimelineLayout {
  const times = rows.flatMap(({ bars }) => bars.flatMap(({ from, to }) => [from, to]));
  const domain: Interval = [Math.min(0, ...times), Math.max(1, ...times)];
  const scale = linearScale(domain, [margin, width - margin]);
  let bottom = axisHeight;
  const laidOut = rows.map(({ bars }) => {
    const top = bottom;
    const lanes: [number, number][][] = [];
    const placed = bars
      .toSorted((left, right) => left.from - right.from)
      .map((bar) => {
        const { extent, ...box } = placeBar(bar, scale);
        const free = lanes.findIndex((lane) => lane.every(([from, to]) => extent[1] < from || extent[0] > to));
        const lane = free < 0 ? lanes.length : free;
        (lanes[lane] ??= []).push(extent);
        return { ...bar, ...box, y: top + headHeight + lane * laneHeight, height: barHeight };
      });
    bottom = top + headHeight + Math.max(1, lanes.length) * laneHeight + 4;
    return { top, bottom, bars: placed };
  });
  return { height: bottom, domain, scale, rows: laidOut };
}

/** Horizontal position of a bar, of its label, and of both together. */
function placeBar(
  { label, from, to }: TimelineBar,
  scale: Scale,
): Pick<LaidOutBar, "x" | "width" | "textX" | "anchor"> & { readonly extent: [number, number] } {
  const x = scale(from);
  const own = from === to ? pointWidth : Math.max(thinnest, round(scale(to) - x));
  const [end, room] = [round(x + own), textWidth(label)];
  if (room + 2 * labelGap <= own) return { x, width: own, textX: x + labelGap, anchor: "start", extent: [x, end] };
  if (end + labelGap + room <= width)
    return { x, width: own, textX: end + labelGap, anchor: "start", extent: [x, end + labelGap + room] };
  return { x, width: own, textX: x - labelGap, anchor: "end", extent: [x - labelGap - room, end] };
}

/** Timeline with an axis in seconds: one row below the other, each with its name above its bars. */
export function timeline(texts: ChartTexts, rows: readonly TimelineRow[]): Markup {
  const { height, domain, scale, rows: laidOut } = layOutTimeline(rows);
  const grid = verticalGrid(ticks(domain, 12), { scale, top: axisHeight - 4, bottom: height, unit: "s" });
  const content = laidOut.map(({ top, bars }, index) => {
    const { name = "", note = "" } = rows[index] ?? {};
    return markup`<path class="axis" d="M0 ${top} H${width}"/><text class="name" x="0" y="${top + 17}">${name}<tspan class="note" dx="10">${note}</tspan></text>
${bars.map(drawBar)}`;
  });
  return chart(texts, { width, height }, [grid, content]);
}

function drawBar({ x, y, width: own, height, kind, text, label, textX, anchor, from, to }: LaidOutBar): Content {
  const middle = y + height / 2;
  const shape =
    from === to
      ? markup`<path class="point ${kind}" d="M${x} ${middle} l5 -6 l5 6 l-5 6 z"><title>${text}</title></path>`
      : markup`<rect class="bar ${kind}" x="${x}" y="${y}" width="${own}" height="${height}" rx="2"><title>${text}</title></rect>`;
  return markup`${shape}<text class="${anchor}" x="${textX}" y="${y + 11.5}">${label}</text>\n`;
}
