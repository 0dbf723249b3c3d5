/** The lists of actions are those that real Asterisks sent to an account with all rights. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Framer } from "../wire/framer.ts";
import { type AccountRights, parseRights, surplusRights, surplusText } from "./rights.ts";

const recorded = (version: string) =>
  gunzipSync(readFileSync(new URL(`../../../../test/trace/recorded/${version}/q_auth.ami.gz`, import.meta.url)));

/** The rights of an account with `write = all`. */
function rightsOfAll(version: string): AccountRights {
  const framed = new Framer().push(recorded(version));
  const found = framed.map((one) => one.kind === "packet" && parseRights(one.fields)).filter((one) => one);
  expect(found).toHaveLength(1);
  return found[0] as AccountRights;
}

/** The rights of an account with these classes. */
function rightsOf(version: string, ...classes: string[]): AccountRights {
  const all = [...rightsOfAll(version)];
  return new Map(all.filter(([, open]) => open.length === 0 || open.some((name) => classes.includes(name))));
}

const versions = ["16", "22"];
/** The actions that the connector uses, by class. */
const used = {
  call: ["Redirect", "Park", "Hangup", "Getvar"],
  agent: ["QueueAdd", "QueueRemove", "QueuePause", "QueuePenalty"],
  originate: ["Originate"],
  reporting: ["CoreShowChannels", "ExtensionStateList", "DeviceStateList", "CoreStatus", "CoreSettings", "Getvar"],
  none: ["QueueReset", "QueueStatus", "ListCommands", "Ping"],
};

describe.each(versions)("the rights of an account of Asterisk %s", (version) => {
  it("are the names of actions with the classes that permit them", () => {
    const rights = rightsOfAll(version);
    expect(rights.size).toBeGreaterThan(100);
    expect(rights.get("QueuePause")).toEqual(["agent"]);
    expect(rights.get("CoreShowChannels")).toEqual(["system", "reporting"]);
    expect(rights.get("QueueReset")).toEqual([]);
    expect(rights.has("Response") || rights.has("ActionID")).toBe(false);
  });

  it.each(Object.entries(used))("class %s permits what the connector needs it for", (name, actions) => {
    const rights = rightsOf(version, name);
    for (const action of actions) expect([action, rights.has(action)]).toEqual([action, true]);
    const others = Object.values(used)
      .flat()
      .filter((action) => !actions.includes(action) && !used.none.includes(action));
    if (name === "agent" || name === "originate" || name === "none")
      for (const action of others) expect([action, rights.has(action)]).toEqual([action, false]);
  });

  it("have no surplus for the printed account, and for one that only monitors", () => {
    expect(surplusRights(rightsOf(version, "reporting", "call", "agent", "originate"))).toEqual(new Map());
    expect(surplusRights(rightsOf(version, "reporting"))).toEqual(new Map());
    expect(surplusText(new Map())).toBe("");
  });

  it.each([
    ["command", ["Command"]],
    ["config", ["UpdateConfig", "CreateConfig", "Reload"]],
    ["system", ["ModuleLoad", "Filter", "DBPut", "Reload"]],
    ["user", ["UserEvent"]],
    ["message", ["MessageSend"]],
  ])("class %s is surplus, with the actions that it permits", (name, actions) => {
    const surplus = surplusRights(rightsOf(version, "reporting", "call", "agent", "originate", name));
    expect([...surplus.keys()]).toEqual([name]);
    expect(surplus.get(name)).toEqual(expect.arrayContaining(actions));
  });

  it("with all classes make one line", () => {
    const text = surplusText(surplusRights(rightsOfAll(version)));
    expect(text).toMatch(/command \(Command\)/);
    expect(text).toMatch(/system \(\w+, \w+, \w+, … \d+ in all\)/);
    for (const needed of ["call", "reporting", "agent", "originate"]) expect(text).not.toMatch(`${needed} (`);
    expect(text.length).toBeLessThan(600);
  });
});

describe("unusual rights", () => {
  it.each([
    ["a plain Success", new Map([["Response", "Success"]])],
    [
      "a refusal",
      new Map([
        ["Response", "Error"],
        ["Message", "Permission denied"],
      ]),
    ],
  ])("%s is no list of rights", (_what, fields) => {
    expect(parseRights(fields)).toBeNull();
  });

  it("an action that several classes explain, of which none is proven, is listed under all of them", () => {
    const rights: AccountRights = new Map([["GetConfig", ["system", "config"]]]);
    expect(surplusText(surplusRights(rights))).toBe("system or config (GetConfig)");
  });
});
