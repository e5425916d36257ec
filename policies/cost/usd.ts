const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `12,345.60`. */
export const formatUsd = (usd: number): string => format.format(usd);
