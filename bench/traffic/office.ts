/** The lab's phones, its dialplans, and the call that is measured. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Ami } from "../../test/asterisk/ami.ts";
import { ownLab } from "../../test/asterisk/installation.ts";
import type { Lab } from "../../test/asterisk/lab.ts";
import { openPhone, type Phone } from "../../test/asterisk/phone.ts";
import { unpackedTree } from "../../test/asterisk/unpack.ts";

export type Office = Readonly<{ playCall: () => Promise<void>; close: () => Promise<void> }>;

/** `ringing`: how many of the queue's two members ring. The first of them answers. */
export type OfficeKind = Readonly<{ title: string; isCenter: boolean; ringing: 1 | 2 }>;

export const officeKinds = [
  { title: "a center's dialplan, one agent rings", isCenter: true, ringing: 1 },
  { title: "a center's dialplan, two agents ring", isCenter: true, ringing: 2 },
  { title: "a lean dialplan, one agent rings", isCenter: false, ringing: 1 },
] as const satisfies readonly OfficeKind[];

/** A second of silence, µ-law. Without a file there is no music on hold, and without music no events about it. */
const music = Buffer.alloc(8_000, 0xff);

/**
 * A part of what call centers' dialplans do for a call: set variables for reports, record into a file named after the
 * call, offer features during the call, and read the result afterwards.
 */
const centerDialplan = (folder: string) => `exten => 5001,1,NoOp(support)
 same => n,Answer()
 same => n,Set(__CALLTYPE=queue)
 same => n,Set(RECORDING=${folder}/\${STRFTIME(\${EPOCH},,%Y/%m/%d)}/\${EXTEN}-\${CALLERID(num)}-\${UNIQUEID}.wav)
 same => n,MixMonitor(\${RECORDING},b)
 same => n,Queue(support,tTkKhHxXi,,,60)
 same => n,NoOp(QUEUESTATUS=\${QUEUESTATUS})
 same => n,Hangup()
`;

/** Makes the queue set the variables about itself, its caller and its member, and play music, as in a call center. */
async function furnish(lab: Lab, ami: Ami): Promise<void> {
  const variables = ["setqueuevar", "setqueueentryvar", "setinterfacevar"].map((name) => `${name} = yes\n`).join("");
  await lab.edit("queues.conf", (text) => text.replace("[support]\n", `[support]\n${variables}`));
  // Asterisk reads the folder again only if the configuration file that names it has changed.
  await lab.edit("musiconhold.conf", (text) => `${text}\nsort = alpha\n`);
  await writeFile(join(await unpackedTree(lab.place.version), lab.place.lab, "varlib/moh/silence.ulaw"), music);
  const dialplan = centerDialplan(`${lab.place.lab}/spool/monitor`);
  await lab.edit("extensions.conf", (text) => text.replace(/exten => 5001,1[^;]*/, dialplan));
  await ami.command("module reload res_musiconhold.so");
  await ami.command("dialplan reload");
  await ami.command("module reload app_queue.so");
}

export async function openOffice(lab: Lab, { isCenter, ringing }: OfficeKind): Promise<Office> {
  const ami = await lab.ami();
  if (isCenter) await furnish(lab, ami);
  if (ringing === 1) await ami.action("QueuePause", { Queue: "support", Interface: "PJSIP/1002", Paused: "true" });
  ami.close();
  const shared = { server: lab.place.address, log: () => {} };
  const carrier = await openPhone({ user: "carrier", name: "", host: lab.place.carrier, port: 5060, ...shared });
  const phones = new Map<string, Phone>();
  for (const { id, name } of ownLab.phones)
    phones.set(id, await openPhone({ user: id, name, host: lab.place.phones, port: 0, ...shared }));
  await Promise.all([...phones.values()].map((phone) => phone.register()));
  const members = ["1001", "1002"].slice(0, ringing).map((id) => phones.get(id) as Phone);
  return {
    playCall: () => playCall(carrier, members),
    close: async () => void (await Promise.all([carrier, ...phones.values()].map((phone) => phone.close()))),
  };
}

/**
 * Plays one recorded call to the queue `support`: its agents ring, one answers, they talk for a second, the caller
 * hangs up.
 */
async function playCall(carrier: Phone, members: readonly Phone[]): Promise<void> {
  const outside = carrier.call("5001", { number: "+14155550100", name: "Alice Caller" });
  const [inside, ...others] = await Promise.all(members.map((phone) => phone.rings()));
  if (!inside) throw new Error("a call needs an agent");
  await sleep(500);
  await inside.answer();
  await outside.until("up");
  await Promise.all(others.map((other) => other.until("ended")));
  await sleep(1_000);
  await outside.hangup();
  await inside.until("ended");
  // The last events of a call come after its end.
  await sleep(700);
}
