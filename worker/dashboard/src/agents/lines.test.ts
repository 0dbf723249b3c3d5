import { AgentId, QueueName } from "@pbxis/shared";
import type { Changes, SiteEvent } from "@pbxis/shared/client";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Mirror } from "../../../../shared/src/client/mirror.ts";
import { agentLine, phoneTimes } from "./agent-state.ts";
import { watchLines } from "./lines.ts";

const agents = ["1001", "1002", "1003"].map((agent) => AgentId.parse(agent));
const queue = QueueName.parse("support");

/** Times follow from the values: a snapshot that differs in times alone is no change. */
const events: fc.Arbitrary<SiteEvent> = fc
  .record({ agent: fc.constantFrom(...agents), pick: fc.nat(2), kind: fc.nat(4) })
  .map(({ agent, pick, kind }): SiteEvent => {
    const at = 100 + pick;
    switch (kind) {
      case 0:
        return { type: "agentName", agent, name: `name ${pick}`, at };
      case 1:
        return {
          type: "phoneNumber",
          agent,
          number: pick > 0 ? "555" : null,
          name: null,
          queueName: null,
          callId: null,
          at,
        };
      case 2: {
        const status = (["not_inuse", "inuse", "unavailable"] as const)[pick] ?? "inuse";
        return { type: "extensionStatus", agent, status, at };
      }
      default: {
        const status = (["loggedoff", "paused", "inuse"] as const)[pick] ?? "inuse";
        const membership = { agent, queue, status, deviceStatus: null, pausedReason: null, penalty: null };
        return { type: "queueMemberStatus", ...membership, since: at, at };
      }
    }
  });

it("are always what they would be if all were made anew", () => {
  const steps = fc.array(fc.record({ isSnapshot: fc.boolean(), told: fc.array(events, { maxLength: 6 }) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(steps, (sequence) => {
      const mirror = new Mirror();
      let tell: (changes: Changes) => void = () => {};
      const lines = watchLines({
        state: mirror,
        onChanges: (listener) => {
          tell = listener;
          return () => {};
        },
      });
      for (const { isSnapshot, told } of sequence) {
        tell(isSnapshot ? mirror.replace(told) : mirror.apply(told));
        const times = phoneTimes(mirror.events());
        const anew = mirror.agents().flatMap((agent) => {
          const view = mirror.agent(agent);
          return view ? [agentLine(view, times.get(agent) ?? null)] : [];
        });
        expect(lines.all()).toEqual(anew);
      }
    }),
  );
});
