import { AgentId, QueueName } from "@pbxis/shared";
import type { Changes, SiteEvent } from "@pbxis/shared/client";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Mirror } from "../../../../shared/src/client/mirror.ts";
import { agentDisplay, phoneTimes } from "./agent-display.ts";
import { watchDisplays } from "./displays.ts";

const agents = ["1001", "1002", "1003"].map((agent) => AgentId.parse(agent));
const queue = QueueName.parse("support");

/** Times are derived from the values, because a snapshot that differs only in times is not a change. */
const eventArbitrary: fc.Arbitrary<SiteEvent> = fc
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
          uniqueId: null,
          recording: null,
          muted: null,
          consulting: null,
          at,
        };
      case 2: {
        const status = (["not_inuse", "inuse", "unavailable"] as const)[pick] ?? "inuse";
        return { type: "extensionStatus", agent, status, at };
      }
      default: {
        const status = (["loggedoff", "paused", "inuse"] as const)[pick] ?? "inuse";
        const membership = {
          agent,
          queue,
          status,
          deviceStatus: null,
          pausedReason: null,
          penalty: null,
          wrapUpUntil: null,
        };
        return { type: "queueMemberStatus", ...membership, since: at, at };
      }
    }
  });

it("cached displays always equal newly derived ones", () => {
  const steps = fc.array(fc.record({ isSnapshot: fc.boolean(), events: fc.array(eventArbitrary, { maxLength: 6 }) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(steps, (sequence) => {
      const mirror = new Mirror();
      let publish: (changes: Changes) => void = () => {};
      const displays = watchDisplays({
        state: mirror,
        onChanges: (listener) => {
          publish = listener;
          return () => {};
        },
      });
      for (const { isSnapshot, events } of sequence) {
        publish(isSnapshot ? mirror.replace(events) : mirror.apply(events));
        const times = phoneTimes(mirror.events());
        const anew = mirror.agents().flatMap((agent) => {
          const view = mirror.agent(agent);
          return view ? [agentDisplay(view, times.get(agent) ?? null)] : [];
        });
        expect(displays.all()).toEqual(anew);
      }
    }),
  );
});
