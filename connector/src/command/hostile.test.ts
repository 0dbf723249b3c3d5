/**
 * CM13 with hostile commands: whatever arrives, Asterisk gets only the intended action, and nothing that it would read
 * as more.
 */
import type { Reach } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeAction } from "../ami/link/action.ts";
import { channels, sampleContext, settings } from "../testing/command-samples.ts";
import { isDialable } from "./dial.ts";
import { planCommand } from "./plan.ts";
import { commandActions, type StepsPlan } from "./step.ts";
import { assignment } from "./variable.ts";

const context = sampleContext();
const reach: Reach = { agents: "*", queues: "*" };

const evil = [
  "\r\nAction: Command\r\nCommand: core stop now\r\n\r\n",
  "\n\nAction: Originate\nApplication: System\nData: rm -rf /\n\n",
  "\r",
  "\u0000",
  "\u0085",
  "$\u007bSHELL(id)}",
  "$[1+1]",
  "PJSIP/1001&PJSIP/1002",
  "1002,1,System(id)",
  "1002@default",
  "Local/s@default/n",
  "/^.*$/",
  "//",
  "../..",
  "x".repeat(2000),
  "\ud800",
  "Ü😀",
  "",
  " ",
  '"',
  "\\",
  "|PJSIP/2000;0;0",
  "s",
  "PBXIS_CHANNEL",
  "__pbxis_mode",
];

const valid: readonly Readonly<Record<string, unknown>>[] = [
  { type: "originate", agent: "1001", to: "+1", callerId: "A <1>", variables: { CRM: "x", __TICKET_A: "y" } },
  { type: "originate", agent: "9999", to: "voicemail", timeoutSeconds: 5 },
  { type: "redirect", agent: "1001", to: "1009" },
  { type: "redirect", channel: channels.ann, to: "*97" },
  { type: "park", agent: "1001", timeoutSeconds: 9 },
  { type: "park", channel: "SIP/unknown-1" },
  { type: "hangup", agent: "1003" },
  { type: "hangup", channel: channels.fay },
  { type: "queueAdd", queue: "sales", agent: "1004", name: "D", penalty: 1, paused: true, reason: "r" },
  { type: "queueRemove", agent: "1001" },
  { type: "queuePause", queue: "sales", agent: "1001", reason: "Tea" },
  { type: "queuePenalty", agent: "1001", penalty: 3 },
  { type: "queueReset", queue: "support" },
  { type: "pickCaller", queue: "sales", uniqueId: "w1", agent: "1009", timeoutSeconds: 9 },
  { type: "moveCaller", queue: "sales", uniqueId: "w1", to: "1009" },
  { type: "prioritizeCaller", queue: "sales", uniqueId: "w1", priority: 5 },
  { type: "hangupCaller", queue: "sales", uniqueId: "w1" },
  { type: "attendedTransfer", agent: "1001", to: "1009" },
  { type: "mute", agent: "1001", channel: channels.ann },
  { type: "recording", agent: "1001", state: "paused", callId: "1" },
  { type: "recording", agent: "1001", state: "stopped" },
  { type: "spy", agent: "1001", supervisor: "1009", mode: "whisper", timeoutSeconds: 9 },
  { type: "pickup", agent: "1009", of: "1003" },
  { type: "sendDigits", agent: "1001", digits: "12#A" },
];

const evilText = fc.oneof(
  fc.constantFrom(...evil),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);
const evilValue = fc.oneof(evilText, fc.jsonValue(), fc.dictionary(evilText, evilText, { maxKeys: 3 }));
const fieldNames = [...new Set(valid.flatMap(Object.keys))];
const strangeNames = ["application", "data", "context", "Application", "Variable", "account", "__proto__", "exten"];

/** Changes one field of a valid command. */
const mutation = fc.record({
  name: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...fieldNames) },
    { weight: 1, arbitrary: fc.constantFrom(...strangeNames) },
  ),
  how: fc.constantFrom("append", "replace", "prepend", "variable", "remove"),
  value: evilValue,
});
type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutated(command: Readonly<Record<string, unknown>>, { name, how, value }: Mutation): Record<string, unknown> {
  const before = command[name];
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (how === "remove") return Object.fromEntries(Object.entries(command).filter(([key]) => key !== name));
  if (how === "variable") return { ...command, variables: { CRM_X: text, [name === "to" ? "CRM_Y" : text]: "z" } };
  if (typeof before !== "string" || how === "replace") return { ...command, [name]: value };
  return { ...command, [name]: how === "append" ? before + text : text + before };
}

const hostile = fc.oneof(
  { weight: 1, arbitrary: fc.anything() },
  {
    weight: 20,
    arbitrary: fc
      .tuple(fc.constantFrom(...valid), fc.array(mutation, { maxLength: 2 }))
      .map(([command, mutations]) => mutations.reduce(mutated, command)),
  },
);

/** Parses as Asterisk does: a line ends at a line feed, a packet at an empty line. */
function readPackets(bytes: Uint8Array): [string, string][][] {
  const packets: [string, string][][] = [[]];
  for (const line of new TextDecoder().decode(bytes).split(/\r\n|\n|\r/)) {
    if (line === "") packets.push([]);
    else packets.at(-1)?.push([line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]);
  }
  return packets.filter((packet) => packet.length > 0);
}

function expectHarmless(plan: StepsPlan): void {
  for (const step of plan.steps) {
    const encoded = encodeAction(step.action, plan.actionId, step.fields);
    const packets = readPackets(encoded.ok ? encoded.bytes : expect.fail(encoded.reason));
    expect(packets).toEqual([[["Action", step.action], ["ActionID", "pbxis-1"], ...step.fields]]);
    const allowed: readonly string[] = commandActions[step.action].headers;
    for (const [name, value] of step.fields) {
      expect(allowed).toContain(name);
      expect(new TextEncoder().encode(`${name}: ${value}\r\n`).length).toBeLessThanOrEqual(1000);
      expectIntended(step.action, name, value);
    }
    const names = step.fields.map(([name]) => name).filter((name) => name !== "Variable");
    expect(new Set(names).size).toBe(names.length);
  }
}

const contexts: readonly string[] = [settings.originateContext, settings.redirectContext, settings.edgeContext];

function expectIntended(action: string, name: string, value: string): void {
  expect(value).not.toMatch(/\$[{[]/);
  if (name === "Context") expect(contexts).toContain(value);
  if (name === "Exten") expect(value).toMatch(/^[A-Za-z0-9_.+*#-]{1,41}$/);
  if (name === "Interface" || name === "StateInterface" || (action === "Originate" && name === "Channel"))
    expect(isDialable(value)).toBe(true);
  if (name === "Channel" || name.endsWith("Channel")) expect(value).toMatch(/^[A-Za-z0-9][^&,\s]*$/);
  if (action === "Getvar")
    expect(value).toMatch(/^DIALPLAN_EXISTS\((?:transfers,[A-Za-z0-9_.+*#-]+|pbxis-edge,(?:spy|pickup|pick)),1\)$/);
  else if (action === "Setvar" && name === "Variable") expect(value).toBe("MUTEAUDIO(in)");
  else if (name === "Variable") {
    const [assigned, ...others] = splitAssignments(value);
    expect(others).toEqual([]);
    expect(assigned).toMatch(
      /^(?:_{0,2}(?:CRM|TICKET)\w*=|PBXIS_MODE=[wB]?$|PBXIS_CHANNEL=[A-Za-z0-9]+\/[^&,|()\s]+-[0-9a-f]+(?:;[12])?$)/,
    );
  }
  if (action === "QueueChangePriorityCaller" && name === "Priority") expect(value).toMatch(/^\d{1,4}$/);
  if (name === "Immediate") expect(value).toBe("yes");
  if (name === "Caller") expect(value).toBe(channels.waiting);
  if (name === "Value") expect(value).toMatch(/^(?:on|off)$/);
  if (name === "Digit") expect(value).toMatch(/^[0-9*#A-D]$/);
  if (name === "Direction") expect(value).toBe("both");
  if (name === "State") expect(value).toMatch(/^[01]$/);
  if (name === "MemberName" || name === "Reason") expect(value).not.toMatch(/[;|]/);
}

/** Splits a `Variable` line as Asterisk does: at commas outside of quotes and not after `\`; it removes `"` and `\`. */
function splitAssignments(line: string): string[] {
  const parts = [""];
  let quoted = false;
  for (let index = 0; index < line.length; index++) {
    let one = line.charAt(index);
    if (one === '"') quoted = !quoted;
    else if (one === "," && !quoted) parts.push("");
    else {
      if (one === "\\") one = line.charAt(++index);
      parts.push(`${parts.pop()}${one}`);
    }
  }
  return parts;
}

it("CM13 whatever the command, only the intended actions are planned", () => {
  let planned = 0;
  fc.assert(
    fc.property(hostile, (command) => {
      const plan = planCommand(command, reach, context);
      if (plan.kind === "steps") {
        planned++;
        expectHarmless(plan);
      } else if (plan.kind === "settled" && plan.outcome.status !== "done") {
        expect(plan.outcome.error.message).toMatch(/^[^\p{Cc}]{1,400}$/u);
      }
    }),
    { numRuns: 3000 },
  );
  // Otherwise the property would have seen refusals only.
  expect(planned).toBeGreaterThan(300);
});

it("CM13 a hostile text in any field does no harm", () => {
  for (const command of valid)
    for (const name of [...fieldNames, ...strangeNames])
      for (const value of evil)
        for (const how of ["append", "replace", "prepend", "variable"] as const) {
          const plan = planCommand(mutated(command, { name, how, value }), reach, context);
          if (plan.kind === "steps") expectHarmless(plan);
        }
});

it("CM13 a variable's value arrives unchanged", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.oneof(fc.constantFrom(..."\\\",()[]=; '"), fc.string({ minLength: 1, maxLength: 1 })) }),
      (value) => {
        expect(splitAssignments(assignment("CRM", value))).toEqual([`CRM=${value}`]);
      },
    ),
  );
});
