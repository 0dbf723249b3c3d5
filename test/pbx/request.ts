/** A manager's request as it comes in: header lines in their order, some of them repeated. */

export type ActionRequest = Readonly<{
  /** As sent, in order. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The last value of that name; names do not mind their case. */
  get: (name: string) => string | undefined;
  has: (name: string) => boolean;
  /** Every value of a header that may be repeated. */
  all: (name: string) => readonly string[];
}>;

/** Longer lines are discarded, and the session goes on. */
const maxLineBytes = 1024;

export function actionRequest(headers: ActionRequest["headers"]): ActionRequest {
  const all = (wanted: string) =>
    headers.filter(([name]) => name.toLowerCase() === wanted.toLowerCase()).map(([, value]) => value);
  return { headers, all, get: (name) => all(name).at(-1), has: (name) => all(name).length > 0 };
}

export function parseRequest(lines: string): ActionRequest {
  const headers: (readonly [string, string])[] = [];
  for (const line of lines.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0 && Buffer.byteLength(line) <= maxLineBytes)
      headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return actionRequest(headers);
}

/** What Asterisk takes for a yes. */
export const isYes = (text: string | undefined): boolean => /^(?:1|y|yes|t|true|on)$/i.test(text ?? "");
