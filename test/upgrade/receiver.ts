/** A receiver of webhooks (AP14), which accepts everything. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { WebhookMessage } from "@pbxis/shared";

export type Receiver = Readonly<{
  url: string;
  /** The ids of the messages about each completed call, by Uniqueid. A message may come again, with the same id. */
  completed: ReadonlyMap<string, ReadonlySet<string>>;
  close: () => void;
}>;

export async function openReceiver(): Promise<Receiver> {
  const completed = new Map<string, Set<string>>();
  const server = createServer(async (request, response) => {
    const message: WebhookMessage = JSON.parse(await text(request));
    const event = "event" in message.data ? message.data.event : null;
    if (event?.type === "agentComplete") {
      const { uniqueId } = event;
      completed.set(uniqueId, (completed.get(uniqueId) ?? new Set()).add(String(request.headers["webhook-id"])));
    }
    response.writeHead(204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: AddressInfo = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, completed, close: () => server.close() };
}
