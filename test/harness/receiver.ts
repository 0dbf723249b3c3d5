/** The receiver of a webhook: a real HTTP server that answers as the test says, and notes what it was sent. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Received = Readonly<{
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}>;
/** Answers a request whose body has been read. */
export type Answer = (response: ServerResponse, received: Received) => void;

export type Receiver = Readonly<{
  url: string;
  received: readonly Received[];
  /** How the next requests are answered, one after the other; without one, 200. */
  answers: Answer[];
  stop: () => Promise<void>;
}>;

export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: Answer[] = [];
  const server = createServer(async (request, response) => {
    const one = await read(request);
    received.push(one);
    (answers.shift() ?? status(200))(response, one);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, answers, stop: () => stop(server) };
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { path: request.url ?? "", headers, body: Buffer.concat(chunks).toString() };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
