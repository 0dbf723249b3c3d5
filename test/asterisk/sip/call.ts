/**
 * One call of a phone, from the first INVITE to the end, and what can be done with it.
 *
 *   calling ──180──▶ ringing ──200──▶ up ──BYE──▶ ended     a call that we make
 *                    ringing ──answer──▶ up ──BYE──▶ ended  a call that we get
 *   calling, ringing ──CANCEL, 4xx–6xx──▶ ended
 */
import { type Dialog, learnFrom, requestIn } from "./dialog.ts";
import { headerOf, parseAddress, responseTo, type SipRequest, type SipResponse } from "./message.ts";
import { answerTo, type Direction, describeMedia, directionOf } from "./sdp.ts";
import type { Transport } from "./transport.ts";

export type CallState = "calling" | "ringing" | "up" | "ended";

/** What a call needs of its phone. */
export type CallContext = Readonly<{
  transport: Transport;
  mediaPort: number;
  log(text: string): void;
  onEnd(callId: string): void;
}>;

export type Call = Readonly<{
  /** The number and the name at the other end. */
  peer: Readonly<{ number: string; name: string }>;
  dialog: Dialog;
  incoming: boolean;
  state(): CallState;
  /** Resolves when the call is, or is already, in `state`; rejects when it ends before or `timeoutMs` are over. */
  until(state: CallState, timeoutMs?: number): Promise<void>;
  /** Answers with 200 and resolves once that has been acknowledged. */
  answer(): Promise<void>;
  reject(status: number): void;
  /** CANCEL, 603 or BYE, whichever fits the state; resolves when the call has ended. */
  hangup(): Promise<void>;
  hold(): Promise<void>;
  unhold(): Promise<void>;
  /** Blind transfer: REFER to a number of the server. */
  refer(number: string): Promise<void>;
  /** Attended transfer: joins the other end of this call with the other end of `consultation` (RFC 3891). */
  referTo(consultation: Call): Promise<void>;
  /** A request within the dialog, or the CANCEL of its INVITE. */
  onRequest(request: SipRequest): void;
}>;

type Core = {
  readonly context: CallContext;
  readonly dialog: Dialog;
  readonly peer: Readonly<{ number: string; name: string }>;
  state: CallState;
  readonly waiting: Set<() => void>;
  /** The INVITE that began the call, with the branch it was sent by if we sent it. */
  readonly invite: SipRequest;
  inviteBranch: string;
  mediaVersion: number;
  finalResponse: { stop(): void } | undefined;
  onAck: (() => void) | undefined;
};

const reasons: Readonly<Record<number, string>> = {
  180: "Ringing",
  480: "Temporarily Unavailable",
  486: "Busy Here",
  487: "Request Terminated",
  603: "Decline",
};

/** Sends the INVITE of a call that we make. */
export function makeCall(context: CallContext, dialog: Dialog, number: string): Call {
  const media = describeMedia(context.transport.host, context.mediaPort, 1, "sendrecv");
  const headers = [["Content-Type", "application/sdp"]] as const;
  const invite = requestIn(dialog, "INVITE", { headers, body: media });
  const core = newCore(context, dialog, { number, name: "" }, "calling", invite);
  context.log(`calls ${number} as ${dialog.local}`);
  core.inviteBranch = context.transport.request(invite, (response) => onInviteResponse(core, response)).branch;
  return callOver(core);
}

/** A call that we get; it rings, unless `refuseWith` says otherwise. */
export function takeCall(context: CallContext, dialog: Dialog, invite: SipRequest, refuseWith?: number): Call {
  const { user, name } = parseAddress(headerOf(invite, "from"));
  const core = newCore(context, dialog, { number: user, name }, "ringing", invite);
  context.log(`INVITE from "${name}" <${user}>`);
  const call = callOver(core);
  if (refuseWith) call.reject(refuseWith);
  else {
    context.log(`rings (180) for the call from ${user}`);
    context.transport.respond(invite, responseTo(invite, 180, "Ringing", ours(core)));
  }
  return call;
}

function newCore(context: CallContext, dialog: Dialog, peer: Core["peer"], state: CallState, invite: SipRequest): Core {
  return {
    context,
    dialog,
    peer,
    state,
    waiting: new Set(),
    invite,
    inviteBranch: "",
    mediaVersion: 1,
    finalResponse: undefined,
    onAck: undefined,
  };
}

function callOver(core: Core): Call {
  return {
    peer: core.peer,
    dialog: core.dialog,
    incoming: core.inviteBranch === "",
    state: () => core.state,
    until: (state, timeoutMs = 5000) => until(core, state, timeoutMs),
    answer: () => answer(core),
    reject: (status) => reject(core, status),
    hangup: () => hangup(core),
    hold: () => reinvite(core, "sendonly", "holds"),
    unhold: () => reinvite(core, "sendrecv", "takes off hold"),
    refer: (number) => refer(core, number, `sip:${number}@${serverOf(core)}`),
    referTo: ({ dialog, peer }) => {
      const replaces = `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
      const target = `sip:${peer.number}@${serverOf(core)}?Replaces=${encodeURIComponent(replaces)}`;
      return refer(core, `the call with ${peer.number}`, target);
    },
    onRequest: (request) => onRequest(core, request),
  };
}

function ours(core: Core) {
  return { toTag: core.dialog.localTag, headers: [["Contact", `<${core.dialog.contact}>`]] as const };
}

function serverOf(core: Core): string {
  return parseAddress(core.dialog.remote).uri.split("@")[1]?.split(/[:;]/)[0] ?? "";
}

function moveTo(core: Core, state: CallState): void {
  if (core.state === state || core.state === "ended") return;
  core.state = state;
  if (state === "ended") {
    core.finalResponse?.stop();
    core.context.onEnd(core.dialog.callId);
  }
  for (const wake of [...core.waiting]) wake();
}

function until(core: Core, state: CallState, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      core.waiting.delete(look);
      if (error) reject(error);
      else resolve();
    };
    const what = `the call with ${core.peer.number} to be ${state}`;
    const look = () => {
      if (core.state === state) finish();
      else if (core.state === "ended") finish(new Error(`waited for ${what}, but it ended`));
    };
    const timer = setTimeout(
      () => finish(new Error(`waited ${timeoutMs} ms for ${what}; it is ${core.state}`)),
      timeoutMs,
    );
    core.waiting.add(look);
    look();
  });
}

function onInviteResponse(core: Core, response: SipResponse | undefined): void {
  if (!response) {
    core.context.log(`call to ${core.peer.number} gets no answer from the server`);
    moveTo(core, "ended");
    return;
  }
  learnFrom(core.dialog, response);
  if (response.status < 180) return;
  if (response.status < 200) {
    moveTo(core, "ringing");
    return;
  }
  acknowledge(core, core.invite, core.inviteBranch, response);
  if (core.state === "ended") return;
  const ok = response.status < 300;
  const outcome = ok ? "is answered" : `fails: ${response.status} ${response.reason}`;
  if (core.state !== "up") core.context.log(`call to ${core.peer.number} ${outcome}`);
  moveTo(core, ok ? "up" : "ended");
}

/** The ACK of a failure belongs to the INVITE's own transaction, that of a success is one by itself (RFC 3261, 17.1.1.3). */
function acknowledge(core: Core, invite: SipRequest, branch: string, response: SipResponse): void {
  const sequence = Number(headerOf(invite, "cseq").split(" ")[0]);
  if (response.status < 300) core.context.transport.sendOnce(requestIn(core.dialog, "ACK", { sequence }));
  else core.context.transport.sendOnce(requestIn(core.dialog, "ACK", { sequence, uri: invite.uri }), branch);
}

async function answer(core: Core): Promise<void> {
  if (core.state !== "ringing") throw new Error(`cannot answer a call that is ${core.state}`);
  const direction = answerTo(directionOf(core.invite.body));
  const acknowledged = new Promise<void>((resolve) => {
    core.onAck = resolve;
  });
  core.context.log(`answers (200) the call from ${core.peer.number}`);
  core.finalResponse = core.context.transport.respondUntilStopped(core.invite, ok(core, core.invite, direction));
  moveTo(core, "up");
  await Promise.race([acknowledged, until(core, "ended", 5000)]);
}

function reject(core: Core, status: number): void {
  const reason = reasons[status] ?? "Refused";
  core.context.log(`refuses the call from ${core.peer.number}: ${status} ${reason}`);
  const response = responseTo(core.invite, status, reason, ours(core));
  core.context.transport.respond(core.invite, response);
  moveTo(core, "ended");
}

async function hangup(core: Core): Promise<void> {
  const { transport, log } = core.context;
  if (core.state === "ended") return;
  if (core.state === "up") {
    log(`hangs up (BYE) the call with ${core.peer.number}`);
    const answered = new Promise<void>((resolve) => transport.request(requestIn(core.dialog, "BYE"), () => resolve()));
    moveTo(core, "ended");
    return answered;
  }
  if (core.inviteBranch === "") return reject(core, 603);
  log(`gives up (CANCEL) the call to ${core.peer.number}`);
  const sequence = Number(headerOf(core.invite, "cseq").split(" ")[0]);
  const cancel = requestIn({ ...core.dialog, remoteTag: undefined }, "CANCEL", { sequence, uri: core.invite.uri });
  transport.sendOnce(cancel, core.inviteBranch);
  await until(core, "ended", 5000);
}

async function reinvite(core: Core, direction: Direction, verb: string): Promise<void> {
  core.context.log(`${verb} the call with ${core.peer.number} (re-INVITE ${direction})`);
  core.mediaVersion++;
  const { transport, mediaPort } = core.context;
  const body = describeMedia(transport.host, mediaPort, core.mediaVersion, direction);
  const headers = [["Content-Type", "application/sdp"]] as const;
  const invite = requestIn(core.dialog, "INVITE", { headers, body });
  await new Promise<void>((resolve, reject) => {
    const { branch } = transport.request(invite, (response) => {
      if (response && response.status < 200) return;
      if (response) acknowledge(core, invite, branch, response);
      if (response && response.status < 300) resolve();
      else reject(new Error(`re-INVITE ${direction}: ${response?.status ?? "no answer"}`));
    });
  });
}

/** Resolves when the server has accepted the REFER; what comes of it is told by NOTIFY. */
async function refer(core: Core, what: string, target: string): Promise<void> {
  core.context.log(`transfers (REFER) the call with ${core.peer.number} to ${what}`);
  const headers = [
    ["Refer-To", `<${target}>`],
    ["Referred-By", core.dialog.local],
  ] as const;
  await new Promise<void>((resolve, reject) => {
    core.context.transport.request(requestIn(core.dialog, "REFER", { headers }), (response) => {
      if (response && response.status < 200) return;
      if (response && response.status < 300) resolve();
      else reject(new Error(`REFER: ${response?.status ?? "no answer"}`));
    });
  });
}

function onRequest(core: Core, request: SipRequest): void {
  const { transport, log } = core.context;
  if (request.method === "ACK") {
    core.finalResponse?.stop();
    core.onAck?.();
    return;
  }
  if (request.method === "CANCEL") {
    transport.respond(request, responseTo(request, 200, "OK", ours(core)));
    if (core.state !== "ringing") return;
    log(`gets CANCEL for the call from ${core.peer.number} ${headerOf(request, "reason")}`.trimEnd());
    transport.respond(core.invite, responseTo(core.invite, 487, "Request Terminated", ours(core)));
    moveTo(core, "ended");
    return;
  }
  if (request.method === "INVITE") {
    learnFrom(core.dialog, request);
    const offer = directionOf(request.body);
    core.finalResponse?.stop();
    core.finalResponse = transport.respondUntilStopped(request, ok(core, request, answerTo(offer)));
    return;
  }
  transport.respond(request, responseTo(request, 200, "OK", ours(core)));
  if (request.method === "BYE") {
    log(`gets BYE for the call with ${core.peer.number} ${headerOf(request, "reason")}`.trimEnd());
    moveTo(core, "ended");
  }
  // A finished transfer leaves this phone with a call that nobody is in.
  if (request.method === "NOTIFY" && /^SIP\/2\.0 2/.test(request.body)) void hangup(core);
}

function ok(core: Core, invite: SipRequest, direction: Direction): SipResponse {
  core.mediaVersion++;
  const { transport, mediaPort } = core.context;
  const body = describeMedia(transport.host, mediaPort, core.mediaVersion, direction);
  const { toTag, headers } = ours(core);
  return responseTo(invite, 200, "OK", { toTag, headers: [...headers, ["Content-Type", "application/sdp"]], body });
}
