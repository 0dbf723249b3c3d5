/** The paths of pbxis-ws (AP8, section 11 of PROTOCOL.md), which most deployments leave off. */
import type { Operation, Operations, Parameter } from "./operation.ts";

const refusals = ["bad_request", "unauthorized", "forbidden", "not_found", "unavailable"] as const;

function compat(summary: string, parameters: readonly Parameter[], text: string): Operation {
  const answers = { 200: { text, schema: null, media: "application/json" } };
  return { summary, secured: true, parameters, answers, refusals };
}

function path(name: string, description: string): Parameter {
  return { in: "path", name, description };
}
/** PX1: also in a form or a JSON body. */
function given(name: string, description: string): Parameter {
  return { in: "query", name, description: `${description}; also in a form or a JSON body` };
}

function stream(summary: string, answers: Operation["answers"]): Operation {
  const parameters = [path("ticket", "a ticket of POST /ticket")];
  return {
    summary,
    secured: false,
    parameters,
    answers,
    refusals: ["forbidden", "not_found", "unavailable"],
  };
}

const outcome = "response and message, or candidates";
const party = given("agent-or-channel", "an agent's id, or a channel's name");

export const compatOperations: Operations = {
  "/ticket": {
    post: compat(
      "PX2: a ticket for the streams.",
      [
        given("agents", "agents' ids"),
        given("queues", "queues' names"),
        given("summaryEvents", "true adds QueueSummary and MemberSummary"),
      ],
      "the ticket, a JSON string",
    ),
  },
  "/{ticket}/websocket": {
    get: stream("PX3: the events of a ticket, one for each message.", {
      101: { text: "a WebSocket that sends events (PX4)", schema: null },
    }),
  },
  "/{ticket}/sse": {
    get: stream("PX3: the events of a ticket as server-sent events.", {
      200: { text: "events (PX4)", schema: null, media: "text/event-stream" },
    }),
  },
  "/{ticket}/long-poll": {
    get: stream("PX3: the next events of a ticket.", {
      200: { text: "an array of events (PX4), at the latest after 25 s", schema: null, media: "application/json" },
    }),
  },
  "/originate/{src}/{dest}": {
    post: compat(
      "PX5: rings an agent, then dials.",
      [
        path("src", "the agent's id"),
        path("dest", "the number"),
        given("callerId", "what the called party sees"),
        given("variables", "channel variables, a JSON object"),
      ],
      "the action id, a JSON string",
    ),
  },
  "/redirect-to/{dest}": {
    post: compat("PX5: transfers a call.", [path("dest", "the number"), party], outcome),
  },
  "/park-and-announce": { post: compat("PX5: parks a call.", [party], outcome) },
  "/queue/{action}": {
    post: compat(
      "PX5: a command to a queue.",
      [
        path("action", "add, remove, pause, penalty or reset"),
        given("queue", "the queue's name"),
        given("agent", "the agent's id"),
        given("memberName", "add: the member's name"),
        given("paused", "add and pause: true or false"),
        given("penalty", "add and penalty: a whole number"),
      ],
      "response and message",
    ),
  },
  "/queue/status": {
    get: compat("PX6: the queues and their members.", [given("queue", "only this queue")], "an array of queues"),
  },
  "/bridged-channels": {
    get: compat("PX6: an agent's calls.", [given("extension", "the agent's id")], "an array of calls"),
  },
};
