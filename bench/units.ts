/** Figures as text, for tables. */

/** Of 1,000 bytes, with one decimal: sizes on a wire. */
export const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(1);

/** Of 2^20 bytes, rounded: sizes in memory. */
export const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);
