/** Options of text for a terminal. */
export interface TerminalOptions {
  /** Default: false. */
  readonly color?: boolean;
  /** Columns of the terminal; longer lines are truncated. Default: unlimited. */
  readonly width?: number | undefined;
  /** List every resource, also several of one type in a component. Default: false. */
  readonly all?: boolean;
}

/** Text styles of a terminal. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

export type Paint = (text: string) => string;

const plain: Paint = (text) => text;

/** ECMA-48 codes that switch a style on and off. */
const code =
  (on: number, off: number): Paint =>
  (text) =>
    `\u001b[${on}m${text}\u001b[${off}m`;

const colored: Style = {
  bold: code(1, 22),
  dim: code(2, 22),
  red: code(31, 39),
  green: code(32, 39),
  yellow: code(33, 39),
  cyan: code(36, 39),
};

const colorless: Style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

/** Styles with or without colors. */
export const terminalStyle = (color: boolean): Style => (color ? colored : colorless);

/** Truncates a text that is too long, with an ellipsis. */
export function truncate(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Pads all columns but the last to their longest cell. */
export function columns(rows: readonly (readonly string[])[], gap = 2): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd((widths[index] ?? 0) + gap)))
      .join("")
      .trimEnd(),
  );
}
