/** AP8's ticket as pure decisions. */
import type { Cursor } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { attach, beginTicket, endOfTicket, type LeasedTicket, leaseMs, release, renew, unusedLifeMs } from "./lease.ts";

const filter = { agents: ["1"], queues: [], summary: false, about: null } as const;
const fresh = beginTicket({ subject: "crm", filter, expiresAt: null }, 0);
const at = (sequence: number, epoch = "k"): Cursor => ({ epoch, sequence });
const held = (by: string, now = 0): LeasedTicket => attach(fresh, by, now).ticket;

describe("AP8 which holder has the stream, and until when", () => {
  it("is good for a little while before the first use, and no longer", () => {
    expect(attach(fresh, "a", unusedLifeMs - 1).answer).toMatchObject({ kind: "attached", since: null });
    expect(attach(fresh, "a", unusedLifeMs)).toEqual({ ticket: fresh, answer: { kind: "unknown" } });
  });

  it("ends with its grant, whoever uses it", () => {
    const short = beginTicket({ subject: "crm", filter, expiresAt: 5_000 }, 0);
    const used = attach(short, "a", 1_000).ticket;
    expect(endOfTicket(used)).toBe(5_000);
    expect(attach(used, "b", 5_000).answer).toEqual({ kind: "unknown" });
  });

  it("a holder that no longer renews loses it with the lease", () => {
    const renewed = renew(held("a"), "a", null, 10_000);
    expect([renewed.answer, endOfTicket(renewed.ticket)]).toEqual([true, 10_000 + leaseMs]);
    expect(attach(renewed.ticket, "b", 10_000 + leaseMs).answer).toEqual({ kind: "unknown" });
  });

  it("the later of two has it, from where the earlier reported last", () => {
    const reported = renew(held("a"), "a", at(3), 1).ticket;
    const taken = attach(reported, "b", 2);
    expect(taken.answer).toMatchObject({ kind: "attached", since: at(3) });
    expect(renew(taken.ticket, "a", at(9), 3)).toEqual({ ticket: taken.ticket, answer: false });
    expect(release(taken.ticket, "a", at(9), 3)).toEqual({ ticket: taken.ticket, answer: false });
  });

  it("given back it is good for a little while yet, and a repeated giving back is answered alike", () => {
    const { ticket, answer } = release(held("a"), "a", at(4), 100);
    expect([answer, ticket.until, ticket.since]).toEqual([true, 100 + unusedLifeMs, at(4)]);
    expect(release(ticket, "a", at(4), 200).answer).toBe(true);
  });

  it("a report that was overtaken does not take the position back; another epoch's counts", () => {
    const reported = renew(held("a"), "a", at(9), 1).ticket;
    expect(renew(reported, "a", at(5), 2).ticket.since).toEqual(at(9));
    expect(release(reported, "a", null, 2).ticket.since).toEqual(at(9));
    expect(renew(reported, "a", at(1, "m"), 2).ticket.since).toEqual(at(1, "m"));
  });
});
