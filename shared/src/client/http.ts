/**
 * HTTP requests to the worker below one path, such as that of a site: the URLs, the bearer token, and the errors of its
 * answers.
 */
import { type HttpErrorCode, httpErrors } from "../protocol/error.ts";
import type { HttpRequest, HttpResponse, Platform } from "./platform.ts";

export type WorkerAddress = Readonly<{
  /** The worker's root, such as `https://pbxis-edge.example.workers.dev`. */
  url: string;
  /**
   * The token (a JWT), or a function that returns one. The function is called for the first request, and again when the
   * token has expired or was refused. It must answer within 20 seconds.
   */
  token: string | (() => string | Promise<string>);
}>;

/**
 * A request that did not succeed. Example: `status` 403, `code` `"forbidden"`, `details` `{ agents: ["1002"], queues:
 * [] }`.
 */
export class SiteError extends Error {
  override readonly name = "SiteError";
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /**
   * The site's error code (section 8 of PROTOCOL.md), or one of the client's own: `network`, no answer; `no_token`, the
   * token function failed; `unreadable`, the answer is not the site's, for example a gateway's error page.
   */
  readonly code: HttpErrorCode | "network" | "no_token" | "unreadable";
  /** AP5: the command that failed, null if the error is not a command's outcome. */
  readonly commandId: string | null;
  /** Further fields of the site's `error`, such as `candidates` (CM10). */
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

type SiteRequest = Readonly<
  Partial<Omit<HttpRequest, "body">> & {
    query?: Record<string, string | undefined>;
    /**
     * A function is called once the token is available, which may take a while. If it throws, nothing is sent and the
     * request rejects with that error.
     */
    body?: string | (() => string);
  }
>;

export type Http = Readonly<{
  /** The URL of a path below that of `createHttp`. */
  urlOf: (path: string, query?: Readonly<Record<string, string | undefined>>) => string;
  /**
   * Resolves with every answer, whatever its status. `freshToken` asks for a new token first.
   * @throws SiteError with code `network` or `no_token` if there is no answer.
   */
  send: (path: string, request?: SiteRequest, freshToken?: boolean) => Promise<HttpResponse>;
  /**
   * Resolves with the JSON of a successful answer. If the token is refused, asks for a new one and tries once more.
   * @throws SiteError for any other answer, and for none.
   */
  json: <Answer>(path: string, request?: SiteRequest) => Promise<Answer>;
}>;

/** Bounds the wait for the page's token function, which might never return. */
export const tokenTimeoutMs = 20_000;

/**
 * For requests below `root`, such as `/v1/sites/hq`.
 * @throws TypeError if `url` is not an HTTP URL.
 */
export function createHttp({ url, token }: WorkerAddress, root: string, platform: Platform): Http {
  if (!/^https?:\/\/[^/]/i.test(url))
    throw new TypeError(`the site's url must begin with https:// or http://, not ${url}`);
  const base = `${url.replace(/\/+$/, "")}${root}`;
  let cachedToken: string | undefined;
  /** Shared by streams that end together with their token: they ask for one new token. */
  let pendingToken: Promise<string> | undefined;

  async function currentToken(fresh: boolean): Promise<string> {
    if (typeof token === "string") return token;
    if (cachedToken !== undefined && !fresh) return cachedToken;
    try {
      pendingToken ??= withTimeout(platform, tokenTimeoutMs, token);
      cachedToken = await pendingToken;
      return cachedToken;
    } catch (error) {
      throw new SiteError(0, "no_token", `no token is available: ${messageOf(error)}`);
    } finally {
      pendingToken = undefined;
    }
  }

  const urlOf: Http["urlOf"] = (path, query = {}) => {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    return `${base}${path}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}`;
  };

  const send: Http["send"] = async (path, { query = {}, headers = {}, body, ...rest } = {}, freshToken = false) => {
    const authorization = `Bearer ${await currentToken(freshToken)}`;
    const text = typeof body === "function" ? body() : body;
    const request = { ...rest, headers: { ...headers, authorization }, ...(text !== undefined && { body: text }) };
    try {
      return await platform.fetch(urlOf(path, query), request);
    } catch (error) {
      throw new SiteError(0, "network", messageOf(error));
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

/** Rejects if `call` throws, rejects, or does not answer within `ms`. */
function withTimeout<Value>(platform: Platform, ms: number, call: () => Value | Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = platform.setTimer(ms, () => reject(new Error(`no answer in ${ms / 1000} s`)));
    Promise.resolve().then(call).then(resolve, reject).finally(cancel);
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function textOf(response: HttpResponse): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw new SiteError(0, "network", messageOf(error));
  }
}

/** The site's JSON is trusted to have its documented shape. Anything else comes from a proxy or gateway in between. */
function parseAnswer<Answer>(text: string, status: number): Answer {
  try {
    return JSON.parse(text);
  } catch {
    throw new SiteError(status, "unreadable", `the site answered ${status} without JSON`);
  }
}

/**
 * The error of a refusal. Its code is `unreadable` if a gateway answered instead of the worker, or if the site is newer
 * than this client and used a code that the client does not know.
 */
export async function errorOf(response: HttpResponse): Promise<SiteError> {
  const text = await response.text().catch(() => "");
  const { code, message, commandId, ...details } = parseRefusal(text);
  const shownMessage = typeof message === "string" ? message : `the site answered ${response.status}`;
  const id = typeof commandId === "string" ? commandId : null;
  return new SiteError(response.status, isErrorCode(code) ? code : "unreadable", shownMessage, details, id);
}

/** The fields of `error`, together with the `commandId` beside it. */
function parseRefusal(text: string): Readonly<Record<string, unknown>> {
  try {
    const { error, commandId } = JSON.parse(text);
    return typeof error === "object" && error !== null ? { ...error, commandId } : {};
  } catch {
    return {};
  }
}

function isErrorCode(code: unknown): code is HttpErrorCode {
  return typeof code === "string" && Object.hasOwn(httpErrors, code);
}
