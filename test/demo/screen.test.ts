import { expect, it } from "vitest";
import { firstScreen } from "./screen.ts";

it.each([[["demo"]], [["demo", "north"]]])(
  "the first screen of %j has the token once, in the dashboard's link, and a file for the shell",
  (sites) => {
    const token = "aaa.bbb.ccc";
    const edge = new URL("http://127.0.0.1:8787/");
    const text = firstScreen({
      sites,
      edge,
      token,
      tokenFile: "/tmp/x/token",
      pbx: "simulated",
      hasColour: false,
    });
    expect(text.split(token)).toHaveLength(2);
    expect(text).toContain(`http://127.0.0.1:8787/#token=${token}`);
    expect(text).toContain("TOKEN=$(cat /tmp/x/token)");
    expect(text.includes("v1/events?sites=demo,north&")).toBe(sites.length > 1);
    for (const [line] of text.matchAll(/^.*(?:curl|echo).*$/gm)) expect(line).toContain("$TOKEN");
  },
);
