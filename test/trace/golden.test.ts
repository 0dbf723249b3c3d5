/**
 * The events published from each recording, compared with the reviewed golden files. truth.test.ts compares them with
 * what really happened. `UPDATE_GOLDEN=1` rewrites the files; the difference must then be reviewed line by line.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeEvent } from "../../connector/src/ami/event/decode.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import { readAllBytes, replay, type TimedEvent, traceNames, versions } from "./replay.ts";

function golden(version: string, name: string): URL {
  return new URL(`golden/${version}/${name}.jsonl`, import.meta.url);
}

function lines(published: readonly TimedEvent[]): string {
  return published.map(({ ms, event }) => `${JSON.stringify({ ms, ...event })}\n`).join("");
}

const cases = versions.flatMap((version) => traceNames(version).map((name) => [version, name] as const));

it("has recordings of both versions", () => {
  expect(cases.length).toBeGreaterThanOrEqual(40);
});

it.each(versions)("every recording of %s is read without a fault, including filtered ones", (version) => {
  for (const { name, bytes } of readAllBytes(version)) {
    // Recordings that reconnect have a banner for each connection.
    const starts = [...bytes.toString("latin1").matchAll(/Asterisk Call Manager\//g)].map(({ index }) => index);
    starts.forEach((start, index) => {
      const framed = new Framer().push(bytes.subarray(start, starts[index + 1] ?? bytes.length));
      expect([name, framed.filter(({ kind }) => kind === "fault")]).toEqual([name, []]);
      const events = framed.flatMap((one) => (one.kind === "packet" ? (decodeEvent(one, 0) ?? []) : []));
      expect([name, events.filter(({ kind }) => kind === "malformed")]).toEqual([name, []]);
    });
  }
});

describe.each(cases)("recorded on %s: %s", (version, name) => {
  const { published, atFinalLists } = replay(version, name);

  it("publishes the reviewed events", () => {
    const file = golden(version, name);
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(new URL(".", file), { recursive: true });
      writeFileSync(file, lines(published));
    }
    expect(existsSync(file), `${file.pathname} is there`).toBe(true);
    expect(lines(published)).toBe(readFileSync(file, "utf8"));
  });

  it.each([7, 1448, 16_384])("publishes the same when cut at %i bytes", (cut) => {
    expect(lines(replay(version, name, cut).published)).toBe(lines(published));
  });

  it("ends in the state that Asterisk's own lists report", () => {
    // Two recordings are about login and filters, and have no lists at their end.
    if (atFinalLists === null) expect(["q_auth", "u_list_filter"]).toContain(name);
    else expect(atFinalLists).toEqual([]);
  });
});
