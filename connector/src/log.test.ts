import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { createLog, readable } from "./log.ts";
import { startRedaction } from "./redaction/start.ts";

it("a readable line has the time, the level, the message and the details", () => {
  const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
  expect(readable({ time, level: "warn", msg: "uplink: closed", code: 1006, tries: [1] })).toBe(
    "03:04:05 warn  uplink: closed  code=1006  tries=[1]\n",
  );
});

it("RD1 a line and its details are redacted, but not ids and names of agents", () => {
  const output = Object.assign(new PassThrough(), { isTTY: true, fd: 1 });
  const {
    values: { text },
    details,
  } = startRedaction({ modes: { numbers: "all", names: "none", recordings: "none" }, key: "" }, "hq");
  const { log } = createLog(output as unknown as NodeJS.WriteStream & { fd: number }, "info", { details, text });
  log.warn({ agent: "4155550100", because: "no 4155550100", total: 4_155_550_100 }, "phone DAHDI/g1/4155550100");
  const line = String(output.read());
  expect(line).toContain("phone DAHDI/g1/hidden  agent=4155550100  because=no hidden  total=4155550100");
});
