import { beforeAll, describe, expect, it } from "vitest";
import { createTicket, readTicket, type TicketPlace, ticketKey } from "./signature.ts";

const place: TicketPlace = { kind: "single-use", site: "hq" };
let key: CryptoKey;
let next: CryptoKey;
let ticket: string;

beforeAll(async () => {
  [key, next] = (await Promise.all(
    ["one", "two"].map((text) => ticketKey(new TextEncoder().encode(text.repeat(16)))),
  )) as [CryptoKey, CryptoKey];
  ticket = await createTicket(key, place);
});

it("is text that a URL can hold, another one each time", async () => {
  expect(ticket).toMatch(/^[A-Za-z0-9_-]{75}$/);
  expect(await createTicket(key, place)).not.toBe(ticket);
});

it("is read with the key that signed it, also while a newer one signs", async () => {
  expect(await readTicket([key], place, ticket)).toBe(ticket.slice(0, 32));
  expect(await readTicket([next, key], place, ticket)).toBe(ticket.slice(0, 32));
});

describe("is nothing", () => {
  it.each<[string, () => [readonly CryptoKey[], TicketPlace, string]]>([
    ["with another key", () => [[next], place, ticket]],
    ["without a key", () => [[], place, ticket]],
    ["at another site", () => [[key], { ...place, site: "hq2" }, ticket]],
    ["of the other kind", () => [[key], { ...place, kind: "leased" }, ticket]],
    ["with another id", () => [[key], place, `${ticket.startsWith("x") ? "y" : "x"}${ticket.slice(1)}`]],
    ["with another signature", () => [[key], place, `${ticket.slice(0, 40)}${"A".repeat(35)}`]],
    ["without a signature", () => [[key], place, ticket.slice(0, 32)]],
    ["with more behind it", () => [[key], place, `${ticket}A`]],
  ])("%s", async (_title, read) => {
    expect(await readTicket(...read())).toBeUndefined();
  });
});
