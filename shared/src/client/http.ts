/** Requests to one site: its address, the token, and what an answer says. */
import { type HttpErrorCode, httpErrors } from "../error.ts";
import type { HttpRequest, HttpResponse, Platform } from "./platform.ts";

export type SiteAddress = Readonly<{
  /** The worker's root, such as `https://pbxis-edge.example.workers.dev`. */
  url: string;
  site: string;
  /** A function is asked again when a token was refused or has ended. */
  token: string | (() => string | Promise<string>);
}>;

/** An answer that is no success. `code` is of the register, or `network` where there was no answer. */
export class SiteError extends Error {
  override readonly name = "SiteError";
  readonly status: number;
  readonly code: HttpErrorCode | "network" | "unreadable";
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: SiteError["code"],
    message: string,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

export type Http = Readonly<{
  /** The address of a path below the site. */
  urlOf: (path: string, query?: Readonly<Record<string, string | undefined>>) => string;
  /** Never rejects for an answer; rejects with a SiteError of code `network` for none. */
  send: (
    path: string,
    request?: Partial<HttpRequest> & Readonly<{ query?: Record<string, string | undefined> }>,
    freshToken?: boolean,
  ) => Promise<HttpResponse>;
  /** The JSON of a success; rejects with a SiteError otherwise. Asks for a new token once, if the old one was refused. */
  json: <Answer>(path: string, request?: Parameters<Http["send"]>[1]) => Promise<Answer>;
}>;

export function createHttp({ url, site, token }: SiteAddress, platform: Platform): Http {
  const base = `${url.replace(/\/+$/, "")}/v1/sites/${encodeURIComponent(site)}`;
  let known: string | undefined;

  async function bearer(fresh: boolean): Promise<string> {
    if (known === undefined || fresh) known = typeof token === "string" ? token : await token();
    return known;
  }

  const urlOf: Http["urlOf"] = (path, query = {}) => {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    return `${base}${path}${given.length > 0 ? `?${given.join("&")}` : ""}`;
  };

  const send: Http["send"] = async (path, { query = {}, headers = {}, ...request } = {}, freshToken = false) => {
    try {
      const authorization = `Bearer ${await bearer(freshToken)}`;
      return await platform.fetch(urlOf(path, query), { ...request, headers: { ...headers, authorization } });
    } catch (error) {
      throw new SiteError(0, "network", error instanceof Error ? error.message : String(error));
    }
  };

  return {
    urlOf,
    send,
    json: async (path, request) => {
      let response = await send(path, request);
      if (response.status === 401 && typeof token === "function") response = await send(path, request, true);
      if (response.status >= 300) throw await errorOf(response);
      return JSON.parse(await response.text());
    },
  };
}

/** What a refusal says, also where something in between has answered instead of the worker, or a site that is newer than this client. */
export async function errorOf(response: HttpResponse): Promise<SiteError> {
  const text = await response.text().catch(() => "");
  const { code, message, ...details } = errorIn(text);
  const words = typeof message === "string" ? message : `the site answered ${response.status}`;
  return new SiteError(response.status, isKnown(code) ? code : "unreadable", words, details);
}

function errorIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const { error } = JSON.parse(text);
    return typeof error === "object" && error !== null ? error : {};
  } catch {
    return {};
  }
}

function isKnown(code: unknown): code is HttpErrorCode {
  return typeof code === "string" && Object.hasOwn(httpErrors, code);
}
