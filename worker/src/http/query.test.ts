import { describe, expect, it } from "vitest";
import { parseLastEventId, parseQuery, parseSubject } from "./query.ts";

const parse = (search: string) => parseQuery(new URLSearchParams(search));

describe("SU1, SU3 subscriptions in a URL", () => {
  it.each([
    ["", [], []],
    ["agents=&queues=", [], []],
    ["agents=1002,1001&queues=sales", ["1001", "1002"], ["sales"]],
    ["agents=1001&agents=1002,1001", ["1001", "1002"], []],
    ["agents=1001,*&queues=*", "*", "*"],
    ["agents=1001, 1002 ,,&queues= call%20center ", ["1001", "1002"], ["call center"]],
    ["agents[]=1001&agents[]=1002&queues%5B%5D=sales", ["1001", "1002"], ["sales"]],
    ["agents[0]=1001&agents[1]=1002", ["1001", "1002"], []],
    ["agent=1001&queue=sales&agents=1002", ["1001", "1002"], ["sales"]],
    ["ticket=x&access_token=y&_=1763890000000", [], []],
    ["queues=call%20center,%C5%BDelja,a%2Fb,50%25", [], ["50%", "a/b", "call center", "Želja"]],
  ])("%j", (search, agents, queues) => {
    expect(parse(search)).toMatchObject({ ok: true, value: { agents, queues } });
  });

  it("absent options have their defaults", () => {
    expect(parse("")).toMatchObject({ ok: true, value: { summary: false, since: null, wait: 25 } });
    expect(parse("summary=1&since=k3-41&wait=0")).toMatchObject({
      ok: true,
      value: { summary: true, since: { epoch: "k3", sequence: 41 }, wait: 0 },
    });
  });
});

describe("ST1 a cursor in other spellings", () => {
  it.each([
    ["lastEventId=k3-41", { epoch: "k3", sequence: 41 }],
    ["since=k3-40&lastEventId=k3-41", { epoch: "k3", sequence: 41 }],
    ["Last-Event-ID=k3-41", { epoch: "k3", sequence: 41 }],
    ["since=k3-40&lastEventId=", { epoch: "k3", sequence: 40 }],
  ])("%s", (search, since) => {
    expect(parse(search)).toMatchObject({ ok: true, value: { since } });
  });
});

describe("AP1 what cannot be understood is named", () => {
  it.each([
    ["agnets=1001", "agnets is not a parameter of this path"],
    ["summary[]=1", "summary[] is not a parameter of this path"],
    ["filter=", "filter is not a parameter of this path"],
    ["__proto__=1", "__proto__ is not a parameter of this path"],
    [`${"x".repeat(200)}=1`, `${"x".repeat(64)} is not a parameter of this path`],
    ["lastEventId=41", "lastEventId must be <epoch>-<sequence>, such as k3-41"],
    ["since=41", "since must be <epoch>-<sequence>, such as k3-41"],
    ["since=", "since must be <epoch>-<sequence>, such as k3-41"],
    ["since=a-1&since=a-2", "since must be given once"],
    ["summary=yes", "summary must be 0 or 1"],
    ["wait=26", "wait must be whole seconds, 0 to 25"],
    ["wait=-1", "wait must be whole seconds, 0 to 25"],
    ["wait=1.5", "wait must be whole seconds, 0 to 25"],
    ["agents=a%00b", "agents must have no comma and no control character"],
    [`queues=${"x".repeat(129)}`, "queues must have at most 128 characters"],
    [`agents=${Array.from({ length: 2001 }, (_, index) => index).join()}`, "agents must have at most 2000 names"],
  ])("%.40s", (search, message) => {
    expect(parse(search)).toEqual({ ok: false, message });
  });
});

it("AP2 a subject is one name", () => {
  expect(parseSubject("queue", "call center")).toEqual({ ok: true, value: "call center" });
  for (const name of [".", ".."])
    expect(parseSubject("queue", name)).toMatchObject({
      ok: false,
      message: expect.stringContaining("queue must not"),
    });
  expect(parseSubject("agent", "..a")).toEqual({ ok: true, value: "..a" });
  expect(parseSubject("queue", "a,b")).toEqual({
    ok: false,
    message: "queue must have no comma and no control character",
  });
});

it.each([
  [undefined, { ok: true, value: null }],
  ["", { ok: true, value: null }],
  ["k3-41", { ok: true, value: { epoch: "k3", sequence: 41 } }],
  ["41", { ok: false, message: "Last-Event-ID must be a cursor, such as k3-41" }],
])("Last-Event-ID %j", (header, parsed) => {
  expect(parseLastEventId(header)).toEqual(parsed);
});
