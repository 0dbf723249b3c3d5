/**
 * What each recording tells, against what it told before; truth.test.ts holds that against what really happened. `UPDATE_GOLDEN=1` writes the
 * files anew; the difference is then to be reviewed line by line.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeEvent } from "../../connector/src/ami/event/decode.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import { readAllBytes, replay, type Told, traceNames, versions } from "./replay.ts";

function golden(version: string, name: string): URL {
  return new URL(`golden/${version}/${name}.jsonl`, import.meta.url);
}

function lines(told: readonly Told[]): string {
  return told.map(({ ms, event }) => `${JSON.stringify({ ms, ...event })}\n`).join("");
}

const cases = versions.flatMap((version) => traceNames(version).map((name) => [version, name] as const));

it("there are recordings of both versions", () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
});

it.each(versions)("every recording on %s is read without a fault, filtered ones too", (version) => {
  for (const { name, bytes } of readAllBytes(version)) {
    // Recordings that reconnect have a banner for each connection.
    const starts = [...bytes.toString("latin1").matchAll(/Asterisk Call Manager\//g)].map(({ index }) => index);
    starts.forEach((start, index) => {
      const framed = new Framer().push(bytes.subarray(start, starts[index + 1] ?? bytes.length));
      expect([name, framed.filter(({ kind }) => kind === "fault")]).toEqual([name, []]);
      const events = framed.flatMap((one) => (one.kind === "packet" ? (decodeEvent(one.packet, 0) ?? []) : []));
      expect([name, events.filter(({ kind }) => kind === "malformed")]).toEqual([name, []]);
    });
  }
});

describe.each(cases)("recorded on %s: %s", (version, name) => {
  const { told, atFinalLists } = replay(version, name);

  it("tells what was reviewed", () => {
    const file = golden(version, name);
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(new URL(".", file), { recursive: true });
      writeFileSync(file, lines(told));
    }
    expect(existsSync(file), `${file.pathname} is there`).toBe(true);
    expect(lines(told)).toBe(readFileSync(file, "utf8"));
  });

  it.each([7, 1448, 16_384])("tells the same when cut at %i bytes", (cut) => {
    expect(lines(replay(version, name, cut).told)).toBe(lines(told));
  });

  it("ends where Asterisk's own lists say it is", () => {
    // Two recordings are about the login and the filters and have no lists at their end.
    if (atFinalLists === null) expect(["q_auth", "u_list_filter"]).toContain(name);
    else expect(atFinalLists).toEqual([]);
  });
});
