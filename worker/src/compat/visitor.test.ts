import { describe, expect, it } from "vitest";
import { parseOrigins, type Visitor, visitorProblem } from "./visitor.ts";

const local = "http://127.0.0.1:8787";
const origins = ["https://crm.example.com", "http://pbx.lan:8787"];
const visit = (visitor: Partial<Visitor>) =>
  visitorProblem(
    { url: `${local}/ticket`, host: undefined, origin: undefined, fetchSite: undefined, ...visitor },
    origins,
  );

describe("AP8 a request is accepted", () => {
  it.each<[string, Partial<Visitor>]>([
    ["from a program", {}],
    ["from the worker's own page", { origin: local, fetchSite: "same-origin" }],
    ["from a configured origin", { origin: "https://crm.example.com", fetchSite: "cross-site" }],
    ["from a page at a configured name", { host: "pbx.lan:8787", origin: "http://pbx.lan:8787" }],
    ["from a configured origin, at a configured name", { host: "pbx.lan:8787", origin: "https://crm.example.com" }],
    ["at localhost", { host: "localhost:8787", origin: "http://localhost:8787" }],
    ["at an IPv6 address", { host: "[::1]:8787", origin: "http://[::1]:8787" }],
    ["at an address of the LAN", { host: "192.168.1.5:8787", origin: "http://192.168.1.5:8787" }],
    ["at Cloudflare's name", { url: "https://edge.me.workers.dev/ticket", origin: "https://edge.me.workers.dev" }],
    ["typed by hand", { fetchSite: "none" }],
  ])("%s", (_title, visitor) => {
    expect(visit(visitor)).toBeNull();
  });
});

describe("AP8 a request is refused", () => {
  it.each<[string, Partial<Visitor>, string]>([
    ["from another origin", { origin: "http://evil.example" }, "pages of this origin"],
    ["from another port of this host", { origin: "http://127.0.0.1:9999" }, "pages of this origin"],
    ["from another name of this host", { origin: "http://localhost:8787" }, "pages of this origin"],
    ["from the same host over TLS", { origin: "https://127.0.0.1:8787" }, "pages of this origin"],
    ["from a sandboxed page or a file", { origin: "null" }, "pages of this origin"],
    ["from an empty origin", { origin: "" }, "pages of this origin"],
    ["that only begins like a configured origin", { origin: "https://crm.example.com.evil.example" }, "pages of this"],
    [
      "by rebinding",
      { host: "evil.example:8787", origin: "http://evil.example:8787" },
      "host evil.example is not among",
    ],
    ["by rebinding, a GET", { host: "evil.example:8787", fetchSite: "same-origin" }, "host evil.example is not among"],
    ["at a name that only ends like localhost", { host: "evillocalhost" }, "host evillocalhost is not among"],
    ["at a name that begins like an address", { host: "127.0.0.1.evil.example" }, "is not among"],
    ["at a host that is none", { host: "evil.example/@127.0.0.1" }, "not a host"],
    ["with a user in the host", { host: "127.0.0.1@evil.example" }, "not a host"],
    ["from a page, without Origin", { fetchSite: "cross-site" }, "other web sites"],
    ["from a sister name, without Origin", { fetchSite: "same-site" }, "other web sites"],
  ])("%s", (_title, visitor, message) => {
    expect(visit(visitor)).toContain(message);
  });
});

it.each<[string, readonly string[] | null]>([
  ["", []],
  [" https://a.example , http://b.example:81", ["https://a.example", "http://b.example:81"]],
  ["https://a.example/", null],
  ["https://a.example/page", null],
  ["a.example", null],
  ["*", null],
  ["null", null],
  ["https://A.example", null],
])("the list %j", (text, origins) => {
  expect(parseOrigins(text)).toEqual(origins);
});
