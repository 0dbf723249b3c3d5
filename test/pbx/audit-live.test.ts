/** A whole connector on a busy simulated PBX, by real sockets: nothing is lost, so that an audit finds nothing. */
import { afterEach, expect, it } from "vitest";
import { type Config, parseConfig } from "../../connector/src/config.ts";
import { type Connector, startConnector } from "../../connector/src/connector.ts";
import { captureLog } from "../../connector/src/testing/captured-log.ts";
import { type SmallSite, startSmallSite } from "../../connector/src/testing/small-site.ts";
import { type SimulatedPbx, startPbx } from "./start.ts";

let pbx: SimulatedPbx;
let site: SmallSite;
let connector: Connector | undefined;
let bustle: NodeJS.Timeout | undefined;

afterEach(async () => {
  clearInterval(bustle);
  await connector?.stop();
  await site.stop();
  await pbx.stop();
});

it.each([1, 2])(
  "a regeneration amid traffic is no difference (seed %i)",
  async (seed) => {
    pbx = await startPbx({ seed, callsPerMinute: 300 });
    site = await startSmallSite();
    const parsed = parseConfig({
      PBXIS_SITE: "hq",
      PBXIS_EDGE_URL: `http://127.0.0.1:${site.port}`,
      PBXIS_TOKEN: "token",
      AMI_PORT: String(pbx.port),
      AMI_USERNAME: pbx.username,
      AMI_SECRET: pbx.secret,
    });
    const { log, lines } = captureLog("warn");
    connector = startConnector((parsed as { config: Config }).config, "0.1.0", log);
    const told = () => site.frames.flatMap((frame) => ("events" in frame ? frame.events : [])).length;
    let step = 0;
    bustle = setInterval(() => {
      const agent = `100${1 + (step++ % 5)}`;
      pbx.call({ queue: step % 2 === 0 ? "support" : "sales", number: "+14155550100" });
      if (!pbx.answer(agent)) pbx.hangup(agent);
      if (step % 3 === 0) pbx.pause(agent, "Lunch");
      else pbx.unpause(agent);
    }, 20);
    await expect.poll(told, { timeout: 10_000 }).toBeGreaterThan(100);
    const before = told();
    connector.audit();
    const audit = () => site.frames.findLast((frame) => frame.type === "report" && frame.audit !== null);
    await expect.poll(audit, { timeout: 10_000 }).toBeDefined();
    expect(told()).toBeGreaterThan(before + 20);
    expect(lines.filter((line) => line.includes("audit"))).toEqual([]);
    expect(audit()).toMatchObject({ audit: { differences: 0, audits: 1 } });
  },
  30_000,
);
