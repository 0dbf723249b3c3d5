/**
 * What happened as the phones saw it, read from a recording's `.md`: when each agent's phone was called, talked, held,
 * hung up and was offline. It does not depend on AMI, so it can contradict the model.
 */
import { readFileSync } from "node:fs";
import type { Version } from "./replay.ts";

type PhoneStatus = "not_inuse" | "ringing" | "inuse" | "onhold" | "unavailable";

/**
 * The phone's state from `ms` on. `number` is on its display for a call that it answered, null without a call,
 * undefined if unknown.
 */
export type PhoneMoment = Readonly<{
  ms: number;
  agent: string;
  status: PhoneStatus;
  number: string | null | undefined;
}>;

type Phone = { online: boolean; ringing: Set<string>; talking: Set<string>; held: boolean };

const line = /^- +(\d+) ms phone (\d+): (.*)$/;

export function readPhoneLog(version: Version, name: string): PhoneMoment[] {
  const text = readFileSync(new URL(`recorded/${version}/${name}.md`, import.meta.url), "utf8");
  const phones = new Map<string, Phone>();
  const moments: PhoneMoment[] = [];
  for (const row of text.split("\n")) {
    const [, ms, agent, what] = line.exec(row) ?? [];
    if (agent === undefined || what === undefined || what.startsWith("INVITE")) continue;
    const phone = phones.get(agent) ?? { online: true, ringing: new Set(), talking: new Set(), held: false };
    phones.set(agent, phone);
    const number = applyLine(phone, what);
    moments.push({ ms: Number(ms), agent, status: statusOf(phone), number });
  }
  return moments;
}

/** Changes the phone, and returns the number on its display if the log has it. */
function applyLine(phone: Phone, what: string): string | null | undefined {
  const call = /call (?:from|with|to) (\S+)/.exec(what)?.[1] ?? "";
  if (what.startsWith("unREGISTERs")) phone.online = false;
  else if (what.startsWith("REGISTERs")) phone.online = true;
  else if (what.startsWith("rings")) phone.ringing.add(call);
  else if (what.startsWith("answers")) {
    phone.ringing.delete(call);
    phone.talking.add(call);
    return call;
  } else if (what.startsWith("calls")) phone.talking.add(/calls (\S+)/.exec(what)?.[1] ?? "");
  else if (what.startsWith("puts")) phone.held = true;
  else if (what.startsWith("takes")) phone.held = false;
  else if (/^(gets (CANCEL|BYE)|hangs up|rejects|call to \S+ fails)/.test(what)) {
    phone.ringing.delete(call);
    phone.talking.delete(call);
    phone.held = false;
  }
  return phone.ringing.size + phone.talking.size === 0 ? null : undefined;
}

function statusOf({ online, ringing, talking, held }: Phone): PhoneStatus {
  if (talking.size > 0) return held ? "onhold" : "inuse";
  if (ringing.size > 0) return "ringing";
  return online ? "not_inuse" : "unavailable";
}
