/** Which of the three transports of a stream's URL a request asks for (AP1). */
type Transport = "websocket" | "sse" | "poll";

export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

export function isEventSource(request: Request): boolean {
  const accepted = request.headers.get("accept")?.toLowerCase().split(",") ?? [];
  return accepted.some((type) => type.split(";")[0]?.trim() === "text/event-stream");
}

export function transportOf(request: Request): Transport {
  if (isUpgrade(request)) return "websocket";
  return isEventSource(request) ? "sse" : "poll";
}
