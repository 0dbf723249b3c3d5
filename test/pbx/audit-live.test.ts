/**
 * A complete connector on a busy simulated PBX over real sockets: it loses nothing, so an audit finds no difference.
 */
import { afterEach, expect, it } from "vitest";
import { type Config, parseConfig } from "../../connector/src/config.ts";
import { type Connector, startConnector } from "../../connector/src/connector.ts";
import { captureLog } from "../../connector/src/testing/captured-log.ts";
import { type ScriptedSite, startScriptedSite } from "../../connector/src/testing/scripted-site.ts";
import { type SimulatedPbx, startPbx } from "./start.ts";
import { livelyPace } from "./traffic.ts";

let pbx: SimulatedPbx;
let site: ScriptedSite;
let connector: Connector | undefined;
let traffic: NodeJS.Timeout | undefined;

afterEach(async () => {
  clearInterval(traffic);
  await connector?.stop();
  await site.stop();
  await pbx.stop();
});

it.each([1, 2])(
  "an audit during heavy traffic finds no difference (seed %i)",
  async (seed) => {
    pbx = await startPbx({ seed, pace: livelyPace(300) });
    site = await startScriptedSite();
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
    const eventCount = () => site.frames.flatMap((frame) => ("events" in frame ? frame.events : [])).length;
    let step = 0;
    traffic = setInterval(() => {
      const agent = `100${1 + (step++ % 5)}`;
      pbx.call({ queue: step % 2 === 0 ? "support" : "sales", number: "+14155550100" });
      if (!pbx.answer(agent)) pbx.hangup(agent);
      if (step % 3 === 0) pbx.pause(agent, "Lunch");
      else pbx.unpause(agent);
    }, 20);
    await expect.poll(eventCount, { timeout: 60_000 }).toBeGreaterThan(100);
    const before = eventCount();
    connector.audit();
    const audit = () => site.frames.findLast((frame) => frame.type === "report" && frame.audit !== null);
    await expect.poll(audit, { timeout: 60_000 }).toBeDefined();
    expect(eventCount()).toBeGreaterThan(before + 20);
    expect(lines.filter((line) => line.includes("audit"))).toEqual([]);
    expect(audit()).toMatchObject({ audit: { differences: 0, audits: 1 } });
  },
  150_000,
);
