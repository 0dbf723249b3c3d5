import { expect, it } from "vitest";
import { createOpenRequests } from "./open-requests.ts";

const lost = { kind: "lost", because: "gone" } as const;

it("each request gets its own answer, which may come before `send` returns", async () => {
  const requests = createOpenRequests();
  const first = requests.add("a", () => {});
  const second = requests.add("b", () => requests.answer({ id: "b", kind: "notSent", because: "not up" }));
  requests.answer({ id: "a", ...lost });
  expect(await first).toEqual(lost);
  expect(await second).toEqual({ kind: "notSent", because: "not up" });
});

it("an id that is open is not sent again until it is answered", async () => {
  const requests = createOpenRequests();
  let sent = 0;
  const send = () => {
    sent += 1;
  };
  const first = requests.add("a", send);
  expect(await requests.add("a", send)).toMatchObject({ kind: "notSent" });
  expect(sent).toBe(1);
  requests.answer({ id: "a", ...lost });
  expect(await first).toEqual(lost);
  const again = requests.add("a", send);
  expect(sent).toBe(2);
  requests.answer({ id: "a", ...lost });
  expect(await again).toEqual(lost);
});
