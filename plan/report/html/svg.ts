import { Markup, markup } from "./markup";
import { truncate } from "../terminal/style";

/** Box in the units of the picture. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Approximate width of a character of small text. */
const characterWidth = 6.4;

/** Box with rounded corners. The style sheet colors shapes by class. */
export const rectangle = ({ x, y, width, height }: Box, kind: string, radius: number): Markup =>
  markup`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;

/** Line of text with its baseline at `y`. */
export const label = (x: number, y: number, text: string, kind: string): Markup =>
  markup`<text class="${kind}" x="${x}" y="${y}">${text}</text>`;

/** Straight arrow. */
export const arrow = (fromX: number, fromY: number, toX: number, toY: number): Markup =>
  path(`M${fromX} ${fromY} L${toX} ${toY}`);

/** Line along a path, with an arrow tip unless it joins another line. */
export const path = (route: string, tip = true): Markup =>
  markup`<path class="flow" d="${route}"${tip && new Markup(' marker-end="url(#tip)"')}/>`;

/** Definition of the arrow tip, once per picture. */
export const arrowTip = markup`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>`;

/** Truncates a text to a width. */
export const truncateToWidth = (text: string, room: number): string =>
  truncate(text, Math.floor(room / characterWidth));

/** Text on at most two lines, truncated if it is still too long. */
export function wrapped(text: string, room: number): readonly string[] {
  const most = Math.floor(room / characterWidth);
  if (text.length <= most) return [text];
  const space = text.lastIndexOf(" ", most);
  if (space <= 0) return [truncate(text, most)];
  return [text.slice(0, space), truncate(text.slice(space + 1), most)];
}
