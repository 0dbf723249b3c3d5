/**
 * EV15: members of queues, and phones that hints or the list of devices name, whose interface gives no agent's id. They
 * appear in no event. Each is logged once per AMI connection, and all of them are reported to the site (UP10), so that
 * an operator learns which setting would include them.
 */
import { type LeftOut, maxReportedName } from "@pbxis/shared";
import type { AmiEvent, ExtensionStatus, MemberFacts, RegenerationList } from "../ami/event/event.ts";
import { regenerationLists } from "../ami/event/event.ts";
import type { AgentRule } from "../model/state/agent.ts";

/** Beyond this many per connection, further ones are neither logged nor reported by name. */
const maxNamed = 100;

/** Technology and slash. Other interfaces (`hint:1001@agents`) ring nobody, whatever the agent pattern. */
const ringsSomebody = /^[A-Za-z0-9]+\//;
/** A device that would be an agent's phone if the pattern gave its number as the id. Trunks have other names. */
const numberedPhone = /^[A-Za-z0-9]+\/\d{2,6}$/;

export type LeftOutInterfaces = Readonly<{
  onAmiEvent: (event: AmiEvent) => void;
  /** To be called when AMI is lost. */
  forget: () => void;
  /** As of the last complete lists and the events since. */
  current: () => LeftOut;
  /** Whether `current` has changed since the last call. */
  takeChange: () => boolean;
}>;

export function createLeftOutInterfaces(rule: AgentRule, warn: (message: string) => void): LeftOutInterfaces {
  const named = new Set<string>();
  const found = createFound();

  function isLeftOut(text: string): boolean {
    return rule.agentOfInterface(text) === null && ringsSomebody.test(text);
  }

  function log(name: string, message: string): void {
    if (named.size > maxNamed || named.has(name)) return;
    named.add(name);
    if (named.size <= maxNamed) warn(`${message}; a wider pattern includes it`);
    else warn(`more than ${maxNamed} members and phones are left out; the rest are not named (PBXIS_AGENT_PATTERN)`);
  }

  function onMember({ queue, memberInterface }: Pick<MemberFacts, "queue" | "memberInterface">): void {
    if (!isLeftOut(memberInterface)) return;
    found.add("members", `${queue}\n${memberInterface}`, { queue: cut(queue), memberInterface: cut(memberInterface) });
    const reason = "PBXIS_AGENT_PATTERN finds no agent's id in its interface";
    log(memberInterface, `queue ${queue}: member ${memberInterface} is left out, because ${reason}`);
  }

  function onPhone(device: string, extension: string | null): void {
    if (!isLeftOut(device)) return;
    found.add("phones", device, { device: cut(device), extension: extension === null ? null : cut(extension) });
    const about = extension === null ? "" : ` of extension ${extension}`;
    log(device, `phone ${device}${about} is left out, because PBXIS_AGENT_PATTERN finds no agent's id in its name`);
  }

  function onHint({ hint, exten, context }: ExtensionStatus): void {
    const device = firstDevice(hint);
    if (rule.agentOfInterface(device) === null) onPhone(device, `${exten}@${context}`);
  }

  return {
    onAmiEvent: (event) => {
      switch (event.kind) {
        case "queueMember":
        case "queueMemberAdded":
        case "queueMemberStatus":
        case "queueMemberPause":
        case "queueMemberPenalty":
        case "agentCalled":
          onMember(event);
          return;
        case "queueMemberRemoved":
          found.remove("members", `${event.queue}\n${event.memberInterface}`);
          return;
        case "extensionStatus":
          if (event.listed) onHint(event);
          return;
        case "deviceStateChange":
          if (event.listed && numberedPhone.test(event.device)) onPhone(event.device, null);
          return;
        case "regenerationStarted":
          found.onListsRequested();
          return;
        case "listCompleted":
          found.onListCompleted(event.list);
      }
    },
    forget: () => named.clear(),
    current: found.current,
    takeChange: found.takeChange,
  };
}

type Found = Readonly<{
  members: Map<string, LeftOut["members"][number]>;
  phones: Map<string, LeftOut["phones"][number]>;
}>;

/** What is left out now. While lists are read nothing changes: incomplete lists say nothing of what they lack. */
function createFound() {
  const found: Found = { members: new Map(), phones: new Map() };
  const listing = new Set<RegenerationList>();
  let settled = leftOutOf(found);
  let isChanged = false;

  function settle(): void {
    if (listing.size > 0) return;
    const now = leftOutOf(found);
    isChanged ||= JSON.stringify(now) !== JSON.stringify(settled);
    settled = now;
  }

  return {
    add<Kind extends keyof Found>(kind: Kind, key: string, entry: LeftOut[Kind][number]): void {
      const entries: Map<string, LeftOut[Kind][number]> = found[kind];
      if (entries.has(key)) return;
      entries.set(key, entry);
      settle();
    },
    remove(kind: keyof Found, key: string): void {
      if (found[kind].delete(key)) settle();
    },
    onListsRequested(): void {
      for (const list of regenerationLists) listing.add(list);
      found.members.clear();
      found.phones.clear();
    },
    onListCompleted(list: RegenerationList): void {
      if (listing.delete(list)) settle();
    },
    current: () => settled,
    takeChange(): boolean {
      const was = isChanged;
      isChanged = false;
      return was;
    },
  };
}

/** A hint's first device is the phone. */
function firstDevice(hint: string): string {
  const ends = [hint.indexOf(","), hint.indexOf("&")].filter((end) => end >= 0);
  return ends.length === 0 ? hint : hint.slice(0, Math.min(...ends));
}

function cut(name: string): string {
  return name.slice(0, maxReportedName);
}

function leftOutOf(found: Found): LeftOut {
  const { members, phones } = { members: [...found.members.values()], phones: [...found.phones.values()] };
  return {
    setting: "PBXIS_AGENT_PATTERN",
    members: members.slice(0, maxNamed),
    phones: phones.slice(0, maxNamed),
    more: Math.max(0, members.length - maxNamed) + Math.max(0, phones.length - maxNamed),
  };
}
