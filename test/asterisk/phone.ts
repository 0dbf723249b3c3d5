/**
 * A small SIP telephone for scripts: registers, calls, rings, answers, refuses, holds, transfers and hangs up, and keeps a
 * log of what really happened. It is silent: it describes its audio and never sends any.
 */
import { createSocket } from "node:dgram";
import { type Call, makeCall, takeCall } from "./sip/call.ts";
import { dialogFromInvite, dialogToCall, requestIn } from "./sip/dialog.ts";
import { headerOf, responseTo, type SipRequest } from "./sip/message.ts";
import { newToken, openTransport, type Transport } from "./sip/transport.ts";

/** `at` in ms since 1970. */
export type LogLine = Readonly<{ at: number; who: string; text: string }>;

export type Phone = Readonly<{
  user: string;
  register(): Promise<void>;
  unregister(): Promise<void>;
  /** Calls `number`; with `as`, under that number and name, of which the number may be empty. */
  call(number: string, as?: Readonly<{ number: string; name?: string }>): Call;
  /** The next call that rings here, or the one that rings already. */
  rings(timeoutMs?: number): Promise<Call>;
  /** Answers the call that rings, or will ring. */
  answer(timeoutMs?: number): Promise<Call>;
  /** The latest call that has not ended; an error if there is none. */
  current(): Call;
  hold(): Promise<void>;
  unhold(): Promise<void>;
  /** Ends the latest call. */
  hangup(): Promise<void>;
  hangupAll(): Promise<void>;
  registered(): boolean;
  /** Refuses every call with this status from now on; `undefined`: rings again. */
  refuse(status: 486 | 603 | undefined): void;
  /** Ends all calls and closes the sockets; stays registered at the server. */
  close(): Promise<void>;
}>;

export type PhoneOptions = Readonly<{
  user: string;
  name: string;
  /** Where the phone is; port 0 for any. */
  host: string;
  port: number;
  /** Asterisk's address. */
  server: string;
  log(line: LogLine): void;
}>;

type Ringing = { resolve(call: Call): void };

export async function openPhone(options: PhoneOptions): Promise<Phone> {
  const { user, host } = options;
  const log = (text: string) => options.log({ at: Date.now(), who: user, text });
  const calls = new Map<string, Call>();
  const expecting = new Set<Ringing>();
  let refuseWith: 486 | 603 | undefined;
  let isRegistered = false;

  // Asterisk sends its audio somewhere; a port that is open and never read from costs nothing and answers no ICMP errors.
  const media = createSocket("udp4");
  await new Promise<void>((resolve) => media.bind(0, host, resolve));
  const mediaPort = media.address().port;

  const transport: Transport = await openTransport(options, (request) => onRequest(request));
  const contact = `sip:${user}@${host}:${transport.port}`;
  const context = { transport, mediaPort, log, onEnd: (callId: string) => void calls.delete(callId) };

  const onRequest = (request: SipRequest) => {
    const known = calls.get(headerOf(request, "call-id"));
    if (known) {
      known.onRequest(request);
      return;
    }
    if (request.method === "INVITE") return onInvite(request);
    if (request.method === "ACK") return;
    const gone = request.method === "BYE" || request.method === "CANCEL";
    transport.respond(request, gone ? responseTo(request, 481, "No Such Call") : responseTo(request, 200, "OK"));
  };

  const onInvite = (invite: SipRequest) => {
    const dialog = dialogFromInvite(invite, newToken(), contact);
    const call = takeCall(context, dialog, invite, refuseWith);
    if (call.state() === "ended") return;
    calls.set(call.dialog.callId, call);
    for (const { resolve } of [...expecting]) resolve(call);
  };

  const phone: Phone = {
    user,
    register: () => register(600),
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
    rings: (timeoutMs = 5000) => {
      const now = [...calls.values()].find((call) => call.incoming && call.state() === "ringing");
      return now ? Promise.resolve(now) : nextRing(timeoutMs);
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
    registered: () => isRegistered,
    refuse: (status) => {
      refuseWith = status;
    },
    close: async () => {
      await phone.hangupAll();
      transport.close();
      media.close();
    },
  };

  const nextRing = (timeoutMs: number) =>
    new Promise<Call>((resolve, reject) => {
      const waiting: Ringing = {
        resolve: (call) => {
          clearTimeout(timer);
          expecting.delete(waiting);
          resolve(call);
        },
      };
      const timer = setTimeout(() => {
        expecting.delete(waiting);
        reject(new Error(`phone ${user} did not ring within ${timeoutMs} ms`));
      }, timeoutMs);
      expecting.add(waiting);
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
        else reject(new Error(`phone ${user}: REGISTER: ${response?.status ?? "no answer"}`));
      });
    });
    isRegistered = expires > 0;
  };

  return phone;
}
