/** What needs no token (AP9): the descriptions of the interface, and the worker's pages. */
import type { Operation, Operations } from "./operation.ts";

function open(summary: string, text: string, media: string, more: Partial<Operation> = {}): Operation {
  return {
    summary,
    secured: false,
    parameters: [],
    answers: { 200: { text, schema: null, media } },
    refusals: [],
    ...more,
  };
}

export const publicOperations: Operations = {
  "/healthz": { get: open("AP9: whether the worker runs.", '{"status":"ok"}', "application/json") },
  "/openapi.json": { get: open("AP9: this description.", "an OpenAPI document", "application/json") },
  "/asyncapi.json": {
    get: open("AP9: the description of streams, uplink and webhooks.", "an AsyncAPI document", "application/json"),
  },
  "/": {
    get: open(
      "AP9: the dashboard for a client that accepts HTML, a line of text for any other.",
      "the page",
      "text/html",
    ),
  },
  "/docs": { get: open("AP9: the descriptions as pages: what there is.", "the page", "text/html") },
  "/docs/{page}": {
    get: open("AP9: one of the pages.", "the page", "text/html", {
      parameters: [{ in: "path", name: "page", description: "http or stream" }],
      refusals: ["not_found"],
    }),
  },
  "/assets/{file}": {
    get: open("AP9: a file of the pages.", "its content", "*/*", {
      parameters: [{ in: "path", name: "file", description: "its name, which changes with its content" }],
      refusals: ["not_found"],
    }),
  },
};
