/** A site as clients read and command it (AP3–AP5, AP12, AP13), and its deletion (AP16). */
import {
  agents,
  callers,
  type Operations,
  query,
  queues,
  site,
  statistics,
  summary,
  tokenRefusals,
} from "./operation.ts";

const preferText = "respond-async: 202 once the site has accepted the command; with wait=5, if it has not ended in 5 s";

export const siteOperations: Operations = {
  "/v1/sites/{site}": {
    get: {
      summary: "AP4: the status of the site.",
      secured: true,
      parameters: [site],
      answers: { 200: { text: "the site's status", schema: "SiteStatus" } },
      refusals: tokenRefusals,
    },
    delete: {
      summary: "AP16: deletes everything of the site, for admins.",
      secured: true,
      parameters: [site],
      body: "DeletionRequest",
      answers: { 200: { text: "everything is deleted", schema: "Deletion" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large", "unsupported_media_type"],
    },
  },
  "/v1/sites/{site}/state": {
    get: {
      summary: "AP3: the snapshot of a subscription.",
      secured: true,
      parameters: [site, agents, queues, summary, statistics, callers],
      answers: { 200: { text: "the states", schema: "StateAnswer" } },
      refusals: ["bad_request", ...tokenRefusals, "too_large"],
    },
  },
  "/v1/sites/{site}/statistics": {
    get: {
      summary: "AP12: the figures of queues and agents by interval.",
      secured: true,
      parameters: [
        site,
        query("queues", "queues' names, separated by commas; * for all queues that the token grants"),
        query("agents", "agents' ids, separated by commas; * for all agents that the token grants"),
        query("from", "ISO 8601 with an offset or Z; default the beginning of today in the site's zone"),
        query("to", "ISO 8601 with an offset or Z; default now"),
        query("interval", "15m (default), 1h or day"),
        query("format", "csv or json; without it, Accept decides"),
      ],
      answers: { 200: { text: "a row for each name and interval", schema: "StatisticsAnswer", csv: true } },
      refusals: ["bad_request", ...tokenRefusals, "too_large"],
    },
  },
  "/v1/sites/{site}/calls": {
    get: {
      summary: "AP13: the queue calls of the last weeks, newest first.",
      secured: true,
      parameters: [
        site,
        query("from", "only waits that ended then or later; ISO 8601 with an offset or Z"),
        query("to", "only waits that ended before; ISO 8601 with an offset or Z"),
        query("queues", "queues' names, separated by commas; absent or * for all that the token grants"),
        query("agents", "only calls that one of these agents answered or picked"),
        query("outcome", "only these outcomes (EV16), separated by commas"),
        query("number", "only calls of this number; needs the claim callers"),
        { ...query("limit", "calls of one page: 1 to 500, default 100"), type: "integer" },
        query("after", "the next of the page before"),
        query("format", "csv or json; without it, Accept decides"),
      ],
      answers: { 200: { text: "one page of calls", schema: "CallsAnswer", csv: true } },
      refusals: ["bad_request", ...tokenRefusals],
    },
  },
  "/v1/sites/{site}/commands": {
    post: {
      summary: "AP5: sends a command and answers with its outcome.",
      secured: true,
      parameters: [
        site,
        {
          in: "header",
          name: "Idempotency-Key",
          description: "the same key, quoted or not, gives the first outcome for 24 h (CM12)",
        },
        { in: "header", name: "Prefer", description: preferText },
      ],
      body: "Command",
      answers: {
        200: { text: "the command was carried out", schema: "CommandAnswer" },
        202: { text: "the command was accepted; Location is where to read its outcome", schema: "CommandAnswer" },
      },
      refusals: [
        "bad_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "several_calls",
        "too_large",
        "unsupported_media_type",
        "key_reused",
        "too_fast",
        "asterisk_refused",
        "not_permitted",
        "unavailable",
        "deadline_passed",
        "outcome_unknown",
      ],
    },
  },
  "/v1/sites/{site}/commands/{command}": {
    get: {
      summary: "AP5: the outcome of a command, for 24 h.",
      secured: true,
      parameters: [site, { in: "path", name: "command", description: "its commandId" }],
      answers: { 200: { text: "the outcome, or pending", schema: "CommandAnswer" } },
      refusals: [...tokenRefusals, "not_found"],
    },
  },
};
