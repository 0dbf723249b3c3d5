/** A link with an Asterisk that the test plays. */
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

/** Without `steady` both clocks show the same. */
type Input =
  | LinkInput
  | (LinkInput extends infer One ? (One extends { steady: number } ? Omit<One, "steady"> : never) : never);

/** Text in; the actions it was sent and the other outputs out. */
export function dialog(overrides: Partial<typeof settings> = {}) {
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
  const says = (text: string) => {
    for (const framed of framer.push(Buffer.from(`${text}\r\n`))) handle({ kind: "framed", framed, at: now });
  };
  return {
    link,
    idPrefix: settings.idPrefix,
    sent,
    outputs,
    says,
    handle,
    /** Raw bytes, cut anywhere. */
    saysBytes: (bytes: Uint8Array) => {
      for (const framed of framer.push(bytes)) handle({ kind: "framed", framed, at: now });
    },
    tick: (at: number) => {
      now = at;
      handle({ kind: "tick", at });
    },
    /** Answers the last action of that name. */
    answers: (action: string, lines: readonly string[]) => {
      const asked = sent.findLast((one) => one.Action === action);
      expect(asked, `${action} was asked`).toBeDefined();
      says(`${[...lines, `ActionID: ${asked?.ActionID}`].join("\r\n")}\r\n`);
    },
    answerAll: (action: string, lines: readonly string[]) => {
      for (const asked of sent.filter((one) => one.Action === action))
        says(`${[...lines, `ActionID: ${asked.ActionID}`].join("\r\n")}\r\n`);
    },
  };
}

export type Dialog = ReturnType<typeof dialog>;

export const success = ["Response: Success"];
export const denied = ["Response: Error", "Message: Permission denied"];

export function logIn(one: Dialog): void {
  one.says("Asterisk Call Manager/11.0.0");
  one.answers("Challenge", [...success, "Challenge: 123"]);
  one.answers("Login", [...success, "Message: Authentication accepted"]);
  one.answers("CoreSettings", [...success, "AsteriskVersion: 22.10.1"]);
}

export function boot(one: Dialog): void {
  logIn(one);
  one.answers("CoreStatus", [...success, "CoreStartupDate: 2026-11-23"]);
}

export function list(one: Dialog, action: string): void {
  one.answers(action, [...success, "EventList: start"]);
  one.answers(action, [`Event: ${action}Complete`, "EventList: Complete"]);
}

export function goLive(one: Dialog): void {
  boot(one);
  one.answerAll("Filter", success);
  for (const action of ["QueueStatus", "CoreShowChannels", "ExtensionStateList", "DeviceStateList"]) list(one, action);
}
