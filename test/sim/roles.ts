/** The clients of a simulation: every kind of token, subscription and reading habit. */
import type { Subscription } from "@pbxis/shared/client";
import { mintToken, type TokenOptions } from "../harness/token.ts";
import type { Audience } from "./audience.ts";
import type { Habit, Role } from "./client.ts";

type Sketch = Readonly<{
  name: string;
  grant: TokenOptions;
  subscription: Subscription;
  audience: Audience;
  habit?: Habit;
}>;

const everything: Audience = { agents: "*", queues: "*", summary: false, scope: null };

export async function rolesOf(agents: readonly string[], queues: readonly string[], secret: string): Promise<Role[]> {
  const [one = "", other = ""] = agents;
  const [queue = ""] = queues;
  const team = agents.slice(0, 3);
  const all = { agents: "*", queues: "*" } as const;
  const sketches: Sketch[] = [
    { name: "board", grant: {}, subscription: { ...all, summary: true }, audience: { ...everything, summary: true } },
    { name: "twin", grant: {}, subscription: { ...all, summary: true }, audience: { ...everything, summary: true } },
    {
      name: "callers",
      grant: { callers: true },
      subscription: { ...all, callers: true },
      audience: { ...everything, callers: true, lists: true },
    },
    { name: "slow", grant: {}, subscription: all, audience: everything, habit: "slow" },
    {
      name: "silent",
      grant: {},
      subscription: { ...all, summary: true },
      audience: { ...everything, summary: true },
      habit: "silent",
    },
    {
      name: "team",
      grant: { agents: team, queues: [queue] },
      subscription: all,
      audience: { agents: team, queues: [queue], summary: false, scope: null },
    },
    {
      name: "picked",
      grant: {},
      subscription: { agents: [one, other], queues: [queue] },
      audience: { agents: [one, other], queues: [queue], summary: false, scope: null },
    },
    { name: "queue", grant: {}, subscription: { queue }, audience: { ...everything, queues: [queue], scope: "queue" } },
    {
      name: "queue with callers",
      grant: { callers: true },
      subscription: { queue, callers: true },
      audience: { ...everything, queues: [queue], scope: "queue", callers: true, lists: true },
    },
    {
      name: "queue of few",
      grant: { agents: team },
      subscription: { queue, summary: true },
      audience: { agents: team, queues: [queue], summary: true, scope: "queue" },
    },
    {
      name: "agent",
      grant: {},
      subscription: { agent: one },
      audience: { ...everything, agents: [one], scope: "agent" },
    },
    {
      name: "agent of few",
      grant: { queues: [queue] },
      subscription: { agent: other },
      audience: { agents: [other], queues: [queue], summary: false, scope: "agent" },
    },
  ];
  return await Promise.all(
    sketches.map(async ({ name, grant, subscription, audience, habit = "diligent" }) => ({
      name,
      token: await mintToken({ ...grant, sub: name, secret, expiresInSeconds: 86_400 }),
      subscription,
      audience,
      habit,
    })),
  );
}
