/** Which of the three transports of a stream's URL a request asks for (AP1), and which form of an answer. */
type Transport = "websocket" | "sse" | "poll";

export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

export function isEventSource(request: Request): boolean {
  return accepts(request, "text/event-stream");
}

/** Whether `Accept` names this type; wildcards do not count. */
export function accepts(request: Request, type: string): boolean {
  const accepted = request.headers.get("accept")?.toLowerCase().split(",") ?? [];
  return accepted.some((one) => one.split(";")[0]?.trim() === type);
}

export function transportOf(request: Request): Transport {
  if (isUpgrade(request)) return "websocket";
  return isEventSource(request) ? "sse" : "poll";
}
