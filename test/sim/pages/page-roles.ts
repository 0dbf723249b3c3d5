/** The pages of a simulation: each transport, with and without summaries, of everything and of little. */
import { mintToken, type TokenOptions } from "../../harness/token.ts";
import type { Audience } from "../audience.ts";
import type { PageRole } from "./page.ts";

type Sketch = Omit<PageRole, "token" | "audience"> & Readonly<{ grant: TokenOptions; audience: Partial<Audience> }>;

export async function pageRolesOf(
  agents: readonly string[],
  queues: readonly string[],
  secret: string,
): Promise<PageRole[]> {
  const team = agents.slice(0, 3);
  const [queue = ""] = queues;
  const all = { agents: ["*"], queues: ["*"] };
  const sketches: Sketch[] = [
    {
      name: "page by WebSocket",
      transport: "websocket",
      grant: {},
      request: { ...all, summaryEvents: true },
      audience: { summary: true },
    },
    {
      name: "page by SSE",
      transport: "sse",
      grant: {},
      request: { ...all, summaryEvents: false },
      audience: {},
    },
    {
      name: "page of a team",
      transport: "sse",
      grant: { agents: team, queues: [queue] },
      request: { ...all, summaryEvents: true },
      audience: { agents: team, queues: [queue], summary: true },
    },
    {
      name: "page that polls",
      transport: "long-poll",
      grant: {},
      request: { agents: team, queues: ["*"], summaryEvents: true },
      audience: { agents: team, summary: true },
    },
  ];
  const everything: Audience = { agents: "*", queues: "*", summary: false, scope: null };
  return await Promise.all(
    sketches.map(async ({ grant, audience, ...role }) => ({
      ...role,
      token: await mintToken({ ...grant, sub: role.name, secret, expiresInSeconds: 86_400 }),
      audience: { ...everything, ...audience },
    })),
  );
}
