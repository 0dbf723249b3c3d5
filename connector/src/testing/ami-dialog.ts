/** A link in a dialog with an Asterisk whose part the test plays. */
import { expect } from "vitest";
import { AmiLink } from "../ami/link/link.ts";
import type { LinkInput, LinkOutput } from "../ami/link/link-io.ts";
import { Framer } from "../ami/wire/framer.ts";

const settings = {
  username: "pbxis",
  secret: "s3cret",
  plainLogin: false,
  md5: (text: string) => `md5(${text})`,
  idPrefix: "pbxis-7f3a-",
};

/** Without `steady` both clocks show the same time. */
type Input =
  | LinkInput
  | (LinkInput extends infer One ? (One extends { steady: number } ? Omit<One, "steady"> : never) : never);

export function openDialog(overrides: Partial<typeof settings> = {}) {
  const link = new AmiLink({ ...settings, ...overrides }, { at: 0, steady: 0 });
  const framer = new Framer();
  let now = 0;
  const outputs: LinkOutput[] = [];
  const sent: Record<string, string>[] = [];
  function handle(input: Input): void {
    const steady = "at" in input ? { steady: input.at } : {};
    for (const output of link.handle({ ...steady, ...input } as LinkInput)) {
      if (output.kind !== "send") outputs.push(output);
      else {
        const lines = new TextDecoder().decode(output.bytes).split("\r\n").filter(Boolean);
        sent.push(Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2))));
      }
    }
  }
  function receiveBytes(bytes: Uint8Array): void {
    handle({ kind: "received", framed: framer.push(bytes), at: now });
  }
  const receive = (text: string) => receiveBytes(Buffer.from(`${text}\r\n`));
  return {
    link,
    idPrefix: settings.idPrefix,
    /** The actions that the link sent, as headers. */
    sent,
    /** All outputs but the actions. */
    outputs,
    handle,
    /** Asterisk sends these lines, with a CRLF after them: a packet must end with its own CRLF. */
    receive,
    /** Asterisk sends these bytes, cut anywhere. */
    receiveBytes,
    tick: (at: number) => {
      now = at;
      handle({ kind: "tick", at });
    },
    /** Asterisk answers the last action of that name. */
    answer: (action: string, lines: readonly string[]) => {
      const last = sent.findLast(({ Action }) => Action === action);
      expect(last, `${action} was sent`).toBeDefined();
      receive(`${[...lines, `ActionID: ${last?.ActionID}`].join("\r\n")}\r\n`);
    },
    /** Asterisk answers every action of that name. */
    answerAll: (action: string, lines: readonly string[]) => {
      for (const { ActionID } of sent.filter(({ Action }) => Action === action))
        receive(`${[...lines, `ActionID: ${ActionID}`].join("\r\n")}\r\n`);
    },
  };
}

export type Dialog = ReturnType<typeof openDialog>;

export const success = ["Response: Success"];
export const denied = ["Response: Error", "Message: Permission denied"];

export function logIn(dialog: Dialog): void {
  dialog.receive("Asterisk Call Manager/11.0.0");
  dialog.answer("Challenge", [...success, "Challenge: 123"]);
  dialog.answer("Login", [...success, "Message: Authentication accepted"]);
  dialog.answer("CoreSettings", [...success, "AsteriskVersion: 22.10.1"]);
}

export function boot(dialog: Dialog): void {
  logIn(dialog);
  dialog.answer("CoreStatus", [...success, "CoreStartupDate: 2026-11-23"]);
}

/** Asterisk answers the action with an empty list. */
export function answerList(dialog: Dialog, action: string): void {
  dialog.answer(action, [...success, "EventList: start"]);
  dialog.answer(action, [`Event: ${action}Complete`, "EventList: Complete"]);
}

export const listActions = [
  "QueueStatus",
  "CoreShowChannels",
  "ExtensionStateList",
  "DeviceStateList",
  "ParkedCalls",
] as const;

export function goLive(dialog: Dialog): void {
  boot(dialog);
  dialog.answerAll("Filter", success);
  for (const action of listActions) answerList(dialog, action);
}
