/**
 * One phone's UDP socket with SIP transactions (RFC 3261, section 17): it retransmits requests without a response, and
 * answers retransmitted requests itself. It must not know dialogs or calls.
 */
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { encodeMessage, headerOf, parameterOf, parseMessage, type SipRequest, type SipResponse } from "./message.ts";

/**
 * Retransmission intervals, and the time after which a transaction fails. Loopback loses packets only under high load.
 */
const firstIntervalMs = 500;
const maxIntervalMs = 4000;
const transactionMs = 8000;
/** Responses kept for retransmitted requests. Beyond this number the oldest is dropped. */
const maxResponses = 500;

export type Transport = Readonly<{
  host: string;
  port: number;
  /**
   * Sends a request, with a Via added. Calls `onResponse` with each response, or with `undefined` if there was none in
   * time.
   */
  request(request: SipRequest, onResponse: (response: SipResponse | undefined) => void): { branch: string };
  /** Sends a request once: an ACK, or a CANCEL with the branch of its INVITE. */
  sendOnce(request: SipRequest, branch?: string): void;
  /** Responds to a request, and to each retransmission of it. */
  respond(request: SipRequest, response: SipResponse): void;
  /** Retransmits a final response to an INVITE until `stop` is called, because UDP may lose it. */
  respondUntilStopped(request: SipRequest, response: SipResponse): { stop(): void };
  close(): void;
}>;

/** The phone's own address, and that of Asterisk. */
type TransportPlace = Readonly<{ host: string; port: number; server: string; serverPort?: number }>;

type Transaction = { onResponse(response: SipResponse | undefined): void; retransmission: Retransmission };
type Retransmission = { stop(): void };

export function newToken(): string {
  return randomBytes(8).toString("hex");
}

export async function openTransport(
  place: TransportPlace,
  onRequest: (request: SipRequest) => void,
): Promise<Transport> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(place.port, place.host, resolve);
  });
  return transportOver(socket, place, onRequest);
}

function transportOver(socket: Socket, place: TransportPlace, onRequest: (request: SipRequest) => void): Transport {
  const transactions = new Map<string, Transaction>();
  const responses = new Map<string, SipResponse | undefined>();
  const retransmissions = new Set<Retransmission>();
  const { port } = socket.address();
  const send = (text: string) => socket.send(text, place.serverPort ?? 5060, place.server);

  const retransmit = (text: string, onTimeout: () => void): Retransmission => {
    let intervalMs = firstIntervalMs;
    const started = Date.now();
    const again = () => {
      if (Date.now() - started > transactionMs) {
        retransmission.stop();
        onTimeout();
        return;
      }
      send(text);
      intervalMs = Math.min(intervalMs * 2, maxIntervalMs);
      timer = setTimeout(again, intervalMs);
    };
    let timer = setTimeout(again, intervalMs);
    const retransmission = {
      stop: () => {
        clearTimeout(timer);
        retransmissions.delete(retransmission);
      },
    };
    retransmissions.add(retransmission);
    send(text);
    return retransmission;
  };

  const withVia = (request: SipRequest, branch: string): SipRequest => {
    const via = ["Via", `SIP/2.0/UDP ${place.host}:${port};branch=${branch};rport`] as const;
    return { ...request, headers: [via, ...request.headers] };
  };

  const onResponse = (response: SipResponse) => {
    const key = transactionKey(headerOf(response, "via"), headerOf(response, "cseq"));
    const transaction = transactions.get(key);
    if (!transaction) return;
    // Any response shows that the request has arrived. A retransmitted final response is passed on too: an INVITE needs
    // another ACK.
    transaction.retransmission.stop();
    if (response.status >= 200) setTimeout(() => transactions.delete(key), transactionMs).unref();
    transaction.onResponse(response);
  };

  socket.on("message", (bytes) => {
    const message = parseMessage(bytes.toString("utf8"));
    if (!message) return;
    if (message.kind === "response") {
      onResponse(message);
      return;
    }
    const key = transactionKey(headerOf(message, "via"), headerOf(message, "cseq"));
    if (message.method !== "ACK" && responses.has(key)) {
      const response = responses.get(key);
      if (response) send(encodeMessage(response));
      return;
    }
    if (message.method !== "ACK") responses.set(key, undefined);
    for (const oldest of responses.keys()) {
      if (responses.size <= maxResponses) break;
      responses.delete(oldest);
    }
    onRequest(message);
  });

  const storeResponse = (request: SipRequest, response: SipResponse) => {
    responses.set(transactionKey(headerOf(request, "via"), headerOf(request, "cseq")), response);
    return encodeMessage(response);
  };

  return {
    host: place.host,
    port,
    request: (request, onRequestResponse) => {
      const branch = `z9hG4bK${newToken()}`;
      const full = withVia(request, branch);
      const key = transactionKey(headerOf(full, "via"), headerOf(full, "cseq"));
      const onTimeout = () => {
        transactions.delete(key);
        onRequestResponse(undefined);
      };
      const retransmission = retransmit(encodeMessage(full), onTimeout);
      transactions.set(key, { onResponse: onRequestResponse, retransmission });
      return { branch };
    },
    sendOnce: (request, branch = `z9hG4bK${newToken()}`) => send(encodeMessage(withVia(request, branch))),
    respond: (request, response) => send(storeResponse(request, response)),
    respondUntilStopped: (request, response) => retransmit(storeResponse(request, response), () => undefined),
    close: () => {
      for (const retransmission of [...retransmissions]) retransmission.stop();
      socket.close();
    },
  };
}

function transactionKey(via: string, cseq: string): string {
  return `${parameterOf(via, "branch") ?? via} ${cseq.split(/\s+/)[1] ?? ""}`;
}
