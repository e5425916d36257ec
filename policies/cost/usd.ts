const format = new Intl.NumberFormat("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Amount in USD with thousands separators and cents, such as `12,345.60`. */
export const formatUsd = (usd: number): string => format.format(usd);
