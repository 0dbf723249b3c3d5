import { describe, expect, it } from "vitest";
import { filtersOf, namesAt, parseSitesQuery, siteProblem, sitesOf } from "./query.ts";

const parse = (text: string, header?: string) => parseSitesQuery(new URLSearchParams(text), header);
const value = (text: string) => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
};

const grants = {
  sites: new Map([
    ["hq", { agents: ["*"], queues: ["*"], commands: [], callers: true }],
    ["north", { agents: ["1001"], queues: ["sales"], commands: [], callers: false }],
  ]),
};
const sites = ["hq", "north"];

describe("AP15: the parameters of several sites", () => {
  it("sites are a list, and since has a position for each", () => {
    const query = value("sites=hq,north&site[]=hq&agents=*&since=hq:k3-41,north:a9-7&summary=1");
    expect(query).toMatchObject({ sites, agents: "*", queues: [], summary: true, wait: 25 });
    expect([...query.since]).toEqual([
      ["hq", { epoch: "k3", sequence: 41 }],
      ["north", { epoch: "a9", sequence: 7 }],
    ]);
  });

  it("the newest position wins: the header, then lastEventId, then since", () => {
    const text = "sites=hq&since=hq:k-1&lastEventId=hq:k-2";
    expect(value(text).since.get("hq")?.sequence).toBe(2);
    const withHeader = parse(text, "hq:k-3");
    expect(withHeader.ok && withHeader.value.since.get("hq")?.sequence).toBe(3);
  });

  it.each([
    ["", "sites must name a site"],
    ["sites=h q", "sites must be 1-63"],
    ["sites=hq&since=k3-41", "since must be <site>:<cursor> with commas"],
    ["sites=hq&since=hq:k3-41,hq:k3-42", "since must be <site>:<cursor>"],
    ["sites=hq&since=hq", "since must be"],
    ["sites=hq&lastEventId=41", "lastEventId must be"],
    ["sites=hq&color=red", "color is not a parameter"],
    ["sites=hq&wait=26", "wait must be"],
  ])("%j: %s", (text, message) => {
    expect(parse(text)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });

  it("a header that is no position of sites is refused", () => {
    expect(parse("sites=hq", "k3-41")).toMatchObject({ ok: false, message: expect.stringContaining("Last-Event-ID") });
  });

  it("* is every site of the token", () => {
    expect(sitesOf(["*"], grants)).toEqual(sites);
    expect(sitesOf(["north"], grants)).toEqual(["north"]);
  });
});

describe("AP15: the names of each site", () => {
  it("a name is for every site, but for one with a site before it", () => {
    const names = ["1001", "hq/1002", "north/1003", "hq/hq/x", "west/1004"];
    expect(namesAt(names, "hq", sites)).toEqual(["1001", "1002", "hq/x", "west/1004"]);
    expect(namesAt(names, "north", sites)).toEqual(["1001", "1003", "west/1004"]);
    expect(namesAt(["hq/*", "1001"], "hq", sites)).toBe("*");
    expect(namesAt("*", "hq", sites)).toBe("*");
  });

  it("each site's grant narrows them, and a refusal names each name with its site", () => {
    const asked = filtersOf(value("sites=hq,north&agents=*&queues=sales,hq/support"), sites, grants);
    expect(asked.ok && Object.fromEntries(asked.filters)).toMatchObject({
      hq: { agents: "*", queues: ["sales", "support"], callers: true },
      north: { agents: ["1001"], queues: ["sales"], unnamed: true },
    });
    const refused = filtersOf(value("sites=hq,north&agents=1002&queues=support&callers=1"), sites, grants);
    expect(refused).toEqual({ ok: false, agents: ["north/1002"], queues: ["north/support"], callers: ["north"] });
  });

  it("a position or a name of no site of the stream is a mistake", () => {
    expect(siteProblem(value("sites=hq&since=west:k-1"), sites)).toBe("since names west, which is not among sites");
    expect(siteProblem(value("sites=hq&queues=hq/"), sites)).toBe("queues has nothing after hq/");
    expect(siteProblem(value("sites=hq&queues=hq/sales&since=hq:k-1"), sites)).toBe(undefined);
  });
});
