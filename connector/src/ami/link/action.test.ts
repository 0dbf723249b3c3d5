import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeAction, maxActionLineBytes } from "./action.ts";

describe("encoding an action", () => {
  it("writes header by header, keeps repeated names, and ends with an empty line", () => {
    const encoded = encodeAction("Originate", "a-1", [
      ["Variable", "x=1"],
      ["Variable", "y=2"],
    ]);
    expect(encoded.ok && new TextDecoder().decode(encoded.bytes)).toBe(
      "Action: Originate\r\nActionID: a-1\r\nVariable: x=1\r\nVariable: y=2\r\n\r\n",
    );
  });

  it.each([
    ["CR", "a\rb"],
    ["LF", "a\nb"],
    ["NUL", "a\0b"],
    ["a C1 control character", "a\u0085b"],
    ["half of a surrogate pair", "a\ud83d"],
    ["a value that is too long", "x".repeat(maxActionLineBytes)],
    ["a value that is too long in bytes but not in characters", "ž".repeat(maxActionLineBytes / 2)],
  ])("refuses %s, naming the field and not the value", (_what, value) => {
    const encoded = encodeAction("Getvar", "a-1", [["Channel", value]]);
    expect(encoded).toMatchObject({ ok: false, reason: expect.stringMatching(/^Channel /) });
  });

  it.each(["", "a b", " a", "a\r\nb"])("refuses the id %j, which Asterisk would not return unchanged", (id) => {
    expect(encodeAction("Ping", id)).toMatchObject({ ok: false, reason: expect.stringMatching(/^ActionID /) });
  });

  it("any accepted value results in exactly the intended lines", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 1200 }), (value) => {
        const encoded = encodeAction("Getvar", "a-1", [["Channel", value]]);
        if (!encoded.ok) return;
        const lines = new TextDecoder().decode(encoded.bytes).split(/[\r\n\0]+/);
        expect(lines).toHaveLength(4);
        expect(lines[2]).toBe(`Channel: ${value}`);
        expect(encoded.bytes.length).toBeLessThan(1100);
      }),
    );
  });
});
