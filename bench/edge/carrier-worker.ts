/**
 * A module around the production worker that carries many clients on one socket. workerd opens two files for each socket
 * and a process here may have 20,000, so without it no more than 9,900 clients could be connected. What is carried is
 * opened, served and sent as for a client with a socket of its own.
 *
 * | to the worker            | to the clients           |                                             |
 * |--------------------------|--------------------------|---------------------------------------------|
 * | `open ID URL TOKEN`      | `opened ID`              | the client is connected                     |
 * |                          | `refused ID STATUS`      | or not                                      |
 * | `send ID TEXT`           | `sent ID TEXT`           | a frame                                     |
 * | `close ID`               | `closed ID CODE`         | the end of its connection                   |
 */
export const carrierPath = "/bench/carrier";

/** `module`: the name of the production worker's module. */
export const carrierWorker = (module: string) => `
import worker from "./${module}";
export * from "./${module}";

function carry(carrier, env, ctx) {
  const sockets = new Map();
  const open = async (id, url, token) => {
    const headers = { upgrade: "websocket", authorization: "Bearer " + token };
    const { status, webSocket } = await worker.fetch(new Request(url, { headers }), env, ctx);
    if (!webSocket) return carrier.send("refused " + id + " " + status);
    webSocket.accept();
    sockets.set(id, webSocket);
    carrier.send("opened " + id);
    webSocket.addEventListener("message", ({ data }) => carrier.send("sent " + id + " " + data));
    webSocket.addEventListener("close", ({ code }) => {
      sockets.delete(id);
      carrier.send("closed " + id + " " + code);
    });
  };
  carrier.accept();
  carrier.addEventListener("message", ({ data }) => {
    const [, verb, id, rest = ""] = /^(\\w+) (\\d+) ?(.*)$/s.exec(data);
    if (verb === "open") void open(id, ...rest.split(" "));
    else if (verb === "send") sockets.get(id)?.send(rest);
    else sockets.get(id)?.close(1000, "");
  });
}

export default {
  ...worker,
  fetch: (request, env, ctx) => {
    if (new URL(request.url).pathname !== "${carrierPath}") return worker.fetch(request, env, ctx);
    const [client, server] = Object.values(new WebSocketPair());
    carry(server, env, ctx);
    return new Response(null, { status: 101, webSocket: client });
  },
};
`;
