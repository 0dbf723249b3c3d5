/**
 * One phone's UDP socket with SIP's transactions (RFC 3261, section 17): repeats what is not answered, and answers what is
 * repeated without bothering the phone again. Knows nothing of dialogs or calls.
 */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { encodeMessage, headerOf, parameterOf, parseMessage, type SipRequest, type SipResponse } from "./message.ts";

/** First pause before a repetition, and how long a transaction may take at all. Loopback loses packets only under great load. */
const firstPauseMs = 500;
const longestPauseMs = 4000;
const transactionMs = 8000;
/** Answers kept for repeated requests; the oldest is forgotten first. */
const maxRemembered = 500;

export type Transport = Readonly<{
  host: string;
  port: number;
  /** Sends a request (a Via is put in front) and calls back with every response; `undefined` when there was none in time. */
  request(request: SipRequest, onResponse: (response: SipResponse | undefined) => void): { branch: string };
  /** Sends something once: an ACK, or a CANCEL's companion with a given branch. */
  sendOnce(request: SipRequest, branch?: string): void;
  /** Answers a request, and again whenever the request comes again. */
  respond(request: SipRequest, response: SipResponse): void;
  /** Repeats a final response to an INVITE until `stop` is called, as UDP may lose it. */
  respondUntilStopped(request: SipRequest, response: SipResponse): { stop(): void };
  close(): void;
}>;

type Waiting = { onResponse(response: SipResponse | undefined): void; timer: Repetition };
type Repetition = { stop(): void };

export function newToken(): string {
  return randomBytes(8).toString("hex");
}

export async function openTransport(
  place: { host: string; port: number; server: string },
  onRequest: (request: SipRequest) => void,
): Promise<Transport> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(place.port, place.host, resolve);
  });
  return transportOver(socket, place, onRequest);
}

function transportOver(
  socket: Socket,
  place: { host: string; server: string },
  onRequest: (request: SipRequest) => void,
): Transport {
  const waiting = new Map<string, Waiting>();
  const answered = new Map<string, SipResponse | undefined>();
  const repetitions = new Set<Repetition>();
  const { port } = socket.address();
  const send = (text: string) => socket.send(text, 5060, place.server);

  const repeat = (text: string, onEnd: () => void): Repetition => {
    let pause = firstPauseMs;
    const started = Date.now();
    const again = () => {
      if (Date.now() - started > transactionMs) {
        repetition.stop();
        onEnd();
        return;
      }
      send(text);
      pause = Math.min(pause * 2, longestPauseMs);
      timer = setTimeout(again, pause);
    };
    let timer = setTimeout(again, pause);
    const repetition = {
      stop: () => {
        clearTimeout(timer);
        repetitions.delete(repetition);
      },
    };
    repetitions.add(repetition);
    send(text);
    return repetition;
  };

  const withVia = (request: SipRequest, branch: string): SipRequest => {
    const via = ["Via", `SIP/2.0/UDP ${place.host}:${port};branch=${branch};rport`] as const;
    return { ...request, headers: [via, ...request.headers] };
  };

  const onResponse = (response: SipResponse) => {
    const key = transactionKey(headerOf(response, "via"), headerOf(response, "cseq"));
    const found = waiting.get(key);
    if (!found) return;
    // Whatever the answer is, the request has arrived. A final answer may come again, and is told again: an INVITE's needs another ACK.
    found.timer.stop();
    if (response.status >= 200) setTimeout(() => waiting.delete(key), transactionMs).unref();
    found.onResponse(response);
  };

  socket.on("message", (bytes) => {
    const message = parseMessage(bytes.toString("utf8"));
    if (!message) return;
    if (message.kind === "response") {
      onResponse(message);
      return;
    }
    const key = transactionKey(headerOf(message, "via"), headerOf(message, "cseq"));
    if (message.method !== "ACK" && answered.has(key)) {
      const answer = answered.get(key);
      if (answer) send(encodeMessage(answer));
      return;
    }
    if (message.method !== "ACK") answered.set(key, undefined);
    for (const oldest of answered.keys()) {
      if (answered.size <= maxRemembered) break;
      answered.delete(oldest);
    }
    onRequest(message);
  });

  const respond = (request: SipRequest, response: SipResponse) => {
    answered.set(transactionKey(headerOf(request, "via"), headerOf(request, "cseq")), response);
    return encodeMessage(response);
  };

  return {
    host: place.host,
    port,
    request: (request, onResponseOf) => {
      const branch = `z9hG4bK${newToken()}`;
      const full = withVia(request, branch);
      const key = transactionKey(headerOf(full, "via"), headerOf(full, "cseq"));
      const giveUp = () => {
        waiting.delete(key);
        onResponseOf(undefined);
      };
      waiting.set(key, { onResponse: onResponseOf, timer: repeat(encodeMessage(full), giveUp) });
      return { branch };
    },
    sendOnce: (request, branch = `z9hG4bK${newToken()}`) => send(encodeMessage(withVia(request, branch))),
    respond: (request, response) => send(respond(request, response)),
    respondUntilStopped: (request, response) => repeat(respond(request, response), () => undefined),
    close: () => {
      for (const repetition of [...repetitions]) repetition.stop();
      socket.close();
    },
  };
}

function transactionKey(via: string, cseq: string): string {
  return `${parameterOf(via, "branch") ?? via} ${cseq.split(/\s+/)[1] ?? ""}`;
}
