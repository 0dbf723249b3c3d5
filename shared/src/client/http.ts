/** Requests to one site: its address, the token, and what an answer says. */
import { type HttpErrorCode, httpErrors } from "../protocol/error.ts";
import type { HttpRequest, HttpResponse, Platform } from "./platform.ts";

export type SiteAddress = Readonly<{
  /** The worker's root, such as `https://pbxis-edge.example.workers.dev`. */
  url: string;
  site: string;
  /** A function is asked again when a token was refused or has ended. */
  token: string | (() => string | Promise<string>);
}>;

/**
 * An answer that is no success. `code` is of the register; or `network` where there was no answer, `no_token` where the token could not be
 * had, `unreadable` where something else than the site has answered. `commandId`: of a command that has failed (AP5).
 */
export class SiteError extends Error {
  override readonly name = "SiteError";
  readonly status: number;
  readonly code: HttpErrorCode | "network" | "no_token" | "unreadable";
  readonly commandId: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    code: SiteError["code"],
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    commandId: string | null = null,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
    this.commandId = commandId;
  }
}

export type SiteRequest = Readonly<
  Partial<Omit<HttpRequest, "body">> & {
    query?: Record<string, string | undefined>;
    /** A function makes it when the token is there, for which one may have had to wait; what it throws is rejected with, and nothing sent. */
    body?: string | (() => string);
  }
>;

export type Http = Readonly<{
  /** The address of a path below the site. */
  urlOf: (path: string, query?: Readonly<Record<string, string | undefined>>) => string;
  /** Never rejects for an answer; rejects with a SiteError of code `network` or `no_token` for none. */
  send: (path: string, request?: SiteRequest, freshToken?: boolean) => Promise<HttpResponse>;
  /** The JSON of a success; rejects with a SiteError otherwise. Asks for a new token once, if the old one was refused. */
  json: <Answer>(path: string, request?: SiteRequest) => Promise<Answer>;
}>;

/** A page's own function that hangs must not hold up everything for ever. */
export const tokenTimeoutMs = 20_000;

export function createHttp({ url, site, token }: SiteAddress, platform: Platform): Http {
  if (!/^https?:\/\/[^/]/i.test(url))
    throw new TypeError(`the site's url must begin with https:// or http://, not ${url}`);
  const base = `${url.replace(/\/+$/, "")}/v1/sites/${encodeURIComponent(site)}`;
  let known: string | undefined;
  /** Several streams that end with their token ask for one new one together. */
  let asked: Promise<string> | undefined;

  async function bearer(fresh: boolean): Promise<string> {
    if (typeof token === "string") return token;
    if (known !== undefined && !fresh) return known;
    try {
      asked ??= within(platform, tokenTimeoutMs, token);
      known = await asked;
      return known;
    } catch (error) {
      throw new SiteError(0, "no_token", `the token could not be had: ${wordsOf(error)}`);
    } finally {
      asked = undefined;
    }
  }

  const urlOf: Http["urlOf"] = (path, query = {}) => {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    return `${base}${path}${given.length > 0 ? `?${given.join("&")}` : ""}`;
  };

  const send: Http["send"] = async (path, { query = {}, headers = {}, body, ...rest } = {}, freshToken = false) => {
    const authorization = `Bearer ${await bearer(freshToken)}`;
    const text = typeof body === "function" ? body() : body;
    const request = { ...rest, headers: { ...headers, authorization }, ...(text !== undefined && { body: text }) };
    try {
      return await platform.fetch(urlOf(path, query), request);
    } catch (error) {
      throw new SiteError(0, "network", wordsOf(error));
    }
  };

  return {
    urlOf,
    send,
    json: async (path, request) => {
      let response = await send(path, request);
      if (response.status === 401 && typeof token === "function") response = await send(path, request, true);
      if (response.status >= 300) throw await errorOf(response);
      return parseAnswer(await textOf(response), response.status);
    },
  };
}

/** Rejects, too, where `ask` throws or has not answered in time. */
function within<Value>(platform: Platform, ms: number, ask: () => Value | Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = platform.setTimer(ms, () => reject(new Error(`no answer in ${ms / 1000} s`)));
    Promise.resolve().then(ask).then(resolve, reject).finally(cancel);
  });
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function textOf(response: HttpResponse): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new SiteError(0, "network", wordsOf(error));
  }
}

/** The site is believed as to what is in its JSON; a page that something in between puts in its place is none. */
function parseAnswer<Answer>(text: string, status: number): Answer {
  try {
    return JSON.parse(text);
  } catch {
    throw new SiteError(status, "unreadable", `the site answered ${status} with what is no JSON`);
  }
}

/** What a refusal says, also where something in between has answered instead of the worker, or a site that is newer than this client. */
export async function errorOf(response: HttpResponse): Promise<SiteError> {
  const text = await response.text().catch(() => "");
  const { code, message, commandId, ...details } = refusalIn(text);
  const words = typeof message === "string" ? message : `the site answered ${response.status}`;
  const id = typeof commandId === "string" ? commandId : null;
  return new SiteError(response.status, isKnown(code) ? code : "unreadable", words, details, id);
}

/** The fields of the error, and beside them the command's id if there is one. */
function refusalIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const { error, commandId } = JSON.parse(text);
    return typeof error === "object" && error !== null ? { ...error, commandId } : {};
  } catch {
    return {};
  }
}

function isKnown(code: unknown): code is HttpErrorCode {
  return typeof code === "string" && Object.hasOwn(httpErrors, code);
}
