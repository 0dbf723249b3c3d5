import { expect, it } from "vitest";
import { createTrafficMeter, maxNames } from "./traffic.ts";
import { Framer } from "./wire/framer.ts";

const banner = "Asterisk Call Manager/11.0.0\r\n";
const event = (name: string) => `Event: ${name}\r\nKey: value\r\n\r\n`;

it("counts bytes, faults and unused events over all connections", () => {
  const meter = createTrafficMeter();
  const sent = [banner + event("Used") + event("Unused") + event("Unused"), banner + event("Unused") + event("Rare")];
  for (const text of sent) {
    const connection = meter.connection(new Framer((name) => name === "Used"));
    connection.push(Buffer.from(text));
    connection.countSkipped();
    connection.countSkipped();
    expect([connection.onUp(), connection.onUp()]).toEqual([true, false]);
  }
  meter.connection(new Framer()).push(Buffer.from("SSH-2.0-OpenSSH_9.9\r\n"));
  const { bytesIn, unused, faults, ...counts } = meter.read();
  expect(counts).toEqual({ attempts: 3, connections: 2 });
  expect(bytesIn).toBe(sent.join("").length + 21);
  expect(Object.fromEntries(unused)).toEqual({ Unused: 3, Rare: 1 });
  expect(Object.fromEntries(faults)).toEqual({ not_asterisk: 1 });
});

it("counts a limited number of names separately, over any number of connections", () => {
  const meter = createTrafficMeter();
  for (let nth = 0; nth < 3; nth++) {
    const connection = meter.connection(new Framer(() => false));
    const events = Array.from({ length: 40 }, (_none, index) => event(`Event${nth}x${index}`));
    connection.push(Buffer.from(banner + events.join("")));
    connection.countSkipped();
  }
  const { unused } = meter.read();
  expect([unused.size, unused.get("other")]).toEqual([maxNames + 1, 120 - maxNames]);
});
