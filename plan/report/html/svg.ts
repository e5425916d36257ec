import { Markup, markup } from "./markup";
import { truncate } from "../terminal/style";

/** Shapes that pictures are made of. Lengths are in the picture's own units; the style sheet colors by class. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a character of small text takes, about. */
const characterWidth = 6.4;

/** A box with round corners. */
export const rectangle = ({ x, y, width, height }: Box, kind: string, radius: number): Markup =>
  markup`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;

/** A line of text whose foot is at `y`. */
export const label = (x: number, y: number, text: string, kind: string): Markup =>
  markup`<text class="${kind}" x="${x}" y="${y}">${text}</text>`;

/** A straight arrow. */
export const arrow = (fromX: number, fromY: number, toX: number, toY: number): Markup =>
  path(`M${fromX} ${fromY} L${toX} ${toY}`);

/** A way that turns corners, with a tip unless it joins another. */
export const path = (way: string, tip = true): Markup =>
  markup`<path class="flow" d="${way}"${tip && new Markup(' marker-end="url(#tip)"')}/>`;

/** The tip of arrows, once in each picture. */
export const arrowTip = markup`<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>`;

/** Cuts a text to the room that there is for it. */
export const truncateToWidth = (text: string, room: number): string => truncate(text, Math.floor(room / characterWidth));

/** A text on at most two lines, cut where it is still too long. */
export function wrapped(text: string, room: number): readonly string[] {
  const most = Math.floor(room / characterWidth);
  if (text.length <= most) return [text];
  const space = text.lastIndexOf(" ", most);
  if (space <= 0) return [truncate(text, most)];
  return [text.slice(0, space), truncate(text.slice(space + 1), most)];
}
