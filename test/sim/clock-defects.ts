/** Deliberate defects in what bears wrong clocks and machines that stand still, each of which the simulation must detect. */
import type { Defect } from "./defect.ts";

export const clockDefects: readonly Defect[] = [
  {
    name: "a connector's times follow the clock of its machine",
    mechanism: "clocks: the connector's is set",
    file: "connector/src/util/clock.ts",
    from: "  return onProcessClock(steadyNow());",
    to: "  return Date.now();",
  },
  {
    name: "what waits until the site's clock is known keeps its own time",
    mechanism: "clocks: the connector's is wrong from the start",
    file: "connector/src/uplink/site-time.ts",
    from: "withoutMark(event, watch.correction)",
    to: "withoutMark(event, 0)",
  },
  {
    name: "the times of a spool are taken as they are",
    mechanism: "clocks: the connector's is wrong, with a spool",
    file: "connector/src/uplink/spool/format.ts",
    from: "return isUncorrected(Object(value)) ? markUncorrected(event.data) : event.data;",
    to: "return event.data;",
  },
  {
    name: "a standby does not learn the site's clock",
    mechanism: "clocks: a standby's is wrong",
    file: "worker/src/site/uplink/uplink-shell.ts",
    from: 'this.#sockets.close(socket, reason, reason === "superseded" ? now : undefined);',
    to: "this.#sockets.close(socket, reason);",
  },
  {
    name: "the site names a clock that is a minute behind",
    mechanism: "clocks: the platform's",
    file: "worker/src/site/uplink/ingress.ts",
    from: "protocol: uplinkProtocol, through, at: now,",
    to: "protocol: uplinkProtocol, through, at: now - 60_000,",
  },
  {
    name: "who waits when a connector connects has joined by Asterisk's clock",
    mechanism: "clocks: the PBX's is wrong",
    file: "connector/src/model/reduce/queue.ts",
    from: "Math.max(0, event.at - event.waitSeconds * 1000)",
    to: 'Number(event.uniqueId.split(".")[0]) * 1000',
  },
  {
    name: "an action that was not answered counts as one that was not sent",
    mechanism: "clocks: the PBX stands still",
    file: "connector/src/command/carry-out.ts",
    from: 'if (answer.kind === "lost") return afterLoss(step, safeText(answer.because));',
    to: 'if (answer.kind === "lost") return outcomeFailed("unavailable", safeText(answer.because), details);',
  },
  {
    name: "a hold that is over does not count",
    mechanism: "hold times",
    file: "connector/src/model/reduce/talk.ts",
    from: "talk.holdTime += Math.max(0, model.now - talk.heldSince);",
    to: "talk.holdTime += 0;",
  },
  {
    name: "a talk begins when a list shows it",
    mechanism: "talk times",
    file: "connector/src/model/reduce/talk.ts",
    from: 'return from !== "sweep" && !(own.mayHaveTalked && party.mayHaveTalked);',
    to: "return true;",
  },
  {
    name: "a client counts its time by its wall clock",
    mechanism: "clocks: the client's is set",
    file: "shared/src/client/platform.ts",
    from: "now: () => globals.performance.now()",
    to: "now: () => Date.now()",
  },
];
