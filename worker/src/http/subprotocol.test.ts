import { expect, it } from "vitest";
import { parseSubprotocols } from "./subprotocol.ts";

it.each<[string | null, string | null, string | undefined]>([
  [null, null, undefined],
  ["", null, undefined],
  ["graphql-ws", null, undefined],
  ["pbxis", "pbxis", undefined],
  ["v2, pbxis", "pbxis", undefined],
  ["bearer, a.b.c", "bearer", "a.b.c"],
  ["pbxis,bearer,a.b.c", "pbxis", "a.b.c"],
  ["bearer, a.b.c, pbxis", "pbxis", "a.b.c"],
  ["bearer", null, undefined],
])("%j is answered with %j", (header, accepted, token) => {
  expect(parseSubprotocols(header)).toEqual({ accepted, token });
});
