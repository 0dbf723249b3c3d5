/**
 * Answers as CSV files (AP13). The token goes in a header, so a plain link would not do: it would put the token
 * into the browser's history.
 */
import { errorOf } from "@pbxis/shared/client";
import type { SignedIn } from "./token.ts";

/** Pages of one file. A list that has more is cut, and the file's name says so. */
const maxPages = 100;

/** `path` below the site. */
export type CsvQuestion = Readonly<{ path: string; query: Readonly<Record<string, string | undefined>> }>;

/**
 * Reads all pages of an answer.
 * @throws SiteError
 */
export async function readCsv({ token, site }: SignedIn, { path, query }: CsvQuestion) {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const search = new URLSearchParams([...given, ["format", "csv"]]).toString();
  let url: URL | null = new URL(`/v1/sites/${encodeURIComponent(site)}${path}?${search}`, location.origin);
  let text = "";
  for (let page = 0; url !== null && page < maxPages; page += 1) {
    const answer: Response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw await errorOf(answer);
    const part = await answer.text();
    text += page === 0 ? part : withoutFirstLine(part);
    url = nextPage(answer.headers.get("link"), url);
  }
  return { text, isCut: url !== null };
}

function withoutFirstLine(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 ? "" : text.slice(end + 1);
}

/** The next page, of the same origin: nothing else gets the token. */
function nextPage(link: string | null, from: URL): URL | null {
  const target = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? "")?.[1];
  if (target === undefined || !URL.canParse(target, from)) return null;
  const next = new URL(target, from);
  return next.origin === from.origin ? next : null;
}

/** Offers the file to the browser's downloads. */
export function saveFile(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun by then, and reads its own copy.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
