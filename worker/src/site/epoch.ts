/** The name of a new numbering of the site's stream. */

/** 12 random hexadecimal digits: enough that no old cursor fits by chance. */
export function createEpoch(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}
