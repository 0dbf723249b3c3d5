/** PX4 summaries over the real worker and objects, on a stream and between polls. */

import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { PbxisClient } from "../testing/compat.ts";
import { count, failed, member, named, summary } from "../testing/events.ts";
import { evictObject } from "../testing/evict.ts";
import { TestUplink } from "../testing/uplink.ts";

const ofMember = (agent: string, callsTaken: number) => ({
  type: "memberSummary",
  queue: "support",
  agent,
  name: `Agent ${agent}`,
  memberInterface: `PJSIP/${agent}`,
  callsTaken,
  lastCall: 0,
  paused: false,
  inCall: false,
  at: callsTaken,
});
const states = [
  named("1001", "Ada"),
  count("support", 1),
  member("1001", "support", "inuse"),
  member("1002", "support", "inuse"),
  summary("support", 5),
  summary("sales", 6),
  ofMember("1001", 1),
  ofMember("1002", 2),
];
const list = (...members: readonly object[]) => ({
  type: "MemberSummary",
  queue: "support",
  members: members.map((member) => expect.objectContaining(member)),
});
const ada = { memberName: "Agent 1001", location: "PJSIP/1001", callsTaken: 1, incall: false };
const bob = { memberName: "Agent 1002", location: "PJSIP/1002", callsTaken: 2, incall: false };

it("PX4 a subscription without agents gets its queue's summary and all members, and no events of agents", async () => {
  const uplink = await TestUplink.start("w-live", states);
  const client = new PbxisClient("w-live");
  const socket = await client.webSocket(await client.ticket([], ["support"], true));
  expect(await socket.next()).toEqual({ type: "queueCount", queue: "support", count: 1 });
  expect(await socket.next()).toMatchObject({
    type: "QueueSummary",
    queue: "support",
    completed: 5,
    serviceLevelPerf: 0,
  });
  expect(await socket.next()).toEqual(list(ada, bob));
  await uplink.events(named("1001", "Ada L"), member("1001", "support", "paused"), ofMember("1002", 3));
  expect(await socket.next()).toEqual(list(ada, { ...bob, callsTaken: 3 }));
  await uplink.events(member("1002", "support", "loggedoff"));
  expect(await socket.next()).toEqual(list(ada));
  socket.close();
});

it("PX4 between polls the list has all members, although only one changed", async () => {
  const uplink = await TestUplink.start("w-poll", states);
  const client = new PbxisClient("w-poll");
  const ticket = await client.ticket(["1001"], ["support"], true);
  const types = (await client.poll(ticket)).map(({ type }) => type);
  expect(types).toEqual(["agentName", "queueMemberStatus", "queueCount", "QueueSummary", "MemberSummary"]);
  await uplink.events(ofMember("1002", 7));
  await evictObject(env.SITE.getByName("w-poll"));
  expect(await client.poll(ticket)).toEqual([list(ada, { ...bob, callsTaken: 7 })]);
  await uplink.events(member("1001", "support", "loggedoff"));
  expect(await client.poll(ticket)).toEqual([
    { type: "queueMemberStatus", agent: "1001", queue: "support", status: "loggedoff" },
    list({ ...bob, callsTaken: 7 }),
  ]);
});

it("PX4 without summaryEvents there are no summaries", async () => {
  const uplink = await TestUplink.start("w-none", states);
  const client = new PbxisClient("w-none");
  const source = await client.sse(await client.ticket([], ["support"]));
  expect(await source.next()).toEqual({ type: "queueCount", queue: "support", count: 1 });
  await uplink.events(ofMember("1002", 7), summary("support", 9), failed("a"));
  expect(await source.next()).toEqual({ type: "originateFailed", actionId: "a" });
  source.close();
});
