/**
 * A small scripted SIP phone: it registers, calls, rings, answers, rejects, holds, transfers and hangs up, and logs all
 * of it. It offers audio by SDP, sends silence or a tone where a scenario asks for it, and says what it receives.
 */
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { patienceMs } from "../harness/wait.ts";
import { type Hearing, hearingOf } from "./sip/audio.ts";
import { acceptCall, type Call, makeCall, type Rejection } from "./sip/call.ts";
import type { CallContext } from "./sip/call-data.ts";
import { dialogFromInvite, dialogToCall, requestIn } from "./sip/dialog.ts";
import { headerOf, responseTo, type SipRequest } from "./sip/message.ts";
import { newToken, openTransport, type Transport } from "./sip/transport.ts";

/** `at` in ms since 1970. */
export type LogLine = Readonly<{ at: number; who: string; text: string }>;

/** Longer than any run: phones do not register again. Asterisk permits up to an hour. */
const registrationSeconds = 3_600;

export type Phone = Readonly<{
  user: string;
  register(): Promise<void>;
  unregister(): Promise<void>;
  /** Calls `number`, with the caller ID `as` if given, whose number may be empty. */
  call(number: string, as?: Readonly<{ number: string; name?: string }>): Call;
  /** Waits for a ringing call, and returns it. @throws Error after `timeoutMs`. */
  rings(timeoutMs?: number): Promise<Call>;
  /** Waits for a ringing call, answers it and returns it. */
  answer(timeoutMs?: number): Promise<Call>;
  /** The latest call that has not ended. @throws Error if there is none. */
  current(): Call;
  hold(): Promise<void>;
  unhold(): Promise<void>;
  /** Hangs up the latest call. */
  hangup(): Promise<void>;
  hangupAll(): Promise<void>;
  /** What Asterisk sends to the phone during the next `ms`, of whatever call. */
  hear(ms: number): Promise<Hearing>;
  registered(): boolean;
  /** Rejects every call with this status from now on; `undefined`: rings again. */
  reject(status: 486 | 603 | undefined): void;
  /** Forwards every call to this number of the server by a 302 from now on; `undefined`: rings again. */
  forward(number: string | undefined): void;
  /** Hangs up all calls and closes the sockets, without unregistering. */
  close(): Promise<void>;
}>;

export type PhoneOptions = Readonly<{
  user: string;
  name: string;
  /** The phone's own address; port 0 for any free port. */
  host: string;
  port: number;
  /** Asterisk's address, and its port if that is not 5060. */
  server: string;
  serverPort?: number;
  log(line: LogLine): void;
}>;

type RingWaiter = { resolve(call: Call): void };

export async function openPhone(options: PhoneOptions): Promise<Phone> {
  const { user, host } = options;
  const log = (text: string) => options.log({ at: Date.now(), who: user, text });
  const calls = new Map<string, Call>();
  const ringWaiters = new Set<RingWaiter>();
  let rejection: Rejection | undefined;
  let isRegistered = false;

  // Asterisk sends audio to this port. It is open all the time, so that Asterisk gets no ICMP errors.
  const media = createSocket("udp4");
  let received: Buffer[] | undefined;
  media.on("message", (packet) => received?.push(packet));
  await new Promise<void>((resolve) => media.bind(0, host, resolve));
  const mediaPort = media.address().port;

  const transport: Transport = await openTransport(options, (request) => onRequest(request));
  const contact = `sip:${user}@${host}:${transport.port}`;
  const context: CallContext = {
    transport,
    mediaPort,
    sendMedia: (packet, to) => media.send(packet, to.port, to.host),
    log,
    onEnd: (callId) => void calls.delete(callId),
  };

  const onRequest = (request: SipRequest) => {
    const call = calls.get(headerOf(request, "call-id"));
    if (call) {
      call.onRequest(request);
      return;
    }
    if (request.method === "INVITE") return onInvite(request);
    if (request.method === "ACK") return;
    const needsCall = request.method === "BYE" || request.method === "CANCEL";
    transport.respond(request, needsCall ? responseTo(request, 481, "No Such Call") : responseTo(request, 200, "OK"));
  };

  const onInvite = (invite: SipRequest) => {
    const dialog = dialogFromInvite(invite, newToken(), contact);
    const call = acceptCall(context, dialog, invite, rejection);
    if (call.state() === "ended") return;
    calls.set(call.dialog.callId, call);
    for (const { resolve } of [...ringWaiters]) resolve(call);
  };

  const phone: Phone = {
    user,
    register: () => register(registrationSeconds),
    unregister: () => register(0),
    call: (number, as) => {
      const from = as ?? { number: user, name: options.name };
      const local = `${from.name ? `"${from.name}" ` : ""}<sip:${from.number && `${from.number}@`}${host}>`;
      const target = `sip:${number}@${options.server}`;
      const dialog = dialogToCall({ callId: newToken(), tag: newToken(), local, target, contact });
      const call = makeCall(context, dialog, number);
      calls.set(call.dialog.callId, call);
      return call;
    },
    rings: (timeoutMs = patienceMs) => {
      const ringing = [...calls.values()].find((call) => call.incoming && call.state() === "ringing");
      return ringing ? Promise.resolve(ringing) : nextRing(timeoutMs);
    },
    answer: async (timeoutMs) => {
      const call = await phone.rings(timeoutMs);
      await call.answer();
      return call;
    },
    current: () => {
      const call = [...calls.values()].at(-1);
      if (!call) throw new Error(`phone ${user} has no call`);
      return call;
    },
    hold: () => phone.current().hold(),
    unhold: () => phone.current().unhold(),
    hangup: () => phone.current().hangup(),
    hangupAll: async () => {
      await Promise.all([...calls.values()].map((call) => call.hangup().catch(() => undefined)));
    },
    hear: async (ms) => {
      const packets: Buffer[] = [];
      received = packets;
      await sleep(ms);
      received = undefined;
      return hearingOf(packets);
    },
    registered: () => isRegistered,
    reject: (status) => {
      rejection = status && { status };
    },
    forward: (number) => {
      rejection = number === undefined ? undefined : { status: 302, contact: `sip:${number}@${options.server}` };
    },
    close: async () => {
      await phone.hangupAll();
      transport.close();
      media.close();
    },
  };

  const nextRing = (timeoutMs: number) =>
    new Promise<Call>((resolve, reject) => {
      const waiter: RingWaiter = {
        resolve: (call) => {
          clearTimeout(timer);
          ringWaiters.delete(waiter);
          resolve(call);
        },
      };
      const timer = setTimeout(() => {
        ringWaiters.delete(waiter);
        reject(new Error(`phone ${user} did not ring within ${timeoutMs} ms`));
      }, timeoutMs);
      ringWaiters.add(waiter);
    });

  const registration = dialogToCall({
    callId: newToken(),
    tag: newToken(),
    local: `<sip:${user}@${options.server}>`,
    target: `sip:${options.server}`,
    contact,
  });
  const register = async (expires: number) => {
    log(expires > 0 ? "registers" : "unregisters");
    const to = `<sip:${user}@${options.server}>`;
    const request = requestIn({ ...registration, remote: to }, "REGISTER", {
      sequence: ++registration.sequence,
      headers: [["Expires", String(expires)]],
    });
    await new Promise<void>((resolve, reject) => {
      transport.request(request, (response) => {
        if (response?.status === 200) resolve();
        else reject(new Error(`phone ${user}: REGISTER: ${response?.status ?? "no response"}`));
      });
    });
    isRegistered = expires > 0;
  };

  return phone;
}
