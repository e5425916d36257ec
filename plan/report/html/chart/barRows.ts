import type { Markup } from "../markup";
import { markup } from "../markup";
import type { ChartTexts } from "./figure";
import { fluidChart, textWidth } from "./figure";
import { linearScale, round } from "./scale";

/** Row of a chart: a label, its value as text, and below them its bars, one below the other. */
export interface BarRow {
  readonly label: string;
  readonly value: string;
  readonly bars: readonly RowBar[];
}

export interface RowBar {
  readonly from: number;
  readonly to: number;
  /** Class in the style sheet. */
  readonly kind: string;
  /** Text of the bar's tooltip. */
  readonly text: string;
}

const textHeight = 18;
const barHeight = 9;
const barGap = 2;
const rowGap = 8;

export interface PlacedRow {
  readonly top: number;
  readonly bottom: number;
  readonly bars: readonly PlacedBar[];
}

/** Box of a bar: horizontally in percent of the chart's width. */
export interface PlacedBar extends RowBar {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
}

/** Boxes of the rows and their bars, all on the same scale, which includes zero; and the position of zero. */
export function placeBars(rows: readonly BarRow[]): { readonly zero: number; readonly rows: readonly PlacedRow[] } {
  const ends = rows.flatMap(({ bars }) => bars.flatMap(({ from, to }) => [from, to]));
  const scale = linearScale([Math.min(0, ...ends), Math.max(0, ...ends)], [0, 100]);
  let bottom = -rowGap;
  const placed = rows.map(({ bars }) => {
    const top = bottom + rowGap;
    bottom = top + textHeight + bars.length * (barHeight + barGap);
    return {
      top,
      bottom,
      bars: bars.map((bar, lane) => {
        const [left, right] = [scale(Math.min(bar.from, bar.to)), scale(Math.max(bar.from, bar.to))];
        const y = top + textHeight + lane * (barHeight + barGap);
        return { ...bar, x: left, width: round(right - left), y, height: barHeight };
      }),
    };
  });
  return { zero: scale(0), rows: placed };
}

/** Chart of horizontal bars. */
export function barRows(texts: ChartTexts, rows: readonly BarRow[]): Markup {
  const { zero, rows: placed } = placeBars(rows);
  const height = placed.at(-1)?.bottom ?? 0;
  const minWidth = Math.ceil(Math.max(...rows.map(({ label, value }) => textWidth(`${label}  ${value}`))));
  const content = placed.map(({ top, bars }, index) => {
    const y = top + 13;
    return markup`<text x="0" y="${y}">${rows[index]?.label}</text><text class="end" x="100%" y="${y}">${rows[index]?.value}</text>
${bars.map(drawBar)}`;
  });
  const axis = zero > 0 && markup`<line class="axis" x1="${zero}%" x2="${zero}%" y1="0" y2="${height}"/>`;
  return fluidChart(texts, { minWidth, height }, [content, axis]);
}

const drawBar = ({ x, y, width, height, kind, text }: PlacedBar): Markup =>
  markup`<rect class="bar ${kind}" x="${x}%" y="${y}" width="${width}%" height="${height}"><title>${text}</title></rect>\n`;
