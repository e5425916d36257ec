import type { Content, Markup } from "../markup";
import { markup } from "../markup";
import { scrollable } from "../table";
import type { Scale } from "./scale";

/** Texts of a chart for readers and screen readers. */
export interface ChartTexts {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** What the chart shows, in words: readers without the picture have nothing else. */
  readonly description: string;
}

/** Chart of a fixed size, which scrolls horizontally on narrow pages. */
export const chart = (
  texts: ChartTexts,
  { width, height }: { readonly width: number; readonly height: number },
  content: Content,
): Markup =>
  scrollable(
    texts.title,
    markup`<svg class="chart" viewBox="0 0 ${width} ${height}" style="min-width: ${Math.round(width * 0.9)}px" ${accessible(texts)}${content}</svg>`,
  );

/** Chart as wide as the page, whose horizontal positions are percentages; it scrolls below a minimum width. */
export const fluidChart = (
  texts: ChartTexts,
  { minWidth, height }: { readonly minWidth: number; readonly height: number },
  content: Content,
): Markup =>
  scrollable(
    texts.title,
    markup`<svg class="chart fluid" height="${height}" style="min-width: ${minWidth}px" ${accessible(texts)}${content}</svg>`,
  );

/** Rest of the start tag, title and description. */
const accessible = ({ id, title, description }: ChartTexts): Markup =>
  markup`role="img" aria-labelledby="${id}-chart-title ${id}-chart-text">
<title id="${id}-chart-title">${title}</title>
<desc id="${id}-chart-text">${description}</desc>
`;

/**
 * Approximate width of a line of text in the charts' font. The reader's font is unknown: the figures are those of DejaVu Sans, a
 * wide one, in which "kubeadm" takes 53.5 pixels.
 */
export const textWidth = (text: string): number => 5 + text.length * 7;

/** Labeled vertical lines at values of a horizontal axis. */
export const verticalGrid = (
  values: readonly number[],
  { scale, top, bottom, unit }: { scale: Scale; top: number; bottom: number; unit: string },
): Content =>
  values.map((value) => {
    const x = scale(value);
    return markup`<path class="grid" d="M${x} ${top} V${bottom}"/><text class="tick centered" x="${x}" y="${top - 6}">${value} ${unit}</text>\n`;
  });

/** Labeled horizontal lines at values of a vertical axis. */
export const horizontalGrid = (
  values: readonly number[],
  { scale, left, right, unit }: { scale: Scale; left: number; right: number; unit: string },
): Content =>
  values.map((value) => {
    const y = scale(value);
    return markup`<path class="grid" d="M${left} ${y} H${right}"/><text class="tick end" x="${left - 6}" y="${y + 4}">${value}${unit && ` ${unit}`}</text>\n`;
  });
