/**
 * Asks the worker: `/healthz` by HTTP, whether it opens the connector's WebSocket, and who serves the site. Sends no
 * `hello`.
 */
import { WebSocket } from "ws";
import * as z from "zod";
import { readMessage } from "../uplink/refusal.ts";
import { describeConnectError } from "../util/connect-error.ts";
import type { WorkerAnswers } from "./worker.ts";

const timeoutMs = 10_000;

/** `uplinkUrl`: the site's connector address (AP7). */
export async function askWorker(uplinkUrl: URL, token: string): Promise<WorkerAnswers> {
  const health = await askHealth(uplinkUrl);
  const isWorker = health.kind === "answered" && health.isWorker;
  const uplink = isWorker ? await askUplink(uplinkUrl, token) : null;
  const holder = uplink?.kind === "accepted" ? await askHolder(uplinkUrl, token) : null;
  return { host: uplinkUrl.host, health, uplink, holder };
}

const SiteStatus = z.object({
  connector: z.object({ online: z.boolean(), version: z.string().nullable(), since: z.number().nullable() }),
});

/** The connector that serves the site (AP4). Null if there is none, or the worker does not say. */
async function askHolder(uplinkUrl: URL, token: string): Promise<WorkerAnswers["holder"]> {
  const url = httpUrl(uplinkUrl, (path) => path.replace(/\/connector$/, ""));
  try {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) });
    const { connector } = SiteStatus.parse(await response.json());
    return connector.online ? { version: connector.version, since: connector.since } : null;
  } catch {
    // An older worker answers this to clients only.
    return null;
  }
}

function httpUrl(uplinkUrl: URL, change: (path: string) => string): URL {
  const url = new URL(uplinkUrl);
  url.protocol = url.protocol === "wss:" ? "https:" : "http:";
  url.pathname = change(url.pathname);
  return url;
}

async function askHealth(uplinkUrl: URL): Promise<WorkerAnswers["health"]> {
  const url = httpUrl(uplinkUrl, (path) => path.replace(/\/v1\/sites\/[^/]*\/connector$/, "/healthz"));
  try {
    const asked = Date.now();
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    const at = (asked + Date.now()) / 2;
    const date = Date.parse(response.headers.get("date") ?? "");
    const answer: unknown = await response.json().catch(() => null);
    const isWorker = response.ok && typeof answer === "object" && answer !== null && "status" in answer;
    // A `Date` is cut to whole seconds.
    return { kind: "answered", isWorker, status: response.status, date: Number.isNaN(date) ? null : date + 500, at };
  } catch (error) {
    return { kind: "unreachable", because: reasonOf(url, error) };
  }
}

/** `fetch` wraps the error of the connection. */
function reasonOf(url: URL, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && cause.name === "TimeoutError")
    return `${url.host} does not answer within ${timeoutMs / 1000} s`;
  const { text, kind } = describeConnectError(cause instanceof Error ? cause : new Error(String(cause)));
  const right = url.protocol === "https:" ? "http:" : "https:";
  const hint = kind === "noTls" || kind === "noHttp" ? `; perhaps PBXIS_EDGE_URL should begin with ${right}` : "";
  return `cannot connect to ${url.host}: ${text}${hint}`;
}

function askUplink(url: URL, token: string): Promise<NonNullable<WorkerAnswers["uplink"]>> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: timeoutMs,
      perMessageDeflate: false,
    });
    socket.on("open", () => {
      resolve({ kind: "accepted" });
      socket.close(1000);
    });
    socket.on("unexpected-response", async (_request, response) => {
      resolve({ kind: "refused", status: response.statusCode ?? 0, message: await readMessage(response, token) });
      socket.terminate();
    });
    socket.on("error", (error) => resolve({ kind: "unreachable", because: reasonOf(url, error) }));
  });
}
