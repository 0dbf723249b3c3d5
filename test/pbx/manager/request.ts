/** An AMI action as a manager sends it: header lines in order, of which some may be repeated. */

export type ActionRequest = Readonly<{
  /** All header lines in order. */
  headers: readonly (readonly [name: string, value: string])[];
  /** The last value of a header. Names are case-insensitive. */
  get: (name: string) => string | undefined;
  has: (name: string) => boolean;
  /** Every value of a repeated header, in order. */
  all: (name: string) => readonly string[];
}>;

/** Asterisk discards longer lines and reads on. */
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

/** The values that Asterisk's ast_true accepts. */
export const isYes = (text: string | undefined): boolean => /^(?:1|y|yes|t|true|on)$/i.test(text ?? "");
