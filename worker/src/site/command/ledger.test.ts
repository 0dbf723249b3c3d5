/** The ledger when it is full, in the storage of a Site object that nobody else uses; the rest is tested by routes. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type Outcome, SiteCommand } from "@pbxis/shared";
import { expect, it } from "vitest";
import { Ledger } from "./ledger.ts";

const command = SiteCommand.parse({ type: "hangup", agent: "1001" });
const done: Outcome = { status: "done", result: {} };
const maxRows = 20;

type Bench = Readonly<{ ledger: Ledger; ids: () => string[] }>;

const onLedger = (name: string, test: (bench: Bench) => void) =>
  runInDurableObject(env.SITE.getByName(`ledger ${name}`), (_site, { storage: { sql } }) => {
    const ids = () => [...sql.exec<{ id: string }>("SELECT id FROM command ORDER BY seq")].map(({ id }) => id);
    test({ ledger: new Ledger(sql, name, maxRows), ids });
  });

/** Adds commands `<subject><n>` and ends them; `key` gives each a key of its own. */
function add(
  ledger: Ledger,
  subject: string,
  count: number,
  how: Partial<{ key: true; open: true; from: number }> = {},
) {
  for (let index = how.from ?? 0; index < (how.from ?? 0) + count; index++) {
    const id = `${subject}${index}`;
    const reach = { agents: "*", queues: "*" } as const;
    const entry = { id, subject, epoch: "c1", deadlineAt: 1, giveUpAt: 2, reach, command, outcome: null };
    ledger.add(entry, how.key ? `k${index}` : null, 1_000 + index);
    if (!how.open) ledger.end(id, done);
  }
}
const heldBy = (ids: readonly string[], subject: string) => ids.filter((id) => id.startsWith(subject)).length;

it("CM16 a full ledger forgets ended commands without a key first, the oldest of them first", async () => {
  await onLedger("without key", ({ ledger, ids }) => {
    add(ledger, "keyed", 5, { key: true });
    add(ledger, "flood", 100);
    expect(heldBy(ids(), "keyed")).toBe(5);
    expect(ledger.byKey("keyed", "k0")).toMatchObject({ id: "keyed0", outcome: done });
    expect(ledger.byId("flood0")).toBeNull();
    expect(ledger.byId("flood99")).not.toBeNull();
    expect(ledger.size()).toBe(ids().length);
    expect(ids().length).toBeLessThanOrEqual(maxRows);
  });
});

it("CM16 who fills the ledger with keys loses its own oldest, and nobody else's", async () => {
  await onLedger("with keys", ({ ledger, ids }) => {
    add(ledger, "quiet", 5, { key: true });
    add(ledger, "flood", 100, { key: true });
    add(ledger, "supervisor", 3, { key: true });
    expect([heldBy(ids(), "quiet"), heldBy(ids(), "supervisor")]).toEqual([5, 3]);
    expect(ledger.byKey("flood", "k0")).toBeNull();
    expect(ledger.byKey("flood", "k99")).not.toBeNull();
    expect(ids().length).toBeLessThanOrEqual(maxRows);
  });
});

it("commands under way are never forgotten", async () => {
  await onLedger("open", ({ ledger, ids }) => {
    add(ledger, "open", 8, { open: true });
    add(ledger, "flood", 100);
    expect(heldBy(ids(), "open")).toBe(8);
  });
});

it("CM12 keys are compared within one subject", async () => {
  await onLedger("subjects", ({ ledger }) => {
    add(ledger, "crm", 3, { key: true });
    add(ledger, "dialer", 3, { key: true });
    expect(ledger.byKey("crm", "k1")).toMatchObject({ id: "crm1" });
    expect(ledger.byKey("dialer", "k1")).toMatchObject({ id: "dialer1" });
    // Whoever writes another's subject into a key finds nothing of it.
    expect(ledger.byKey("other", "crm k1")).toBeNull();
    expect(ledger.byKey("", "crm k1")).toBeNull();
  });
});

it("what it counts holds for a ledger that is opened again", async () => {
  await onLedger("again", ({ ledger, ids }) => {
    add(ledger, "a", 12);
    add(ledger, "b", 3);
    expect([...ledger.acceptedSince(1_001)]).toEqual([
      ["a", 10],
      ["b", 1],
    ]);
    expect(ledger.oldestAt()).toBe(1_000);
    ledger.deleteEnded(1_005);
    expect([ledger.oldestAt(), ledger.size(), ids().length]).toEqual([1_005, 7, 7]);
    ledger.deleteEnded(9_000);
    expect([ledger.oldestAt(), ledger.size()]).toEqual([null, 0]);
    add(ledger, "c", 1, { from: 50 });
    expect(ledger.oldestAt()).toBe(1_050);
  });
});
