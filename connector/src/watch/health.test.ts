import { expect, it } from "vitest";
import { type Condition, healthOf } from "./health.ts";

const healthy: Condition = {
  site: "hq",
  version: "0.1.0",
  amiUp: true,
  uplink: "live",
  spoolFailure: null,
  clockOffsetMs: 200,
  uptimeSeconds: 61.9,
};

it("is ok when AMI is up and the uplink live", () => {
  expect(healthOf(healthy)).toEqual({
    status: "ok",
    problems: [],
    ami: "up",
    uplink: "live",
    site: "hq",
    version: "0.1.0",
    uptimeSeconds: 61,
  });
});

it.each<[Partial<Condition>, RegExp[]]>([
  [{ amiUp: false }, [/Manager Interface/]],
  [{ uplink: "waiting" }, [/not live: waiting/]],
  [{ uplink: "standby" }, [/another connector/]],
  [{ spoolFailure: { because: "ENOSPC: no space left", missing: 3 } }, [/spool.*no space left.*3 occurrences/]],
  [{ clockOffsetMs: 3_600_000 }, [/3600\.0 s ahead of the worker's/]],
  [{ clockOffsetMs: -5_100 }, [/5\.1 s behind the worker's/]],
  [{ amiUp: false, uplink: "connecting" }, [/Manager Interface/, /connecting/]],
])("%o is described as a problem", (change, problems) => {
  const health = healthOf({ ...healthy, ...change });
  expect(health.status).toBe("unavailable");
  expect(health.problems).toEqual(problems.map((problem) => expect.stringMatching(problem)));
});
