/**
 * The data of one call and its states.
 *
 *   calling ──180──▶ ringing ──200──▶ up ──BYE──▶ ended     an outgoing call
 *                    ringing ──answer──▶ up ──BYE──▶ ended  an incoming call
 *   calling, ringing ──CANCEL, 4xx–6xx──▶ ended
 */
import type { Dialog } from "./dialog.ts";
import type { SipRequest } from "./message.ts";
import type { MediaAddress } from "./sdp.ts";
import type { Transport } from "./transport.ts";

export type CallState = "calling" | "ringing" | "up" | "ended";

/** What a call needs from its phone. */
export type CallContext = Readonly<{
  transport: Transport;
  mediaPort: number;
  sendMedia(packet: Uint8Array, to: MediaAddress): void;
  log(text: string): void;
  onEnd(callId: string): void;
}>;

export type CallData = {
  readonly context: CallContext;
  readonly dialog: Dialog;
  readonly peer: Readonly<{ number: string; name: string }>;
  state: CallState;
  /** Called after each change of the state. */
  readonly onChange: Set<() => void>;
  /** The INVITE that started the call. */
  readonly invite: SipRequest;
  /** The branch of an outgoing call's INVITE; empty for an incoming call. */
  inviteBranch: string;
  mediaVersion: number;
  /** The number of audio packets that it has sent. */
  audioSent: number;
  /** Where the other side receives audio, once it is known. */
  mediaAddress: MediaAddress | undefined;
  finalResponse: { stop(): void } | undefined;
  onAck: (() => void) | undefined;
};

export function newCallData(
  context: CallContext,
  dialog: Dialog,
  peer: CallData["peer"],
  state: CallState,
  invite: SipRequest,
): CallData {
  return {
    context,
    dialog,
    peer,
    state,
    onChange: new Set(),
    invite,
    inviteBranch: "",
    mediaVersion: 1,
    audioSent: 0,
    mediaAddress: undefined,
    finalResponse: undefined,
    onAck: undefined,
  };
}

/** Changes the state, unless the call has ended. */
export function moveTo(call: CallData, state: CallState): void {
  if (call.state === state || call.state === "ended") return;
  call.state = state;
  if (state === "ended") {
    call.finalResponse?.stop();
    call.context.onEnd(call.dialog.callId);
  }
  for (const listener of [...call.onChange]) listener();
}

/** Waits until the call is in `state`. @throws Error if the call ends first, or after `timeoutMs`. */
export function untilState(call: CallData, state: CallState, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      call.onChange.delete(check);
      if (error) reject(error);
      else resolve();
    };
    const what = `the call with ${call.peer.number} to be ${state}`;
    const check = () => {
      if (call.state === state) finish();
      else if (call.state === "ended") finish(new Error(`waited for ${what}, but it ended`));
    };
    const timer = setTimeout(
      () => finish(new Error(`waited ${timeoutMs} ms for ${what}; it is ${call.state}`)),
      timeoutMs,
    );
    call.onChange.add(check);
    check();
  });
}
