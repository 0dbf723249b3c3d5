import { expect, it } from "vitest";
import { isAllowedHost } from "./host.ts";

const allowed = ["connector.lan", "10.0.0.5", "fd00::5"];

it.each([
  "127.0.0.1",
  "127.0.0.1:9180",
  "127.8.8.8",
  "localhost",
  "LOCALHOST:9180",
  "localhost.",
  "[::1]:9180",
  "connector.lan:9180",
  "Connector.LAN",
  "10.0.0.5",
  "[fd00::5]:9180",
])("%s is answered", (host) => {
  expect(isAllowedHost(host, allowed)).toBe(true);
});

it.each([
  undefined,
  "",
  "evil.example",
  "evil.example:9180",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "notlocalhost",
  "connector.lan.evil.example",
  "10.0.0.6",
  "[fd00::6]",
  "0.0.0.0:9180",
  "localhost:9180@evil.example",
  "localhost/evil",
])("%s is not", (host) => {
  expect(isAllowedHost(host, allowed)).toBe(false);
});
