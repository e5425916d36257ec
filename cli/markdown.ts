/** Cells and rows of Markdown tables. */

/** Text of a cell: a bar would end it. */
export const tableCell = (text: string): string => text.replaceAll("|", "\\|");

export const tableRow = (cells: readonly string[]): string => `| ${cells.map(tableCell).join(" | ")} |`;
