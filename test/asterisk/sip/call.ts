/** One call of a phone, from its INVITE to its end. `call-data.ts` has its states. */
import { setTimeout as sleep } from "node:timers/promises";
import { patienceMs } from "../../harness/wait.ts";
import { audioPacket, type Sound } from "./audio.ts";
import { type CallContext, type CallData, type CallState, moveTo, newCallData, untilState } from "./call-data.ts";
import { type Dialog, requestIn, updateDialog } from "./dialog.ts";
import { headerOf, parseAddress, responseTo, type SipRequest, type SipResponse } from "./message.ts";
import { answerTo, type Direction, describeMedia, directionOf, mediaAddressOf } from "./sdp.ts";

export type Call = Readonly<{
  /** The number and the name of the other party. */
  peer: Readonly<{ number: string; name: string }>;
  dialog: Dialog;
  incoming: boolean;
  state(): CallState;
  /** Waits until the call is in `state`. @throws Error if the call ends first, or after `timeoutMs`. */
  until(state: CallState, timeoutMs?: number): Promise<void>;
  /** Answers with 200. Resolves once the ACK has arrived. */
  answer(): Promise<void>;
  reject(status: number): void;
  /** Sends CANCEL, 603 or BYE, depending on the state. Resolves once the call has ended. */
  hangup(): Promise<void>;
  hold(): Promise<void>;
  unhold(): Promise<void>;
  /**
   * Sends audio for `ms`, by default silence. Asterisk optimizes a Local channel away with the first audio, and with
   * the first audio only.
   */
  sendAudio(ms: number, sound?: Sound): Promise<void>;
  /** Blind transfer: REFER to a number of the server. */
  refer(number: string): Promise<void>;
  /** Attended transfer: connects the other party with that of `consultation` (RFC 3891). */
  referTo(consultation: Call): Promise<void>;
  /** A request within the dialog, or the CANCEL of its INVITE. */
  onRequest(request: SipRequest): void;
}>;

/** `contact`: where a 302 sends the caller. */
export type Rejection = Readonly<{ status: number; contact?: string }>;

const reasons: Readonly<Record<number, string>> = {
  302: "Moved Temporarily",
  180: "Ringing",
  480: "Temporarily Unavailable",
  486: "Busy Here",
  487: "Request Terminated",
  603: "Decline",
};

/** Sends the INVITE of an outgoing call. */
export function makeCall(context: CallContext, dialog: Dialog, number: string): Call {
  const media = describeMedia(context.transport.host, context.mediaPort, 1, "sendrecv");
  const headers = [["Content-Type", "application/sdp"]] as const;
  const invite = requestIn(dialog, "INVITE", { headers, body: media });
  const data = newCallData(context, dialog, { number, name: "" }, "calling", invite);
  context.log(`calls ${number} as ${dialog.local}`);
  data.inviteBranch = context.transport.request(invite, (response) => onInviteResponse(data, response)).branch;
  return callOver(data);
}

/** Creates an incoming call, which rings, or is rejected. */
export function acceptCall(context: CallContext, dialog: Dialog, invite: SipRequest, rejection?: Rejection): Call {
  const { user, name } = parseAddress(headerOf(invite, "from"));
  const data = newCallData(context, dialog, { number: user, name }, "ringing", invite);
  data.mediaAddress = mediaAddressOf(invite.body);
  context.log(`INVITE from "${name}" <${user}>`);
  const call = callOver(data);
  if (rejection) reject(data, rejection);
  else {
    context.log(`rings (180): call from ${user}`);
    context.transport.respond(invite, responseTo(invite, 180, "Ringing", ours(data)));
  }
  return call;
}

function callOver(call: CallData): Call {
  return {
    peer: call.peer,
    dialog: call.dialog,
    incoming: call.inviteBranch === "",
    state: () => call.state,
    until: (state, timeoutMs = patienceMs) => untilState(call, state, timeoutMs),
    answer: () => answer(call),
    reject: (status) => reject(call, { status }),
    hangup: () => hangup(call),
    hold: () => reinvite(call, "sendonly", "holds"),
    unhold: () => reinvite(call, "sendrecv", "resumes"),
    sendAudio: (ms, sound) => sendAudio(call, ms, sound),
    refer: (number) => refer(call, number, `sip:${number}@${serverOf(call)}`),
    referTo: ({ dialog, peer }) => {
      const replaces = `${dialog.callId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
      const target = `sip:${peer.number}@${serverOf(call)}?Replaces=${encodeURIComponent(replaces)}`;
      return refer(call, `the call with ${peer.number}`, target);
    },
    onRequest: (request) => onRequest(call, request),
  };
}

function ours(call: CallData) {
  return { toTag: call.dialog.localTag, headers: [["Contact", `<${call.dialog.contact}>`]] as const };
}

function serverOf(call: CallData): string {
  return parseAddress(call.dialog.remote).uri.split("@")[1]?.split(/[:;]/)[0] ?? "";
}

function onInviteResponse(call: CallData, response: SipResponse | undefined): void {
  if (!response) {
    call.context.log(`call to ${call.peer.number}: no response from the server`);
    moveTo(call, "ended");
    return;
  }
  updateDialog(call.dialog, response);
  call.mediaAddress = mediaAddressOf(response.body) ?? call.mediaAddress;
  if (response.status < 180) return;
  if (response.status < 200) {
    moveTo(call, "ringing");
    return;
  }
  acknowledge(call, call.invite, call.inviteBranch, response);
  if (call.state === "ended") return;
  const ok = response.status < 300;
  const result = ok ? "is answered" : `fails: ${response.status} ${response.reason}`;
  if (call.state !== "up") call.context.log(`call to ${call.peer.number} ${result}`);
  moveTo(call, ok ? "up" : "ended");
}

/**
 * The ACK of a failure belongs to the INVITE's transaction; the ACK of a success is a transaction of its own (RFC 3261,
 * 17.1.1.3).
 */
function acknowledge(call: CallData, invite: SipRequest, branch: string, response: SipResponse): void {
  const sequence = Number(headerOf(invite, "cseq").split(" ")[0]);
  if (response.status < 300) call.context.transport.sendOnce(requestIn(call.dialog, "ACK", { sequence }));
  else call.context.transport.sendOnce(requestIn(call.dialog, "ACK", { sequence, uri: invite.uri }), branch);
}

async function answer(call: CallData): Promise<void> {
  if (call.state !== "ringing") throw new Error(`cannot answer a call that is ${call.state}`);
  const direction = answerTo(directionOf(call.invite.body));
  const acknowledged = new Promise<void>((resolve) => {
    call.onAck = resolve;
  });
  call.context.log(`answers (200) the call from ${call.peer.number}`);
  call.finalResponse = call.context.transport.respondUntilStopped(call.invite, ok(call, call.invite, direction));
  moveTo(call, "up");
  await Promise.race([acknowledged, untilState(call, "ended", patienceMs)]);
}

function reject(call: CallData, { status, contact = call.dialog.contact }: Rejection): void {
  const reason = reasons[status] ?? "Rejected";
  call.context.log(`rejects the call from ${call.peer.number}: ${status} ${reason}`);
  const headers = [["Contact", `<${contact}>`]] as const;
  const response = responseTo(call.invite, status, reason, { toTag: call.dialog.localTag, headers });
  call.context.transport.respond(call.invite, response);
  moveTo(call, "ended");
}

async function hangup(call: CallData): Promise<void> {
  const { transport, log } = call.context;
  if (call.state === "ended") return;
  if (call.state === "up") {
    log(`hangs up (BYE) the call with ${call.peer.number}`);
    const answered = new Promise<void>((resolve) => transport.request(requestIn(call.dialog, "BYE"), () => resolve()));
    moveTo(call, "ended");
    return answered;
  }
  if (call.inviteBranch === "") return reject(call, { status: 603 });
  log(`cancels (CANCEL) the call to ${call.peer.number}`);
  const sequence = Number(headerOf(call.invite, "cseq").split(" ")[0]);
  const cancel = requestIn({ ...call.dialog, remoteTag: undefined }, "CANCEL", { sequence, uri: call.invite.uri });
  transport.sendOnce(cancel, call.inviteBranch);
  await untilState(call, "ended", patienceMs);
}

async function sendAudio(call: CallData, ms: number, sound: Sound = "silence"): Promise<void> {
  const { context, dialog, mediaAddress } = call;
  if (!mediaAddress) throw new Error("the other side offers no audio");
  context.log(`sends ${sound} for ${ms} ms`);
  const stream = Number.parseInt(dialog.callId.slice(-6), 36) || 1;
  const started = performance.now();
  for (let sent = 0; sent < ms / 20 && call.state !== "ended"; sent++) {
    context.sendMedia(audioPacket(sound, call.audioSent++, stream), call.mediaAddress ?? mediaAddress);
    await sleep(Math.max(0, started + (sent + 1) * 20 - performance.now()));
  }
}

async function reinvite(call: CallData, direction: Direction, verb: string): Promise<void> {
  call.context.log(`${verb} the call with ${call.peer.number} (re-INVITE ${direction})`);
  call.mediaVersion++;
  const { transport, mediaPort } = call.context;
  const body = describeMedia(transport.host, mediaPort, call.mediaVersion, direction);
  const headers = [["Content-Type", "application/sdp"]] as const;
  const invite = requestIn(call.dialog, "INVITE", { headers, body });
  await new Promise<void>((resolve, reject) => {
    const { branch } = transport.request(invite, (response) => {
      if (response && response.status < 200) return;
      if (response) acknowledge(call, invite, branch, response);
      if (response && response.status < 300) resolve();
      else reject(new Error(`re-INVITE ${direction}: ${response?.status ?? "no response"}`));
    });
  });
}

/** Resolves once the server has accepted the REFER. Its progress is reported by NOTIFY. */
async function refer(call: CallData, what: string, target: string): Promise<void> {
  call.context.log(`transfers (REFER) the call with ${call.peer.number} to ${what}`);
  const headers = [
    ["Refer-To", `<${target}>`],
    ["Referred-By", call.dialog.local],
  ] as const;
  await new Promise<void>((resolve, reject) => {
    call.context.transport.request(requestIn(call.dialog, "REFER", { headers }), (response) => {
      if (response && response.status < 200) return;
      if (response && response.status < 300) resolve();
      else reject(new Error(`REFER: ${response?.status ?? "no response"}`));
    });
  });
}

function onRequest(call: CallData, request: SipRequest): void {
  const { transport, log } = call.context;
  if (request.method === "ACK") {
    call.finalResponse?.stop();
    call.onAck?.();
    return;
  }
  if (request.method === "CANCEL") {
    transport.respond(request, responseTo(request, 200, "OK", ours(call)));
    if (call.state !== "ringing") return;
    log(`receives CANCEL for the call from ${call.peer.number} ${headerOf(request, "reason")}`.trimEnd());
    transport.respond(call.invite, responseTo(call.invite, 487, "Request Terminated", ours(call)));
    moveTo(call, "ended");
    return;
  }
  if (request.method === "INVITE") {
    updateDialog(call.dialog, request);
    const offer = directionOf(request.body);
    call.finalResponse?.stop();
    call.finalResponse = transport.respondUntilStopped(request, ok(call, request, answerTo(offer)));
    return;
  }
  transport.respond(request, responseTo(request, 200, "OK", ours(call)));
  if (request.method === "BYE") {
    log(`receives BYE for the call with ${call.peer.number} ${headerOf(request, "reason")}`.trimEnd());
    moveTo(call, "ended");
  }
  // After a completed transfer nobody is left in this phone's call.
  if (request.method === "NOTIFY" && /^SIP\/2\.0 2/.test(request.body)) void hangup(call);
}

function ok(call: CallData, invite: SipRequest, direction: Direction): SipResponse {
  call.mediaVersion++;
  const { transport, mediaPort } = call.context;
  const body = describeMedia(transport.host, mediaPort, call.mediaVersion, direction);
  const { toTag, headers } = ours(call);
  return responseTo(invite, 200, "OK", { toTag, headers: [...headers, ["Content-Type", "application/sdp"]], body });
}
