/** The steps that scenarios on the installation in the style of FreePBX share. */
import type { Occurrence } from "../../expected-stream.ts";
import type { TestBed } from "../../test-bed.ts";
import { expectCommand, expectThat, failed } from "../expect-command.ts";
import { restartConnectors, whileDisconnected } from "../interruption.ts";

export const olga = { number: "0941", name: "Olga" };
export const petr = { number: "0961", name: "Petr" };

/** The numbers of an agent whose phone rang any number of times: a phone that rejects may be seen to ring, or not. */
export const rang = /^((0941|0961) null ?)*$/;

/** Members with an id of their own whose device is the phone 1010. */
export const wazo = ["id-5", "6cd695d2-cdb9-4444-8b2d-27425ab85fa8"] as const;

/** Queue 400 records its calls, under a name with blanks in it. */
export function completed(agent: string, queueName: string, details: Omit<Occurrence, "type"> = {}): Occurrence {
  const recording = queueName === "400" ? /\/spool\/monitor\/q 400 \d+ \(\d+\.\d+\)\.wav$/ : null;
  return { type: "agentComplete", agent, queueName, recording, uniqueId: /^\d+\.\d+$/, ...details };
}

/**
 * Of a call that a connector met in a list after the agent had left it. Now and then AgentComplete comes after the end of
 * the channels and names none, and then nobody knows which call it was (EV6).
 */
export const mayBeUnnamed = { uniqueId: /^(\d+\.\d+)?$/ } as const;

/** Nothing that is asked for the agent may touch a call. */
export async function expectNoCall(bed: TestBed, agent: string): Promise<void> {
  const noCall = failed(404, "not_found", new RegExp(agent.replaceAll(".", "\\.")));
  for (const type of ["hangup", "park"]) await expectCommand(bed, { type, agent }, noCall);
  await expectCommand(bed, { type: "redirect", agent, to: "1010" }, noCall);
}

export async function expectDone(bed: TestBed, command: Readonly<Record<string, unknown>>): Promise<void> {
  const { status, body } = await bed.command(command);
  expectThat(`${command.type} is done: ${status} ${JSON.stringify(body)}`, status === 200);
}

/** What may come between two steps of a call, and what a connector then still knows of it. */
export const interruptions = {
  nothing: async () => {},
  /** The connector keeps what it knew before. */
  "a cut of AMI": (bed: TestBed) => whileDisconnected(bed, async () => {}),
  /** The connector knows what Asterisk lists. */
  "another connector": restartConnectors,
} as const;
