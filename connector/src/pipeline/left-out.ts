/**
 * EV15: members of queues whose interface gives no agent's id appear in no event. Each is named once per AMI
 * connection, so that an operator learns which setting would include it.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import type { AgentRule } from "../model/state/agent.ts";

/** Beyond this many interfaces per connection, further ones are not named. */
const maxNamed = 100;

/** Technology and slash. Other interfaces (`hint:1001@agents`) ring nobody, whatever the agent pattern. */
const ringsSomebody = /^[A-Za-z0-9]+\//;

export type LeftOutMembers = Readonly<{
  onAmiEvent: (event: AmiEvent) => void;
  /** To be called when AMI is lost. */
  forget: () => void;
}>;

export function createLeftOutMembers(rule: AgentRule, warn: (message: string) => void): LeftOutMembers {
  const named = new Set<string>();

  function report(queue: string, memberInterface: string): void {
    if (rule.agentOfInterface(memberInterface) !== null) return;
    if (named.size > maxNamed || named.has(memberInterface) || !ringsSomebody.test(memberInterface)) return;
    named.add(memberInterface);
    if (named.size > maxNamed) {
      warn(`queues: more than ${maxNamed} members are left out; the rest are not named (PBXIS_AGENT_PATTERN)`);
      return;
    }
    warn(
      `queue ${queue}: member ${memberInterface} is left out, because PBXIS_AGENT_PATTERN finds no agent's id in its ` +
        "interface; a wider pattern includes it",
    );
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
          report(event.queue, event.memberInterface);
      }
    },
    forget: () => named.clear(),
  };
}
